/**
 * From the bytes of a QR code to a token: the first format that recognises the bytes parses them.
 * A new format is one file and one line here (docs/adding-a-token.md).
 */
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { faulty, type Parsed } from '../parsed.ts';
import { emvcoMpm } from './emvco-mpm.ts';
import type { TokenFormat } from './format.ts';
import { halteTicket } from './halte-ticket.ts';
import { pretixSig1 } from './pretix-sig1.ts';
import { qrisCpm } from './qris-cpm.ts';
import type { Token } from './token.ts';

const formats: readonly TokenFormat[] = [halteTicket, qrisCpm, emvcoMpm, pretixSig1];

/** The words by which an operator's rules name them. */
export const formatNames: readonly string[] = formats.map(({ name }) => name);

/** Enough to tell two unknown formats apart, too few to be a token. */
const sampleBytes = 16;

export function recogniseToken(bytes: Uint8Array): TokenFormat | undefined {
  return formats.find((format) => format.recognises(bytes));
}

export function parseQrToken(bytes: Uint8Array, keyed: KeyedHash): Parsed<Token> {
  const format = recogniseToken(bytes);
  if (format !== undefined) return format.parse(bytes, keyed);
  const { ok, fault } = faulty('unknown-format', `${bytes.length} bytes of no known format`);
  return { ok, fault: { ...fault, sample: keyed('sample', bytes.subarray(0, sampleBytes)) } };
}
