/** An issuer's tickets may be for more than what this door leads to: a list says what is taken. */
import type { Rule } from './rule.ts';

export const productAccepted: Rule = ({ token, rules, signer }) => {
  if (signer === undefined || 'objection' in signer || token.product === undefined)
    return undefined;
  const accepted = rules.acceptedProducts.get(signer.issuer);
  if (accepted === undefined) return undefined;
  const [item = ''] = token.product.split('/');
  if (!accepted.products.has(token.product) && !accepted.products.has(item)) {
    return 'product-not-accepted';
  }
  const isRightEvent = accepted.events?.has(token.event ?? '') ?? true;
  return isRightEvent ? undefined : 'product-not-accepted';
};
