import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import type { Assigned } from '../runtime/assignment-memory.ts';
import { createAssignmentFile } from './assignment-file.ts';

const given = {
  assignment: { routeId: 'koridor-1', directionId: 0, tripId: 'koridor-1-0-0700' },
  ...({ by: 'driver', until: 1_800_000_000_000 } as const),
} as const;

test.each<Assigned>([
  { given },
  { given: { ...given, assignment: { routeId: 'koridor-2' }, by: 'dispatcher' }, order: '17' },
  { order: '17' },
])('gives back what was kept, after a restart too: %o', (one) => {
  const folder = aFolder();

  createAssignmentFile(folder).keep(one);

  expect(createAssignmentFile(folder).recall()).toEqual(one);
  expect(readdirSync(folder)).toEqual(['assignment.json']);
  expect(statSync(join(folder, 'assignment.json')).mode & 0o777).toBe(0o600);
});

test('has nothing after it was taken back', () => {
  const folder = aFolder();
  const memory = createAssignmentFile(folder);
  memory.keep({ given });

  memory.keep({});
  memory.keep({});

  expect(memory.recall()).toEqual({});
  expect(existsSync(join(folder, 'assignment.json'))).toBe(false);
});

test.each([
  ['a half of it', '{"routeId":"kor'],
  ['another form', '{"routeId":"koridor-1"}'],
  ['a key too many', JSON.stringify({ routeId: '1', by: 'driver', until: 1, more: 1 })],
  ['nobody', JSON.stringify({ routeId: '1', by: 'passenger', until: 1 })],
  ['nothing', ''],
])('takes a file with %s for none', (_what, text) => {
  const folder = aFolder();
  writeFileSync(join(folder, 'assignment.json'), text);

  expect(createAssignmentFile(folder).recall()).toEqual({});
});

test('says why it cannot keep an assignment', () => {
  const folder = aFolder();
  mkdirSync(join(folder, 'assignment.json.new'));

  expect(() => createAssignmentFile(folder).keep({ given })).toThrow(
    expect.objectContaining({ code: 'assignment/cannot-keep', hint: expect.any(String) }),
  );
});
