/** The ids of a tariff by their marks, as trips on cards bear them. */
import { type Marked, markOf } from '../card/ride-marks.ts';
import type { Tariff } from './tariff.ts';

/** @returns undefined for a mark that no id has, or two: then the office settles. */
export type MarkNames = (what: Marked, mark: number) => string | undefined;

/** Hashes every stop of the feed: to be kept as long as the tariff is in force. */
export function markNames(tariff: Tariff): MarkNames {
  const { stops, routes, legRules, products } = tariff;
  const names = {
    stop: byMark('stop', stops),
    route: byMark('route', routes),
    legGroup: byMark('legGroup', idsOf(legRules.map(({ legGroup }) => legGroup))),
    product: byMark('product', idsOf(products.map(({ id }) => id))),
  };
  return (what, mark) => names[what].get(mark);
}

function idsOf(ids: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(ids.filter((id) => id !== undefined));
}

function byMark(what: Marked, ids: ReadonlySet<string>): ReadonlyMap<number, string> {
  const groups = Map.groupBy(ids, (id) => markOf(what, id));
  return new Map(
    [...groups].flatMap(([mark, [id, ...others]]) =>
      id === undefined || others.length > 0 ? [] : [[mark, id] as const],
    ),
  );
}
