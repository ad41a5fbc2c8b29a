import { expect, test } from 'vitest';
import { createScanQueue, type ScanQueue, scansWaitingMax } from './scan-queue.ts';
import type { Scan } from './token-reader.ts';

const aScan = (lastByteAt: number): Scan => ({
  medium: 'unreadable',
  reader: 'front',
  fault: 'frame-too-long',
  lastByteAt,
});

async function timesOf(queue: ScanQueue): Promise<number[]> {
  const times: number[] = [];
  for await (const scan of queue) times.push(scan.lastByteAt);
  return times;
}

test('gives scans in the order of their coming and then ends', async () => {
  const queue = createScanQueue();
  queue.push(aScan(1));
  queue.push(aScan(2));
  queue.end();

  expect(await timesOf(queue)).toEqual([1, 2]);
});

test('wakes a consumer that waits', async () => {
  const queue = createScanQueue();
  const waiting = queue[Symbol.asyncIterator]().next();

  queue.push(aScan(7));

  expect(await waiting).toEqual({ done: false, value: aScan(7) });
});

test('ends a consumer that waits', async () => {
  const queue = createScanQueue();
  const times = timesOf(queue);

  queue.end();

  expect(await times).toEqual([]);
});

test('drops the oldest scan past its limit and counts it', async () => {
  const queue = createScanQueue();
  for (let time = 0; time < scansWaitingMax + 2; time += 1) queue.push(aScan(time));
  queue.end();

  expect(queue.dropped).toBe(2);
  expect(await timesOf(queue)).toEqual(Array.from({ length: scansWaitingMax }, (_, i) => i + 2));
});

test('gives what is queued before it throws the error it ended with', async () => {
  const queue = createScanQueue();
  queue.push(aScan(1));
  queue.end(new Error('unplugged'));
  const scans = queue[Symbol.asyncIterator]();

  expect(await scans.next()).toEqual({ done: false, value: aScan(1) });
  await expect(scans.next()).rejects.toThrow('unplugged');
});

test('takes no scan and no other end once it has ended', async () => {
  const queue = createScanQueue();
  queue.end();
  queue.push(aScan(1));
  queue.end(new Error('too late'));

  expect(await timesOf(queue)).toEqual([]);
});
