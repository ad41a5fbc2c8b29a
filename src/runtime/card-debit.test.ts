/**
 * Promise 1 for cards, on a real ledger and the card model: whatever moment the card is pulled away
 * at, or the power fails, the rider who holds the card again ends with one fare paid and one ride
 * recorded, and no debit is left without an outcome.
 */
import { expect, test, vi } from 'vitest';
import type { Signal } from '../../device/indicator.ts';
import { ReaderError } from '../../device/token-reader.ts';
import { respondThroughReader } from '../../sim/card-reader-layer.ts';
import type { DesfireCard } from '../../sim/cards/desfire/desfire-card.ts';
import { createSimEntropy } from '../../sim/sim-chance.ts';
import { createSimClock, type SimClock } from '../../sim/sim-clock.ts';
import { keyed, someNow, someRules, someSurroundings } from '../../sim/testing/builders.ts';
import { aFolder, aLedger, testDevice } from '../../sim/testing/ledger-builders.ts';
import { aTransitCard, lookAt, testKeyStore } from '../../sim/testing/transit-cards.ts';
import { proofOf } from '../backend/card-proof.ts';
import { createOpener } from '../backend/opening.ts';
import { utf8 } from '../core/bytes.ts';
import { deviceTag } from '../core/card/desfire/trip-record.ts';
import { x25519PrivateKey } from '../core/crypto/x25519.ts';
import { decideTap } from '../core/decide.ts';
import type { Row } from '../core/ledger/row.ts';
import type { Rules } from '../core/rules/rules.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { createSealer } from '../sync/sealing.ts';
import { createStamper } from './stamp.ts';
import { createTapHandler } from './tap-handler.ts';

/** Real files, cut off at every effect: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const fare = 3_500;
const openingBalance = 20_000;

/** Test key: everybody can read it, nothing may be sealed to it. */
const sealingSeed = utf8('halte test key - of the backend!');
const sealer = createSealer(
  { entropy: createSimEntropy(3) },
  { recipient: x25519PrivateKey(sealingSeed).publicKey.bytes, device: testDevice },
);

class PowerCut extends Error {}

/** Lets so many effects happen; the next one does not, and nothing does after it. */
interface Power {
  readonly left: () => number;
  /** @param heard the effect that is cut happens all the same, and nobody learns of it. */
  effect<T>(happen: () => T): T;
}

function createPower(effects: number, heard: boolean): Power {
  let left = effects;
  return {
    left: () => left,
    effect(happen) {
      left -= 1;
      if (left >= 0) return happen();
      if (left === -1 && heard) happen();
      throw new PowerCut();
    },
  };
}

/** The validator from one start to the next, on a ledger that stays. */
function boot(ledger: TapLedger, clock: SimClock, power: Power, rules: Rules = someRules()) {
  const signals: Signal[] = [];
  const handle = createTapHandler({
    ...{ clock, keyed, keyStore: testKeyStore, decide: decideTap, sealer },
    ...{ entropy: createSimEntropy(ledger.head.seq + 1), deviceTag: deviceTag(testDevice) },
    stamper: createStamper(clock, 'boot-1'),
    ledger: {
      ...ledger,
      append: (row) => power.effect(() => ledger.append(row)),
      appendTogether: (rows, accepted) => power.effect(() => ledger.appendTogether(rows, accepted)),
    },
    indicators: [{ show: (signal) => void signals.push(signal) }],
    report: () => {},
    surroundings: () => someSurroundings({ rules }),
  });
  const light = () => `${signals.at(-1)?.light} ${signals.at(-1)?.fields.reason}`;
  return { handle, light };
}

type Exchange = (apdu: Uint8Array) => Uint8Array;

async function hold(
  { handle }: Pick<ReturnType<typeof boot>, 'handle'>,
  card: DesfireCard,
  { clock, exchange }: { readonly clock: SimClock; readonly exchange: Exchange },
): Promise<void> {
  card.reset();
  const channel = {
    gone: new AbortController().signal,
    transceive: async (apdu: Uint8Array) => exchange(apdu),
  };
  const lastByteAt = clock.monotonicNow();
  await handle({ medium: 'nfc', reader: 'front', atr: card.atr, lastByteAt, channel });
  await clock.advance(3_000);
}

const whole = (card: DesfireCard) => (apdu: Uint8Array) => respondThroughReader(card, apdu);

/** Answers so many commands; the next one is heard by the card or not, and its answer is lost. */
function torn(card: DesfireCard, answered: number, heard: boolean) {
  let commands = 0;
  const exchange = (apdu: Uint8Array) => {
    commands += 1;
    if (commands <= answered) return respondThroughReader(card, apdu);
    if (commands === answered + 1 && heard) respondThroughReader(card, apdu);
    throw new ReaderError('card/gone', 'torn off', 'hold it again');
  };
  return { exchange, wasTorn: () => commands > answered };
}

function rowsOf<K extends Row['kind']>(ledger: TapLedger, kind: K) {
  const rows = ledger.audit.entries(100).map(({ row, seq }) => ({ row, seq }));
  return rows.filter(
    (entry): entry is { row: Extract<Row, { kind: K }>; seq: number } => entry.row?.kind === kind,
  );
}

/** What must hold at the end of every story: one fare gone, one ride recorded, nothing open. */
async function accountOf(ledger: TapLedger, card: DesfireCard) {
  const outcomes = rowsOf(ledger, 'card-outcome').filter(({ row }) => row.result !== 'unknown');
  const intents = rowsOf(ledger, 'card-intent').map(({ seq }) => seq);
  const settled = new Set(outcomes.map(({ row }) => row.intentSeq));
  return {
    charged: openingBalance - (await lookAt(card)).balance,
    committed: outcomes.filter(({ row }) => row.result === 'committed').length * fare,
    rides: rowsOf(ledger, 'tap').filter(({ row }) => row.outcome === 'accepted').length,
    open: intents.filter((seq) => !settled.has(seq)),
  };
}

const oneRide = { charged: fare, committed: fare, rides: 1, open: [] };
const generations = ['ev3', 'ev2', 'ev1'] as const;
const endlessPower = () => createPower(Number.POSITIVE_INFINITY, false);

test.each(generations)(
  'takes one fare from an %s card, with intent, outcome and tap',
  async (generation) => {
    const [clock, ledger] = [createSimClock({ wall: someNow }), aLedger()];
    const card = await aTransitCard({ generation });
    const validator = boot(ledger, clock, endlessPower());

    await hold(validator, card, { clock, exchange: whole(card) });

    expect(validator.light()).toBe('green fare-debited');
    expect(ledger.audit.entries(9).map(({ row }) => row?.kind)).toEqual([
      'card-intent',
      'card-outcome',
      'tap',
    ]);
    expect(await accountOf(ledger, card)).toEqual(oneRide);
  },
);

test.each(
  generations.flatMap((generation) => [true, false].map((heard) => ({ generation, heard }))),
)('settles a card torn off at any command: %o', async ({ generation, heard }) => {
  const fresh = await aTransitCard({ generation });
  for (let answered = 0; ; answered += 1) {
    const [clock, ledger] = [createSimClock({ wall: someNow }), aLedger()];
    const card = await aTransitCard({ generation });
    const validator = boot(ledger, clock, endlessPower());
    const first = torn(card, answered, heard);

    await hold(validator, card, { clock, exchange: first.exchange });
    if (!first.wasTorn()) {
      expect(answered).toBeGreaterThan(8);
      break;
    }
    expect(validator.light()).toMatch(/^amber/);
    await hold(validator, card, { clock, exchange: whole(card) });

    expect(validator.light()).toBe('green fare-debited');
    expect(await accountOf(ledger, card)).toEqual(oneRide);
  }
  expect((await lookAt(fresh)).balance).toBe(openingBalance);
});

test.each(
  generations.flatMap((generation) => [true, false].map((heard) => ({ generation, heard }))),
)('settles a power cut at any effect, of card or ledger: %o', async ({ generation, heard }) => {
  for (let effects = 0; ; effects += 1) {
    const clock = createSimClock({ wall: someNow });
    const path = `${aFolder()}/ledger.db`;
    const before = aLedger({ path });
    const card = await aTransitCard({ generation });
    const power = createPower(effects, heard);
    const exchange = (apdu: Uint8Array) => power.effect(() => respondThroughReader(card, apdu));

    const held = hold(boot(before, clock, power), card, { clock, exchange });
    const wasCut = await held.then(
      () => false,
      (error) => error instanceof PowerCut,
    );
    if (!wasCut) {
      expect(effects).toBeGreaterThan(10);
      break;
    }
    before.close();
    const after = aLedger({ path });
    const validator = boot(after, clock, endlessPower());
    await hold(validator, card, { clock, exchange: whole(card) });

    // After the last write the tap is on record though no light told: it is not charged again.
    expect(validator.light()).toMatch(/^green fare-debited$|^red already-tapped$/);
    expect(await accountOf(after, card)).toEqual(oneRide);
  }
});

test.each([
  ['long after', 0, 3 * 24 * 3_600_000],
  ['after the clock was set right', 3_600_000, 0],
  ['after the clock was set back', -365 * 24 * 3_600_000, 0],
])('gives the ride that was paid for %s, once', async (_, step, later) => {
  const [clock, ledger] = [createSimClock({ wall: someNow }), aLedger()];
  const card = await aTransitCard();
  const validator = boot(ledger, clock, endlessPower(), someRules({ policy: { passback: [] } }));
  const lost = torn(card, 12, true);
  await hold(validator, card, { clock, exchange: lost.exchange });
  clock.stepWall(step);
  await clock.advance(later);

  await hold(validator, card, { clock, exchange: whole(card) });
  expect(validator.light()).toBe('green fare-debited');
  expect(await accountOf(ledger, card)).toEqual(oneRide);

  await hold(validator, card, { clock, exchange: whole(card) });
  expect((await lookAt(card)).balance).toBe(openingBalance - 2 * fare);
});

test('refuses a card with too little on it, and asks nothing of it', async () => {
  const [clock, ledger] = [createSimClock({ wall: someNow }), aLedger()];
  const card = await aTransitCard({ openingBalance: fare - 1 });
  const validator = boot(ledger, clock, endlessPower());

  await hold(validator, card, { clock, exchange: whole(card) });

  expect(validator.light()).toBe('red balance-too-low');
  expect(rowsOf(ledger, 'card-intent')).toEqual([]);
});

test('lets a pass on the card ride, and takes nothing', async () => {
  const [clock, ledger] = [createSimClock({ wall: someNow }), aLedger()];
  const seconds = someNow / 1_000;
  const pass = { product: 'bulanan', notBefore: seconds - 1, expires: seconds + 1_000 };
  const card = await aTransitCard({ pass });
  const validator = boot(ledger, clock, endlessPower());

  await hold(validator, card, { clock, exchange: whole(card) });

  expect(validator.light()).toBe('green pass-valid');
  expect((await lookAt(card)).balance).toBe(openingBalance);
  expect(rowsOf(ledger, 'tap')[0]?.row).toMatchObject({ fareProduct: 'bulanan', amount: 0 });
});

/** What the office finds in the rows: the card's own proof of what was taken from it. */
async function isProved(ledger: TapLedger, amount: number): Promise<boolean> {
  const intent = rowsOf(ledger, 'card-intent').at(-1);
  const outcome = rowsOf(ledger, 'card-outcome').at(-1)?.row;
  if (intent === undefined || outcome === undefined) return false;
  const { epoch } = ledger.head;
  const debit = { device: testDevice, epoch, seq: intent.seq, outcome };
  const opener = createOpener([sealingSeed]);
  const proof = await proofOf(
    { ...debit, intent: { ...intent.row, amount } },
    { opener, keyStore: testKeyStore },
  );
  return proof === 'right';
}

test('gives the office rows from which the card itself proves its debit, the first and the next', async () => {
  const [clock, ledger] = [createSimClock({ wall: someNow }), aLedger()];
  const card = await aTransitCard();
  const validator = boot(ledger, clock, endlessPower(), someRules({ policy: { passback: [] } }));

  for (const _ of ['first ride', 'next ride']) {
    await hold(validator, card, { clock, exchange: whole(card) });

    expect(await isProved(ledger, fare)).toBe(true);
    expect(await isProved(ledger, fare - 1)).toBe(false);
  }
});
