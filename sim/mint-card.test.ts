import { expect, test } from 'vitest';
import type { CliIo } from '../src/cli/cli-io.ts';
import { diversifyKey } from '../src/core/card/desfire/key-diversification.ts';
import { createSimCardField, type SimCardField } from './card-field.ts';
import { countingEntropy } from './cards/desfire/card-talk.ts';
import { createDesfireCard, type DesfireCard } from './cards/desfire/desfire-card.ts';
import { createForeignCard } from './cards/foreign-card.ts';
import { mintCard } from './mint-card.ts';
import type { MintCardOptions } from './personalise/card-wish.ts';
import { personaliseCard } from './personalise/personalise-card.ts';
import { createSimClock } from './sim-clock.ts';
import { bytesOf } from './testing/builders.ts';

/** One test key for everything: nobody may trust it. */
const keyStore = {
  cardKey: async (_key: string, _version: number, diversification: Uint8Array) =>
    diversifyKey(new Uint8Array(16).fill(7), diversification),
};

function aBlank(uid: string): DesfireCard {
  return createDesfireCard({ uid: bytesOf(uid), generation: 'ev2', entropy: countingEntropy() });
}

/** Mints with somebody at the reader who does something at certain lines. */
async function mint(
  options: Partial<MintCardOptions>,
  person: (line: string, field: SimCardField, stop: () => void) => void,
) {
  const lines: string[] = [];
  const clock = createSimClock({ wall: Date.UTC(2026, 10, 2) });
  const field = createSimCardField({ clock });
  const stopping = new AbortController();
  const io: CliIo = {
    out(line) {
      lines.push(line);
      person(line, field, () => stopping.abort());
    },
    err: () => undefined,
    readInput: async () => new Uint8Array(0),
    stopping: stopping.signal,
    inColour: false,
  };
  const deps = {
    clock,
    entropy: countingEntropy(),
    openReader: () => field,
    openKeyStore: () => keyStore,
  };
  const wish = { keys: 'test-keys.json', balance: '50000', days: '30', ...options };
  const exitCode = await mintCard(wish, io, deps);
  return { exitCode, lines };
}

const uid = '04112233445566';

test('asks for a card, shows each step, and ends with what the card says', async () => {
  const card = aBlank(uid);
  const options = { product: 'langganan', category: 'pelajar' };

  const { exitCode, lines } = await mint(options, (line, field) => {
    if (line.startsWith('hold a blank')) field.present(card);
  });

  expect(exitCode).toBe(0);
  expect(lines.slice(1, 3)).toEqual([
    '[--------------------]  0/13 application',
    '[##------------------]  1/13 key 1',
  ]);
  expect(lines.slice(-8)).toEqual([
    '[####################] 13/13 finished',
    `card      ${uid}, DESFire EV2`,
    expect.stringMatching(/^issue {5}[0-9a-f]{16}$/),
    'balance   Rp50000',
    'pass      langganan, 2026-11-02 to 2026-12-02',
    'category  pelajar',
    'trips     none',
    'commits   0',
  ]);
});

test('goes on with the same card when it was pulled away, and with no other', async () => {
  const card = aBlank(uid);
  const other = aBlank('04665544332211');

  const { exitCode, lines } = await mint({}, (line, field) => {
    if (line.startsWith('hold a blank')) field.present(card, { tearAfterApdus: 30 });
    if (line.startsWith('the card was pulled away')) field.present(other);
    if (line.startsWith('this is another card')) field.present(card);
  });

  expect(exitCode).toBe(0);
  expect(lines.filter((line) => line.includes('another card'))).toHaveLength(1);
  expect(lines).toContain('balance   Rp50000');
});

test('waits on when what is held is no such card, or cannot be read', async () => {
  const card = aBlank(uid);

  const { exitCode, lines } = await mint({}, (line, field) => {
    if (line.startsWith('hold a blank')) field.failConnect();
    if (line.startsWith('the card could not be read')) field.present(createForeignCard());
    if (line.startsWith('not a DESFire card')) field.present(card);
  });

  expect(exitCode).toBe(0);
  expect(lines).toContain(
    'not a DESFire card with a UID of its own (it tells 0 bytes): take another',
  );
});

test('ends without a card when it is told to stop', async () => {
  const { exitCode, lines } = await mint({}, (_line, _field, stop) => stop());

  expect([exitCode, lines.length]).toEqual([1, 1]);
});

test('ends with the reason when the card is made with other keys', async () => {
  const card = aBlank(uid);
  const other = { cardKey: async () => new Uint8Array(16).fill(8) };
  const transceive = async (apdu: Uint8Array) => card.respond(apdu);
  const order = { uid: bytesOf(uid), openingBalance: 0 };
  await personaliseCard(order, { transceive, keyStore: other, entropy: countingEntropy() });

  const minting = mint({}, (line, field) => {
    if (line.startsWith('hold a blank')) field.present(card);
  });

  await expect(minting).rejects.toMatchObject({ code: 'card/not-ours' });
});

test.each([
  [{ balance: '-1' }, 'mint/bad-balance'],
  [{ balance: '2000001' }, 'mint/bad-balance'],
  [{ balance: '' }, 'mint/bad-balance'],
  [{ product: '' }, 'mint/bad-product'],
  [{ product: 'x'.repeat(33) }, 'mint/bad-product'],
  [{ category: 'é' }, 'mint/bad-category'],
  [{ product: 'harian', days: '0' }, 'mint/bad-days'],
  [{ product: 'harian', days: '1.5' }, 'mint/bad-days'],
])('refuses %j before it asks for a card', async (options, code) => {
  await expect(mint(options, () => undefined)).rejects.toMatchObject({ code, exitCode: 2 });
});
