/**
 * Inspection: while it is on, a presented medium is shown and nothing is charged. What the bus
 * remembers of it is told, and what a card tells; what the office knows besides is not known here.
 */
import type { Indicator, Signal } from '../../device/indicator.ts';
import type { Scan } from '../../device/token-reader.ts';
import type { PastTap } from '../core/fare/past-tap.ts';
import { formatMoney } from '../core/money.ts';
import { continued, holding, type Presentation } from '../core/presentation.ts';
import type { TapHistory } from '../core/rules/rule.ts';
import { clockFace } from '../core/time/clock-face.ts';
import type { LocalTime } from '../core/time/local-time.ts';
import type { Token } from '../core/token/token.ts';
import type { TapSubject } from '../store/tap-memory.ts';
import { unwrittenReset, writeReset } from './card-reset.ts';
import type { InstructCardDeps } from './instruct-card.ts';
import type { Reading } from './read-token.ts';
import { createTapRecall } from './tap-recall.ts';
import { type TapSurroundings, whereOf } from './tap-row.ts';

/** After the last medium that was shown: whoever forgets to switch it off loses no fares. */
export const inspectionEndsMs = 120_000;
/** What was inspected last can be acted upon for so long. */
export const inspectedForMs = 60_000;
/** Taps that are shown of a medium, the newest ones. */
export const tapsShownMax = 5;

export interface Inspected {
  readonly subject: TapSubject;
  /** What is remembered now, with what the card told then; oldest first. */
  readonly taps: readonly PastTap[];
}

export interface Inspector {
  readonly isOn: boolean;
  switchTo(on: boolean): void;
  /**
   * A card whose entry was reset here is told so.
   * @returns whether the scan is an inspection, and no tap. @throws StoreError
   */
  takes(scan: Scan, reading: Reading): Promise<boolean>;
  /** What was inspected within {@link inspectedForMs}. */
  readonly inspected: Inspected | undefined;
}

export interface InspectorDeps extends InstructCardDeps {
  readonly surroundings: () => TapSurroundings;
  readonly indicators: readonly Indicator[];
}

export function createInspector(deps: InspectorDeps): Inspector {
  const { clock, ledger } = deps;
  const recall = createTapRecall(deps);
  const held = new Map<string, readonly Presentation<undefined>[]>();
  let endsAt = Number.NEGATIVE_INFINITY;
  let last: { readonly token: Token; readonly at: number } | undefined;
  const isOn = () => clock.monotonicNow() < endsAt;

  function goOn(): void {
    endsAt = clock.monotonicNow() + inspectionEndsMs;
  }

  function historyOf(token: Token): TapHistory {
    const { wallAt: now } = deps.stamper.stamp();
    const { inForce } = deps.surroundings();
    const { rules } = inForce;
    return recall(token, { rules, listings: inForce.listingsOf(token, now), now });
  }

  function look(scan: Scan, token: Token): Signal {
    const { wallAt: now, ...stamp } = deps.stamper.stamp();
    const around = deps.surroundings();
    const { tokenKey } = token;
    const { taps } = historyOf(token);
    const found = taps.filter(isHere).length;
    const row = { reader: scan.reader, tokenKey, found, ...whereOf(around) };
    ledger.append({ kind: 'inspection', ...stamp, wallAt: now, ...row });
    last = { token, at: clock.monotonicNow() };
    return inspectionSignal(scan, token, { taps, now, time: around.inForce.rules.tariff.time });
  }

  async function inspect(scan: Scan, reading: Reading) {
    const { token, sealed } = reading;
    if (!token.ok) return { signal: unreadableSignal(scan), isTorn: false };
    const signal = look(scan, token.value);
    const isWritten = await tellCard(scan, token.value, sealed);
    if (isWritten === undefined) return { signal, isTorn: false };
    const text = isWritten ? texts.ended : texts.torn;
    return { signal: { ...signal, text }, isTorn: !isWritten };
  }

  /** @returns undefined when there is nothing to tell it. */
  async function tellCard(scan: Scan, token: Token, sealed: Uint8Array | undefined) {
    const { card } = token;
    if (card === undefined || scan.medium !== 'nfc') return undefined;
    const history = historyOf(token);
    const entry = unwrittenReset(card, history);
    if (entry === undefined) return undefined;
    return writeReset(entry, { token, card, sealed, scan, history }, deps);
  }

  return {
    get isOn() {
      return isOn();
    },
    switchTo(on) {
      if (on) goOn();
      else endsAt = Number.NEGATIVE_INFINITY;
    },
    async takes(scan, reading) {
      const before = held.get(scan.reader) ?? [];
      const sight = { seen: reading.seen, standsFor: reading.standsFor };
      const known = continued(before, sight, scan.lastByteAt);
      // What is still held when inspection ends was never meant to pay.
      if (!isOn() && known === undefined) return false;
      const seen = { ...sight, lastSeenAt: scan.lastByteAt, result: undefined };
      held.set(scan.reader, holding(before, seen));
      if (known !== undefined) return true;
      goOn();
      const { signal, isTorn } = await inspect(scan, reading);
      // Whoever is asked to hold the card again is not still holding it.
      if (isTorn) held.set(scan.reader, before);
      for (const indicator of deps.indicators) indicator.show(signal);
      return true;
    },
    get inspected() {
      if (last === undefined || clock.monotonicNow() - last.at > inspectedForMs) return undefined;
      const { tokenKey, accountKey } = last.token;
      return { subject: { tokenKey, accountKey }, taps: historyOf(last.token).taps };
    },
  };
}

function isHere({ source, action }: PastTap): boolean {
  return source === 'device' && action !== 'reset';
}

interface Remembered {
  readonly taps: readonly PastTap[];
  readonly now: number;
  readonly time: LocalTime;
}

const texts = {
  tapped: { id: 'Pemeriksaan: sudah tap', en: 'Inspection: tapped on this bus' },
  untapped: { id: 'Pemeriksaan: belum tap di bus ini', en: 'Inspection: no tap on this bus' },
  ended: { id: 'Tap masuk dihapus dari kartu', en: 'The entry was ended on the card' },
  torn: {
    id: 'Tap masuk belum dihapus, tempel kartu lagi',
    en: 'The entry is still on the card: hold it again',
  },
  unreadable: { id: 'Pemeriksaan: tidak terbaca', en: 'Inspection: cannot be read' },
} as const;

/** Amber: neither a welcome nor a refusal. */
function inspectionSignal(scan: Scan, token: Token, { taps, now, time }: Remembered): Signal {
  const shown = taps.slice(-tapsShownMax).reverse();
  const lines = shown.map((tap, index) => [`tap${index + 1}`, tapText(tap, now, time)]);
  const here = taps.filter(isHere).length;
  const until = token.validity?.until ?? token.card?.pass?.until;
  return {
    ...{ light: 'amber', text: here > 0 ? texts.tapped : texts.untapped },
    lastByteAt: scan.lastByteAt,
    fields: {
      ...{ medium: scan.medium, outcome: 'inspected', reason: 'inspection' },
      ...{ format: token.format, taps: `${here} taps` },
      ...Object.fromEntries(lines),
      ...(until !== undefined && { validUntil: `until ${clockFace(until, now, time)}` }),
    },
  };
}

function tapText(tap: PastTap, now: number, time: LocalTime) {
  const { at, action, leg, product, charged, source } = tap;
  const stop = (leg.alighting ?? leg.boarding).stopId;
  const what = action === 'single' ? [] : [action];
  const where = [leg.routeId, stop].filter((known) => known !== undefined);
  const parts = [clockFace(at, now, time), ...what, ...where, product, formatMoney(charged)];
  if (source === 'card') parts.push('(card)');
  return parts.join(' ');
}

function unreadableSignal({ medium, lastByteAt }: Scan): Signal {
  const fields = { medium, outcome: 'inspected', reason: 'inspection' };
  return { light: 'amber', text: texts.unreadable, lastByteAt, fields };
}
