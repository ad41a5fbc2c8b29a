import { expect, test } from 'vitest';
import { createSimClock } from '../../sim/sim-clock.ts';
import { SyncError } from '../sync/backend.ts';
import { createCertificateRenewal } from './certificate-renewal.ts';
import type { RuntimeEvent } from './runtime-event.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const lifeMs = 90 * dayMs;

/** A device that runs for so long from the making of its certificate. */
async function renewalsWithin(days: number, { chance = 0.5, fails = 0, startDay = 0 } = {}) {
  const clock = createSimClock();
  const made = clock.wallNow() - startDay * dayMs;
  let period = { notBefore: made, notAfter: made + lifeMs };
  const asked: number[] = [];
  const events: RuntimeEvent[] = [];
  const identity = {
    get period() {
      return period;
    },
    async renew() {
      const now = clock.wallNow();
      asked.push((now - made) / dayMs);
      if (asked.length <= fails) throw new SyncError('sync/unreachable', 'no network', 'wait');
      period = { notBefore: now, notAfter: now + lifeMs };
    },
  };
  const deps = { clock, random: { next: () => chance }, identity };
  const renewal = createCertificateRenewal({ ...deps, report: (event) => events.push(event) });
  const stop = new AbortController();
  const running = renewal.run(stop.signal);
  await clock.advance(days * dayMs);
  stop.abort();
  await clock.advance(1);
  await running;
  return { asked, events };
}

test('leaves a certificate alone until the middle of its life', async () => {
  expect((await renewalsWithin(44.9)).asked).toEqual([]);
});

test.each([0.01, 0.5, 0.99])(
  'renews once within an hour of the middle, at %f of it',
  async (chance) => {
    const { asked, events } = await renewalsWithin(60, { chance });

    expect(asked).toHaveLength(1);
    expect(asked[0]).toBeCloseTo(45 + chance / 24, 5);
    expect(events).toEqual([{ event: 'certificate-renewed', notAfter: expect.any(Number) }]);
  },
);

test('renews again in the middle of the next one’s life', async () => {
  expect((await renewalsWithin(95)).asked).toHaveLength(2);
});

test('tries calmly at first and ever more often towards the end, and tells each failure', async () => {
  const { asked, events } = await renewalsWithin(90, { fails: 1_000_000 });

  const between = (from: number, to: number) =>
    asked.filter((day) => day >= from && day < to).length;
  expect(between(50, 51)).toBe(8);
  expect(between(80, 81)).toBeGreaterThan(100);
  expect(events[0]).toMatchObject({ event: 'renewal-failed', code: 'sync/unreachable' });
});

test('asks within a second when the certificate has ended already', async () => {
  const { asked } = await renewalsWithin(1 / 86_400, { startDay: 100 });

  expect(asked).toHaveLength(1);
});
