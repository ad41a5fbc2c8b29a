import { expect, test } from 'vitest';
import { type KeyStore, KeyStoreError } from '../../device/key-store.ts';
import { type CardChannel, ReaderError } from '../../device/token-reader.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { askKey, dialogueCommandsMax, end, send } from '../core/card/dialogue.ts';
import { faulty, parsed } from '../core/parsed.ts';
import { dialogueMs, driveDialogue } from './drive-dialogue.ts';

const apdu = Uint8Array.of(0x00, 0xa4, 0x04, 0x00);
const ok = Uint8Array.of(0x90, 0x00);

/** A card that answers as told, on a clock that shows 500. */
function aCard(transceive: CardChannel['transceive']) {
  const clock = createSimClock({ monotonic: 500 });
  const channel = { transceive, gone: new AbortController().signal };
  return { clock, channel };
}

const threeCommands = send<string>(apdu, () =>
  send<string>(apdu, () => send<string>(apdu, () => end(parsed('done')))),
);
const endless = (): ReturnType<typeof send<string>> => send<string>(apdu, endless);

test('drives a dialogue to its end, all of it against one deadline', async () => {
  const deadlines: number[] = [];
  const { clock, channel } = aCard(async (_apdu, deadline) => {
    deadlines.push(deadline);
    await clock.advance(100);
    return ok;
  });

  const result = await driveDialogue(threeCommands, channel, { clock });

  expect(result).toEqual(parsed('done'));
  expect(new Set(deadlines)).toEqual(new Set([500 + dialogueMs]));
});

test('sends nothing when there is nothing to ask', async () => {
  const { clock, channel } = aCard(async () => {
    throw new Error('not reached');
  });

  expect(await driveDialogue(end(parsed('known')), channel, { clock })).toEqual(parsed('known'));
});

test.each([
  ['card/gone', 'card-gone'],
  ['card/timeout', 'card-timeout'],
  ['reader/unplugged', 'card-gone'],
] as const)('ends with a reason when the channel says %s', async (code, reason) => {
  const { clock, channel } = aCard(async () => {
    throw new ReaderError(code, 'it went away', 'hold it longer');
  });

  expect(await driveDialogue(threeCommands, channel, { clock })).toMatchObject({
    ok: false,
    fault: { reason },
  });
});

test('stops a dialogue that has no end', async () => {
  let commands = 0;
  const { clock, channel } = aCard(async () => {
    commands += 1;
    return ok;
  });

  const result = await driveDialogue(endless(), channel, { clock });

  expect(result).toMatchObject({ ok: false, fault: { reason: 'card-answer-invalid' } });
  expect(commands).toBe(dialogueCommandsMax);
});

test('does not take a bug of ours for a card that went away', async () => {
  const { clock, channel } = aCard(async () => {
    throw new TypeError('a bug');
  });

  await expect(driveDialogue(threeCommands, channel, { clock })).rejects.toThrow('a bug');
});

const wanted = { key: 'transit-2', version: 1, diversification: Uint8Array.of(1) };
const keyed = askKey<string>(wanted, (key) =>
  end(key === undefined ? faulty('card-key-missing', 'none') : parsed(`key of ${key.length}`)),
);

test('fetches the keys that a dialogue asks for', async () => {
  const asked: unknown[] = [];
  const { clock, channel } = aCard(async () => ok);
  const keyStore: KeyStore = {
    cardKey: async (key, version, diversification) => {
      asked.push({ key, version, diversification });
      return new Uint8Array(16);
    },
  };

  expect(await driveDialogue(keyed, channel, { clock, keyStore })).toEqual(parsed('key of 16'));
  expect(asked).toEqual([wanted]);
});

test('has no key to give without a key store', async () => {
  const { clock, channel } = aCard(async () => ok);

  expect(await driveDialogue(keyed, channel, { clock })).toMatchObject({
    fault: { reason: 'card-key-missing' },
  });
});

test('tells of a key store that fails as of a missing key', async () => {
  const { clock, channel } = aCard(async () => ok);
  const keyStore: KeyStore = {
    cardKey: async () => {
      throw new KeyStoreError('key-store/failed', 'the token is gone', 'plug it in');
    },
  };

  expect(await driveDialogue(keyed, channel, { clock, keyStore })).toEqual(
    faulty('card-key-missing', 'the token is gone'),
  );
});

test('waits for a key store no longer than for a card', async () => {
  const { clock, channel } = aCard(async () => ok);
  const keyStore: KeyStore = { cardKey: () => new Promise(() => {}) };

  const result = driveDialogue(keyed, channel, { clock, keyStore });
  await clock.advance(dialogueMs);

  expect(await result).toMatchObject({ fault: { reason: 'card-key-missing' } });
  expect(clock.sleepers).toBe(0);
});
