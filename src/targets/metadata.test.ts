import { Metadata, Snapshot } from '@tufjs/models';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aKey,
  aTargetsOffice,
  type SignedFields,
  signedAgain,
} from '../../sim/testing/targets-office.ts';
import { utf8 } from '../core/bytes.ts';
import {
  metadataBytesMax,
  metadataDepthMax,
  metadataMembersMax,
  parseMetadata,
  roleNames,
} from './metadata.ts';

const { signed: good } = aTargetsOffice();

test.each(roleNames)('reads the %s that an office signs', (role) => {
  const read = parseMetadata(role, good[role].bytes);

  expect(read).toMatchObject({ ok: true, value: { role, content: { version: 1 } } });
});

const edited = (role: (typeof roleNames)[number], change: SignedFields) =>
  signedAgain(good[role].bytes, (signed) => ({ ...signed, ...change }), []);

/** As JSON text, where the library would not even build it. */
const broken = (role: (typeof roleNames)[number], change: SignedFields) => {
  const json = JSON.parse(Buffer.from(good[role].bytes).toString()) as { signed: object };
  return utf8(JSON.stringify({ ...json, signed: { ...json.signed, ...change } }));
};

const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
const wide = Object.fromEntries(
  Array.from({ length: metadataMembersMax + 1 }, (_, index) => [`r${index}`, 1]),
);

test.each<[string, (typeof roleNames)[number], Uint8Array]>([
  ['no bytes', 'root', new Uint8Array()],
  ['no JSON', 'root', utf8('{"signed":')],
  ['no UTF-8', 'root', Uint8Array.of(0x22, 0xff, 0x22)],
  ['a byte order mark', 'root', Uint8Array.of(0xef, 0xbb, 0xbf, ...good.root.bytes)],
  ['null', 'root', utf8('null')],
  ['a list', 'root', utf8('[]')],
  ['no signatures', 'root', utf8('{"signed":{"_type":"root"}}')],
  ['another role', 'root', good.targets.bytes],
  ['version 0', 'root', edited('root', { version: 0 })],
  ['a version below 0', 'root', edited('root', { version: -1 })],
  ['half a version', 'root', broken('root', { version: 1.5 })],
  ['a version as text', 'root', broken('root', { version: '1' })],
  ['a last version', 'root', edited('root', { version: Number.MAX_SAFE_INTEGER })],
  ['a date without time', 'root', edited('root', { expires: '2030-01-01' })],
  ['a date in words', 'root', edited('root', { expires: 'Jan 1 2030' })],
  ['a day that is none', 'root', broken('root', { expires: '2030-13-01T00:00:00Z' })],
  ['another edition', 'root', broken('root', { spec_version: '2.0.0' })],
  ['no consistent snapshots', 'root', edited('root', { consistent_snapshot: false })],
  ['a role without keys', 'root', broken('root', { roles: { root: {} } })],
  ['no snapshot', 'timestamp', broken('timestamp', { meta: {} })],
  [
    'a bad snapshot entry',
    'timestamp',
    broken('timestamp', { meta: { 'snapshot.json': { version: 0 } } }),
  ],
  ['no targets', 'snapshot', edited('snapshot', { meta: {} })],
  [
    'a bad length',
    'snapshot',
    broken('snapshot', { meta: { 'targets.json': { version: 1, length: -1 } } }),
  ],
  ['too much within each other', 'targets', broken('targets', { more: nested(metadataDepthMax) })],
  ['too many members', 'targets', broken('targets', { more: wide })],
])('refuses %s', (_what, role, bytes) => {
  expect(parseMetadata(role, bytes)).toMatchObject({
    ok: false,
    fault: { code: 'targets/malformed' },
  });
});

test.each(['keyids', 'signatures'])('refuses a root that names one of its %s twice', (what) => {
  const json = JSON.parse(Buffer.from(good.root.bytes).toString());
  const ids = json.signed.roles.root.keyids;
  if (what === 'keyids') ids[1] = ids[0];
  else json.signatures[1] = json.signatures[0];

  const read = parseMetadata('root', utf8(JSON.stringify(json)));

  expect(read).toMatchObject({ ok: false, fault: { code: 'targets/malformed' } });
});

test.each(roleNames)('refuses a %s that is one byte too long', (role) => {
  const padded = (length: number) => utf8(Buffer.from(good[role].bytes).toString().padEnd(length));

  expect(parseMetadata(role, padded(metadataBytesMax[role]))).toMatchObject({ ok: true });
  expect(parseMetadata(role, padded(metadataBytesMax[role] + 1))).toMatchObject({
    fault: { code: 'targets/too-long' },
  });
});

test.each(['__proto__', 'constructor', 'toString'])('is not confused by a member %s', (name) => {
  const text = Buffer.from(good.targets.bytes).toString().replaceAll('rules.bin', name);

  const read = parseMetadata('targets', utf8(text));

  expect(read.ok && Object.keys(read.value.content.targets)).toEqual([name]);
  expect(({} as Record<string, unknown>).length).toBeUndefined();
});

test('never throws, whatever bytes it is fed', () => {
  fc.assert(
    fc.property(fc.constantFrom(...roleNames), fc.uint8Array({ maxLength: 64 }), (role, bytes) => {
      expect(parseMetadata(role, bytes).ok).toBe(false);
    }),
  );
});

test('never throws for good metadata in which any value was replaced by any other', () => {
  const roles = fc.constantFrom(...roleNames);
  fc.assert(
    fc.property(roles, fc.nat(), fc.jsonValue({ maxDepth: 3 }), (role, place, value) => {
      const json: unknown = JSON.parse(Buffer.from(good[role].bytes).toString());
      const bytes = utf8(JSON.stringify(replaced(json, place, value)));

      const read = parseMetadata(role, bytes);

      expect(read.ok ? 'targets/' : read.fault.code).toMatch(/^targets\//);
    }),
    { numRuns: 500 },
  );
});

/** The value at a place, counted through the whole tree, replaced. */
function replaced(json: unknown, place: number, value: unknown): unknown {
  const paths: (readonly string[])[] = [];
  const collect = (node: unknown, path: readonly string[]) => {
    paths.push(path);
    if (typeof node !== 'object' || node === null) return;
    for (const [name, child] of Object.entries(node)) collect(child, [...path, name]);
  };
  collect(json, []);
  return at(json, paths[place % paths.length] ?? [], value);
}

function at(node: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const copy = (Array.isArray(node) ? [...node] : { ...(node as object) }) as Record<
    string,
    unknown
  >;
  copy[name] = at(copy[name], rest, value);
  return copy;
}

/**
 * Canonical JSON as it is signed, seen by a signer. Vectors: secure-systems-lab/go-securesystemslib
 * cjson/canonicaljson_test.go (MIT); the last two are the rules of OLPC's Canonical JSON: only quote
 * and backslash are escaped, members are sorted.
 */
test.each<[unknown, string]>([
  [
    {
      keyid_hash_algorithms: null,
      keytype: '',
      keyval: { private: '', public: '' },
      scheme: '',
      keyid: '',
    },
    '{"keyid":"","keyid_hash_algorithms":null,"keytype":"","keyval":{"private":"","public":""},"scheme":""}',
  ],
  [
    {
      keyval: { public: 'pub', private: 'priv' },
      keyid_hash_algorithms: ['hash'],
      keyid: 'id',
      keytype: 'type',
      scheme: 'scheme',
    },
    '{"keyid":"id","keyid_hash_algorithms":["hash"],"keytype":"type","keyval":{"private":"priv","public":"pub"},"scheme":"scheme"}',
  ],
  [
    { true: true, false: false, nil: null, int: 3, int2: 42.0, string: '\\"' },
    '{"false":false,"int":3,"int2":42,"nil":null,"string":"\\\\\\"","true":true}',
  ],
  [{ text: 'a\nb\u0001é' }, '{"text":"a\nb\u0001é"}'],
  [{ b: [], a: {}, B: 1 }, '{"B":1,"a":{},"b":[]}'],
])('signs %o as canonical JSON', (value, canonical) => {
  const unrecognizedFields = { vector: value as null };
  const options = { version: 1, specVersion: '1.0.31', expires: '2030-01-01T00:00:00Z' };
  let seen = '';

  new Metadata(new Snapshot({ ...options, unrecognizedFields })).sign((bytes) => {
    seen = bytes.toString();
    return aKey('snapshot').sign(bytes);
  });

  expect(seen).toContain(`"vector":${canonical},"version":1}`);
});
