/** What every card reader keeps to, run against the PC/SC driver and its simulated twin. */
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../device/clock.ts';
import type { CardScan, Scan, TokenReader } from '../../device/token-reader.ts';
import type { CardModel } from '../cards/card-model.ts';
import { createForeignCard } from '../cards/foreign-card.ts';
import { createTicketPhone } from '../cards/ticket-phone.ts';

interface Presentation {
  /** The card answers so many commands, and the next one tears it off the field. */
  readonly tearAfterApdus?: number;
  /** The card answers nothing and stays. */
  readonly silent?: boolean;
}

export interface CardReaderStand {
  readonly reader: TokenReader;
  readonly clock: Clock;
  present(card: CardModel, presentation?: Presentation): Promise<void>;
  /** Presents something to which the reader cannot connect. */
  presentUnreadable(): Promise<void>;
  remove(): Promise<void>;
  /** Lets so much time pass; nothing to do where time passes by itself. */
  elapse(ms: number): Promise<void>;
}

export const selectTicket = Buffer.from('00a4040007f048414c54450100', 'hex');
export const readTicket = Buffer.from('00b0000000', 'hex');
const ticket = Buffer.from('a ticket');
const secondMs = 1_000;

export function cardReaderContract(name: string, makeStand: () => CardReaderStand): void {
  describe(`${name} as a TokenReader`, () => {
    let stand: CardReaderStand;
    let session: ScanSession;

    beforeEach(() => {
      stand = makeStand();
      session = openSession(stand.reader);
    });
    afterEach(async () => {
      await session.close();
      await stand.remove();
    });

    const soon = () => stand.clock.monotonicNow() + 10 * secondMs;

    test('yields a card with its ATR and the time at which it came in', async () => {
      const phone = createTicketPhone(ticket);
      const before = stand.clock.monotonicNow();

      await stand.present(phone);
      const scan = await session.nextCard();

      expect(scan.atr).toEqual(phone.atr);
      expect(scan.lastByteAt).toBeGreaterThanOrEqual(before);
      expect(scan.lastByteAt).toBeLessThanOrEqual(stand.clock.monotonicNow());
      expect(scan.channel.gone.aborted).toBe(false);
    });

    test('carries a dialogue of several commands to the card and back', async () => {
      await stand.present(createTicketPhone(ticket));
      const { channel } = await session.nextCard();

      const selected = await channel.transceive(selectTicket, soon());
      const read = await channel.transceive(readTicket, soon());

      expect(selected).toEqual(Uint8Array.of(0x01, 0x00, 0x08, 0x90, 0x00));
      expect(read).toEqual(Uint8Array.of(...ticket, 0x90, 0x00));
    });

    test('passes the longest command and the longest response', async () => {
      await stand.present(createEchoCard());
      const { channel } = await session.nextCard();
      const longest = Uint8Array.of(0, 0xec, 0, 0, 255, ...Buffer.alloc(255, 0xa5), 0);

      const response = await channel.transceive(longest, soon());

      expect(response).toHaveLength(258);
      expect(response).toEqual(createEchoCard().respond(longest));
    });

    test("passes a foreign card's refusal on as it is", async () => {
      await stand.present(createForeignCard());
      const { channel } = await session.nextCard();

      expect(await channel.transceive(selectTicket, soon())).toEqual(Uint8Array.of(0x6a, 0x82));
    });

    test('yields one scan per time that a card is held', async () => {
      const phone = createTicketPhone(ticket);
      const foreign = createForeignCard();

      for (const card of [phone, phone, foreign]) {
        await stand.present(card);
        const { atr, channel } = await session.nextCard();
        await stand.remove();
        await untilAborted(channel.gone);

        expect(atr).toEqual(card.atr);
      }
    });

    test('tells that the card has left, and fails later commands with card/gone', async () => {
      await stand.present(createTicketPhone(ticket));
      const { channel } = await session.nextCard();

      await stand.remove();
      await untilAborted(channel.gone);

      await expect(channel.transceive(selectTicket, soon())).rejects.toThrow(goneError);
    });

    test('fails a command with card/gone when the card is torn off before its answer', async () => {
      await stand.present(createTicketPhone(ticket), { tearAfterApdus: 1 });
      const { channel } = await session.nextCard();
      await channel.transceive(selectTicket, soon());

      await expect(channel.transceive(readTicket, soon())).rejects.toThrow(goneError);
      await untilAborted(channel.gone);
    });

    test('fails a command with card/timeout at its deadline, and the channel is over', async () => {
      await stand.present(createTicketPhone(ticket), { silent: true });
      const { channel } = await session.nextCard();
      const deadline = stand.clock.monotonicNow() + 50;

      const command = channel.transceive(selectTicket, deadline);
      command.catch(() => {});
      await stand.elapse(50);

      await expect(command).rejects.toThrow(timeoutError);
      expect(stand.clock.monotonicNow()).toBeLessThan(deadline + secondMs);
      await expect(channel.transceive(selectTicket, soon())).rejects.toThrow(goneError);
    });

    test('reads the next card after one that was silent', async () => {
      await stand.present(createTicketPhone(ticket), { silent: true });
      const { channel } = await session.nextCard();
      const command = channel.transceive(selectTicket, stand.clock.monotonicNow() + 50);
      command.catch(() => {});
      await stand.elapse(50);
      await expect(command).rejects.toThrow(timeoutError);
      await stand.remove();

      await stand.present(createForeignCard());
      const next = await session.nextCard();

      expect(await next.channel.transceive(selectTicket, soon())).toHaveLength(2);
    });

    test('sends nothing when the deadline has passed already', async () => {
      await stand.present(createTicketPhone(ticket));
      const { channel } = await session.nextCard();

      const late = channel.transceive(selectTicket, stand.clock.monotonicNow());

      await expect(late).rejects.toThrow(timeoutError);
    });

    test('yields connect-failed for a card that it cannot connect to, and goes on', async () => {
      await stand.presentUnreadable();

      expect(await session.next()).toMatchObject({ medium: 'unreadable', fault: 'connect-failed' });
      await stand.remove();
      await stand.present(createForeignCard());
      expect((await session.nextCard()).atr).toEqual(createForeignCard().atr);
    });

    test('returns when the signal aborts, and the card in the field is gone', async () => {
      await stand.present(createTicketPhone(ticket));
      const { channel } = await session.nextCard();

      session.abort();

      expect(await session.scans.next()).toMatchObject({ done: true });
      expect(channel.gone.aborted).toBe(true);
      await expect(channel.transceive(selectTicket, soon())).rejects.toThrow(goneError);
    });

    test('returns at once when the signal has aborted before', async () => {
      const scans = stand.reader.open(AbortSignal.abort())[Symbol.asyncIterator]();

      expect(await scans.next()).toMatchObject({ done: true });
    });

    test('reads the card that is still held when it is opened again', async () => {
      await stand.present(createForeignCard());
      await session.nextCard();
      await session.close();

      session = openSession(stand.reader);

      expect((await session.nextCard()).atr).toEqual(createForeignCard().atr);
    });
  });
}

export const goneError = expect.objectContaining({ name: 'ReaderError', code: 'card/gone' });
const timeoutError = expect.objectContaining({ name: 'ReaderError', code: 'card/timeout' });

export interface ScanSession {
  readonly scans: AsyncIterator<Scan>;
  next(): Promise<Scan>;
  nextCard(): Promise<CardScan>;
  abort(): void;
  close(): Promise<void>;
}

export function openSession(reader: TokenReader): ScanSession {
  const abort = new AbortController();
  const scans = reader.open(abort.signal)[Symbol.asyncIterator]();
  const next = async () => {
    const result = await scans.next();
    assert(result.done !== true, 'the reader ended where a scan was expected');
    return result.value;
  };
  return {
    scans,
    next,
    async nextCard() {
      const scan = await next();
      assert(scan.medium === 'nfc', `a card was expected, not ${JSON.stringify(scan)}`);
      return scan;
    },
    abort: () => abort.abort(),
    async close() {
      abort.abort();
      await scans.return?.();
    },
  };
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Answers as much as fits into one response: the command from its INS on, filled up. */
function createEchoCard(): CardModel {
  return {
    atr: createForeignCard().atr,
    respond: (apdu) => Uint8Array.of(...apdu.subarray(1, 257), 0x90, 0x00),
  };
}
