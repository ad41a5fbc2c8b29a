import { expect, test, vi } from 'vitest';
import { fill, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aSyncingDevice } from '../../sim/testing/syncing-device.ts';
import { type HeartbeatReply, SyncError } from '../sync/backend.ts';

/** Real files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const minuteMs = 60_000;
const unreachable = () => Promise.reject(new SyncError('sync/unreachable', 'no network', 'wait'));

test('tells the backend every minute how the device is', async () => {
  const device = aSyncingDevice({ isHeard: true });
  fill(device.ledger, 2);
  device.start();

  await device.clock.advance(3 * minuteMs);

  expect(device.beats.length).toBeGreaterThanOrEqual(3);
  expect(device.beats.length).toBeLessThanOrEqual(4);
  const known = await device.store.health.newest(testDevice);
  expect(known?.report).toMatchObject({ epoch: 1, seq: 2, unsent: 0, clockQuality: 'ntp' });
  expect(await device.store.health.alarms(testDevice)).toEqual([]);
});

test('risks no batch on a link that failed before a heartbeat came through', async () => {
  const device = aSyncingDevice({ isHeard: true });
  fill(device.ledger, 2);
  device.behave = unreachable;
  device.start();
  await device.clock.advance(100);
  const { hear } = device;
  device.hear = unreachable;
  await device.clock.advance(10_000);
  const before = device.uploads.length;
  device.hear = hear;
  device.behave = device.honest.uploadTaps;
  await device.clock.advance(20_000);

  expect(before).toBe(1);
  expect(device.ledger.outbox.unsent).toBe(0);
});

test.each(['sync/server-error', 'sync/bad-reply'] as const)(
  'lets taps go on where heartbeats are answered with %s',
  async (code) => {
    const device = aSyncingDevice({ isHeard: true });
    fill(device.ledger, 2);
    device.hear = () => Promise.reject(new SyncError(code, 'no such path', 'see the log'));
    device.start();

    await device.clock.advance(1_000);

    expect(device.ledger.outbox.unsent).toBe(0);
    expect(device.events).toContainEqual(expect.objectContaining({ event: 'heartbeat-refused' }));
  },
);

test('does not call again in haste where the backend says later', async () => {
  const device = aSyncingDevice({ isHeard: true });
  fill(device.ledger, 1);
  device.hear = async () => ({ kind: 'later', retryAfterMs: minuteMs });
  device.start();

  await device.clock.advance(minuteMs - 1);

  expect(device.beats).toHaveLength(1);
  expect(device.uploads).toEqual([]);
});

test('lets an answer that was kept move no clock', async () => {
  const device = aSyncingDevice({ isHeard: true });
  const kept: HeartbeatReply[] = [];
  const { hear } = device;
  device.hear = async (heartbeat, signal) => {
    kept.push(await hear(heartbeat, signal));
    return kept[0] ?? { kind: 'later', retryAfterMs: 0 };
  };
  device.start();
  await device.clock.advance(1_000);
  const learned = device.serverClock.offsetMs;
  await device.clock.advance(30 * minuteMs);

  expect(kept.length).toBeGreaterThan(10);
  expect([learned, device.serverClock.offsetMs]).toEqual([40, 40]);
  expect(device.codes()).toContain('sync/bad-reply');
});
