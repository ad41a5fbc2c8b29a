/**
 * From the bytes of a QR code to a token: the first format that recognises the bytes parses them.
 * A new format is one file and one line here.
 */
import { faulty, type Parsed } from '../parsed.ts';
import { parseHalteTicketText, recognisesHalteTicketText } from './halte-ticket.ts';
import { parseQrisCpm, recognisesQrisCpm } from './qris-cpm.ts';
import type { Token } from './token.ts';

interface QrFormat {
  /** Looks at the beginning only: what it recognises it must also explain when it is malformed. */
  readonly recognises: (bytes: Uint8Array) => boolean;
  readonly parse: (bytes: Uint8Array) => Parsed<Token>;
}

const formats: readonly QrFormat[] = [
  { recognises: recognisesHalteTicketText, parse: parseHalteTicketText },
  { recognises: recognisesQrisCpm, parse: parseQrisCpm },
];

export function parseQrToken(bytes: Uint8Array): Parsed<Token> {
  const format = formats.find((candidate) => candidate.recognises(bytes));
  return format === undefined
    ? faulty('unknown-format', `${bytes.length} bytes of no known format`)
    : format.parse(bytes);
}
