/** From the words of `acceptance.json` to core's Policy: sets, maps and milliseconds. */
import type {
  CapPolicy,
  DriverPolicy,
  Passback,
  Policy,
  RiskPolicy,
  Tapping,
} from '../core/rules/policy.ts';
import type { Acceptance } from './acceptance.ts';

const hourMs = 60 * 60 * 1_000;

/** @param currency ISO 4217 of the operator's tariff: amounts in the file are in its minor units. */
export function policyOf(acceptance: Acceptance, currency: string): Policy {
  const { risk, issuers, online, onDebt, clockSkewMs, failOpen } = acceptance;
  return {
    mediaOfFormat: new Map(Object.entries(acceptance.fareMediaOf)),
    passback: acceptance.passback.map(passbackOf),
    tapping: acceptance.tapping.map(tappingOf),
    transferNeedsOtherRoute: acceptance.transferNeedsOtherRoute,
    ticketsTransfer: acceptance.ticketsTransfer,
    caps: acceptance.caps.map((cap) => capOf(cap, currency)),
    risk: riskOf(risk),
    online,
    issuers: { allow: new Set(issuers.allow), deny: new Set(issuers.deny) },
    onDebt,
    untrustedClock: new Set(acceptance.untrustedClock),
    clockSkewMs,
    failOpen,
    graceMs: acceptance.graceHours * hourMs,
    driver: driverOf(acceptance.driver),
  };
}

/** Milliseconds since 1970; the beginning of time for rules that hold at once. */
export function effectiveFrom({ effectiveFrom: text }: Acceptance): number {
  return text === undefined ? 0 : Date.parse(text);
}

/** Minutes after local midnight. */
export function dayBeginsAtMinutes({ dayBeginsAt }: Acceptance): number {
  const [hours = 0, minutes = 0] = dayBeginsAt.split(':').map(Number);
  return hours * 60 + minutes;
}

function passbackOf(entry: Acceptance['passback'][number]): Passback {
  const { groupSeconds, blockSeconds, groupRidersMax, fareMedia, product } = entry;
  return {
    ...(fareMedia !== undefined && { fareMedia }),
    ...(product !== undefined && { product }),
    groupMs: groupSeconds * 1_000,
    groupRidersMax,
    blockMs: blockSeconds * 1_000,
  };
}

function tappingOf(entry: Acceptance['tapping'][number]): Tapping {
  const { network, mode, sameStopCharge, forgottenCharge, minimumBalance } = entry;
  return {
    ...(network !== undefined && { network }),
    ...{ mode, sameStopCharge, forgottenCharge, minimumBalance },
    sameStopExitMs: entry.sameStopExitSeconds * 1_000,
    forgottenAfterMs: entry.forgottenAfterSeconds * 1_000,
  };
}

function capOf(entry: Acceptance['caps'][number], currency: string): CapPolicy {
  const { id, period, amount, riderCategories } = entry;
  return {
    id,
    period:
      period === 'service-day'
        ? { kind: 'service-day' }
        : { kind: 'window', ms: period.windowSeconds * 1_000 },
    amount: { amount, currency },
    ...(riderCategories && { riderCategories: new Set(riderCategories) }),
  };
}

function ageOf(hours: number | 'any'): number {
  return hours === 'any' ? Number.POSITIVE_INFINITY : hours * hourMs;
}

function driverOf(driver: Acceptance['driver']): DriverPolicy {
  const { voidWithinSeconds, cashMedia, failOpen } = driver;
  const voidWithinMs = voidWithinSeconds * 1_000;
  return { voidWithinMs, failOpen, ...(cashMedia !== undefined && { cashMedia }) };
}

function riskOf(risk: Acceptance['risk']): RiskPolicy {
  const { listAgeMaxHours, syncAgeMaxHours, ...rest } = risk;
  return {
    ...rest,
    listAgeMaxMs: ageOf(listAgeMaxHours),
    syncAgeMaxMs: ageOf(syncAgeMaxHours),
  };
}
