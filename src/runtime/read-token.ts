/**
 * From a scan to a token, to what identifies the presentation that it belongs to, and to its secret
 * sealed for the backend. Here ends the way of a raw payment code: nothing after this sees it.
 */
import type { Entropy } from '../../device/clock.ts';
import type { CardScan, Scan } from '../../device/token-reader.ts';
import { hex } from '../core/bytes.ts';
import type { QrisTapProfile } from '../core/card/qris-tap.ts';
import { readCard } from '../core/card/read-card.ts';
import type { KeyedHash } from '../core/crypto/keyed-hash.ts';
import { faulty, type Parsed } from '../core/parsed.ts';
import { challengeBytes } from '../core/ticket/presentation.ts';
import { parseQrToken } from '../core/token/parse-token.ts';
import type { Token } from '../core/token/token.ts';
import type { Sealer } from '../sync/sealing.ts';
import { type DialogueDeps, driveDialogue } from './drive-dialogue.ts';

export interface ReadTokenDeps extends DialogueDeps {
  readonly entropy: Entropy;
  readonly keyed: KeyedHash;
  /** Without one, secrets are forgotten. */
  readonly sealer?: Sealer | undefined;
  /** How phones are asked for a QRIS Tap code; default: as observed. */
  readonly qrisTap?: QrisTapProfile | undefined;
}

export interface Reading {
  readonly token: Parsed<Token>;
  /** Equal for two readings of the same thing. */
  readonly seen: string;
  /** Equal for two codes of one ticket or one account. */
  readonly standsFor?: string | undefined;
  /** The token's secret, to be opened by the backend alone. */
  readonly sealed?: Uint8Array | undefined;
}

export async function readToken(scan: Scan, deps: ReadTokenDeps): Promise<Reading> {
  const reading = await readScan(scan, deps);
  if (!reading.token.ok) return reading;
  const { secret, tokenKey, accountKey, proof } = reading.token.value;
  const standsFor = hex(proof.kind === 'deferred' ? (accountKey ?? tokenKey) : tokenKey);
  if (secret === undefined || deps.sealer === undefined) return { ...reading, standsFor };
  return { ...reading, standsFor, sealed: deps.sealer.seal(secret.reveal()) };
}

async function readScan(scan: Scan, deps: ReadTokenDeps): Promise<Reading> {
  switch (scan.medium) {
    case 'qr':
      return {
        token: parseQrToken(scan.bytes, deps.keyed),
        seen: hex(deps.keyed('seen', scan.bytes)),
      };
    case 'nfc':
      return readFromCard(scan, deps);
    case 'unreadable':
      return { token: faulty(scan.fault, 'the reader could not read it'), seen: scan.fault };
  }
}

/**
 * A phone's UID changes at every tap, so a card is known by what it said. One that said nothing is
 * seen for the first time, whenever: a reader tells once of each time that a card is held.
 */
async function readFromCard(scan: CardScan, deps: ReadTokenDeps): Promise<Reading> {
  const challenge = deps.entropy.bytes(challengeBytes);
  const { keyed, qrisTap } = deps;
  const dialogue = readCard(scan.atr, { keyed, challenge, qrisTap });
  const token = await driveDialogue(dialogue, scan.channel, deps);
  return { token, seen: token.ok ? hex(token.value.tokenKey) : hex(challenge) };
}
