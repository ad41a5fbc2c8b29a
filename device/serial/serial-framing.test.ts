import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSystemClock } from '../os/system-clock.ts';
import { createSerialFraming } from './serial-framing.ts';

test('does not take a stall of its own process for a silent scanner', async () => {
  const events: string[] = [];
  const framing = createSerialFraming(
    { clock: createSystemClock() },
    { terminator: Buffer.from('\r\n'), interByteTimeoutMs: 50 },
    {
      onFrame: (bytes) => events.push(Buffer.from(bytes).toString()),
      onFault: (fault) => events.push(`!${fault}`),
      onDiscard: () => {},
    },
  );
  framing.accept(Buffer.from('before '));

  // From one end of a turn to the next: the timers that fell due come before what the port holds.
  await nextTurn();
  stall(80);
  await nextTurn();
  framing.accept(Buffer.from('and after\r\n'));

  expect(events).toEqual(['before and after']);
});

/** Holds up the whole event loop, as a slow fsync does. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
