/**
 * A ticket for certain networks or routes is refused elsewhere. On a bus that does not know its
 * route this rule has nothing to say: the rider must not suffer for it, and the office sees it.
 */
import type { Rule } from './rule.ts';

export const validHere: Rule = ({ token, rules, place: { routeId } }) => {
  const { routes, networks } = token;
  if (routeId === undefined || (routes === undefined && networks === undefined)) return undefined;
  const network = rules.tariff.networkOfRoute.get(routeId);
  const isOnRoute = routes?.includes(routeId) === true;
  const isInNetwork = network !== undefined && networks?.includes(network) === true;
  return isOnRoute || isInNetwork ? undefined : 'not-valid-here';
};
