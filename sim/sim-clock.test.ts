import { expect, test } from 'vitest';
import { clockContract } from './contracts/clock.ts';
import { createSimClock, wakingsPerInstantMax } from './sim-clock.ts';

clockContract('the simulated clock', () => {
  const clock = createSimClock();
  return { clock, elapse: (ms) => clock.advance(ms) };
});

test('shows each sleeper the very time that it asked for', async () => {
  const clock = createSimClock({ monotonic: 100 });
  const seen: number[] = [];
  for (const ms of [0.5, 7, 7.25]) void clock.sleep(ms).then(() => seen.push(clock.monotonicNow()));

  await clock.advance(50);

  expect(seen).toEqual([100.5, 107, 107.25]);
  expect(clock.monotonicNow()).toBe(150);
});

test('settles a long chain of promises before it wakes the next sleeper', async () => {
  const clock = createSimClock();
  const order: string[] = [];
  const chain = async () => {
    await clock.sleep(1);
    for (let link = 0; link < 1_000; link += 1) await Promise.resolve();
    process.nextTick(() => order.push('chain'));
  };
  void chain();
  void clock.sleep(1).then(() => order.push('next'));

  await clock.advance(1);

  expect(order).toEqual(['chain', 'next']);
});

test('wakes those who lie down again on the way, as often as they are due', async () => {
  const clock = createSimClock();
  let ticks = 0;
  const tick = async () => {
    for (; ; ticks += 1) await clock.sleep(10);
  };
  void tick();

  await clock.advance(95);

  expect(ticks).toBe(9);
});

test('wakes sleepers of one instant in the order in which they lay down', async () => {
  const clock = createSimClock();
  const woken: string[] = [];
  for (const name of ['a', 'b', 'c']) void clock.sleep(5).then(() => woken.push(name));

  await clock.advance(5);

  expect(woken).toEqual(['a', 'b', 'c']);
});

test('steps the wall clock without moving monotonic time or waking anybody', async () => {
  const clock = createSimClock({ wall: 1_800_000_000_000 });
  let woken = false;
  void clock.sleep(1_000).then(() => (woken = true));

  clock.stepWall(3_600_000);
  await clock.advance(10);

  expect(clock.wallNow()).toBe(1_800_003_600_010);
  expect(clock.monotonicNow()).toBe(10);
  expect(woken).toBe(false);
});

test('lets the wall clock drift from the moment it is told to', async () => {
  const clock = createSimClock({ wall: 1_800_000_000_000 });
  await clock.advance(1_000_000);
  clock.drift(50);
  await clock.advance(1_000_000);
  clock.drift(0);
  await clock.advance(1_000_000);

  expect(clock.wallNow()).toBe(1_800_003_000_050);
  expect(clock.monotonicNow()).toBe(3_000_000);
});

test('forgets a sleeper whose signal aborts', async () => {
  const clock = createSimClock();
  const abort = new AbortController();
  const sleep = clock.sleep(1_000, abort.signal);

  abort.abort();
  await sleep;

  expect(clock.sleepers).toBe(0);
});

test('refuses a second advance while one is under way', async () => {
  const clock = createSimClock();
  const first = clock.advance(10);

  await expect(clock.advance(10)).rejects.toThrow('one advance');
  await first;
});

test('fails by name, instead of hanging, when somebody sleeps for 0 ms without end', async () => {
  const clock = createSimClock();
  const spin = async () => {
    while (true) await clock.sleep(0);
  };
  void spin();

  await expect(clock.advance(1)).rejects.toThrow('endless sleeps of 0 ms');
  expect(wakingsPerInstantMax).toBeGreaterThan(1_000);
});
