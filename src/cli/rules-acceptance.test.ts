import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { someNow } from '../../sim/testing/builders.ts';
import { aRulesFolder } from '../../sim/testing/rules-folder.ts';
import { createTestIo } from '../../sim/testing/test-device.ts';
import { acceptance } from '../bundle/acceptance.ts';
import { explainRules } from './rules.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Every key of the schema, wherever it stands, in the order of the schema. */
function keysBelow(schema: Schema): readonly (readonly [string, Schema])[] {
  const inner = [
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.anyOf ?? []),
  ].flatMap(keysBelow);
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, one]) => [
    [key, one] as const,
    ...keysBelow(one),
  ]);
  return [...own, ...inner];
}

const schema = z.toJSONSchema(acceptance, { unrepresentable: 'any', io: 'input' }) as Schema;
const keys = keysBelow(schema);

function explained(folder: string, columns?: number): readonly string[] {
  const io = createTestIo();
  explainRules(folder, { columns }, { io, now: someNow });
  return io.outs;
}

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures', name);
const wide = 400;

test('has keys at every depth, and each says what it means', () => {
  expect(keys.length).toBeGreaterThanOrEqual(70);
  expect(keys.filter(([, { description = '' }]) => description === '').map(([key]) => key)).toEqual(
    [],
  );
});

test('names every key once with its meaning, in the order of the schema, when nothing is set', () => {
  const lines = explained(aRulesFolder({}, { 'acceptance.json': '{"version": "1"}' }), wide);

  // A long value goes on below, without a key.
  const told = lines.slice(2, -1).filter((line) => /^ {0,4}\w/.test(line));

  expect(told.map((line) => line.trim().split(' ')[0])).toEqual(keys.map(([key]) => key));
  for (const [index, [, { description = '' }]] of keys.entries()) {
    expect(told[index]?.endsWith(` ${description}`)).toBe(true);
  }
});

test.each(['trans-semarang', 'bahari-metro'])('explains no key of %s without a value', (name) => {
  const lines = explained(fixture(name), wide);

  for (const [key, { description = '' }] of keys) {
    expect(lines.some((line) => line.includes(`${key} `) && line.includes(description))).toBe(true);
  }
  expect(lines.join('\n')).not.toMatch(/undefined|\[object|NaN/);
});

test('tells what was set from what is so by default', () => {
  const lines = explained(fixture('bahari-metro'));

  const text = lines.map((line) => line.replace(/ {2,}/g, '  '));

  expect(text).toContain('  forgottenAfterSeconds  10800  an entry so old was left without a tap');
  expect(text).toContain('  forgottenAfterSeconds  14400 (default)');
  expect(text).toContain('graceHours  48  so long no rider is punished for what was');
  expect(text).toContain('  windowSeconds  10800');
});

test('shows a trusted key as whoever compares it has it', () => {
  const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
  const trusted = JSON.stringify([{ issuer: 'trans-test', kid: '0a', publicKey }]);
  const text = `{"version": "1", "trustedKeys": ${trusted}}`;

  const lines = explained(aRulesFolder({}, { 'acceptance.json': text }), wide).join('\n');

  expect(lines.replace(/\s+/g, '')).toContain(publicKey.slice(0, 28));
  expect(lines).toContain('EdDSA (default)');
});

test('fits a page of a hundred columns', () => {
  const lines = explained(fixture('trans-semarang'));

  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(lines.join('\n')).not.toContain('\n\n\n');
});

test('gives the same to a program', () => {
  const io = createTestIo();

  explainRules(fixture('trans-semarang'), { json: true }, { io, now: someNow });

  expect(io.outs).toHaveLength(1);
  expect(JSON.parse(io.outs[0] ?? '')).toMatchObject({
    ...{ version: 'semarang-2026-11', acceptance: { driver: { cashMedia: expect.any(String) } } },
    risk: expect.any(Array),
  });
}, 20_000);
