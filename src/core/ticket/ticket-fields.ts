/** Every field of a Halte ticket with its meaning, for `halte inspect`. */
import { hex } from '../bytes.ts';
import type { Cbor } from '../crypto/cbor.ts';
import { type CborLeaf, cborLeaves } from '../encoding/cbor-leaves.ts';
import type { Field } from '../field.ts';
import { ticketKinds } from './claims.ts';
import { bucketMs } from './presentation.ts';

/** By position: arrays by index, maps by key; the two byte strings that hold CBOR by name. */
const names: Readonly<Record<string, string>> = {
  'protected.1': 'algorithm (-8 EdDSA, -7 ES256)',
  'protected.4': 'key id',
  'claims.1': 'iss, issuer',
  'claims.2': 'sub, subject pseudonym',
  'claims.4': 'exp, expires',
  'claims.5': 'nbf, not before',
  'claims.7': 'cti, ticket id',
  'claims.8.1.1': 'cnf, key type (1 OKP, 2 EC2)',
  'claims.8.1.-1': 'cnf, curve (6 Ed25519, 1 P-256)',
  'claims.8.1.-2': 'cnf, holder key x',
  'claims.8.1.-3': 'cnf, holder key y is odd',
  'claims.-65537.1': 'kind',
  'claims.-65537.2': 'fare product',
  'claims.-65537.3': 'rider category',
  'claims.-65537.4': 'rides',
  'claims.-65537.5': 'riders',
  'claims.-65537.8': 'weekdays (bit 0 Monday)',
  signature: 'issuer signature',
  'proof.1': 'proof made for half minute',
  'proof.2': 'holder signature',
};

const placeLists: Readonly<Record<string, string>> = {
  'claims.-65537.6': 'network',
  'claims.-65537.7': 'route',
};

/** Together with the other fields they make the code again, which counts for whoever shows it. */
const secretPaths: ReadonlySet<string> = new Set(['signature', 'proof.2']);

/** @param presented the ticket's bytes, with or without a proof. Total. */
export function ticketFields(presented: Uint8Array): readonly Field[] {
  const leaves = cborLeaves(presented);
  const [first, ...proof] = leaves;
  // The empty map in a bare ticket has no leaf, so only the places tell the two forms apart.
  const isPresentation =
    leaves.length === 3 && proof[0]?.path[0] === 1 && first?.value instanceof Uint8Array;
  if (!isPresentation) return coseFields(presented, 0);
  return [...coseFields(first.value as Uint8Array, first.offset), ...proof.map(proofField)];
}

function coseFields(ticket: Uint8Array, offset: number): readonly Field[] {
  const parts = new Map(cborLeaves(ticket).map((leaf) => [leaf.path[0], leaf]));
  const signature = parts.get(3);
  return [
    ...innerFields('protected', parts.get(0), offset),
    ...innerFields('claims', parts.get(2), offset),
    ...(signature ? [fieldOf('signature', signature, offset)] : []),
  ];
}

function innerFields(name: string, part: CborLeaf | undefined, offset: number): readonly Field[] {
  if (!(part?.value instanceof Uint8Array)) return [];
  const start = offset + part.offset;
  return cborLeaves(part.value).map((leaf) => fieldOf([name, ...leaf.path].join('.'), leaf, start));
}

function proofField(leaf: CborLeaf): Field {
  const field = fieldOf(`proof.${leaf.path.join('.')}`, leaf, 0);
  return typeof leaf.value === 'number' ? { ...field, at: leaf.value * bucketMs } : field;
}

function fieldOf(path: string, { offset, bytes, value }: CborLeaf, start: number): Field {
  const list = path.slice(0, path.lastIndexOf('.'));
  const name = names[path] ?? placeLists[list] ?? 'not known to this version';
  const field: Field = {
    ...{ path, name, offset: start + offset, bytes, value: shown(path, value) },
    ...(secretPaths.has(path) && { secret: true }),
  };
  const isTime = path === 'claims.4' || path === 'claims.5';
  return isTime && typeof value === 'number' ? { ...field, at: value * 1_000 } : field;
}

function shown(path: string, value: Cbor): string {
  if (value instanceof Uint8Array) return hex(value);
  if (path !== 'claims.-65537.1') return String(value);
  return ticketKinds[Number(value)] ?? String(value);
}
