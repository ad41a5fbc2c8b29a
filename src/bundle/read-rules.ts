/**
 * From the operator's files to core's Rules: a folder of GTFS with its `acceptance.json`, or the one
 * file that `halte rules build` makes of it.
 */
import type { SecurityListing, SecurityListings } from '../core/lists/security-listing.ts';
import type { AcceptedProducts, Rules } from '../core/rules/rules.ts';
import type { Timetable } from '../core/trip/timetable.ts';
import type { Acceptance } from './acceptance.ts';
import { type BundleFiles, readBundleFiles, requireSound } from './bundle-files.ts';
import { compileTariff } from './compile-tariff.ts';
import { compileTimetable } from './compile-timetable.ts';
import { problemsBetween } from './cross-check.ts';
import { type OnFile, readFeed } from './gtfs/read-feed.ts';
import type { Feed, RowOf } from './gtfs/tables.ts';
import type { Files } from './odd-rules.ts';
import { dayBeginsAtMinutes, effectiveFrom, policyOf } from './policy-of.ts';
import { hasErrors, type Problem } from './problem.ts';
import { readAcceptance } from './read-acceptance.ts';

export interface Bundle {
  readonly rules: Rules;
  readonly timetable: Timetable;
  readonly feed: Feed;
  readonly acceptance: Acceptance;
  /** Warnings: what is odd, and stops nobody. */
  readonly problems: readonly Problem[];
}

/** What a bus needs of a bundle. */
export type RulesAndTimetable = Pick<Bundle, 'rules' | 'timetable'>;

/** @throws BundleError naming every error at once. */
export function readRules(path: string): Rules {
  return readBundle(path).rules;
}

/** @throws BundleError naming every error at once. */
export function readBundle(path: string, onFile?: OnFile): Bundle {
  return bundleOf(readBundleFiles(path), path, onFile);
}

interface Examined {
  /** Absent when a file has an error of its own. */
  readonly whole?: Pick<Files, 'feed' | 'tariff' | 'acceptance'>;
  readonly problems: readonly Problem[];
}

/** Every problem: of each file, and where there are no errors yet, between them. */
export function examine(files: BundleFiles, onFile?: OnFile): Examined {
  const { feed, problems: ofFeed } = readFeed(files, onFile);
  const read = readAcceptance(files);
  const problems = [...ofFeed, ...read.problems];
  if (read.acceptance === undefined || hasErrors(problems)) return { problems };
  const { acceptance, lineOf } = read;
  const { prepaidProducts } = acceptance;
  const tariff = compileTariff(feed, {
    ...{ dayBeginsAtMinutes: dayBeginsAtMinutes(acceptance), prepaidProducts },
  });
  const between = problemsBetween({ feed, tariff, acceptance, lineOf });
  return { whole: { feed, tariff, acceptance }, problems: [...problems, ...between] };
}

/** @throws BundleError naming every error at once. @param path for errors. */
export function bundleOf(files: BundleFiles, path: string, onFile?: OnFile): Bundle {
  const { whole, problems } = examine(files, onFile);
  requireSound(path, problems);
  if (whole === undefined) throw new Error('no rules and no error about it');
  const { feed, tariff, acceptance } = whole;
  const currency = feed.fare_products[0]?.currency ?? 'IDR';
  const rules: Rules = {
    version: acceptance.version,
    effectiveFrom: effectiveFrom(acceptance),
    currency,
    tariff,
    policy: policyOf(acceptance, currency),
    listings: listingsOf(feed),
    trustedKeys: acceptance.trustedKeys,
    acceptedProducts: new Map(
      acceptance.acceptedProducts.map((entry) => [entry.issuer, setsOf(entry)]),
    ),
  };
  const timetable = compileTimetable(feed, { dayBeginsAtMinutes: dayBeginsAtMinutes(acceptance) });
  return { rules, timetable, feed, acceptance, problems };
}

function listingsOf({ security_listings: rows }: Feed): SecurityListings {
  const byKey = Map.groupBy(rows, (row) => row.listing_key);
  return new Map([...byKey].map(([key, entries]) => [key, entries.map(listingOf)]));
}

function listingOf(row: RowOf<'security_listings'>): SecurityListing {
  const { valid_from: from, valid_until: until } = row;
  const { fare_product_id: product, rider_category_id: riderCategory } = row;
  return {
    ...{ kind: row.listing_kind, effect: row.effect, reason: row.reason },
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(product !== undefined && { product }),
    ...(riderCategory !== undefined && { riderCategory }),
  };
}

function setsOf({ products, events }: Acceptance['acceptedProducts'][number]): AcceptedProducts {
  return { products: new Set(products), ...(events && { events: new Set(events) }) };
}
