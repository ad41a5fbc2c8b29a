import { expect, test } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { someNow } from '../../sim/testing/builders.ts';
import type { RuntimeEvent } from './runtime-event.ts';
import { createServerClock } from './server-clock.ts';
import { clockFloor } from './stamp.ts';

const hourMs = 3_600_000;

function aServerClock() {
  const clock = createSimClock({ wall: someNow });
  const events: RuntimeEvent[] = [];
  const report = (event: RuntimeEvent) => void events.push(event);
  const server = createServerClock({ clock, report }, clockFloor);
  /** An answer that comes now, and was asked so long ago. */
  const answer = (offsetMs: number, roundTripMs = 200) => {
    const answeredAt = clock.monotonicNow();
    const serverTime = clock.wallNow() + offsetMs - roundTripMs / 2;
    server.learn({ serverTime, askedAt: answeredAt - roundTripMs, answeredAt });
  };
  return { clock, server, events, answer };
}

test('knows nothing before an answer', () => {
  const { server } = aServerClock();

  expect([server.offsetMs, server.quality]).toEqual([undefined, undefined]);
});

test.each([
  [0, 'ntp'],
  [1_900, 'ntp'],
  [-30_000, 'rtc'],
  [61_000, 'untrusted'],
  [-61_000, 'untrusted'],
] as const)('says of a clock that is off by %s ms that it is %s', (offsetMs, quality) => {
  const { server, answer } = aServerClock();

  answer(offsetMs);

  expect([server.offsetMs, server.quality]).toEqual([offsetMs, quality]);
});

test('trusts a clock less when nobody confirmed it for an hour', async () => {
  const { server, clock, answer } = aServerClock();
  answer(0);

  await clock.advance(hourMs + 1);

  expect([server.offsetMs, server.quality]).toEqual([0, 'rtc']);
});

test('learns nothing of an answer that took too long, or that is from before Halte', () => {
  const { server, answer } = aServerClock();

  answer(0, 10_001);
  answer(clockFloor - someNow - hourMs);

  expect(server.offsetMs).toBeUndefined();
});

test('believes a jump forward of days only when the next answer says it too', async () => {
  const { server, clock, events, answer } = aServerClock();
  answer(0);
  answer(48 * hourMs);
  const doubted = server.offsetMs;
  await clock.advance(60_000);
  answer(48 * hourMs);

  expect([doubted, server.offsetMs]).toEqual([0, 48 * hourMs]);
  expect(events).toEqual([
    { event: 'server-time-doubted', jumpMs: 48 * hourMs },
    { event: 'server-time-jumped', jumpMs: 48 * hourMs },
  ]);
});

test('takes back, on record, what signed time says was too far', () => {
  const { server, events, answer } = aServerClock();
  answer(0);

  answer(-2 * hourMs);

  expect(server.offsetMs).toBe(-2 * hourMs);
  expect(events).toEqual([{ event: 'server-time-jumped', jumpMs: -2 * hourMs }]);
});
