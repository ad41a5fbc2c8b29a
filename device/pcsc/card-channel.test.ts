import { expect, test } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { createCardChannel } from './card-channel.ts';

const command = Uint8Array.of(0x00, 0xa4, 0x04, 0x00);
const ok = Uint8Array.of(0x90, 0x00);
const gone = expect.objectContaining({ code: 'card/gone' });
const timeout = expect.objectContaining({ code: 'card/timeout' });

function aChannel(exchange: (apdu: Uint8Array) => Promise<Uint8Array>) {
  const clock = createSimClock();
  const leaving = new AbortController();
  const channel = createCardChannel({ clock, exchange }, leaving.signal);
  return { clock, channel, leave: () => leaving.abort() };
}

test('discards an answer that comes after the deadline', async () => {
  const late = Promise.withResolvers<Uint8Array>();
  const sent: Uint8Array[] = [];
  const { clock, channel } = aChannel((apdu) => {
    sent.push(apdu);
    return late.promise;
  });
  const answer = expect(channel.transceive(command, 100)).rejects.toThrow(timeout);

  await clock.advance(100);
  late.resolve(ok);

  await answer;
  await expect(channel.transceive(command, 200)).rejects.toThrow(gone);
  expect(sent).toHaveLength(1);
});

test('leaves no timer behind when the card answers in time', async () => {
  const { clock, channel } = aChannel(async () => ok);

  expect(await channel.transceive(command, 100)).toEqual(ok);

  expect(clock.sleepers).toBe(0);
});

test('fails the command in flight when the card leaves', async () => {
  const { clock, channel, leave } = aChannel(() => new Promise(() => {}));
  const answer = channel.transceive(command, 100);

  leave();

  await expect(answer).rejects.toThrow(gone);
  expect(clock.sleepers).toBe(0);
});

test('takes an answer without status bytes for the tearing of the card', async () => {
  const { channel } = aChannel(async () => new Uint8Array());

  await expect(channel.transceive(command, 100)).rejects.toThrow(gone);
});

test('names what failed beneath as the cause of card/gone', async () => {
  const cause = new Error('Transaction failed');
  const { channel } = aChannel(() => Promise.reject(cause));

  await expect(channel.transceive(command, 100)).rejects.toThrow(
    expect.objectContaining({ cause }),
  );
});

test.each([3, 262])('refuses a command of %i bytes as a mistake of the caller', async (length) => {
  const { channel } = aChannel(async () => ok);

  await expect(channel.transceive(new Uint8Array(length), 100)).rejects.toThrow('4 to 261 bytes');
});

test('refuses a second command during the first as a mistake of the caller', async () => {
  const { channel, leave } = aChannel(() => new Promise(() => {}));
  const first = channel.transceive(command, 100);

  await expect(channel.transceive(command, 100)).rejects.toThrow('one command at a time');

  leave();
  await expect(first).rejects.toThrow(gone);
});
