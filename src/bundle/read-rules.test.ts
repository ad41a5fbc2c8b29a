import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { someRules } from '../../sim/testing/builders.ts';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { aRulesFolder, rulesOfCaptures } from '../../sim/testing/rules-folder.ts';
import { bucketMs } from '../core/ticket/presentation.ts';
import { BundleError, encodeBundle, lineOf, readBundleFiles } from './bundle-files.ts';
import { readBundle, readRules } from './read-rules.ts';

/** A whole network is read: a busy machine needs its time. */
vi.setConfig({ testTimeout: 20_000 });

const semarang = join(import.meta.dirname, '../../fixtures/trans-semarang');

function complaint(path: string): BundleError {
  try {
    readRules(path);
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  }
  throw new Error(`${path} has no problem`);
}

test('reads beside the captured scans the rules by which tests judge them', () => {
  const { policy, tariff, ...rest } = readRules(rulesOfCaptures);
  const expected = someRules();

  expect(rest).toEqual({ ...rest, version: expected.version, trustedKeys: expected.trustedKeys });
  expect(tariff.products).toEqual(expected.tariff.products);
  expect(policy.issuers).toEqual(expected.policy.issuers);
  expect(policy.clockSkewMs).toEqual(expected.policy.clockSkewMs);
});

test('reads an operator’s folder without a word of complaint', () => {
  const { feed, problems, rules } = readBundle(semarang);

  expect(problems).toEqual([]);
  expect(feed.routes).toHaveLength(14);
  expect(rules.tariff.networkOfRoute.get('feeder-2')).toBe('feeder');
  expect(rules.tariff.areasOfStop.get('kagok-b')).toEqual(['halte-transit']);
});

test('makes one file that says the same as the folder, the same bytes each time', () => {
  const files = readBundleFiles(semarang);
  const file = join(aFolder(), 'semarang.rules');
  writeFileSync(file, encodeBundle(files));

  expect(readRules(file)).toEqual(readRules(semarang));
  expect(encodeBundle(readBundleFiles(file))).toEqual(encodeBundle(files));
});

test('takes nothing at risk and lets a photographed code die within a minute unless told otherwise', () => {
  const folder = aRulesFolder();
  writeFileSync(join(folder, 'acceptance.json'), '{"version": "1"}');

  const { risk, clockSkewMs } = readRules(folder).policy;
  const { gnss, ntp, rtc, holdover } = clockSkewMs;

  expect(risk.acceptsOffline).toBe(false);
  expect(bucketMs + Math.max(gnss, ntp, rtc, holdover)).toBeLessThan(60_000);
});

test.each([
  ['not an object', '[]', 1, 'is a list, must be an object'],
  ['cut', '{\n  "version": "1",\n', 1, 'the { of line 1 is not closed'],
  ['without a colon', '{\n  "version" "1"\n}', 2, 'a colon is missing before "1"'],
  ['without a value', '{\n  "version":\n}', 3, 'a value is missing before }'],
  [
    'closed by the wrong bracket',
    '{"version": "1", "caps": [}',
    1,
    'the [ of line 1 is not closed',
  ],
  ['followed by more', '{"version": "1"}\n}', 2, '} stands behind the end'],
  ['without a version', '{}', 1, 'missing'],
  ['with a slip', '{\n  "version": "1",\n  "failOpn": true\n}', 3, 'unknown key'],
  ['with a wrong value', '{\n  "version": "1",\n  "onDebt": "no"\n}', 3, 'must be one of'],
  [
    'with the key of nobody',
    '{"version": "1", "trustedKeys": [{"issuer": "a", "kid": "01", "publicKey": "x"}]}',
    1,
    'not a public key',
  ],
])('names the line of an acceptance.json that is %s', (_, text, line, message) => {
  const folder = aRulesFolder({}, { 'acceptance.json': text });

  const { problems } = complaint(folder);

  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({
    ...{ file: 'acceptance.json', line },
    message: expect.stringContaining(message),
  });
});

test('does not take the last of two keys: taking payments at risk would pass unseen', () => {
  const text = '{"version": "1",\n"risk": {},\n"risk": {"acceptsOffline": true}}';

  const { problems } = complaint(aRulesFolder({}, { 'acceptance.json': text }));

  expect(problems).toMatchObject([
    { ...{ line: 3, character: 1, column: 'risk', code: 'key-twice' } },
  ]);
  expect(problems[0]?.message).toBe('the key stands twice, in line 2 and in line 3');
});

test('says where issuers are denied when a listing names one', () => {
  const row = `issuer-range,deny,${'0'.repeat(64)},fraud`;
  const listings = `listing_kind,effect,listing_key,reason\n${row}\n`;
  const { problems } = complaint(aRulesFolder({}, { 'security_listings.txt': listings }));

  expect(problems).toMatchObject([{ file: 'security_listings.txt', column: 'listing_kind' }]);
  expect(JSON.stringify(problems)).toContain('issuers go into acceptance.json, issuers.deny');
});

test('takes comments and a trailing comma in acceptance.json, and suggests the key that was meant', () => {
  const text = '// rules\n{\n  "version": "1", // of today\n  "failOpn": true,\n}';
  const folder = aRulesFolder({}, { 'acceptance.json': text });

  expect(complaint(folder).message).toContain('did you mean "failOpen"?');
});

test.each([
  ['a medium', { fareMediaOf: { 'qris-cpm': 'dompet' } }, 'fareMediaOf.qris-cpm'],
  ['a product', { passback: [{ product: 'umun' }] }, 'passback[0].product'],
  ['a network', { tapping: [{ network: 'brt', mode: 'enter' }] }, 'tapping[0].network'],
  [
    'a category',
    { caps: [{ id: 'a', period: 'service-day', amount: 1, riderCategories: ['x'] }] },
    'caps[0].riderCategories[0]',
  ],
  [
    'an issuer',
    { acceptedProducts: [{ issuer: 'x', products: ['1'] }] },
    'acceptedProducts[0].issuer',
  ],
])('does not take %s that is not there', (_, policy, column) => {
  expect(complaint(aRulesFolder(policy)).problems[0]).toMatchObject({ code: 'unknown-id', column });
});

/** Test keys of pretix/libpretixsync (Apache-2.0). */
const pretixKeys = [
  'ec00fbfef140df712c638cf63c7afb8993ec67c9f9761d1a8cff20cb3366988b',
  '60c26c3a72e9e40586a49f9d149136afd0ce5de40866056b0adf772c097904df',
] as const;

function aPretixKey(issuer: string, index: 0 | 1 = 0) {
  return { format: 'pretix-sig1', issuer, publicKey: pretixKeys[index] };
}

test('takes keys of a format by the issuer that the operator calls it', () => {
  const trustedKeys = [aPretixKey('sam-poo-kong'), aPretixKey('lawang-sewu', 1)];

  expect(readRules(aRulesFolder({ trustedKeys })).trustedKeys).toMatchObject([
    { format: 'pretix-sig1', issuer: 'sam-poo-kong' },
    { format: 'pretix-sig1', issuer: 'lawang-sewu' },
  ]);
});

test.each([
  ['neither kid nor format', [{ issuer: 'a', publicKey: pretixKeys[0] }], 'either a kid'],
  ['kid and format', [{ ...aPretixKey('a'), kid: '01' }], 'either a kid'],
  ['a format that nobody knows', [{ ...aPretixKey('a'), format: 'pretix' }], 'must be one of'],
  ['one key for two issuers', [aPretixKey('a'), aPretixKey('b')], 'two issuers'],
  ['nine keys of a format', Array.from({ length: 9 }, () => aPretixKey('a')), 'at most 8 keys'],
])('refuses trusted keys with %s', (_, trustedKeys, message) => {
  expect(complaint(aRulesFolder({ trustedKeys })).problems[0]?.message).toContain(message);
});

test('says how to mend it when there is no acceptance.json, no table, or no folder at all', () => {
  const folder = aRulesFolder();
  rmSync(join(folder, 'acceptance.json'));
  rmSync(join(folder, 'agency.txt'));

  const { problems, message } = complaint(folder);

  expect(problems.map(({ file, code }) => [file, code])).toEqual([
    ['agency.txt', 'missing-file'],
    ['acceptance.json', 'missing-file'],
  ]);
  expect(message).toContain(lineOf(problems[0] ?? expect.fail()));
  expect(complaint('/nowhere/rules').message).toContain('ENOENT');
});

test.each([
  ['nothing', ''],
  ['no JSON', 'halte'],
  ['another format', '{"format":"halte-rules/9","files":{}}'],
  ['files that are no text', '{"format":"halte-rules/1","files":{"agency.txt":1}}'],
])('does not take a file with %s for a bundle', (_, text) => {
  const file = join(aFolder(), 'some.rules');
  writeFileSync(file, text);

  expect(complaint(file).problems[0]).toMatchObject({ code: 'not-a-bundle' });
});

test('survives the cut of a bundle at any byte with a clear error', () => {
  const whole = encodeBundle(readBundleFiles(rulesOfCaptures));
  const file = join(aFolder(), 'cut.rules');

  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(file, whole.subarray(0, length));
    expect(complaint(file).problems[0]?.code).toBe('not-a-bundle');
  }
  expect(readFileSync(file).length).toBeGreaterThan(0);
});
