/**
 * The conversation with one card, whatever carries it: keeps the deadline, ends with the card, and
 * lets nothing through after either. The driver and its twin share it, so that both keep the same
 * contract; it does not know how a command reaches the card.
 */
import { strict as assert } from 'node:assert';
import type { Clock, MonotonicMs } from '../clock.ts';
import type { CardChannel } from '../token-reader.ts';
import { apduBytesMax } from './host-protocol.ts';
import { cardGone, cardTimeout } from './pcsc-errors.ts';

/** CLA INS P1 P2, the shortest command APDU. */
const apduBytesMin = 4;

export interface CardChannelDeps {
  readonly clock: Clock;
  /** Rejects when the card or the way to it failed; may also stay pending for ever. */
  exchange(apdu: Uint8Array): Promise<Uint8Array>;
}

/**
 * Once a command has failed, by deadline or otherwise, nobody knows what the card has done: the
 * channel is over and each later command fails with `card/gone` without reaching the card.
 */
export function createCardChannel(deps: CardChannelDeps, gone: AbortSignal): CardChannel {
  let busy = false;
  let over = false;

  return {
    gone,
    async transceive(apdu, deadline) {
      assert(apdu.length >= apduBytesMin && apdu.length <= apduBytesMax, 'APDU of 4 to 261 bytes');
      assert(!busy, 'one command at a time');
      if (over || gone.aborted) throw cardGone('the conversation with this card is over');
      busy = true;
      try {
        return await exchangeInTime(deps, apdu, deadline, gone);
      } catch (error) {
        over = true;
        throw error;
      } finally {
        busy = false;
      }
    },
  };
}

async function exchangeInTime(
  { clock, exchange }: CardChannelDeps,
  apdu: Uint8Array,
  deadline: MonotonicMs,
  gone: AbortSignal,
): Promise<Uint8Array> {
  const patience = deadline - clock.monotonicNow();
  if (patience <= 0) throw cardTimeout();
  const settled = new AbortController();
  const waiting = AbortSignal.any([settled.signal, gone]);
  try {
    return await Promise.race([
      exchange(apdu).then(requireStatusBytes, (error) => {
        throw cardGone('the reader could not pass the command on', error);
      }),
      clock.sleep(patience, waiting).then(() => {
        throw gone.aborted ? cardGone('the card left the field') : cardTimeout();
      }),
    ]);
  } finally {
    settled.abort();
  }
}

/** A card torn off half-way gives, through pcscd, an empty response without an error. */
function requireStatusBytes(response: Uint8Array): Uint8Array {
  if (response.length < 2) throw cardGone('the card answered without status bytes');
  return response;
}
