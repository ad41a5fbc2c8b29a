/**
 * A ticket that names its holder's key counts only with a proof of that key: made a moment ago, or
 * for this reader's challenge. So a screenshot dies with its half minute.
 */
import { verifies, verifyingKey } from '../crypto/verifying-key.ts';
import { type Rule, skewMs } from './rule.ts';

export const held: Rule = (facts) => {
  const { holder } = facts.token;
  if (holder === undefined) return undefined;
  if (holder.proof === undefined) return 'holder-proof-missing';
  const { message, signature, madeBetween } = holder.proof;
  if (madeBetween !== undefined) {
    const skew = skewMs(facts);
    const isNow = facts.now >= madeBetween.from - skew && facts.now < madeBetween.until + skew;
    if (!isNow) return 'holder-proof-stale';
  }
  const key = verifyingKey(holder.algorithm, holder.publicKey);
  return key !== undefined && verifies(key, message, signature)
    ? undefined
    : 'holder-proof-invalid';
};
