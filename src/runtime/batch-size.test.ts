import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchRowsMax } from '../sync/wire.ts';
import { createBatchSize, rowsAfterFailure } from './batch-size.ts';

test('begins whole, goes on with few after a failure, and doubles with quick answers', () => {
  const size = createBatchSize();
  const sizes = [size.rowsMax];

  size.onFailure();
  sizes.push(size.rowsMax);
  size.onFailure();
  sizes.push(size.rowsMax);
  for (let quick = 0; quick < 6; quick += 1) {
    size.onReceipt(100);
    sizes.push(size.rowsMax);
  }

  expect(sizes).toEqual([500, 50, 25, 50, 100, 200, 400, 500, 500]);
});

test('leaves the size of a batch that took its time, and halves that of a slow one', () => {
  const size = createBatchSize();

  size.onReceipt(5_000);
  const before = size.rowsMax;
  size.onReceipt(15_000);

  expect([before, size.rowsMax]).toEqual([500, 250]);
});

test('does not grow past what was too large until all is sent', () => {
  const size = createBatchSize();
  size.onTooLarge(500);
  size.onReceipt(100);
  const limited = size.rowsMax;

  size.forgetLimit();

  expect([limited, size.rowsMax]).toEqual([250, 500]);
});

test('stays between one row and the most that a backend takes, whatever happens', () => {
  const happening = fc.oneof(
    fc.nat(30_000).map((ms) => ({ on: 'receipt', value: ms }) as const),
    fc.constant({ on: 'failure', value: 0 } as const),
    fc.integer({ min: 1, max: 500 }).map((rows) => ({ on: 'too-large', value: rows }) as const),
  );
  fc.assert(
    fc.property(fc.array(happening), (happenings) => {
      const size = createBatchSize();
      for (const { on, value } of happenings) {
        if (on === 'receipt') size.onReceipt(value);
        else if (on === 'failure') size.onFailure();
        else size.onTooLarge(value);
        expect(size.rowsMax).toBeGreaterThanOrEqual(1);
        expect(size.rowsMax).toBeLessThanOrEqual(batchRowsMax);
        if (on === 'failure') expect(size.rowsMax).toBeLessThanOrEqual(rowsAfterFailure);
      }
    }),
  );
});
