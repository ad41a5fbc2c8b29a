/**
 * What the device remembers of accepted taps, so that a token, or another code of the same account,
 * is known again: for passback, transfers, exits, caps and risk. Written in the transaction that
 * records the tap; older than any rule asks for, it is forgotten.
 */
import { equal } from '../core/bytes.ts';
import type { Fare } from '../core/decision.ts';
import type { Leg } from '../core/fare/leg.ts';
import type { PastAction, PastTap } from '../core/fare/past-tap.ts';
import type { Limits } from '../core/rules/policy.ts';
import type { SqliteDatabase } from './open-database.ts';

/** Whose taps: those of an account count together, whichever of its codes was shown. */
export interface TapSubject {
  readonly tokenKey: Uint8Array;
  readonly accountKey?: Uint8Array | undefined;
}

export interface RememberedTap extends TapSubject {
  /** Milliseconds since 1970, wall clock. */
  readonly acceptedAt: number;
  readonly atRisk: boolean;
  readonly fare: Fare;
  readonly rulesVersion: string;
  /** Names the trip that it wrote to the card. */
  readonly trip?: string | undefined;
}

/**
 * One tap of a token, as if it had not been; or an entry that is still without an exit. One that a
 * card bears is remembered as a reset: the card goes on to tell of it. A tap that is forgotten
 * already, as an entry, takes no other with it.
 */
export type Forgotten =
  | { readonly tapOf: Uint8Array; readonly acceptedAt: number; readonly usedRide: boolean }
  | { readonly entryOf: TapSubject; readonly entry: PastTap };

export interface TapMemory {
  /** Within the transaction that appends the tap's row. */
  note(tap: RememberedTap): void;
  /** Within the transaction that appends the row which says so. */
  forget(what: Forgotten): void;
  /** Oldest first, the newest {@link pastTapsMax} of them. */
  tapsOf(subject: TapSubject): readonly PastTap[];
  /** Of the 24 hours around `now`, those of a clock that ran ahead too. */
  atRisk(subject: TapSubject, now: number): { readonly account: Limits; readonly device: Limits };
}

/** More taps of one subject than this bear on no rule: the oldest ones are left out. */
export const pastTapsMax = 64;

const dayMs = 24 * 60 * 60 * 1_000;
/** The longest period of a cap. */
const rememberedMs = 31 * dayMs;

export function createTapMemory(database: SqliteDatabase): TapMemory {
  const statements = prepare(database);

  function forgetEntry(subject: TapSubject, entry: PastTap): void {
    const { trip } = entry;
    if (trip === undefined) {
      statements.forgetEntry.run(subjectKey(subject));
      return;
    }
    statements.forgetTrip.run(subjectKey(subject), trip);
    statements.remember.run(storedOf({ ...subject, ...entryAsTap(entry), trip }, 'reset'));
  }

  return {
    note(tap) {
      statements.forget.run(tap.acceptedAt - rememberedMs);
      statements.remember.run(storedOf(tap, tap.fare.action));
    },
    forget(what) {
      if ('tapOf' in what) statements.forgetTap.run(what.tapOf, what.acceptedAt);
      else forgetEntry(what.entryOf, what.entry);
    },
    tapsOf(subject) {
      const rows = statements.recall.all(subjectKey(subject), pastTapsMax) as StoredTap[];
      return rows.reverse().map((row) => pastTap(row, subject.tokenKey));
    },
    atRisk(subject, now) {
      const span = [now - dayMs, now + dayMs];
      return {
        account: statements.riskOfSubject.get(subjectKey(subject), ...span) as Limits,
        device: statements.riskOfDevice.get(...span) as Limits,
      };
    },
  };
}

function subjectKey({ accountKey, tokenKey }: TapSubject): Uint8Array {
  return accountKey ?? tokenKey;
}

interface StoredTap {
  readonly tokenKey: Uint8Array;
  readonly subjectKey: Uint8Array;
  readonly at: number;
  readonly atRisk: number;
  readonly action: string;
  readonly routeId: string | null;
  readonly boardingAt: number;
  readonly boardingStop: string | null;
  readonly alightingAt: number | null;
  readonly alightingStop: string | null;
  readonly riderCategory: string | null;
  readonly fareMedia: string | null;
  readonly legGroup: string | null;
  readonly product: string;
  readonly amount: number;
  readonly currency: string;
  readonly transfersUsed: number;
  readonly rulesVersion: string;
  readonly trip: string | null;
}

function entryAsTap({ at, leg, product, charged, rulesVersion }: PastTap) {
  const fare: Fare = { product, amount: charged, action: 'enter', leg };
  return { acceptedAt: at, atRisk: false, fare, rulesVersion };
}

function storedOf(
  { tokenKey, accountKey, acceptedAt, ...tap }: RememberedTap,
  action: PastAction,
): StoredTap {
  const { fare, rulesVersion } = tap;
  const { leg, product, amount } = fare;
  return {
    ...{ tokenKey, subjectKey: subjectKey({ tokenKey, accountKey }), at: acceptedAt },
    ...{ atRisk: +tap.atRisk, action, product, rulesVersion },
    routeId: leg.routeId ?? null,
    boardingAt: Math.round(leg.boarding.at),
    boardingStop: leg.boarding.stopId ?? null,
    alightingAt: leg.alighting === undefined ? null : Math.round(leg.alighting.at),
    alightingStop: leg.alighting?.stopId ?? null,
    riderCategory: leg.riderCategory ?? null,
    fareMedia: leg.fareMedia ?? null,
    legGroup: fare.legGroup ?? null,
    amount: amount.amount,
    currency: amount.currency,
    transfersUsed: fare.transfersUsed ?? 0,
    trip: tap.trip ?? null,
  };
}

function pastTap(stored: StoredTap, tokenKey: Uint8Array): PastTap {
  const { at, action, product, amount, currency, transfersUsed, rulesVersion, legGroup } = stored;
  return {
    ...{ at, action: action as PastAction, leg: legOf(stored), product, transfersUsed },
    charged: { amount, currency },
    ...(legGroup !== null && { legGroup }),
    rulesVersion,
    source: 'device',
    isSameToken: equal(stored.tokenKey, tokenKey),
    ...(stored.trip !== null && { trip: stored.trip }),
  };
}

function legOf(stored: StoredTap): Leg {
  const { routeId, boardingAt, boardingStop, alightingAt, alightingStop } = stored;
  const { riderCategory, fareMedia } = stored;
  const call = (at: number, stopId: string | null) => ({ at, ...(stopId !== null && { stopId }) });
  return {
    ...(routeId !== null && { routeId }),
    boarding: call(boardingAt, boardingStop),
    ...(alightingAt !== null && { alighting: call(alightingAt, alightingStop) }),
    ...(riderCategory !== null && { riderCategory }),
    ...(fareMedia !== null && { fareMedia }),
  };
}

const columns = `token_key as tokenKey, subject_key as subjectKey, at, at_risk as atRisk, action,
  route_id as routeId, boarding_at as boardingAt, boarding_stop as boardingStop,
  alighting_at as alightingAt, alighting_stop as alightingStop, rider_category as riderCategory,
  fare_media as fareMedia, leg_group as legGroup, product, amount, currency,
  transfers_used as transfersUsed, rules_version as rulesVersion, trip`;

const risk = 'select count(*) as taps, coalesce(sum(amount), 0) as amount from past_tap';

function prepare(database: SqliteDatabase) {
  return {
    remember: database.prepare(
      `insert into past_tap
         (token_key, subject_key, at, at_risk, action, route_id, boarding_at, boarding_stop,
          alighting_at, alighting_stop, rider_category, fare_media, leg_group, product, amount,
          currency, transfers_used, rules_version, trip)
       values (:tokenKey, :subjectKey, :at, :atRisk, :action, :routeId, :boardingAt, :boardingStop,
               :alightingAt, :alightingStop, :riderCategory, :fareMedia, :legGroup, :product,
               :amount, :currency, :transfersUsed, :rulesVersion, :trip)`,
    ),
    forget: database.prepare('delete from past_tap where at < ?'),
    forgetTap: database.prepare(
      `delete from past_tap where ordinal = (select max(ordinal) from past_tap
         where token_key = ? and at = ? and action <> 'reset')`,
    ),
    forgetEntry: database.prepare(
      `delete from past_tap where action = 'enter' and ordinal =
         (select max(ordinal) from past_tap where subject_key = ? and action <> 'single')`,
    ),
    forgetTrip: database.prepare('delete from past_tap where subject_key = ? and trip = ?'),
    recall: database.prepare(
      `select ${columns} from past_tap where subject_key = ? order by ordinal desc limit ?`,
    ),
    riskOfSubject: database.prepare(
      `${risk} where subject_key = ? and at_risk = 1 and at > ? and at < ?`,
    ),
    riskOfDevice: database.prepare(`${risk} where at_risk = 1 and at > ? and at < ?`),
  };
}
