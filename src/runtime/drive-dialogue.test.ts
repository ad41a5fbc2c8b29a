import { expect, test } from 'vitest';
import { type CardChannel, ReaderError } from '../../device/token-reader.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import { dialogueCommandsMax, end, send } from '../core/card/dialogue.ts';
import { parsed } from '../core/parsed.ts';
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

  const result = await driveDialogue(threeCommands, channel, clock);

  expect(result).toEqual(parsed('done'));
  expect(new Set(deadlines)).toEqual(new Set([500 + dialogueMs]));
});

test('sends nothing when there is nothing to ask', async () => {
  const { clock, channel } = aCard(async () => {
    throw new Error('not reached');
  });

  expect(await driveDialogue(end(parsed('known')), channel, clock)).toEqual(parsed('known'));
});

test.each([
  ['card/gone', 'card-gone'],
  ['card/timeout', 'card-timeout'],
  ['reader/unplugged', 'card-gone'],
] as const)('ends with a reason when the channel says %s', async (code, reason) => {
  const { clock, channel } = aCard(async () => {
    throw new ReaderError(code, 'it went away', 'hold it longer');
  });

  expect(await driveDialogue(threeCommands, channel, clock)).toMatchObject({
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

  const result = await driveDialogue(endless(), channel, clock);

  expect(result).toMatchObject({ ok: false, fault: { reason: 'card-answer-invalid' } });
  expect(commands).toBe(dialogueCommandsMax);
});

test('does not take a bug of ours for a card that went away', async () => {
  const { clock, channel } = aCard(async () => {
    throw new TypeError('a bug');
  });

  await expect(driveDialogue(threeCommands, channel, clock)).rejects.toThrow('a bug');
});
