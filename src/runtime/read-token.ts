/** From a scan to a token, and to what identifies the presentation that it belongs to. */
import type { Clock } from '../../device/clock.ts';
import type { CardScan, Scan } from '../../device/token-reader.ts';
import { hex, latin1 } from '../core/bytes.ts';
import { readTicketPhone } from '../core/card/ticket-phone.ts';
import { faulty, type Parsed } from '../core/parsed.ts';
import { parseQrToken } from '../core/token/parse-token.ts';
import type { Token } from '../core/token/token.ts';
import { driveDialogue } from './drive-dialogue.ts';

export interface Reading {
  readonly token: Parsed<Token>;
  /** Equal for two readings of the same thing. */
  readonly seen: string;
}

export async function readToken(scan: Scan, clock: Clock): Promise<Reading> {
  switch (scan.medium) {
    case 'qr':
      return { token: parseQrToken(scan.bytes), seen: latin1(scan.bytes) };
    case 'nfc':
      return readCard(scan, clock);
    case 'unreadable':
      return { token: faulty(scan.fault, 'the reader could not read it'), seen: scan.fault };
  }
}

/** A phone's UID changes at every tap, so a card is known by what it said. */
async function readCard(scan: CardScan, clock: Clock): Promise<Reading> {
  const token = await driveDialogue(readTicketPhone(), scan.channel, clock);
  return { token, seen: token.ok ? hex(token.value.tokenKey) : hex(scan.atr) };
}
