/**
 * What is odd about rules although every file is sound: riders who would find no fare, entries that
 * never apply, products that nobody is charged for, legs and limits that wait for a tap that nobody
 * makes. Warnings: an operator may mean it.
 */
import { defaultCategory } from '../core/fare/product-row.ts';
import type { FareProduct, Tariff } from '../core/fare/tariff.ts';
import type { Acceptance } from './acceptance.ts';
import { policyFile } from './bundle-files.ts';
import { at } from './gtfs/check.ts';
import type { Feed } from './gtfs/tables.ts';
import type { Problem } from './problem.ts';
import type { LineOf } from './read-acceptance.ts';

/** An operator's files, each without errors of its own. */
export interface Files {
  readonly feed: Feed;
  readonly tariff: Tariff;
  readonly acceptance: Acceptance;
  /** Of a key of `acceptance.json`. */
  readonly lineOf: LineOf;
}

export function problemsOfUse(files: Files): readonly Problem[] {
  return [
    ...ridersWithoutFare(files),
    ...mediaWithoutFare(files),
    ...placesWithoutFare(files),
    ...unusedProducts(files),
    ...exitsNeverKnown(files),
    ...passbackNeverApplied(files),
    ...tappingNeverApplied(files),
    ...groupsAtExits(files),
  ];
}

/** Rows that somebody may be charged by for a leg. */
function rowsOfLegs({ products, legRules, prepaidProducts }: Tariff): readonly FareProduct[] {
  const ofLegs = new Set(legRules.map(({ product }) => product));
  return products.filter(({ id }) => ofLegs.has(id) && !prepaidProducts.has(id));
}

function ridersWithoutFare({ feed, tariff }: Files): readonly Problem[] {
  const rows = rowsOfLegs(tariff);
  const standard = defaultCategory(tariff);
  return feed.rider_categories
    .filter(({ rider_category_id: id }) =>
      rows.every(({ riderCategory = id }) => riderCategory !== id),
    )
    .map((row) => {
      const { rider_category_id: id } = row;
      const who = id === standard ? `${id}, the default` : id;
      return at('rider_categories', row, {
        ...({
          severity: 'warning',
          column: 'rider_category_id',
          code: 'rider-without-fare',
        } as const),
        message: `no product of a leg has a row for ${who}: such riders are refused`,
        hint: 'add a row to fare_products.txt for it, or one without a category',
      });
    });
}

function mediaWithoutFare({ tariff, acceptance, lineOf }: Files): readonly Problem[] {
  const rows = rowsOfLegs(tariff);
  return Object.entries(acceptance.fareMediaOf)
    .filter(([, id]) => rows.every(({ fareMedia = id }) => fareMedia !== id))
    .map(([format, id]) =>
      ofPolicy(`fareMediaOf.${format}`, lineOf, {
        code: 'medium-without-fare',
        message: `no product of a leg has a row for ${id}: who pays with it is refused`,
        hint: 'add a row to fare_products.txt for it, or one without a medium',
      }),
    );
}

/** Where every rule names a network or an area, what is in none has no fare. */
function placesWithoutFare({ feed, tariff }: Files): readonly Problem[] {
  const rules = tariff.legRules.filter(({ product }) => !tariff.prepaidProducts.has(product));
  const fits = (wanted: string | undefined, has: readonly string[]) =>
    wanted === undefined || has.includes(wanted);
  const routes = feed.routes.filter(({ route_id: id }) => {
    const network = tariff.networkOfRoute.get(id);
    const has = network === undefined ? [] : [network];
    return !rules.some((rule) => fits(rule.network, has));
  });
  const called = new Set(feed.stop_times.map(({ stop_id }) => stop_id));
  const stops = feed.stops.filter(({ stop_id: id }) => {
    const has = tariff.areasOfStop.get(id) ?? [];
    return called.has(id) && !rules.some((rule) => fits(rule.fromArea, has));
  });
  const severity = 'warning';
  const message = 'no fare rule fits here: whoever boards is refused';
  return [
    ...routes.map((row) =>
      at('routes', row, {
        ...{ severity, column: 'route_id', code: 'route-without-fare', message },
        hint: 'add it to a network of fare_leg_rules.txt, or a rule without a network',
      }),
    ),
    ...stops.map((row) =>
      at('stops', row, {
        ...{ severity, column: 'stop_id', code: 'stop-without-fare', message },
        hint: 'add it to an area of fare_leg_rules.txt, or a rule without from_area_id',
      }),
    ),
  ];
}

function unusedProducts({ feed, tariff }: Files): readonly Problem[] {
  const { legRules, transferRules, prepaidProducts } = tariff;
  const used = new Set([...legRules, ...transferRules].map(({ product }) => product));
  return feed.fare_products
    .filter(({ fare_product_id: id }) => !used.has(id) && !prepaidProducts.has(id))
    .map((row) =>
      at('fare_products', row, {
        ...({ severity: 'warning', column: 'fare_product_id', code: 'product-unused' } as const),
        message: 'no rule leads to it, and it is not bought before the ride',
        hint: 'name it in fare_leg_rules.txt, fare_transfer_rules.txt or prepaidProducts',
      }),
    );
}

function exitsNeverKnown({ feed, acceptance, tariff }: Files): readonly Problem[] {
  const hasExits = (network: string | undefined) =>
    network === undefined
      ? acceptance.tapping.some(({ mode }) => mode === 'enter-and-exit')
      : tappingOf(acceptance, network)?.mode === 'enter-and-exit';
  const severity = 'warning';
  const legs = feed.fare_leg_rules.filter(({ network_id, fare_product_id, ...row }) => {
    const waits = row.to_area_id !== undefined || row.to_timeframe_group_id !== undefined;
    return waits && !tariff.prepaidProducts.has(fare_product_id) && !hasExits(network_id);
  });
  const limits = feed.fare_transfer_rules.filter(
    ({ duration_limit_type: type }) => (type === '2' || type === '3') && !hasExits(undefined),
  );
  return [
    ...legs.map((row) => {
      const column = row.to_area_id === undefined ? 'to_timeframe_group_id' : 'to_area_id';
      const message = 'nobody taps there when leaving: such a fare is never sure';
      const hint = 'let "tapping" of acceptance.json have exits, or leave the cell empty';
      return at('fare_leg_rules', row, {
        severity,
        column,
        code: 'exit-never-known',
        message,
        hint,
      });
    }),
    ...limits.map((row) =>
      at('fare_transfer_rules', row, {
        ...{ severity, column: 'duration_limit_type', code: 'exit-never-known' },
        message: 'counts from an arrival, and nobody taps when leaving: the departure counts',
        hint: 'take type 0 or 1, or let "tapping" of acceptance.json have exits',
      }),
    ),
  ];
}

type Entry = Acceptance['passback'][number];

function passbackNeverApplied({ acceptance, lineOf }: Files): readonly Problem[] {
  const carried = new Set(Object.values(acceptance.fareMediaOf));
  const covers = (one: Entry, other: Entry) =>
    (one.fareMedia ?? other.fareMedia) === other.fareMedia &&
    (one.product ?? other.product) === other.product;
  return acceptance.passback.flatMap((entry, index) => {
    const column = `passback[${index}]`;
    const before = acceptance.passback.slice(0, index).findIndex((one) => covers(one, entry));
    if (before !== -1) return [shadowed(column, `passback[${before}]`, lineOf)];
    if (entry.fareMedia === undefined || carried.has(entry.fareMedia)) return [];
    const message = `nothing that is held to a reader counts as "${entry.fareMedia}"`;
    const hint = 'name what carries it in fareMediaOf, or remove the entry';
    return [ofPolicy(column, lineOf, { code: 'never-applies', message, hint })];
  });
}

function tappingNeverApplied({ acceptance, lineOf }: Files): readonly Problem[] {
  return acceptance.tapping.flatMap(({ network }, index) => {
    const before = acceptance.tapping
      .slice(0, index)
      .findIndex((one) => one.network === undefined || one.network === network);
    return before === -1 ? [] : [shadowed(`tapping[${index}]`, `tapping[${before}]`, lineOf)];
  });
}

/** Where the second tap leaves, no group boards on one medium. */
function groupsAtExits({ feed, tariff, acceptance, lineOf }: Files): readonly Problem[] {
  const networks = new Set(feed.routes.map((row) => tariff.networkOfRoute.get(row.route_id)));
  const isLeft = (network: string | undefined) =>
    tappingOf(acceptance, network)?.mode === 'enter-and-exit';
  if (networks.size === 0 || ![...networks].every(isLeft)) return [];
  return acceptance.passback.flatMap(({ groupSeconds, groupRidersMax }, index) => {
    if (groupSeconds === 0 && groupRidersMax === 1) return [];
    const column = `passback[${index}].${groupSeconds === 0 ? 'groupRidersMax' : 'groupSeconds'}`;
    return [
      ofPolicy(column, lineOf, {
        code: 'group-at-exits',
        message: 'riders tap when they leave, too: the second tap leaves, and no group boards',
        hint: 'leave groupSeconds and groupRidersMax out: one medium is one rider',
      }),
    ];
  });
}

function tappingOf({ tapping }: Acceptance, network: string | undefined) {
  return tapping.find((one) => one.network === undefined || one.network === network);
}

function shadowed(column: string, before: string, lineOf: Files['lineOf']): Problem {
  const message = `${before} stands before it and fits all that it fits`;
  const hint = 'the first that fits counts: put the more special one first';
  return ofPolicy(column, lineOf, { code: 'never-applies', message, hint });
}

function ofPolicy(
  column: string,
  lineOf: Files['lineOf'],
  what: Pick<Problem, 'code' | 'message' | 'hint'>,
): Problem {
  return { severity: 'warning', file: policyFile, line: lineOf(column), column, ...what };
}
