/**
 * Signed tickets of pretix ("pretix signature scheme 1"), which a validator can judge offline. The
 * QR text is base64 read backwards: version, two lengths, a Protocol Buffers message, its Ed25519
 * signature. Layout: pretix/pretix `secrets.py`, pretix/libpretixsync `pretix_sig1.proto`. A ticket
 * names neither its issuer nor a key, and copying its text copies the ticket.
 */
import { hex, latin1 } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { signatureBytes } from '../crypto/verifying-key.ts';
import { base64FlawAt, decodeBase64 } from '../encoding/base64.ts';
import { type ProtobufField, readProtobuf } from '../encoding/protobuf.ts';
import type { Field } from '../field.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';
import { Secret } from '../secret.ts';
import type { TokenFormat } from './format.ts';
import type { Token } from './token.ts';

const formatName = 'pretix-sig1';

const version = 1;
const headerBytes = 5;

/** Characters around a payload of 255 bytes; public samples have 15 and 21. */
export const pretixTextMax = 432;

/**
 * The last moment that a date can say (ECMA-262 §21.4.1.1): no ticket lies beyond it, and one that
 * names no end has this.
 */
export const endOfTime = 8.64e15;
const secondsMax = endOfTime / 1_000;

interface KnownField {
  readonly name: string;
  readonly kind: ProtobufField['kind'];
  readonly max?: number;
}

/** Field number of what was sold: the one field that every ticket has. */
const itemNumber = 2;

/** By field number. */
const knownFields: ReadonlyMap<number, KnownField> = new Map([
  [1, { name: 'seed', kind: 'bytes' }],
  [itemNumber, { name: 'item', kind: 'varint' }],
  [3, { name: 'variation', kind: 'varint' }],
  [4, { name: 'subevent', kind: 'varint' }],
  [5, { name: 'valid from', kind: 'varint', max: secondsMax }],
  [6, { name: 'valid until', kind: 'varint', max: secondsMax }],
]);

export const pretixSig1: TokenFormat = {
  name: formatName,
  recognises,
  parse: parsePretixSig1,
  fields: (bytes) => pretixFields(envelopeOf(bytes)),
};

/** The beginning of the decoded bytes lies at the end of the text; four of its bytes are fixed. */
function recognises(text: Uint8Array): boolean {
  const [first, high, , ...signatureLength] = envelopeOf(text.subarray(-8)) ?? [];
  const [upper, lower] = signatureLength;
  return first === version && high === 0 && upper === 0 && lower === signatureBytes;
}

function parsePretixSig1(text: Uint8Array, keyed: KeyedHash): Parsed<Token> {
  if (text.length > pretixTextMax) return malformed(`longer than ${pretixTextMax} characters`);
  const envelope = envelopeOf(text);
  if (envelope === undefined) {
    return malformed(`not base64 backwards at byte ${flawAt(text)} of the text`);
  }
  const parts = partsOf(envelope);
  if (!parts.ok) return parts;
  const { payload, signature } = parts.value;
  const numbers = readNumbers(payload);
  if (!numbers.ok) return numbers;
  return parsed({
    format: formatName,
    tokenKey: keyed(formatName, text),
    proof: { kind: 'signed', algorithm: 'EdDSA', message: payload, signature },
    ...factsOf(numbers.value),
    rides: 1,
    secret: new Secret(text),
  });
}

function malformed(detail: string): Parsed<never> {
  return faulty('malformed-token', detail);
}

/** @returns undefined when the text backwards is not base64. */
function envelopeOf(text: Uint8Array): Uint8Array | undefined {
  return decodeBase64(backwards(text));
}

function backwards(text: Uint8Array): string {
  return latin1(Uint8Array.from(text).reverse());
}

/** Where a text that is not base64 backwards has its flaw. Read backwards, its end is its beginning. */
function flawAt(text: Uint8Array): number {
  return Math.max(0, text.length - 1 - base64FlawAt(backwards(text)));
}

interface Parts {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

function partsOf(envelope: Uint8Array): Parsed<Parts> {
  if (envelope.length < headerBytes) {
    return malformed(`ends inside its header at byte ${envelope.length}`);
  }
  const view = new DataView(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  if (view.getUint8(0) !== version) return malformed(`version ${view.getUint8(0)} at byte 0`);
  const payloadLength = view.getUint16(1);
  const signatureLength = view.getUint16(3);
  if (signatureLength !== signatureBytes) {
    return malformed(`a signature of ${signatureLength} bytes at byte 3`);
  }
  const stated = headerBytes + payloadLength + signatureLength;
  if (stated !== envelope.length) {
    return malformed(`lengths make ${stated} bytes of the ${envelope.length} at byte 1`);
  }
  const signatureAt = headerBytes + payloadLength;
  return parsed({
    payload: envelope.subarray(headerBytes, signatureAt),
    signature: envelope.subarray(signatureAt),
  });
}

/** Known numbers by field number. Unknown fields are a later version's, and skipped. */
function readNumbers(payload: Uint8Array): Parsed<ReadonlyMap<number, number>> {
  const { fields, fault } = readProtobuf(payload);
  if (fault !== undefined) return malformed(`${fault} of the payload`);
  const seen = new Map<number, number>();
  for (const field of fields) {
    const known = knownFields.get(field.number);
    if (known === undefined) continue;
    const objection = objectionTo(field, known, seen.has(field.number));
    if (objection)
      return malformed(`${known.name} ${objection} at byte ${field.offset} of the payload`);
    seen.set(field.number, field.kind === 'varint' ? field.value : 0);
  }
  if ((seen.get(itemNumber) ?? 0) === 0) {
    const zero = fields.find(({ number }) => number === itemNumber);
    return malformed(`item is missing at byte ${zero?.offset ?? payload.length} of the payload`);
  }
  return parsed(seen);
}

function objectionTo(field: ProtobufField, known: KnownField, isSeen: boolean): string | undefined {
  if (isSeen) return 'twice';
  if (field.kind !== known.kind) return 'of a wrong type';
  const max = known.max ?? Number.MAX_SAFE_INTEGER;
  return field.kind === 'varint' && field.value > max ? 'too large' : undefined;
}

/** Zero is how the message says that there is none (proto3 has no absent numbers). */
function factsOf(numbers: ReadonlyMap<number, number>) {
  const item = numbers.get(itemNumber) ?? 0;
  const variation = numbers.get(3) ?? 0;
  const subevent = numbers.get(4) ?? 0;
  const from = (numbers.get(5) ?? 0) * 1_000;
  const until = (numbers.get(6) ?? 0) * 1_000;
  return {
    product: variation === 0 ? `${item}` : `${item}/${variation}`,
    ...(subevent !== 0 && { event: `${subevent}` }),
    ...((from !== 0 || until !== 0) && { validity: { from, until: until || endOfTime } }),
  };
}

/** Offsets count in the bytes behind the text, of which the payload is a part. */
function pretixFields(envelope: Uint8Array | undefined): readonly Field[] {
  const parts = envelope && partsOf(envelope);
  if (!parts?.ok) return [];
  const { payload, signature } = parts.value;
  return [
    { path: 'version', name: 'version of the scheme', offset: 0, bytes: 1, value: `${version}` },
    ...readProtobuf(payload).fields.map(payloadField),
    {
      path: 'signature',
      name: 'issuer signature (Ed25519 of the payload)',
      offset: headerBytes + payload.length,
      bytes: signature.length,
      value: hex(signature),
      secret: true,
    },
  ];
}

function payloadField(field: ProtobufField): Field {
  const { number, bytes, kind, value } = field;
  const name = knownFields.get(number)?.name ?? 'not known to this version';
  const place = { path: `payload.${number}`, name, offset: headerBytes + field.offset, bytes };
  if (kind !== 'varint') return { ...place, value: readable(value) };
  const isTime = (number === 5 || number === 6) && value > 0 && value <= secondsMax;
  return { ...place, value: `${value}`, ...(isTime && { at: value * 1_000 }) };
}

function readable(value: Uint8Array): string {
  const text = latin1(value);
  return /^[ -~]+$/.test(text) ? text : hex(value);
}
