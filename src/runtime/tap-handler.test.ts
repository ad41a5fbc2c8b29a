import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Indicator, Signal } from '../../device/indicator.ts';
import type { KeyStore } from '../../device/key-store.ts';
import type { Scan } from '../../device/token-reader.ts';
import { respondThroughReader } from '../../sim/card-reader-layer.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { createSimClock } from '../../sim/sim-clock.ts';
import {
  aHolderKey,
  aQrisCode,
  aRiskPolicy,
  aTicket,
  aTicketToken,
  holderKey,
  keyed,
  someNow,
  someRules,
  someSituation,
  someSurroundings,
  strangerKey,
  type TicketChange,
  tlv,
} from '../../sim/testing/builders.ts';
import { aFolder, aLedger, tapsOnDisk, testDevice } from '../../sim/testing/ledger-builders.ts';
import { canMakeTinyDisk, createTinyDisk } from '../../sim/testing/tiny-disk.ts';
import { aTransitCard, testKeyStore } from '../../sim/testing/transit-cards.ts';
import { utf8 } from '../core/bytes.ts';
import { deviceTag } from '../core/card/desfire/trip-record.ts';
import { decideTap } from '../core/decide.ts';
import { parsed } from '../core/parsed.ts';
import type { Rules } from '../core/rules/rules.ts';
import { halteTicketText } from '../core/ticket/issue.ts';
import { bucketMs, presentTicket } from '../core/ticket/presentation.ts';
import { endOfTime } from '../core/token/pretix-sig1.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { createRefusalLog } from './refusal-log.ts';
import type { RuntimeEvent } from './runtime-event.ts';
import { createStamper } from './stamp.ts';
import { createTapHandler, type TapHandlerDeps } from './tap-handler.ts';
import { acceptedToken } from './tap-row.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

interface HandlerParts extends Pick<TapHandlerDeps, 'authoriser' | 'keyStore'> {
  readonly rules?: Rules;
}

/** A tap handler on a real ledger; what it shows goes to `watch` as well. */
function aHandler(
  ledger: TapLedger = aLedger(),
  watch: Indicator['show'] = () => {},
  more: HandlerParts = {},
) {
  const clock = createSimClock({ wall: someNow });
  const signals: Signal[] = [];
  const events: RuntimeEvent[] = [];
  const stamper = createStamper(clock, 'boot-1');
  const handle = createTapHandler({
    ...{ clock, ledger, keyed, decide: decideTap, stamper, ...more },
    refusals: createRefusalLog({ ledger, stamper }),
    ...{ entropy: createSimEntropy(1), deviceTag: deviceTag(testDevice) },
    indicators: [{ show: watch }, { show: (signal) => void signals.push(signal) }],
    report: (event) => void events.push(event),
    surroundings: () => someSurroundings(more),
  });
  const scan = (bytes: Uint8Array, reader = 'front') =>
    handle({ medium: 'qr', reader, bytes, lastByteAt: clock.monotonicNow() });
  const lights = () => signals.map(({ light, fields }) => `${light} ${fields.reason}`);
  const rows = () => ledger.audit.entries(100).map(({ row }) => row);
  return { clock, handle, scan, lights, rows, events, ledger };
}

const aTicketOf = (change: TicketChange) => utf8(halteTicketText(aTicket(change)));
const ticket = aTicketOf({ kind: 'single' });
const code = aQrisCode();

test('has the row in the file before any light shows it, whatever the light', async () => {
  const ledger = aLedger();
  const seen: unknown[] = [];
  const { scan, clock } = aHandler(ledger, ({ light }) => {
    seen.push([light, tapsOnDisk(ledger.path)]);
  });

  await scan(ticket);
  await scan(code);
  await clock.advance(2_000);
  await scan(code);

  expect(seen).toEqual([
    ['green', [1]],
    ['green', [1, 2]],
    ['red', [1, 2, 3]],
  ]);
});

test('shows no green when the ledger is closed, but out of service, and fails', async () => {
  const { ledger, scan, lights } = aHandler();
  ledger.close();

  await expect(scan(utf8('any text'))).rejects.toThrow('not open');

  expect(lights()).toEqual(['amber out-of-service']);
});

test.skipIf(!canMakeTinyDisk())(
  'shows a green for each durable row, and none when the disk is full (skipped without tmpfs)',
  async () => {
    const disk = createTinyDisk(192 * 1024);
    onTestFinished(() => disk.close());
    const { scan, lights, ledger } = aHandler(aLedger({ path: join(disk.folder, 'ledger.db') }));
    const ride = async () => {
      for (let rider = 0; rider < 256; rider += 1) {
        await scan(aTicketOf({ ticketId: new Uint8Array(8).fill(rider) }));
      }
    };

    await expect(ride()).rejects.toMatchObject({ code: 'ledger/disk-full' });

    const greens = lights().filter((light) => light === 'green ticket-valid');
    expect(greens.length).toBe(ledger.head.seq);
    expect(lights().at(-1)).toBe('amber out-of-service');
  },
);

test('records refused and unreadable taps too, with their reasons', async () => {
  const { scan, handle, rows } = aHandler();

  await scan(utf8('https://example.org'));
  await handle({ medium: 'unreadable', reader: 'front', fault: 'frame-too-long', lastByteAt: 0 });

  expect(rows()).toEqual([
    expect.objectContaining({ kind: 'tap', outcome: 'refused', reason: 'unknown-format' }),
    expect.objectContaining({ kind: 'tap', outcome: 'retry', reason: 'frame-too-long' }),
  ]);
});

test('says in the log that a card key is missing, once until a card could be read', async () => {
  const keys: { store: KeyStore | undefined } = { store: undefined };
  const keyStore: KeyStore = { cardKey: async (...asked) => keys.store?.cardKey(...asked) };
  const { handle, clock, events, lights } = aHandler(aLedger(), () => {}, { keyStore });
  const card = await aTransitCard();
  const hold = async (store?: KeyStore) => {
    keys.store = store;
    card.reset();
    const transceive = async (apdu: Uint8Array) => respondThroughReader(card, apdu);
    const channel = { gone: new AbortController().signal, transceive };
    const lastByteAt = clock.monotonicNow();
    await handle({ medium: 'nfc', reader: 'front', atr: card.atr, lastByteAt, channel });
    await clock.advance(3_000);
  };

  for (const store of [undefined, undefined, testKeyStore, undefined]) await hold(store);

  const missing = 'amber card-key-missing';
  expect(lights()).toEqual([missing, missing, 'green fare-debited', missing]);
  expect(events.map(({ event }) => event)).toEqual(['card-key-missing', 'card-key-missing']);
});

test('takes a held code as one tap until it was away for a second', async () => {
  const { scan, clock, lights } = aHandler();

  for (const ms of [0, 999, 999, 1_000]) {
    await clock.advance(ms);
    await scan(ticket);
  }

  expect(lights()).toEqual(['green ticket-valid', 'red already-tapped']);
});

test('asks a rider again at once, however often reading fails', async () => {
  const { handle, lights } = aHandler();
  const unreadable: Scan = {
    ...{ medium: 'unreadable', reader: 'front', fault: 'connect-failed', lastByteAt: 0 },
  };

  await handle(unreadable);
  await handle(unreadable);

  expect(lights()).toEqual(['amber connect-failed', 'amber connect-failed']);
});

test('accepts one code once, though it is held to two readers at the same moment', async () => {
  const { scan, lights } = aHandler();

  await Promise.all([scan(ticket, 'front'), scan(ticket, 'rear')]);

  expect(lights()).toEqual(['green ticket-valid', 'red already-tapped']);
});

test('remembers over a restart what was accepted, and not what was refused', async () => {
  const path = join(aFolder(), 'ledger.db');
  const before = aHandler(aLedger({ path }));
  const early = aTicketOf({ notBefore: someNow / 1_000 + 3_600 });
  await before.scan(ticket);
  await before.scan(early);
  before.ledger.close();

  const { scan, clock, lights } = aHandler(aLedger({ path }));
  await scan(ticket);
  await clock.advance(2 * 3_600_000);
  await scan(early);

  expect(lights()).toEqual(['red already-tapped', 'green ticket-valid']);
});

test('puts a jump of the clock on record before the tap that follows it, and says so', async () => {
  const { scan, clock, rows, events } = aHandler();

  clock.stepWall(60_000);
  await scan(ticket);

  expect(rows()).toEqual([
    expect.objectContaining({ kind: 'clock-step', stepMs: 60_000, wallAt: someNow + 60_000 }),
    expect.objectContaining({ kind: 'tap', wallAt: someNow + 60_000 }),
  ]);
  expect(events).toEqual([{ event: 'clock-step', stepMs: 60_000 }]);
});

test('keeps nothing of a payment code in the row but its key', async () => {
  const { scan, ledger } = aHandler();
  await scan(code);

  const batch = ledger.outbox.nextBatch({ rowsMax: 1, bytesMax: 10_000 });

  const stored = Buffer.from(batch?.rows[0] ?? []).toString('latin1');
  expect(stored).toContain('risk-accepted');
  expect(stored).not.toContain(Buffer.from(code).toString('latin1').slice(20, 40));
  expect(stored).not.toContain('93600914');
});

const heldTicket = aTicket({ kind: 'single', holder: aHolderKey() });
const shownAt = (now: number) => utf8(halteTicketText(presentTicket(heldTicket, holderKey, now)));

test('stays green while an app draws its code anew, and writes one tap', async () => {
  const { clock, scan, lights, rows } = aHandler();

  await scan(shownAt(someNow));
  await clock.advance(400);
  await scan(shownAt(someNow + bucketMs));

  expect(lights()).toEqual(['green ticket-valid']);
  expect(rows()).toHaveLength(1);
});

test('takes a live code at once after a copied one was refused', async () => {
  const { clock, scan, lights } = aHandler();

  await scan(shownAt(someNow - 10 * bucketMs));
  await clock.advance(400);
  await scan(shownAt(someNow));

  expect(lights()).toEqual(['red holder-proof-stale', 'green ticket-valid']);
});

test('does not stay green for a forged code of the ticket that was just accepted', async () => {
  const { clock, scan, lights } = aHandler();

  await scan(aTicketOf({ kind: 'single' }));
  await clock.advance(400);
  await scan(aTicketOf({ kind: 'single', key: strangerKey }));

  expect(lights()).toEqual(['green ticket-valid', 'red signature-invalid']);
});

test('charges an account once whose wallet draws its code anew while it is held', async () => {
  const { clock, scan, rows } = aHandler();

  await scan(aQrisCode());
  await clock.advance(400);
  await scan(aQrisCode({ '63': tlv('9F74', utf8('cheque:98765432109876543211')) }));

  expect(rows()).toHaveLength(1);
});

const codeNumber = (number: number) =>
  aQrisCode({ '63': tlv('9F74', utf8(`cheque:${10_000_000 + number}876543210`)) });

test('counts the refusals of a wallet that shows a new code each time as those of one medium', async () => {
  const rules = someRules({ policy: { issuers: { allow: new Set(), deny: new Set() } } });
  const { scan, clock, lights, rows } = aHandler(aLedger(), () => {}, { rules });

  for (const number of [1, 2, 3]) {
    await scan(codeNumber(number));
    await clock.advance(2_000);
  }

  expect(lights()).toEqual(Array(3).fill('red issuer-not-accepted'));
  expect(rows()).toHaveLength(1);
});

test('gives each payment that nobody answered a row: the backend must take it back', async () => {
  const rules = someRules({ policy: { risk: aRiskPolicy({ acceptsOffline: false }) } });
  const authoriser = { authorise: async () => 'no-answer' as const, takeBack: () => {} };
  const { scan, clock, lights, rows } = aHandler(aLedger(), () => {}, { rules, authoriser });

  for (const number of [1, 1, 2]) {
    await scan(codeNumber(number));
    await clock.advance(2_000);
  }

  expect(lights()).toEqual(Array(3).fill('red payment-needs-link'));
  expect(rows()).toEqual(
    Array(3).fill(expect.objectContaining({ authorisation: expect.any(Uint8Array) })),
  );
});

test('remembers a single ride without an end for ever', () => {
  const token = { ...aTicketToken({ kind: 'single' }), validity: undefined };
  const decision = decideTap(aTicketToken({ kind: 'single' }), someSituation());
  const scan = { medium: 'qr', reader: 'front', bytes: utf8('x'), lastByteAt: 0 } as const;
  const { validity: _, ...endless } = token;
  const tap = { scan, token: parsed(endless), seen: 'x', decision };

  expect(acceptedToken(tap, someRules(), someNow)?.forgetAt).toBe(endOfTime);
});
