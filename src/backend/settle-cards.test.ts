import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { someNow } from '../../sim/testing/builders.ts';
import { aCardBus, type CardBus, cardSealingSeed } from '../../sim/testing/card-bus.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { aRowOfEachKind } from '../../sim/testing/row-builders.ts';
import { aTransitCard, lookAt, testKeyStore } from '../../sim/testing/transit-cards.ts';
import type { BackendStore } from './backend-store.ts';
import { createOpener } from './opening.ts';
import { type CardDebit, cardKinds, settleCards } from './settle-cards.ts';
import { openSqliteStore } from './sql-store.ts';

/** Real ledgers and a card torn off at every command. */
vi.setConfig({ testTimeout: 20_000 });

/** A card without a trip takes two commands more than the table of docs/cards.md has. */
const atCommit = { answered: 12, heard: true };

const keys = { opener: createOpener([cardSealingSeed]), keyStore: testKeyStore };

async function received(...buses: readonly CardBus[]): Promise<BackendStore> {
  const store = openSqliteStore(join(aFolder(), 'backend.db'));
  for (const { device, ledger } of buses) {
    const batch = ledger.outbox.nextBatch({ rowsMax: 500, bytesMax: 200_000 });
    if (batch !== undefined) await store.ingest({ device, ...batch }, someNow);
  }
  return store;
}

const summaryOf = ({ device, result, by, proof, refund }: CardDebit) =>
  `${device}: ${result} by ${by}, proof ${proof}, refund ${refund}`;

test('a debit that was torn off after the commit is given back when the next bus has charged anew', async () => {
  const clock = createSimClock({ wall: someNow });
  const [first, second] = [aCardBus('bus-1', clock), aCardBus('bus-2', clock)];
  const card = await aTransitCard();

  expect(await first.hold(card, atCommit)).toBe('amber card-gone');
  expect(await second.hold(card)).toBe('green fare-debited');
  await using store = asDisposable(await received(first, second));

  expect((await lookAt(card)).balance).toBe(20_000 - 7_000);
  expect((await settleCards(store.rowsOf(cardKinds), keys)).map(summaryOf)).toEqual([
    'bus-1: committed by card, proof none, refund 3500',
    'bus-2: committed by card, proof right, refund 0',
  ]);
  expect((await settleCards(store.rowsOf(cardKinds))).map(summaryOf)).toEqual([
    'bus-1: committed by validator, proof none, refund 3500',
    'bus-2: committed by validator, proof unread, refund 0',
  ]);
});

test('an outcome counts although its epoch has the smaller number, a granted one', async () => {
  const intent = aRowOfEachKind['card-intent'];
  const outcome = { ...aRowOfEachKind['card-outcome'], intentEpoch: 2 ** 40, intentSeq: 1 };
  const rows = [
    { device: 'bus-1', epoch: 5, seq: 1, row: { ...outcome, result: 'unknown' } },
    { device: 'bus-1', epoch: 6, seq: 1, row: outcome },
    { device: 'bus-1', epoch: 2 ** 40, seq: 1, row: intent },
  ];

  const debits = await settleCards(Readable.from(rows));

  expect(debits).toEqual([expect.objectContaining({ result: 'committed', epoch: 2 ** 40 })]);
});

test('wherever a card is torn off, the rider has paid once in the end for each ride that was given', async () => {
  for (const answered of Array.from({ length: 14 }, (_, index) => index)) {
    for (const heard of [false, true]) {
      const clock = createSimClock({ wall: someNow });
      const [first, second] = [aCardBus('bus-1', clock), aCardBus('bus-2', clock)];
      const card = await aTransitCard();
      await first.hold(card, { answered, heard });
      await second.hold(card);
      await using store = asDisposable(await received(first, second));

      const debits = await settleCards(store.rowsOf(cardKinds), keys);

      const refunds = debits.reduce((sum, { refund }) => sum + refund, 0);
      const rides =
        (await store.summary('bus-1')).accepted + (await store.summary('bus-2')).accepted;
      const paid = 20_000 - (await lookAt(card)).balance - refunds;
      expect({ answered, heard, paid }).toEqual({ answered, heard, paid: rides * 3_500 });
      expect(debits.filter(({ result }) => result === 'unknown')).toEqual([]);
    }
  }
});

test('a debit that its own bus settled when the card came back is no refund', async () => {
  const clock = createSimClock({ wall: someNow });
  const bus = aCardBus('bus-1', clock);
  const card = await aTransitCard();
  await bus.hold(card, atCommit);
  await bus.hold(card);
  await using store = asDisposable(await received(bus));

  const debits = await settleCards(store.rowsOf(cardKinds), keys);

  expect((await lookAt(card)).balance).toBe(16_500);
  expect(debits.map(summaryOf)).toEqual(['bus-1: committed by validator, proof none, refund 0']);
});

test('names a debit of which the card proves something else', async () => {
  const clock = createSimClock({ wall: someNow });
  const bus = aCardBus('bus-1', clock);
  await bus.hold(await aTransitCard());
  await using store = asDisposable(await received(bus));
  async function* dearer() {
    for await (const { row, ...place } of store.rowsOf(cardKinds)) {
      yield { ...place, row: row.kind === 'card-intent' ? { ...row, amount: 3_501 } : row };
    }
  }

  const proofs = (await settleCards(dearer(), keys)).map(({ proof }) => proof);

  expect(proofs).toEqual(['wrong']);
});

function asDisposable(store: BackendStore): BackendStore & AsyncDisposable {
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}
