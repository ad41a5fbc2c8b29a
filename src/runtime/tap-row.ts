/** How a tap is written down, and how its decision is shown: two views of the same value. */
import type { Light, Signal } from '../../device/indicator.ts';
import type { Position } from '../../device/position-source.ts';
import type { Scan } from '../../device/token-reader.ts';
import { type Decision, type Fare, isForNothing, type Outcome } from '../core/decision.ts';
import type { RowStamp, TapRow } from '../core/ledger/row.ts';
import { formatMoney } from '../core/money.ts';
import { reasons } from '../core/reason.ts';
import type { Place } from '../core/rules/rule.ts';
import type { Rules } from '../core/rules/rules.ts';
import { clockFace } from '../core/time/clock-face.ts';
import type { LocalTime } from '../core/time/local-time.ts';
import { endOfTime } from '../core/token/pretix-sig1.ts';
import type { Token } from '../core/token/token.ts';
import type { AcceptedToken, LedgerHead } from '../store/tap-ledger.ts';
import type { Reading } from './read-token.ts';
import type { RulesInForce } from './rules-in-force.ts';

export interface Tap extends Reading {
  readonly scan: Scan;
  readonly decision: Decision;
  /** Under which the backend was asked about it. */
  readonly reference?: Uint8Array | undefined;
}

export interface TapSurroundings {
  readonly vehicleId?: string | undefined;
  readonly place: Place;
  readonly position: Position | undefined;
  readonly inForce: RulesInForce;
  readonly syncAgeMs?: number | undefined;
  readonly failOpen?: boolean | undefined;
}

export function tapRow(tap: Tap, around: TapSurroundings, stamp: RowStamp): TapRow {
  const { scan, decision, sealed } = tap;
  const token = tap.token.ok ? tap.token.value : undefined;
  const fare = decision.outcome === 'accepted' ? decision.fare : undefined;
  return {
    kind: 'tap',
    ...stamp,
    medium: scan.medium,
    reader: scan.reader,
    outcome: decision.outcome,
    reason: decision.reason,
    rulesVersion: around.inForce.rules.version,
    basis: decision.outcome === 'accepted' ? decision.basis : undefined,
    format: token?.format,
    tokenKey: token?.tokenKey,
    accountKey: token?.accountKey,
    sealedSecret: sealed,
    sample: tap.token.ok ? undefined : tap.token.fault.sample,
    // What a token claims is written down only when it was believed.
    ...(fare && { riderCategory: fare.riderCategory, numRiders: token?.riders }),
    fareProduct: fare?.product,
    amount: fare?.amount.amount,
    currencyType: fare?.amount.currency,
    ...(fare && detailsOf(fare)),
    authorisation: tap.reference,
    ...whereOf(around, fare?.action === 'exit'),
  };
}

/**
 * On which bus, and where: of every row that tells it. The stop is the one where a rider boards,
 * or leaves.
 */
export function whereOf({ vehicleId, place, position }: TapSurroundings, isLeaving = false) {
  const { certainty, alightingStopId, alightingStopSequence, ...known } = place;
  const left = { stopId: alightingStopId, stopSequence: alightingStopSequence };
  return {
    ...{ vehicleId, ...known, ...(isLeaving && left), placeCertainty: certainty },
    latitude: microdegrees(position?.latitude),
    longitude: microdegrees(position?.longitude),
  };
}

function detailsOf(fare: Fare) {
  return {
    fareAction: fare.action,
    legGroup: fare.legGroup,
    transfers: fare.transfersUsed,
    fareCapped: fare.isCapped === true ? 1 : undefined,
    provisional: fare.provisional?.join(' '),
    owedToRider: fare.owedToRider?.amount,
  };
}

function microdegrees(degrees: number | undefined): number | undefined {
  return degrees === undefined ? undefined : Math.round(degrees * 1e6);
}

/** Payment codes die within minutes; this long covers every clock that is wrong by days. */
const rememberedMs = 7 * 24 * 60 * 60 * 1_000;

/** What the ledger must remember of an accepted token, so that it is known again. */
export function acceptedToken(tap: Tap, rules: Rules, now: number): AcceptedToken | undefined {
  const { token, decision } = tap;
  if (!token.ok || decision.outcome !== 'accepted') return undefined;
  const { tokenKey, accountKey } = token.value;
  const { fare, basis } = decision;
  const forgetAt = Math.max(useEnds(token.value, rules), now + rememberedMs);
  const atRisk = basis === 'risk-accepted' && !isForNothing(fare);
  const { version: rulesVersion } = rules;
  return { tokenKey, accountKey, acceptedAt: now, forgetAt, atRisk, fare, rulesVersion };
}

/** From when on a signed token is refused anyway: one that has rides and no end, never. */
function useEnds({ proof, validity, rides }: Token, rules: Rules): number {
  const { clockSkewMs, passback } = rules.policy;
  const skew = Math.max(...Object.values(clockSkewMs));
  const block = Math.max(0, ...passback.map(({ groupMs, blockMs }) => groupMs + blockMs));
  if (validity !== undefined) return Math.min(validity.until + skew + block, endOfTime);
  return proof.kind === 'signed' && rides !== 'unlimited' ? endOfTime : 0;
}

const lights: Readonly<Record<Outcome, Light>> = {
  accepted: 'green',
  refused: 'red',
  retry: 'amber',
};

export interface SignalContext {
  /** Of the tap's row, when it was recorded. */
  readonly place?: Pick<LedgerHead, 'epoch' | 'seq'> | undefined;
  /** In whose local time the rider is told when a thing was used. */
  readonly time?: LocalTime | undefined;
  /** Wall clock. */
  readonly now?: number | undefined;
}

export function signalOf(
  { scan, decision }: Pick<Tap, 'scan' | 'decision'>,
  context: SignalContext = {},
): Signal {
  const { place } = context;
  const used = usedAt(decision, context);
  const { id, en, code } = reasons[decision.reason];
  return {
    ...(place && { id: `${place.epoch}/${place.seq}` }),
    light: lights[decision.outcome],
    text: used === undefined ? { id, en } : { id: `${id} ${used}`, en: `${en} ${used}` },
    lastByteAt: scan.lastByteAt,
    fields: {
      medium: scan.medium,
      outcome: decision.outcome,
      basis: decision.outcome === 'accepted' ? decision.basis : '-',
      reason: decision.reason,
      reasonNumber: String(code),
      fare: decision.outcome === 'accepted' ? formatMoney(decision.fare.amount) : '-',
      ...(used !== undefined && { usedAt: used }),
    },
  };
}

function usedAt({ tappedAt }: Decision, { time, now }: SignalContext): string | undefined {
  if (tappedAt === undefined || time === undefined || now === undefined) return undefined;
  return clockFace(tappedAt, now, time);
}
