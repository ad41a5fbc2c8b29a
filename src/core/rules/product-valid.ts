/**
 * What was bought before the ride counts where and when the leg rules of its product say. A card
 * whose pass does not count here pays from its purse; only without enough in it is it told why.
 */
import { productObjection } from '../fare/product-validity.ts';
import { heldProduct } from './holdings.ts';
import { purseCovers } from './purse-covers.ts';
import type { Rule } from './rule.ts';

export const productValid: Rule = (facts) => {
  const { token, fare, rules } = facts;
  const product = heldProduct(token, facts);
  // Whoever is on board is let out.
  if (product === undefined || fare === undefined || fare.action === 'exit') return undefined;
  const isPaidByPurse = token.card !== undefined && purseCovers(facts) === undefined;
  return isPaidByPurse ? undefined : productObjection(rules.tariff, product, fare.leg);
};
