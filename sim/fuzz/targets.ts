/**
 * What scripts/fuzz fuzzes. To add a parser: one entry here, and a few inputs that it accepts as
 * `.hex` files in fixtures/corpus/NAME.
 */
import { concat, latin1, utf8 } from '../../src/core/bytes.ts';
import {
  binaryOf,
  challengeOf,
  parseApduTrace,
  replayDialogue,
} from '../../src/core/card/apdu-trace.ts';
import { readTransitCard } from '../../src/core/card/desfire/read-transit-card.ts';
import { parsePass } from '../../src/core/card/desfire/transit-pass.ts';
import { encodeTrip, parseTrip, type TripRecord } from '../../src/core/card/desfire/trip-record.ts';
import { readQrisTap } from '../../src/core/card/qris-tap.ts';
import { readCard } from '../../src/core/card/read-card.ts';
import { decodeCbor, encodeCbor } from '../../src/core/crypto/cbor.ts';
import { type CoseSign1, parseCose } from '../../src/core/crypto/cose-sign1.ts';
import { createKeyedHash } from '../../src/core/crypto/keyed-hash.ts';
import { decodeBase45, encodeBase45 } from '../../src/core/encoding/base45.ts';
import { parseTlv } from '../../src/core/encoding/ber-tlv.ts';
import { cborLeaves } from '../../src/core/encoding/cbor-leaves.ts';
import {
  encodeIdLengthValue,
  type IdLengthValue,
  readIdLengthValue,
} from '../../src/core/encoding/id-length-value.ts';
import { decodeRow, encodeRow } from '../../src/core/ledger/row.ts';
import { merchantProfileOf } from '../../src/core/qris/merchant-profile.ts';
import { parseClaims } from '../../src/core/ticket/claims.ts';
import { halteTicketText } from '../../src/core/ticket/issue.ts';
import { ticketFields } from '../../src/core/ticket/ticket-fields.ts';
import {
  emvcoMpm,
  isMerchantCodeTemplate,
  merchantCodeChecksum,
} from '../../src/core/token/emvco-mpm.ts';
import { halteTicket, parseHalteTicket } from '../../src/core/token/halte-ticket.ts';
import { parseQrToken, recogniseToken } from '../../src/core/token/parse-token.ts';
import { pretixSig1 } from '../../src/core/token/pretix-sig1.ts';
import { parseQrisCpm } from '../../src/core/token/qris-cpm.ts';
import { driverActionIn } from '../../src/runtime/driver-request.ts';
import { framesAlike } from './cut-frames.ts';
import { endsWell } from './drive-answers.ts';
import { debitsSafely } from './edited-card.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { all, decodes, holds, parses, reads } from './laws.ts';
import { encodeListBody, encodeListFile, listBody, listFile, metadataOf } from './signed-files.ts';

const keyed = createKeyedHash(utf8('halte fuzzing key - not a secret'));
const challenge = new Uint8Array(16).fill(0xc4);

/** Answers to reset of a storage card (PC/SC part 3 §3.1.3.2.3.2) and of any other card. */
const storageAtr = Uint8Array.from(Buffer.from('3b8f8001804f0ca000000306030001000000006a', 'hex'));
const cardUid = Uint8Array.of(0x04, 1, 2, 3, 4, 5, 6);
const otherAtr = Uint8Array.from(Buffer.from('3b80800101', 'hex'));

export const targets: readonly FuzzTarget[] = [
  { name: 'ber-tlv', run: parses(parseTlv) },
  { name: 'cbor', run: all(decodes(decodeCbor, encodeCbor), leavesLieInOrder) },
  {
    name: 'base45',
    run: all(
      decodes((text) => decodeBase45(latin1(text)), base45Text),
      survives,
    ),
  },
  { name: 'cose', run: decodes(parseCose, encodeCose) },
  { name: 'row', run: decodes(decodeRow, encodeRow) },
  { name: 'ticket-claims', run: parses(parseClaims) },
  {
    name: 'halte-ticket',
    // A phone gives bytes, a code gives text: it is one ticket.
    run: parses(
      (bytes) => parseHalteTicket(bytes, keyed),
      (bytes) => halteTicket.parse(utf8(halteTicketText(bytes)), keyed),
    ),
  },
  {
    name: 'ticket-fields',
    run: reads(ticketFields),
    seedFolders: ['fixtures/corpus/halte-ticket'],
  },
  { name: 'qris-cpm', run: parses((der) => parseQrisCpm(base64Text(der), keyed)) },
  {
    name: 'qr-token',
    run: all(
      parses((bytes) => parseQrToken(bytes, keyed)),
      reads((bytes) => recogniseToken(bytes)?.fields(bytes)),
    ),
    seedFolders: ['fixtures/scans'],
  },
  {
    name: 'emvco-mpm',
    run: all(
      parses((bytes) => emvcoMpm.parse(bytes, keyed)),
      parses((bytes) => emvcoMpm.parse(sealed(bytes), keyed)),
      reads(emvcoMpm.fields),
      decodes(idLengthValues, encodeIdLengthValues),
    ),
  },
  {
    name: 'merchant-profile',
    run: reads(merchantProfileOf),
    seedFolders: ['fixtures/corpus/emvco-mpm'],
  },
  { name: 'driver-request', run: reads((bytes) => driverActionIn(Buffer.from(bytes).toString())) },
  {
    name: 'pretix-sig1',
    run: all(
      parses((envelope) => pretixSig1.parse(backwards(base64Text(envelope)), keyed)),
      reads((envelope) => pretixSig1.fields(backwards(base64Text(envelope)))),
    ),
  },
  { name: 'card', run: endsWell(() => readCard(otherAtr, { keyed, challenge })) },
  { name: 'card-storage', run: endsWell(() => readCard(storageAtr, { keyed, challenge })) },
  { name: 'qris-tap', run: endsWell(() => readQrisTap({ keyed })) },
  {
    name: 'transit-card',
    run: endsWell(() => readTransitCard({ uid: cardUid, nonce: challenge })),
  },
  { name: 'transit-debit', run: debitsSafely },
  { name: 'transit-pass', run: parses((bytes) => parsePass(passFileOf(bytes))) },
  { name: 'trip-record', run: decodes(tripOf, encodeTrip) },
  {
    name: 'apdu-trace',
    run: all(
      parses((bytes) => parseApduTrace(latin1(bytes))),
      reads(replayed),
    ),
  },
  { name: 'serial-framing', run: framesAlike },
  { name: 'signed-metadata', run: reads(metadataOf) },
  {
    name: 'security-list',
    run: all(decodes(listFile, encodeListFile), decodes(listBody, encodeListBody)),
  },
];

function leavesLieInOrder(bytes: Uint8Array): void {
  let from = 0;
  for (const leaf of cborLeaves(bytes)) {
    holds(leaf.offset >= from, 'CBOR leaves overlap');
    from = leaf.offset + leaf.bytes;
  }
  holds(from <= bytes.length, 'a CBOR leaf lies outside');
}

function base45Text(bytes: Uint8Array): Uint8Array {
  return utf8(encodeBase45(bytes));
}

function survives(bytes: Uint8Array): void {
  const back = decodeBase45(encodeBase45(bytes)) ?? new Uint8Array();
  holds(Buffer.compare(back, bytes) === 0, 'Base45 does not give the bytes back');
}

function encodeCose({ protectedHeader, payload, signature }: CoseSign1): Uint8Array {
  return encodeCbor([protectedHeader, new Map(), payload, signature]);
}

function base64Text(bytes: Uint8Array): Uint8Array {
  return utf8(Buffer.from(bytes).toString('base64'));
}

function backwards(text: Uint8Array): Uint8Array {
  return Uint8Array.from(text).reverse();
}

/** With the checksum that belongs to it: mutation alone does not get past one. */
function sealed(code: Uint8Array): Uint8Array {
  const covered = concat(code, utf8('6304'));
  return concat(covered, utf8(merchantCodeChecksum(covered)));
}

function idLengthValues(bytes: Uint8Array): readonly IdLengthValue[] | undefined {
  const { objects, fault } = readIdLengthValue(bytes, isMerchantCodeTemplate);
  return fault === undefined ? objects : undefined;
}

function encodeIdLengthValues(objects: readonly IdLengthValue[]): Uint8Array {
  return utf8(encodeIdLengthValue(objects.map(({ id, value }) => [id, value])));
}

/** The file has one length: what the input does not give is zero. */
function passFileOf(bytes: Uint8Array): Uint8Array {
  const file = new Uint8Array(96);
  file.set(bytes.subarray(0, file.length));
  return file;
}

function tripOf(bytes: Uint8Array): TripRecord | undefined {
  const trip = parseTrip(bytes);
  return trip.ok ? trip.value : undefined;
}

function replayed(bytes: Uint8Array) {
  const trace = parseApduTrace(latin1(bytes));
  if (!trace.ok) return undefined;
  const replay = replayDialogue(readCard(otherAtr, { keyed, challenge }), trace.value);
  return [replay, challengeOf(trace.value), binaryOf(trace.value)];
}
