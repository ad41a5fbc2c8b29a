import { expect, test } from 'vitest';
import { type CardChannel, ReaderError } from '../../device/token-reader.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { aLedger } from '../../sim/testing/ledger-builders.ts';
import { end, fail, send } from '../core/card/dialogue.ts';
import type { CardInstruction, CardReply } from '../core/card/instruction.ts';
import { parsed } from '../core/parsed.ts';
import { instructCard } from './instruct-card.ts';
import { createStamper } from './stamp.ts';

const debit: CardInstruction = {
  kind: 'debit',
  amount: { amount: 3_500, currency: 'IDR' },
  dialogue: send<CardReply>(Uint8Array.of(0x90, 0xdc, 0, 0), ({ status }) =>
    end(parsed(status === 0x9000 ? 'committed' : 'not-committed')),
  ),
};

function aStand(transceive: CardChannel['transceive']) {
  const clock = createSimClock();
  const ledger = aLedger();
  const deps = { clock, ledger, stamper: createStamper(clock, 'boot-1') };
  const channel = { transceive, gone: new AbortController().signal };
  const card = { tokenKey: new Uint8Array(32).fill(1), channel };
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
  expect(result).toBe('committed');
});

test.each<[string, number[], string]>([
  ['that commits', [0x90, 0x00], 'committed'],
  ['that declines', [0x69, 0x85], 'not-committed'],
  ['whose answer is no answer', [], 'unknown'],
])('records the outcome of a card %s', async (_, answer, result) => {
  const stand = aStand(async () => Uint8Array.from(answer));

  await instructCard(debit, stand.card, stand.deps);

  expect(stand.rows()[1]).toMatchObject({ kind: 'card-outcome', intentSeq: 1, result });
});

test('calls the outcome unknown when the card leaves amid the command', async () => {
  const stand = aStand(async () => {
    throw new ReaderError('card/gone', 'it left', 'hold it longer');
  });

  expect(await instructCard(debit, stand.card, stand.deps)).toBe('unknown');
});

test('calls the outcome unknown when the dialogue itself fails', async () => {
  const stand = aStand(async () => Uint8Array.of(0x90, 0x00));
  const broken = { ...debit, dialogue: fail<CardReply>('card-answer-invalid', 'no purse') };

  expect(await instructCard(broken, stand.card, stand.deps)).toBe('unknown');
});
