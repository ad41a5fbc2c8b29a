/** A recorded session of a transit card, opened with the master keys of the test card. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { respondThroughReader } from '../../sim/card-reader-layer.ts';
import { createCardConversation } from '../../sim/personalise/card-conversation.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { keyed, someNow } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { aTransitCard, testKeyFile, testKeyStore } from '../../sim/testing/transit-cards.ts';
import { hex, utf8 } from '../core/bytes.ts';
import { readCard } from '../core/card/read-card.ts';
import { inspect } from './inspect.ts';

const generations = ['ev1', 'ev2'] as const;
const pass = { product: 'langganan', notBefore: 1_793_000_000, expires: 1_809_000_000 };
const ride = { action: 'enter', transfers: 0, route: 0x0a0b0c, stop: 0x0d0e0f } as const;

/** As a validator heard it; the card has made one trip. */
async function recorded(generation: (typeof generations)[number]) {
  const card = await aTransitCard({ generation, pass });
  const lines: string[] = [];
  const entropy = createSimEntropy(5);
  const read = async () => {
    card.reset();
    lines.length = 0;
    const transceive = async (apdu: Uint8Array) => {
      const answer = respondThroughReader(card, apdu);
      lines.push(`> ${hex(apdu)}`, `< ${hex(answer)}`);
      return answer;
    };
    const talk = createCardConversation({ transceive, keyStore: testKeyStore, entropy });
    const token = await talk.drive(readCard(card.atr, { keyed, challenge: entropy.bytes(16) }));
    return { talk, purse: token.ok ? token.value.card : undefined };
  };
  const { talk, purse } = await read();
  const place = { deviceTag: utf8('dev7'), epoch: 3, seq: 9, at: someNow, ride };
  await talk.drive(
    purse?.debit({ ...place, amount: { amount: 3_500, currency: 'IDR' } }) ?? never(),
  );
  await read();
  return lines.join('\n');
}

function never(): never {
  throw new Error('the card was not read');
}

async function inspected(trace: string, keys?: object) {
  const file = join(aFolder(), 'cards.json');
  writeFileSync(file, JSON.stringify(keys ?? testKeyFile), { mode: 0o600 });
  const io = { ...createTestIo(), readInput: async () => utf8(trace) };
  const exitCode = await inspect('-', { cardKeys: file, json: true }, { io, now: someNow });
  return { exitCode, said: JSON.parse(io.outs[0] ?? '{}') };
}

test.each(generations)('opens the session of an %s card', async (generation) => {
  const { exitCode, said } = await inspected(await recorded(generation));

  expect(exitCode).toBe(0);
  expect(said).toMatchObject({
    format: 'transit-card',
    facts: { balance: 'Rp 16.500', passProduct: 'langganan' },
  });
  expect(said.facts.trips).toEqual([
    expect.stringMatching(/enter Rp 3\.500 route 0a0b0c stop 0d0e0f device 64657637 row 3:9$/),
  ]);
});

test.each(generations)('says that other keys are not those of an %s card', async (generation) => {
  const keys = testKeyFile.keys.map((one) => ({ ...one, key: 'ee'.repeat(16) }));

  const { exitCode, said } = await inspected(await recorded(generation), { keys });

  expect(exitCode).toBe(0);
  expect(said.notes).toEqual(['these card keys do not open the DESFire session of this card']);
  expect(said.facts).toEqual({});
});

test('notices an answer that was changed in the recording', async () => {
  const trace = await recorded('ev2');
  const lines = trace.split('\n');
  const last = lines.at(-1) ?? '';
  const changed = [
    ...lines.slice(0, -1),
    last.replace(/^< (..)/, (_, byte) => `< ${byte === '00' ? '01' : '00'}`),
  ];

  const { said } = await inspected(changed.join('\n'));

  expect(said.fault?.reason).toBe('card-answer-invalid');
});
