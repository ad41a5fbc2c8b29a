import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { readHostVitals } from './host-vitals.ts';

test('tells how much room there is', () => {
  expect(readHostVitals(tmpdir()).storageFreeBytes).toBeGreaterThan(0);
});

test('leaves out what cannot be known', () => {
  expect(readHostVitals('/nowhere/at/all')).not.toHaveProperty('storageFreeBytes');
});
