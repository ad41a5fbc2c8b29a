/** Checks of agencies, stops, stations and routes, and of the areas and networks they belong to. */
import type { Problem } from '../problem.ts';
import { at, type Check, type Facts } from './check.ts';
import type { Feed, RowOf } from './tables.ts';

export const placeChecks: readonly Check[] = [
  { reads: ['agency'], find: ({ feed }) => agencies(feed) },
  { reads: ['agency', 'routes'], find: ({ feed }) => agencyOfRoutes(feed) },
  { reads: ['stops'], find: ({ feed }) => feed.stops.flatMap(place) },
  { reads: ['stops'], find: ({ feed }) => parents(feed) },
  { reads: ['agency', 'stops'], find: ({ feed }) => zonesOfStops(feed) },
  { reads: ['routes'], find: ({ feed }) => feed.routes.flatMap(routeName) },
  { reads: ['routes', 'networks', 'route_networks'], find: networksTwice },
  { reads: ['stops', 'stop_areas'], find: ({ feed }) => areasOfPlaces(feed) },
];

function agencies({ agency }: Feed): readonly Problem[] {
  const [first] = agency;
  return agency.flatMap((row) => [
    ...(row.agency_timezone === first?.agency_timezone
      ? []
      : [
          at('agency', row, {
            ...{ column: 'agency_timezone', code: 'two-time-zones' },
            message: `${row.agency_timezone}, the first agency has ${first?.agency_timezone}`,
            hint: 'all agencies of a feed have one time zone',
          }),
        ]),
    ...(row.agency_id === undefined && agency.length > 1
      ? [
          at('agency', row, {
            ...{ column: 'agency_id', code: 'missing-value', message: 'empty' },
            hint: 'with several agencies each has an id',
          }),
        ]
      : []),
  ]);
}

function agencyOfRoutes({ agency, routes }: Feed): readonly Problem[] {
  if (agency.length < 2) return [];
  return routes
    .filter((row) => row.agency_id === undefined)
    .map((row) =>
      at('routes', row, {
        ...{ column: 'agency_id', code: 'missing-value', message: 'empty' },
        hint: 'with several agencies each route names its own',
      }),
    );
}

export type LocationType = NonNullable<RowOf<'stops'>['location_type']>;

export function locationTypeOf(row: RowOf<'stops'>): LocationType {
  return row.location_type ?? '0';
}

/** Boarding areas and generic nodes may do without a name and a position. */
const placed: readonly LocationType[] = ['0', '1', '2'];

function place(row: RowOf<'stops'>): readonly Problem[] {
  const isPlaced = placed.includes(locationTypeOf(row));
  const missing = (['stop_name', 'stop_lat', 'stop_lon'] as const).filter(
    (column) => isPlaced && row[column] === undefined,
  );
  const isNowhere = row.stop_lat === 0 && row.stop_lon === 0;
  return [
    ...missing.map((column) =>
      at('stops', row, {
        ...{ column, code: 'missing-value', message: 'empty' },
        hint: 'stops, stations and entrances have a name and a position',
      }),
    ),
    ...(isNowhere
      ? [
          at('stops', row, {
            ...({ severity: 'warning', column: 'stop_lat', code: 'nowhere' } as const),
            ...{ message: 'a position in the Gulf of Guinea', hint: 'give the real one' },
          }),
        ]
      : []),
  ];
}

/** What the parent of each kind of place must be; a station has none. */
const parentTypes = { '0': '1', '1': undefined, '2': '1', '3': '1', '4': '0' } as const;

const kinds = {
  '0': 'a stop or platform',
  '1': 'a station',
  '2': 'an entrance',
  '3': 'a generic node',
  '4': 'a boarding area',
} as const;

function parents({ stops }: Feed): readonly Problem[] {
  const types = new Map(stops.map((row) => [row.stop_id, locationTypeOf(row)]));
  return stops.flatMap((row) => {
    const [type, parent] = [locationTypeOf(row), row.parent_station];
    const wanted = parentTypes[type];
    const column = 'parent_station';
    if (parent === undefined) {
      if (type === '0' || wanted === undefined) return [];
      const message = `empty, for ${kinds[type]}`;
      const hint = `name ${kinds[wanted]} to which it belongs`;
      return [at('stops', row, { column, code: 'missing-value', message, hint })];
    }
    if (wanted === undefined) {
      const message = 'a station has no parent';
      return [
        at('stops', row, { column, code: 'station-in-station', message, hint: 'leave it empty' }),
      ];
    }
    const found = types.get(parent);
    if (found === undefined || found === wanted) return [];
    const message = `"${parent}" is ${kinds[found]}`;
    const hint = `the parent of ${kinds[type]} is ${kinds[wanted]}`;
    return [at('stops', row, { column, code: 'wrong-parent', message, hint })];
  });
}

/** The standard counts timeframes in the zone of the stop; a device has one zone. */
function zonesOfStops({ agency: [agency], stops }: Feed): readonly Problem[] {
  const zone = agency?.agency_timezone;
  return stops
    .filter(({ stop_timezone }) => stop_timezone !== undefined && stop_timezone !== zone)
    .map((row) =>
      at('stops', row, {
        ...({ severity: 'warning', column: 'stop_timezone', code: 'other-time-zone' } as const),
        message: `not applied: fares go by ${zone ?? 'the agency'}`,
        hint: 'make a bundle for each zone when fares depend on the time of day',
      }),
    );
}

function routeName(row: RowOf<'routes'>): readonly Problem[] {
  if (row.route_short_name !== undefined || row.route_long_name !== undefined) return [];
  const column = 'route_short_name';
  const hint = 'give a short or a long name';
  return [at('routes', row, { column, code: 'missing-value', message: 'no name at all', hint })];
}

/** "Conditionally Forbidden" of networks.txt, route_networks.txt and routes.network_id. */
function networksTwice({ isThere }: Facts): readonly Problem[] {
  const other = (['route_networks', 'networks'] as const).find((name) => isThere(name));
  if (other === undefined || !isThere('routes', 'network_id')) return [];
  const column = 'network_id';
  const message = `${other}.txt tells networks, too`;
  const hint = 'remove this column, or the files of networks';
  return [at('routes', { line: 1 }, { column, code: 'network-twice', message, hint })];
}

function areasOfPlaces({ stops, stop_areas }: Feed): readonly Problem[] {
  const types = new Map(stops.map((row) => [row.stop_id, locationTypeOf(row)]));
  return stop_areas.flatMap((row) => {
    const type = types.get(row.stop_id) ?? '0';
    if (type === '0' || type === '1') return [];
    const message = `"${row.stop_id}" is ${kinds[type]}: nobody boards there`;
    const hint = 'name its station or platform';
    const severity = 'warning';
    return [
      at('stop_areas', row, { severity, column: 'stop_id', code: 'not-a-stop', message, hint }),
    ];
  });
}
