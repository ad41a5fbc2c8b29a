/**
 * An office of signed targets in memory, for tests: publishes like the real one, and, when a test
 * wants it to, signs and serves whatever an attacker would. Its keys are made from a seed.
 */
import { createHash } from 'node:crypto';
import { utf8 } from '../../src/core/bytes.ts';
import type { RoleName } from '../../src/targets/metadata.ts';
import { type SignedRepository, signRepository } from '../../src/targets/sign-repository.ts';
import { firstRoot } from '../../src/targets/sign-root.ts';
import { newSigningKey, type SigningKey } from '../../src/targets/signing-keys.ts';
import type { TargetsShelf, TargetsSource } from '../../src/targets/targets-source.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { someNow } from './builders.ts';

export const day = 24 * 60 * 60 * 1_000;

export type RoleKeyring = Record<RoleName, readonly SigningKey[]>;

/** Fields of the signed part of one file of metadata. */
export type SignedFields = Readonly<Record<string, unknown>>;

export interface TestOffice {
  /** Of the newest root. */
  keys: RoleKeyring;
  /** `metadata/NAME` or `files/NAME` to bytes: what the source gives. */
  readonly served: Map<string, Uint8Array>;
  readonly source: TargetsSource;
  /** What was asked of the source, in order. */
  readonly asked: string[];
  now: number;
  readonly firstRoot: Uint8Array;
  readonly signed: SignedRepository;
  /** Publishes texts under names; signs whatever has to be. */
  publish(texts?: Readonly<Record<string, string>>, withdraw?: readonly string[]): void;
  /** New keys for these roles, as `--rotate-…` does. */
  rotate(...roles: readonly RoleName[]): void;
  /** Serves a file of metadata with other content, signed by these keys, whoever they are. */
  forge(
    name: string,
    edit: (signed: SignedFields) => SignedFields,
    keys: readonly SigningKey[],
  ): void;
}

export function aKey(role: RoleName, entropy = createSimEntropy(99)): SigningKey {
  return newSigningKey('', role, entropy);
}

/** Has published `rules.bin` with the text `rules 1`. */
export function aTargetsOffice(seed = 1): TestOffice {
  const entropy = createSimEntropy(seed);
  const keysFor = (role: RoleName) =>
    Array.from({ length: role === 'root' ? 3 : 1 }, () => newSigningKey('', role, entropy));
  const keys = ofRoles(keysFor);
  const old: SigningKey[] = [];
  const signing = () => ({
    now: office.now,
    onlineDays: 14,
    keys: [...Object.values(office.keys).flat(), ...old],
  });
  const served = new Map<string, Uint8Array>();
  const asked: string[] = [];

  function sign(change: Partial<Parameters<typeof signRepository>[1]>) {
    const whole = { add: [], withdraw: [], rotated: {}, ...change };
    signed = signRepository(signed ?? { root }, whole, signing());
    for (const role of ['root', 'targets', 'snapshot'] as const) {
      const { content, bytes } = signed[role];
      served.set(`metadata/${content.version}.${role}.json`, bytes);
    }
    served.set('metadata/timestamp.json', signed.timestamp.bytes);
  }

  const office: TestOffice = {
    ...{ keys, served, asked, now: someNow },
    source: sourceOf(served, asked),
    get firstRoot() {
      return root.bytes;
    },
    get signed() {
      if (signed === undefined) throw new Error('nothing is published');
      return signed;
    },
    publish(texts = {}, withdraw = []) {
      const add = Object.entries(texts).map(([name, text]) => {
        const sha256 = createHash('sha256').update(text).digest('hex');
        served.set(`files/${sha256}.${name}`, utf8(text));
        return { name, length: utf8(text).length, sha256 };
      });
      sign({ add, withdraw });
    },
    rotate(...roles) {
      old.push(...roles.flatMap((role) => office.keys[role]));
      const fresh = Object.fromEntries(roles.map((role) => [role, keysFor(role)]));
      office.keys = { ...office.keys, ...fresh };
      const rotated = Object.fromEntries(
        roles.map((role) => [role, office.keys[role].map(({ key }) => key)]),
      );
      sign({ rotated });
    },
    forge(name, edit, forgers) {
      served.set(`metadata/${name}`, signedAgain(served.get(`metadata/${name}`), edit, forgers));
    },
  };
  let signed: SignedRepository | undefined;
  const publicKeys = ofRoles((role) => keys[role].map(({ key }) => key));
  const root = firstRoot(publicKeys, 2, signing());
  office.publish({ 'rules.bin': 'rules 1' });
  return office;
}

function ofRoles<T>(make: (role: RoleName) => T): Record<RoleName, T> {
  const [root, timestamp] = [make('root'), make('timestamp')];
  return { root, timestamp, snapshot: make('snapshot'), targets: make('targets') };
}

/** The same file with other content, signed by whom one likes. */
export function signedAgain(
  bytes: Uint8Array | undefined,
  edit: (signed: SignedFields) => SignedFields,
  keys: readonly SigningKey[],
): Uint8Array {
  const { signed } = JSON.parse(Buffer.from(bytes ?? []).toString()) as { signed: SignedFields };
  const changed = edit(signed);
  const message = utf8(canonical(changed));
  const signatures = keys.map((key) => {
    const { keyID, sig } = key.sign(message);
    return { keyid: keyID, sig };
  });
  return utf8(JSON.stringify({ signatures, signed: changed }));
}

/** OLPC's Canonical JSON (wiki.laptop.org/go/Canonical_JSON), written apart from the library's. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${canonical(name)}:${canonical(member)}`).join(',')}}`;
}

const chunkBytes = 1_000;

/** Gives each file in chunks. */
function sourceOf(served: ReadonlyMap<string, Uint8Array>, asked: string[]): TargetsSource {
  return {
    async open(shelf: TargetsShelf, name: string) {
      asked.push(`${shelf}/${name}`);
      const bytes = served.get(`${shelf}/${name}`);
      return bytes && chunks(bytes);
    },
  };
}

async function* chunks(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    yield bytes.subarray(start, start + chunkBytes);
  }
}
