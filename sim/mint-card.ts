/**
 * `halte mint card`: waits for a blank DESFire card at a PC/SC reader and makes a transit card of
 * it, step by step before the eyes of who holds it; pulled away, it is to be held again. Ends with
 * what the card says of itself when read as a validator reads it.
 */
import type { Clock, Entropy } from '../device/clock.ts';
import type { KeyStore } from '../device/key-store.ts';
import { type CardScan, ReaderError, type TokenReader } from '../device/token-reader.ts';
import type { CliIo, ExitCode } from '../src/cli/cli-io.ts';
import { hex } from '../src/core/bytes.ts';
import { getUidApdu } from '../src/core/card/apdu.ts';
import { uidBytes } from '../src/core/card/desfire/transit-application.ts';
import { asTyped, readHinted } from './mint/as-typed.ts';
import { cardLines, progressLine } from './personalise/card-text.ts';
import { cardWish, type MintCardOptions } from './personalise/card-wish.ts';
import { type PersonaliseProgress, personaliseCard } from './personalise/personalise-card.ts';

export interface MintCardDeps {
  readonly clock: Clock;
  readonly entropy: Entropy;
  openReader(slot: string | undefined): TokenReader;
  openKeyStore(file: string): KeyStore;
}

/** Longer than any command of a card takes, creating files included. */
const commandMs = 1_000;

/** @returns 1 when it was stopped before a card was finished. @throws CliError, PersonaliseError. */
export async function mintCard(
  options: MintCardOptions,
  io: CliIo,
  deps: MintCardDeps,
): Promise<ExitCode> {
  const wish = asTyped(io, () => cardWish(options, deps.clock.wallNow()));
  const hint = 'docs/card-keys.md tells of this file; "halte mint card-keys" makes one';
  const keyStore = readHinted(hint, () => deps.openKeyStore(options.keys));
  const over = new AbortController();
  const signal = AbortSignal.any([io.stopping, over.signal]);
  let begun: string | undefined;
  io.out('hold a blank DESFire card to the reader, and leave it there');
  try {
    for await (const scan of deps.openReader(options.slot).open(signal)) {
      if (scan.medium !== 'nfc') {
        io.out('the card could not be read: hold it flat and still');
        continue;
      }
      const made = await unlessPulledAway(io, async () => {
        const card = await identify(scan, deps.clock);
        if (!isWanted(card.uid, begun, io)) return undefined;
        begun = hex(card.uid);
        const progress = (at: PersonaliseProgress) => io.out(progressLine(at));
        const order = { uid: card.uid, ...wish };
        const { entropy } = deps;
        return personaliseCard(order, { ...card, keyStore, entropy, progress });
      });
      if (made === undefined) continue;
      for (const line of cardLines(made)) io.out(line);
      return 0;
    }
    return 1;
  } finally {
    over.abort();
  }
}

/** @returns undefined when the card was pulled away: it will come again. */
async function unlessPulledAway<T>(io: CliIo, visit: () => Promise<T>): Promise<T | undefined> {
  try {
    return await visit();
  } catch (error) {
    if (!(error instanceof ReaderError)) throw error;
    io.out('the card was pulled away: hold the same card again, it goes on where it stopped');
    return undefined;
  }
}

async function identify({ channel }: CardScan, clock: Clock) {
  const transceive = (apdu: Uint8Array) =>
    channel.transceive(apdu, clock.monotonicNow() + commandMs);
  const response = await transceive(getUidApdu);
  return { uid: response.slice(0, -2), transceive };
}

/** @param begun UID of the card that an earlier visit left half made. */
function isWanted(uid: Uint8Array, begun: string | undefined, io: CliIo): boolean {
  if (uid.length !== uidBytes) {
    io.out(`not a DESFire card with a UID of its own (it tells ${uid.length} bytes): take another`);
    return false;
  }
  if (begun === undefined || begun === hex(uid)) return true;
  io.out(`this is another card: first finish the one with the UID ${begun}`);
  return false;
}
