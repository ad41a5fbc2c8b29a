/**
 * Codes that somebody made to hurt: lengths that claim gigabytes, nesting without end, frames as
 * long as a scanner's can be. Each begins as its format begins, so that its parser takes it up.
 */
import { frameBytesMax } from '../../device/serial/frame-bounds.ts';
import { concat, utf8 } from '../../src/core/bytes.ts';
import { encodeCbor } from '../../src/core/crypto/cbor.ts';
import { signatureBytes } from '../../src/core/crypto/verifying-key.ts';
import { encodeTlv } from '../../src/core/encoding/ber-tlv.ts';
import { halteTicketBeginning } from '../../src/core/ticket/envelope.ts';
import { halteTicketText } from '../../src/core/ticket/issue.ts';
import { ticketBytesMax } from '../../src/core/token/halte-ticket.ts';
import { pretixText } from '../pretix-office.ts';

export interface HostileCode {
  /** The format that recognises it, or `frame`. */
  readonly format: string;
  /** What is wrong with it. */
  readonly name: string;
  /**
   * A false length claims 64 KiB or more that are not there; a burden is there, in as few bytes as
   * can be.
   */
  readonly kind: 'false-length' | 'burden';
  /** At most {@link frameBytesMax}, as a reader would give them. */
  readonly bytes: Uint8Array;
}

export function hostileCodes(): readonly HostileCode[] {
  return [
    ...ticketFormat('false-length', ticketLengths()),
    ...ticketFormat('burden', ticketBurdens()),
    ...paymentFormat('false-length', paymentLengths()),
    ...paymentFormat('burden', paymentBurdens()),
    ...named('emvco-mpm', 'burden', merchantBurdens()),
    ...named('pretix-sig1', 'false-length', pretixLengths()),
    ...named('pretix-sig1', 'burden', pretixBurdens()),
    ...named('frame', 'burden', longestFrames()),
  ];
}

type Named = readonly (readonly [name: string, content: Uint8Array])[];
type Kind = HostileCode['kind'];

function named(format: string, kind: Kind, codes: Named): readonly HostileCode[] {
  return codes.map(([name, bytes]) => ({ format, kind, name, bytes }));
}

function ticketFormat(kind: Kind, tickets: Named): readonly HostileCode[] {
  const texts = tickets.map(([name, bytes]) => [name, utf8(halteTicketText(bytes))] as const);
  return named('halte-ticket', kind, texts);
}

function paymentFormat(kind: Kind, objects: Named): readonly HostileCode[] {
  const texts = objects.map(
    ([name, bytes]) => [name, base64(concat(payloadFormat, bytes))] as const,
  );
  return named('qris-cpm', kind, texts);
}

/** CBOR initial bytes and lengths, RFC 8949 §3. */
const claims = {
  'bytes of 64 KiB': '59ffff',
  'bytes of 4 GiB': '5affffffff',
  'bytes of 2^53': '5b001fffffffffffff',
  'text of 4 GiB': '7affffffff',
  'array of 64 Ki': '99ffff',
  'array of 4 Gi': '9affffffff',
  'array of 2^53': '9b001fffffffffffff',
  'map of 64 Ki': 'b9ffff',
  'map of 4 Gi': 'baffffffff',
} as const;

const depthMost = 400;

function ticketLengths(): Named {
  const bare = Object.entries(claims).map(([name, head]) => [name, hexBytes(head)] as const);
  return [
    ...bare,
    ...bare.map(([name, bomb]) => [`${name} in the payload`, envelope(bomb)] as const),
    ...bare.map(([name, bomb]) => [`${name} in a header`, envelope(someBytes, bomb)] as const),
    ...bare.map(([name, bomb]) => [`${name} in a proof`, presentation(bomb)] as const),
    ['arrays of 4 Gi in each other', hexBytes('9affffffff'.repeat(80))],
  ];
}

function ticketBurdens(): Named {
  const nested = hexBytes('81'.repeat(depthMost));
  return [
    ['arrays in arrays', nested],
    ['arrays in arrays in the payload', envelope(nested)],
    ['maps in maps', hexBytes('a100'.repeat(depthMost / 2))],
    ['tags of tags', hexBytes('c1'.repeat(depthMost))],
    ['an array of empty arrays', concat(hexBytes('9901f0'), new Uint8Array(0x1f0).fill(0x80))],
    ['an array of numbers in the payload', envelope(encodeCbor(new Array(400).fill(0)))],
    ['a map of numbers in the payload', envelope(encodeCbor(numbersMap(120)))],
    ['an endless array', hexBytes('9f'.repeat(depthMost))],
    ['zeros to the last byte', new Uint8Array(ticketBytesMax)],
  ];
}

const someBytes = Uint8Array.of(1, 2, 3);

function envelope(payload: Uint8Array, header = hexBytes('a201270441aa')): Uint8Array {
  return encodeCbor([header, new Map(), payload, new Uint8Array(signatureBytes)]);
}

function presentation(ticket: Uint8Array): Uint8Array {
  return encodeCbor([ticket, 59_785_920, new Uint8Array(signatureBytes)]);
}

function numbersMap(count: number): ReadonlyMap<number, number> {
  return new Map(Array.from({ length: count }, (_, number) => [number, number]));
}

const payloadFormat = encodeTlv('85', utf8('CPV01'));

function paymentLengths(): Named {
  return [
    ['an object of 64 KiB', hexBytes('6182ffff')],
    ['an object of 16 MiB', hexBytes('6183ffffff')],
    ['an object of 4 GiB', hexBytes('6184ffffffff')],
    ['an object of 64 KiB inside', encodeTlv('61', hexBytes('5a82ffff'))],
    ['an object of 4 GiB inside', encodeTlv('61', hexBytes('5a84ffffffff'))],
  ];
}

function paymentBurdens(): Named {
  return [
    ['templates in templates', templates(60)],
    ['many empty objects', hexBytes('5000'.repeat(180))],
    ['many empty objects inside', encodeTlv('61', hexBytes('5000'.repeat(150)))],
    ['padding', encodeTlv('61', new Uint8Array(300))],
    ['an endless tag', hexBytes(`61${'9fff'.repeat(100)}`)],
  ];
}

function templates(depth: number): Uint8Array {
  return depth === 0 ? new Uint8Array() : encodeTlv('61', templates(depth - 1));
}

/** Its lengths have two digits, so that none can claim much. */
function merchantBurdens(): Named {
  const everyId = Array.from({ length: 99 }, (_, id) => `${`${id + 1}`.padStart(2, '0')}01A`);
  const texts = {
    'a value past the end': '2699',
    'a value past the template': '26062799ABCD',
    'templates in templates': '2699269526912687'.repeat(20),
    'every ID': everyId.join(''),
    'lengths of nothing': '2600'.repeat(100),
    'letters of four bytes': `5999${'𝟘'.repeat(99)}`,
    'no digits': 'é'.repeat(400),
  };
  return Object.entries(texts).map(([name, text]) => [name, utf8(`000201${text}`)]);
}

function pretixLengths(): Named {
  return [
    ['a payload of 255 bytes that is not there', reversed(base64(hexBytes('0100ff0040')))],
    ['a seed of 4 GiB', pretixCode('0affffffff0f')],
    ['a seed of 2^63', pretixCode('0affffffffffffffff7f')],
  ];
}

function pretixBurdens(): Named {
  return [
    ['an endless number', pretixCode(`10${'ff'.repeat(200)}`)],
    ['many fields', pretixCode('1001'.repeat(100))],
    ['many unknown fields', pretixCode('7801'.repeat(100))],
    ['an item of 2^63', pretixCode('10ffffffffffffffff7f')],
  ];
}

function pretixCode(payload: string): Uint8Array {
  return utf8(pretixText(hexBytes(payload), new Uint8Array(signatureBytes)));
}

/** As long as a scanner's frames can be, longer than any parser reads. */
function longestFrames(): Named {
  const pretixEnd = pretixCode('').slice(-8);
  return [
    ['a ticket of zeros', filled(halteTicketBeginning, '0')],
    ['a ticket of the last symbol', filled(halteTicketBeginning, '/')],
    ['a ticket that is no Base45', filled(halteTicketBeginning, 'a')],
    ['a payment code', filled('hQVDUFYwM', 'A')],
    ['a merchant code', filled('000201', '9')],
    ['a merchant code of objects', filled('000201', '2604000')],
    ['a pretix ticket', concat(filled('', 'A').subarray(pretixEnd.length), pretixEnd)],
    ['zeros', new Uint8Array(frameBytesMax)],
    ['bytes of no text', new Uint8Array(frameBytesMax).fill(0xff)],
  ];
}

function filled(beginning: string, filling: string): Uint8Array {
  const text = beginning + filling.repeat(frameBytesMax);
  return utf8(text.slice(0, frameBytesMax));
}

function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

function base64(bytes: Uint8Array): Uint8Array {
  return utf8(Buffer.from(bytes).toString('base64'));
}

function reversed(text: Uint8Array): Uint8Array {
  return text.toReversed();
}
