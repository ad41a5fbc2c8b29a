/** Riders who hold a ticket to the scanner until a light tells them, whatever happens to the box. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Entropy } from '../../device/clock.ts';
import { hex } from '../../src/core/bytes.ts';
import type { KeyedHash } from '../../src/core/crypto/keyed-hash.ts';
import { halteTicketText } from '../../src/core/ticket/issue.ts';
import { parseHalteTicket } from '../../src/core/token/halte-ticket.ts';
import type { PtyLine } from '../pty-line.ts';
import type { TicketOffice } from '../ticket-office.ts';
import type { LoggedLight, SignalLog } from './signal-log.ts';

/** One single ride each. */
export interface Rider {
  readonly text: string;
  /** By which the ledger knows the ticket, hexadecimal. */
  readonly tokenKey: string;
  /** How often the box was killed while the ticket was held to it. */
  kills: number;
  /** What the rider was told at last. */
  light?: LoggedLight;
}

const hourMs = 60 * 60 * 1_000;

/** A held ticket is read again about so often. */
const rereadMs = 150;
const lookMs = 1;
/** Longer than any start of the runtime on a busy machine. */
const patienceMs = 30_000;

export function createRider(office: TicketOffice, keyed: KeyedHash, now: number): Rider {
  const order = { kind: 'single', product: 'single-ride' } as const;
  const ticket = office.issue({ ...order, from: now - hourMs, until: now + 24 * hourMs });
  const token = parseHalteTicket(ticket, keyed);
  if (!token.ok) throw new Error('the ticket office issued what no validator reads');
  return { text: halteTicketText(ticket), tokenKey: hex(token.value.tokenKey), kills: 0 };
}

/** Not a ticket: someone shows the menu of a restaurant. It is refused, and recorded. */
export function foreignText(entropy: Entropy): string {
  return `https://example.org/menu/${hex(entropy.bytes(6))}`;
}

/** @returns undefined when the box died before it told. @throws Error when it lives and stays dark. */
export async function holdUntilLight(
  text: string,
  { scanner, log }: { readonly scanner: PtyLine; readonly log: SignalLog },
  died: AbortSignal,
): Promise<LoggedLight | undefined> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += rereadMs) {
    await scanner.send(`${text}\r\n`);
    for (let lookedMs = 0; lookedMs < rereadMs; lookedMs += lookMs) {
      // In this order: what was written before the death is what the rider saw.
      const isDead = died.aborted;
      const light = log.newLights().find(isAnswer);
      if (light !== undefined || isDead) return light;
      await delay(lookMs);
    }
  }
  throw new Error(`the validator showed nothing for ${patienceMs} ms`);
}

/** Amber is for a code that was cut by the opening of the line: the rider holds on. */
function isAnswer({ light, reason }: LoggedLight): boolean {
  return light !== 'amber' && reason !== 'malformed-token';
}
