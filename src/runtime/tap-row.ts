/** How a tap is written down, and how its decision is shown: two views of the same value. */
import type { Light, Signal } from '../../device/indicator.ts';
import type { Position } from '../../device/position-source.ts';
import type { Scan } from '../../device/token-reader.ts';
import type { Decision, Outcome } from '../core/decision.ts';
import type { RowStamp, TapRow } from '../core/ledger/row.ts';
import { formatMoney } from '../core/money.ts';
import { reasons } from '../core/reason.ts';
import type { Rules } from '../core/rules/rules.ts';
import type { AcceptedToken, LedgerHead } from '../store/tap-ledger.ts';
import type { Reading } from './read-token.ts';

export interface Tap extends Reading {
  readonly scan: Scan;
  readonly decision: Decision;
}

export interface TapSurroundings {
  readonly vehicleId?: string | undefined;
  readonly routeId?: string | undefined;
  readonly position: Position | undefined;
  readonly rules: Rules;
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
    rulesVersion: around.rules.version,
    basis: decision.outcome === 'accepted' ? decision.basis : undefined,
    format: token?.format,
    tokenKey: token?.tokenKey,
    accountKey: token?.accountKey,
    sealedSecret: sealed,
    sample: tap.token.ok ? undefined : tap.token.fault.sample,
    riderCategory: token?.riderCategory,
    numRiders: token?.riders,
    fareProduct: fare?.product,
    amount: fare?.amount.amount,
    currencyType: fare?.amount.currency,
    vehicleId: around.vehicleId,
    routeId: around.routeId,
    latitude: microdegrees(around.position?.latitude),
    longitude: microdegrees(around.position?.longitude),
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
  const { tokenKey, validity } = token.value;
  const skew = Math.max(...Object.values(rules.clockSkewMs));
  const forgetAt = Math.max(
    validity === undefined ? 0 : validity.until + skew + rules.passbackMs,
    now + rememberedMs,
  );
  return { tokenKey, acceptedAt: now, forgetAt, atRisk: decision.basis === 'risk-accepted' };
}

const lights: Readonly<Record<Outcome, Light>> = {
  accepted: 'green',
  refused: 'red',
  retry: 'amber',
};

/** @param place of the tap's row, when it was recorded. */
export function signalOf(
  { scan, decision }: Tap,
  place?: Pick<LedgerHead, 'epoch' | 'seq'>,
): Signal {
  const { id, en } = reasons[decision.reason];
  return {
    ...(place && { id: `${place.epoch}/${place.seq}` }),
    light: lights[decision.outcome],
    text: { id, en },
    lastByteAt: scan.lastByteAt,
    fields: {
      medium: scan.medium,
      outcome: decision.outcome,
      basis: decision.outcome === 'accepted' ? decision.basis : '-',
      reason: decision.reason,
      fare: decision.outcome === 'accepted' ? formatMoney(decision.fare.amount) : '-',
    },
  };
}
