import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RecordedDebit, settleDebits } from './office-settlement.ts';

function aDebit(change: Partial<RecordedDebit> = {}): RecordedDebit {
  return { trip: 'a/1/1', amount: 3_500, counterBefore: 4, proof: 'none', ...change };
}

function settledOf(debits: readonly RecordedDebit[], trip = 'a/1/1') {
  return settleDebits(debits).get(trip);
}

test.each([
  ['by its proof', 'right', 'card'],
  ['by the validator where the card gives none', 'none', 'validator'],
  ['by the validator where the proof does not hold', 'wrong', 'validator'],
] as const)('takes a debit with an outcome as committed, %s', (_, proof, by) => {
  const debit = aDebit({ outcome: 'committed', proof });

  expect(settledOf([debit])).toEqual({ result: 'committed', by, refund: 0 });
});

test('leaves a debit that no other row tells of to the next time that the card is held', () => {
  const unknown = { result: 'unknown', by: 'nobody', refund: 0 };

  expect(settledOf([aDebit()])).toEqual(unknown);
  expect(settledOf([aDebit({ outcome: 'unknown' })])).toEqual(unknown);
});

const next = {
  trip: 'b/1/9',
  counterBefore: 5,
  lastTripBefore: 'a/1/1',
  outcome: 'committed',
} as const;

test.each([
  ['the card itself', 'right', 'card'],
  ['another validator', 'none', 'validator'],
] as const)(
  'gives back a fare that a later debit shows to be taken, as %s says',
  (_, proof, by) => {
    const debits = [aDebit(), aDebit({ ...next, proof })];

    expect(settledOf(debits)).toEqual({ result: 'committed', by, refund: 3_500 });
    expect(settledOf(debits, 'b/1/9')?.refund).toBe(0);
  },
);

test.each([
  ['nothing for a journey that went on with a free transfer', 0, 0],
  ['what the transfer cost for one that went on with it', 1_000, 1_000],
  ['no more than was taken', 9_000, 3_500],
])('gives back %s', (_, amount, refund) => {
  const debits = [aDebit(), aDebit({ ...next, amount, isTransfer: true })];

  expect(settledOf(debits)?.refund).toBe(refund);
});

test('believes the trip on the card more than a status that somebody feigned', () => {
  const debits = [aDebit({ outcome: 'not-committed' }), aDebit({ ...next, proof: 'right' })];

  expect(settledOf(debits)).toEqual({ result: 'committed', by: 'card', refund: 3_500 });
});

test('knows that nothing was taken when another debit has the number', () => {
  const other = aDebit({ trip: 'b/1/9', outcome: 'committed', proof: 'right' });

  expect(settledOf([aDebit(), other])).toEqual({ result: 'not-committed', by: 'card', refund: 0 });
});

test('does not compare numbers of a card that counts none', () => {
  const uncounted = { counterBefore: undefined };
  const other = aDebit({ trip: 'b/1/9', outcome: 'committed', ...uncounted });

  expect(settledOf([aDebit(uncounted), other])?.result).toBe('unknown');
});

interface Told {
  readonly bus: number;
  /** Whether the card committed, and whether the validator heard of it. */
  readonly committed: boolean;
  readonly heard: boolean;
}

/** What the validators write down of a card that has this life. */
function rowsOf(
  life: readonly Told[],
): { readonly truth: boolean; readonly debit: RecordedDebit }[] {
  let counter = 0;
  let lastTrip: string | undefined;
  return life.map(({ bus, committed, heard }, seq) => {
    const trip = `${bus}/1/${seq}`;
    const before = { counterBefore: counter, lastTripBefore: lastTrip };
    if (committed) [counter, lastTrip] = [counter + 1, trip];
    const outcome = heard ? (committed ? 'committed' : 'not-committed') : undefined;
    const proof = heard && committed ? 'right' : 'none';
    return { truth: committed, debit: { trip, amount: 3_500, ...before, outcome, proof } };
  });
}

const lives = fc.array(
  fc.record({ bus: fc.nat(2), committed: fc.boolean(), heard: fc.boolean() }),
  { maxLength: 12 },
);

test('never says of a debit what the card did not do, and gives back each lost fare once', () => {
  fc.assert(
    fc.property(lives, fc.infiniteStream(fc.nat()), (life, order) => {
      const told = rowsOf(life);
      const mixed = [...told].sort(() => ((order.next().value ?? 0) % 2) - 0.5);
      const settled = settleDebits(mixed.map(({ debit }) => debit));

      for (const { truth, debit } of told) {
        const { result, refund } = settled.get(debit.trip) ?? { result: 'unknown', refund: 0 };
        expect(['unknown', truth ? 'committed' : 'not-committed']).toContain(result);
        const isLost = truth && debit.outcome === undefined && result === 'committed';
        expect(refund).toBe(isLost ? 3_500 : 0);
      }
    }),
  );
});

test('leaves nothing unknown before the last debit that was heard of', () => {
  fc.assert(
    fc.property(lives, (life) => {
      const told = rowsOf([...life, { bus: 0, committed: true, heard: true }]);
      const settled = settleDebits(told.map(({ debit }) => debit));
      const committed = told.filter(({ truth }) => truth);

      for (const { debit } of committed) expect(settled.get(debit.trip)?.result).toBe('committed');
    }),
  );
});
