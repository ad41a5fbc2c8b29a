/** A ride that the tariff does not know is nobody's gift: a hole in the tariff must be seen. */
import type { Rule } from './rule.ts';

export const hasFare: Rule = ({ fare }) => (fare === undefined ? 'no-fare-here' : undefined);
