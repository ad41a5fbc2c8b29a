import { expect, test } from 'vitest';
import { type CardChannel, ReaderError } from '../../device/token-reader.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { bytesOf, someNow } from '../../sim/testing/builders.ts';
import { aLedger } from '../../sim/testing/ledger-builders.ts';
import { end, fail, send } from '../core/card/dialogue.ts';
import type { CardInstruction } from '../core/card/instruction.ts';
import type { CardReply, CardTrip, PurseCard } from '../core/card/purse-card.ts';
import { rideMarks } from '../core/card/ride-marks.ts';
import { parsed } from '../core/parsed.ts';
import { instructCard } from './instruct-card.ts';
import { createStamper } from './stamp.ts';

const amount = { amount: 3_500, currency: 'IDR' };
const mac = bytesOf('0102030405060708');
const trips: CardTrip[] = [];

/** A purse that debits with one command. */
const purse: PurseCard = {
  balance: { amount: 20_000, currency: 'IDR' },
  counter: 41,
  trips: [],
  debit(trip) {
    trips.push(trip);
    return send<CardReply>(Uint8Array.of(0x90, 0xdc, 0, 0), ({ status }) =>
      end(
        parsed(
          status === 0x9000
            ? { result: 'committed', transaction: { counter: 42, mac } }
            : { result: 'not-committed' },
        ),
      ),
    );
  },
};
const debit: CardInstruction = {
  kind: 'debit',
  amount,
  ride: { action: 'single', product: 'umum-nontunai', routeId: 'k1', stopId: 's1' },
  card: purse,
};
const deviceTag = bytesOf('0d0e0f10');

function aStand(transceive: CardChannel['transceive']) {
  const clock = createSimClock({ wall: someNow + 999 });
  const ledger = aLedger();
  const deps = { clock, ledger, deviceTag, stamper: createStamper(clock, 'boot-1') };
  const channel = { transceive, gone: new AbortController().signal };
  const sealed = bytesOf('5ea1');
  const card = { tokenKey: new Uint8Array(32).fill(1), sealed, channel };
  const rows = () => ledger.audit.entries(10).map(({ row }) => row);
  return { deps, card, rows };
}

test('has the intent on record before the first command goes to the card', async () => {
  const seen: unknown[] = [];
  const stand = aStand(async () => {
    seen.push(...stand.rows());
    return Uint8Array.of(0x90, 0x00);
  });

  const result = await instructCard(debit, stand.card, stand.deps);

  expect(seen).toEqual([expect.objectContaining({ kind: 'card-intent', amount: 3_500 })]);
  expect(result).toMatchObject({ kind: 'card-outcome', result: 'committed', intentSeq: 1 });
});

test.each<[string, number[], string]>([
  ['that commits', [0x90, 0x00], 'committed'],
  ['that declines', [0x69, 0x85], 'not-committed'],
  ['whose answer is no answer', [], 'unknown'],
])('tells the outcome of a card %s', async (_, answer, result) => {
  const stand = aStand(async () => Uint8Array.from(answer));

  expect(await instructCard(debit, stand.card, stand.deps)).toMatchObject({ intentSeq: 1, result });
});

test('calls the outcome unknown when the card leaves amid the command', async () => {
  const stand = aStand(async () => {
    throw new ReaderError('card/gone', 'it left', 'hold it longer');
  });

  expect(await instructCard(debit, stand.card, stand.deps)).toMatchObject({ result: 'unknown' });
});

test('calls the outcome unknown when the dialogue itself fails', async () => {
  const stand = aStand(async () => Uint8Array.of(0x90, 0x00));
  const broken = { ...purse, debit: () => fail<CardReply>('card-answer-invalid', 'no purse') };

  expect(await instructCard({ ...debit, card: broken }, stand.card, stand.deps)).toMatchObject({
    result: 'unknown',
  });
});

test('writes down all that the office needs to prove the debit', async () => {
  const stand = aStand(async () => Uint8Array.of(0x90, 0x00));

  const outcome = await instructCard(debit, stand.card, stand.deps);

  expect([...stand.rows(), outcome]).toMatchObject([
    {
      ...{ kind: 'card-intent', tripAt: someNow, balanceBefore: 20_000, cardCounter: 41 },
      ...{ fareAction: 'single', fareProduct: 'umum-nontunai', routeId: 'k1', stopId: 's1' },
      sealedSecret: bytesOf('5ea1'),
    },
    { kind: 'card-outcome', result: 'committed', cardCounter: 42, cardMac: mac },
  ]);
});

test('names device, ledger place and time on the trip that the card keeps', async () => {
  const stand = aStand(async () => Uint8Array.of(0x90, 0x00));

  await instructCard(debit, stand.card, stand.deps);

  const { epoch } = stand.deps.ledger.head;
  expect(trips.at(-1)).toEqual({
    ...{ at: someNow, amount, deviceTag, epoch, seq: 1 },
    ride: rideMarks(debit.ride),
  });
});
