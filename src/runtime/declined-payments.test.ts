import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  askAgainAfterMs,
  createDeclinedPayments,
  declinedAccountsMax,
  declinedForMs,
  declinesMax,
} from './declined-payments.ts';

/** A code of an account, or one that names none. */
function aCode(code: number, account?: number) {
  const key = (number: number) => Uint8Array.of(number >> 8, number);
  return { tokenKey: key(code), accountKey: account === undefined ? undefined : key(account) };
}

/** Declined at these moments: a new code of account 1 each time. */
function declinedAt(...moments: readonly number[]) {
  const declined = createDeclinedPayments();
  for (const [index, at] of moments.entries()) declined.note(aCode(index, 1), 'declined', at);
  return declined;
}

const newCode = aCode(99, 1);

test.each([
  ['the same code until it is forgotten', aCode(0, 1), declinedForMs],
  ['another code of the account for a short while', newCode, askAgainAfterMs],
])('asks not about %s', (_what, code, ms) => {
  const declined = declinedAt(100);

  expect(declined.mayAsk(code, 100)).toBe(false);
  expect(declined.mayAsk(code, 100 + ms - 1)).toBe(false);
  expect(declined.mayAsk(code, 100 + ms)).toBe(true);
});

test('asks about whoever was never declined, whatever became of others', () => {
  const declined = declinedAt(0);

  expect(declined.mayAsk(aCode(99, 2), 1)).toBe(true);
  expect(declined.mayAsk(aCode(99), 1)).toBe(true);
});

test('knows a code without an account by itself', () => {
  const declined = createDeclinedPayments();
  declined.note(aCode(7), 'declined', 0);

  expect(declined.mayAsk(aCode(7), declinedForMs - 1)).toBe(false);
  expect(declined.mayAsk(aCode(8), 1)).toBe(true);
});

test('asks for an account that was declined three times in a minute only when the first is over', () => {
  const declined = declinedAt(0, 10_000, 20_000);

  expect(declined.mayAsk(newCode, declinedForMs - 1)).toBe(false);
  expect(declined.mayAsk(newCode, declinedForMs)).toBe(true);
});

test('forgets every no after a yes, and none for want of an answer', () => {
  const declined = declinedAt(0);

  declined.note(newCode, 'no-answer', 1);
  declined.note(newCode, undefined, 1);
  expect(declined.mayAsk(aCode(0, 1), 2)).toBe(false);
  declined.note(newCode, 'approved', 2);

  expect(declined.mayAsk(aCode(0, 1), 3)).toBe(true);
});

test('forgets whoever was declined longest ago when there are more than it holds', () => {
  const declined = createDeclinedPayments();
  const decline = (account: number) => declined.note(aCode(account, account), 'declined', 0);
  for (let account = 0; account < declinedAccountsMax; account += 1) decline(account);
  decline(0);
  decline(declinedAccountsMax);

  const asked = [0, 1, 2, declinedAccountsMax].map((account) =>
    declined.mayAsk(aCode(9_999, account), 1),
  );

  expect(asked).toEqual([false, true, false, false]);
});

test('never lets one account be declined more often in a minute than it says', () => {
  const steps = fc.array(
    fc.record({
      code: fc.integer({ min: 0, max: 3 }),
      gap: fc.integer({ min: 0, max: 20_000 }),
      said: fc.constantFrom('declined' as const, 'no-answer' as const),
    }),
  );
  fc.assert(
    fc.property(steps, (presented) => {
      const declined = createDeclinedPayments();
      const at: number[] = [];
      let now = 0;
      for (const { code, gap, said } of presented) {
        now += gap;
        if (!declined.mayAsk(aCode(code, 1), now)) continue;
        declined.note(aCode(code, 1), said, now);
        if (said === 'declined') at.push(now);
      }
      const crowded = at.filter(
        (time, index) => time - (at[index - declinesMax] ?? -1e9) < declinedForMs,
      );
      expect(crowded).toEqual([]);
    }),
  );
});
