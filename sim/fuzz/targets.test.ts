import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import {
  checkout,
  corpusFolder,
  keptBytesMax,
  keptInputsMax,
  readInputs,
  readSeeds,
} from './corpus.ts';
import { createCollector } from './heap.ts';
import { targets } from './targets.ts';
import { tryInput } from './trial.ts';

const bench = { clock: createSystemClock(), collect: createCollector() };
const targetNames = targets.map(({ name }) => name);

test('has a corpus for each target and a target for each corpus', () => {
  expect(readdirSync(join(checkout, 'fixtures/corpus')).sort()).toEqual(targetNames.toSorted());
});

test.each(targets)('replays the corpus of $name without a finding', (target) => {
  const inputs = readSeeds(target);

  const findings = inputs.map((input) => tryInput({ ...bench, target }, input));

  expect(inputs.length).toBeGreaterThan(3);
  expect(findings.filter((finding) => finding !== undefined)).toEqual([]);
});

test.each(targets)('keeps the corpus of $name small', (target) => {
  const kept = readInputs(corpusFolder(target));

  expect(kept.length).toBeLessThanOrEqual(keptInputsMax);
  expect(kept.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(keptBytesMax);
});
