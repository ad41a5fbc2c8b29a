import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createOpener } from '../../src/backend/opening.ts';
import { askControl } from '../../src/cli/control-client.ts';
import { type InspectOptions, inspect } from '../../src/cli/inspect.ts';
import { listTaps } from '../../src/cli/taps.ts';
import { readDeviceConfig } from '../../src/config/device-config.ts';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { decodeRow, type Row, type TapRow } from '../../src/core/ledger/row.ts';
import { controlSocketPath } from '../../src/runtime/control-socket.ts';
import type { CardModel } from '../cards/card-model.ts';
import { createQrisTapPhone } from '../cards/qris-tap-phone.ts';
import { createTicketPhone } from '../cards/ticket-phone.ts';
import { createUidCard } from '../cards/uid-card.ts';
import { createPretixOffice } from '../pretix-office.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { bytesOf, issuer, issuerKey, issuerKid, strangerKey } from '../testing/builders.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { rulesOfCaptures } from '../testing/rules-folder.ts';
import type { TestDevice } from '../testing/test-device.ts';
import {
  aCanaryTicket,
  aCanaryUid,
  aPaymentCode,
  aPretixCanary,
  type CanaryCode,
  spoilt,
} from './canaries.ts';
import {
  aCanaryDevice,
  type CanaryBus,
  outputOf,
  sealingSeed,
  startCanaryBus,
} from './canary-bus.ts';
import { createCanaryCardOffice } from './canary-card.ts';
import { createCanarySearch, type Place } from './canary-search.ts';

/** Processes, sockets and files: a busy machine needs its time. */
vi.setConfig({ testTimeout: 60_000 });

const hourMs = 3_600_000;
const now = createSystemClock().wallNow();
const seconds = (ms: number) => Math.floor(ms / 1_000);
const today = { notBefore: seconds(now - hourMs), expires: seconds(now + hourMs) };
const over = { notBefore: seconds(now - 3 * hourMs), expires: seconds(now - 2 * hourMs) };

const pretix = createPretixOffice(createSimEntropy(1));
const listed = aCanaryUid(1);
const unlisted = [aCanaryUid(2), aCanaryUid(3)] as const;
const transit = [aCanaryUid(4), aCanaryUid(5)] as const;
const ofNoSize = { name: 'UID of eight bytes', secret: bytesOf('fec0ffee5a4b0400') };
const torn = aPaymentCode('9360091400000607119');

const payments = {
  accepted: aPaymentCode('9360091400000607019'),
  'by track 2': aPaymentCode('9360091400000607028', { account: '57' }),
  'of a wallet that is not taken': aPaymentCode('9360099900000607039'),
  'of another scheme': aPaymentCode('9360091400000607049', { application: 'a0000000041010' }),
  cut: spoilt('9360091400000607059', (text) => text.slice(0, -24)),
  'no base64': spoilt('9360091400000607069', (text) => `${text}!`),
  'too long': aPaymentCode('9360091400000607079', { cheque: '9360091400000607079'.repeat(20) }),
  'longer than a frame': spoilt('9360091400000607089', (text) => text.repeat(12)),
  unknown: spoilt('9360091400000607099', (text) => `PAY/9360091400000607099/${text}`),
} satisfies Record<string, CanaryCode>;

const phones = {
  accepted: aPaymentCode('9360091400000607127'),
  refused: aPaymentCode('9360099900000607109'),
} satisfies Record<string, CanaryCode>;

const tickets = {
  valid: aCanaryTicket(bytesOf('c0ffee0000000001'), today),
  over: aCanaryTicket(bytesOf('c0ffee0000000002'), over),
  forged: aCanaryTicket(bytesOf('c0ffee0000000003'), { ...today, key: strangerKey }),
  'on a phone': aCanaryTicket(bytesOf('c0ffee0000000004'), today),
} satisfies Record<string, CanaryCode>;

const admissions = [
  aPretixCanary(pretix.issue({ item: 14, from: now - hourMs, until: now + hourMs })),
  aPretixCanary(pretix.issue({ item: 14, until: now - hourMs })),
] as const;

const paymentCodes = [...Object.values(payments), ...Object.values(phones), torn];
const everyCanary = [
  ...[...paymentCodes, ...Object.values(tickets), ...admissions].flatMap((code) => code.canaries),
  ...[listed, ...unlisted, ...transit, ofNoSize],
];

interface TransitCards {
  readonly debited: CardModel;
  readonly torn: CardModel;
}

async function presentAll(bus: CanaryBus, cards: TransitCards): Promise<void> {
  for (const { text } of Object.values(payments)) await bus.scan(text);
  for (const { text } of [tickets.valid, tickets.over, tickets.forged]) await bus.scan(text);
  await bus.scan(altered(tickets.valid.text));
  for (const { text } of admissions) await bus.scan(text);
  await bus.hold(createTicketPhone(tickets['on a phone'].bytes));
  for (const { text } of Object.values(phones)) await bus.hold(aPhone(text));
  await bus.hold(aPhone(torn.text), { tearAfterApdus: 2 });
  await bus.hold(createUidCard(listed.secret));
  await bus.hold(createUidCard(unlisted[0].secret));
  await bus.hold(createUidCard(unlisted[1].secret, 'iso-14443-4'));
  await bus.hold(createUidCard(ofNoSize.secret));
  await bus.hold(cards.debited);
  await bus.hold(cards.torn, { tearAfterApdus: 6 });
}

const presentations = 25;

/** One symbol of the signature. */
function altered(text: string): string {
  const at = text.length - 40;
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
}

function aPhone(code: string) {
  const deps = { entropy: createSimEntropy(2), nextCode: () => code };
  return createQrisTapPhone(deps, { recordBytes: 50 });
}

/** The keys of this test, and one card that is known by its number. */
function rulesFor({ workshop }: TestDevice) {
  const key = hex(workshop.keyed('card', listed.secret));
  const listings = [
    'listing_kind,effect,listing_key,reason,fare_product_id',
    `card,allow,${key},other,khusus`,
  ];
  const policy = {
    trustedKeys: [
      { issuer, kid: hex(issuerKid), publicKey: hex(issuerKey.publicKey) },
      { format: 'pretix-sig1', issuer: 'sam-poo-kong', publicKey: hex(pretix.publicKey) },
    ],
  };
  return { policy, listings };
}

function rowsIn(database: string): Row[] {
  using db = Object.assign(new Database(database, { readonly: true }), {
    [Symbol.dispose]: () => void db.close(),
  });
  const rows = db.prepare<[], { payload: Buffer }>('select payload from tap').all();
  const decoded = rows.map(({ payload }) => decodeRow(new Uint8Array(payload)));
  return decoded.filter((row) => row !== undefined);
}

function opened(taps: readonly TapRow[], device: string): string[] {
  const opener = createOpener([sealingSeed]);
  return taps.flatMap(({ sealedSecret }) => {
    if (sealedSecret === undefined) return [];
    const result = opener.open(sealedSecret, device);
    return result.ok ? [Buffer.from(result.secret.reveal()).toString('latin1')] : [result.failure];
  });
}

test('lets nothing be found that must stay secret, and gives the backend what it needs, sealed', async () => {
  const device = await aCanaryDevice();
  const cardKeys = join(aFolder(), 'card.keys');
  const office = createCanaryCardOffice(cardKeys, createSimEntropy(3));
  const [debited, torn] = [
    await office.make(transit[0].secret),
    await office.make(transit[1].secret),
  ];
  const bus = await startCanaryBus(device, { ...rulesFor(device), cardKeys });
  onTestFinished(() => bus[Symbol.asyncDispose]());

  await presentAll(bus, { debited, torn });
  const whileRunning = [
    ...bus.places(),
    await outputOf('halte taps list --json', (io) => listTaps({ ...device, json: true }, io)),
    await outputOf('halte taps list', (io) => listTaps(device, io)),
    ...(await controlAnswers(device)),
  ];
  await bus.stop();
  const afterwards = bus.places();

  expectSeen(whileRunning, ['data/ledger.db', 'data/ledger.db-wal', 'halte taps list --json']);
  expectSeen(whileRunning, ['GET /status', 'GET /taps', 'GET /verify']);
  expectSeen(afterwards, ['signals.log', 'backend.db', 'body', 'reply', 'halte drain']);
  const search = createCanarySearch([...everyCanary, ...office.canaries]);
  expect(search.find(whileRunning)).toEqual([]);
  expect(search.find(afterwards)).toEqual([]);
  expectSealed(rowsIn(bus.database), device.workshop.device);
});

/** What the control socket says to whoever may ask. */
function controlAnswers({ config }: TestDevice): Promise<Place[]> {
  const socket = controlSocketPath(readDeviceConfig(config).dataDir);
  const paths = ['/status', '/taps', '/verify'];
  return Promise.all(
    paths.map(async (path) => {
      const said = await askControl(socket, 'GET', path);
      return { name: `GET ${path}`, bytes: utf8(JSON.stringify(said)) };
    }),
  );
}

/** A search of nothing finds nothing. */
function expectSeen(places: readonly Place[], names: readonly string[]): void {
  const looked = places.filter(({ bytes }) => bytes.length > 0).map(({ name }) => name);
  expect(looked).toEqual(expect.arrayContaining([...names]));
}

function expectSealed(rows: readonly Row[], device: string): void {
  const taps = rows.filter((row) => row.kind === 'tap');
  // Refusals that repeat are counted in a row for all of them.
  const counts = rows.map((row) => (row.kind === 'refusals' ? row.count : 0));
  expect(counts.reduce((sum, count) => sum + count, taps.length)).toBe(presentations);
  const outcomes = new Set(taps.map(({ outcome }) => outcome));
  expect(outcomes).toEqual(new Set(['accepted', 'refused', 'retry']));
  const secrets = opened(taps, device);
  const codes = [payments.accepted, payments['by track 2'], phones.accepted, phones.refused];
  const texts = [...codes, ...admissions].map(({ text }) => text);
  const uids = [listed, ...unlisted, transit[0]].map(({ secret }) =>
    Buffer.from(secret).toString('latin1'),
  );
  expect(secrets).toEqual(expect.arrayContaining(texts));
  // Of a transit card the UID comes first, and what was read of it follows.
  expect(uids.filter((uid) => !secrets.some((secret) => secret.startsWith(uid)))).toEqual([]);
  expect(opened(taps, 'another-bus')).toEqual(secrets.map(() => 'sealed/does-not-open'));
}

/** A phone gave the code to a reader, and somebody wrote down what was said. */
function aTraceOf(code: string): string {
  const records = code.match(/.{1,250}/gs) ?? [];
  const said = records.map((text, index) => {
    const status = index + 1 < records.length ? '61ff' : '9000';
    return `> 00b20${index + 1}0007a000000602202000\n< ${hex(utf8(text))}${status}`;
  });
  return ['> 00a4040007a0000006022020\n< 9000', ...said].join('\n');
}

test('shows a technician no account unless asked to', async () => {
  const search = createCanarySearch(paymentCodes.flatMap(({ canaries }) => canaries));
  const shown = (text: string, options: InspectOptions) =>
    outputOf('halte inspect', (io) => inspect(text, options, { io, now }));
  const everyWay = (text: string) => [
    shown(text, {}),
    shown(text, { json: true }),
    shown(text, { rules: rulesOfCaptures }),
  ];

  const plain = await Promise.all(
    paymentCodes.flatMap(({ text }) => [...everyWay(text), ...everyWay(aTraceOf(text))]),
  );
  const { text } = payments.accepted;
  const revealed = await shown(text, { reveal: true });
  const revealedTrace = await shown(aTraceOf(text), { reveal: true });

  expect(search.find(plain)).toEqual([]);
  expect(search.find([revealed])).not.toEqual([]);
  expect(search.find([revealedTrace])).not.toEqual([]);
});
