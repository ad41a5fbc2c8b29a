/** How a tap is written down, and how its decision is shown: two views of the same value. */
import type { Light, Signal } from '../../device/indicator.ts';
import type { Position } from '../../device/position-source.ts';
import type { Scan } from '../../device/token-reader.ts';
import type { Decision, Outcome } from '../core/decision.ts';
import type { RowStamp, TapRow } from '../core/ledger/row.ts';
import { formatMoney } from '../core/money.ts';
import { reasons } from '../core/reason.ts';
import type { Rules } from '../core/rules/rules.ts';
import type { Token } from '../core/token/token.ts';
import type { AcceptedToken, LedgerHead } from '../store/tap-ledger.ts';

export interface Tap {
  readonly scan: Scan;
  readonly token: Token | undefined;
  readonly decision: Decision;
}

export interface TapSurroundings {
  readonly vehicleId?: string | undefined;
  readonly routeId?: string | undefined;
  readonly position: Position | undefined;
  readonly rules: Rules;
}

export function tapRow(tap: Tap, around: TapSurroundings, stamp: RowStamp): TapRow {
  const { scan, token, decision } = tap;
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

/** A payment code dies within minutes; this long covers every clock that is wrong by days. */
const paymentCodeRememberedMs = 7 * 24 * 60 * 60 * 1_000;

/** What the ledger must remember of an accepted token, so that it is known again. */
export function acceptedToken(tap: Tap, rules: Rules, now: number): AcceptedToken | undefined {
  const { token, decision } = tap;
  if (token === undefined || decision.outcome !== 'accepted') return undefined;
  const forgetAt =
    token.format === 'halte-ticket'
      ? token.claims.expires * 1_000 + rules.clockSkewMs + rules.passbackMs
      : now + paymentCodeRememberedMs;
  const atRisk = decision.basis === 'risk-accepted';
  return { tokenKey: token.tokenKey, acceptedAt: now, forgetAt, atRisk };
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
