/**
 * Writes the repetitive files of fixtures/trans-semarang: stops, areas, routes, trips and times, from
 * the short table below. What an operator would write by hand (fares, calendar, acceptance.json)
 * stands in the folder and is not touched.
 *
 * Corridors and termini: inibaru.id, list of 2022; transit shelters: genpi.co/berita/17588. Stops
 * between and all positions are approximate, for nobody publishes them: good for tests, not for a
 * bus. Running times and headways are assumed.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/trans-semarang');

interface Stop {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly isTransit?: boolean;
}

const stops: Readonly<Record<string, Stop>> = {
  mangkang: { name: 'Terminal Mangkang', latitude: -6.969, longitude: 110.29 },
  krapyak: { name: 'Krapyak', latitude: -6.986, longitude: 110.363 },
  kalibanteng: { name: 'Kalibanteng', latitude: -6.983, longitude: 110.385 },
  'tugu-muda': { name: 'Tugu Muda', latitude: -6.984, longitude: 110.409 },
  'balai-kota': {
    name: 'Balai Kota (Pemuda)',
    latitude: -6.981,
    longitude: 110.413,
    isTransit: true,
  },
  'simpang-lima': { name: 'Simpang Lima', latitude: -6.99, longitude: 110.423, isTransit: true },
  elizabeth: {
    name: 'Elizabeth (Taman Diponegoro)',
    latitude: -7.006,
    longitude: 110.418,
    isTransit: true,
  },
  'imam-bonjol': { name: 'Imam Bonjol', latitude: -6.975, longitude: 110.413, isTransit: true },
  kagok: { name: 'Kagok', latitude: -7.012, longitude: 110.416, isTransit: true },
  milo: { name: 'Milo', latitude: -6.993, longitude: 110.438 },
  gayamsari: { name: 'Gayamsari', latitude: -7.001, longitude: 110.449 },
  pedurungan: { name: 'Pedurungan', latitude: -7.008, longitude: 110.476 },
  penggaron: { name: 'Terminal Penggaron', latitude: -7.026, longitude: 110.494 },
  terboyo: { name: 'Terminal Terboyo', latitude: -6.951, longitude: 110.458 },
  kaligawe: { name: 'Kaligawe', latitude: -6.955, longitude: 110.446 },
  'kota-lama': { name: 'Kota Lama', latitude: -6.968, longitude: 110.428 },
  johar: { name: 'Johar', latitude: -6.972, longitude: 110.424 },
  banyumanik: { name: 'Banyumanik', latitude: -7.063, longitude: 110.413 },
  sukun: { name: 'Sukun', latitude: -7.068, longitude: 110.411 },
  sisemut: { name: 'Sisemut Ungaran', latitude: -7.12, longitude: 110.408 },
  pelabuhan: { name: 'Pelabuhan Tanjung Emas', latitude: -6.95, longitude: 110.425 },
  tawang: { name: 'Stasiun Tawang', latitude: -6.964, longitude: 110.428 },
  akpol: { name: 'Akpol', latitude: -7.018, longitude: 110.418 },
  cangkiran: { name: 'Cangkiran', latitude: -7.094, longitude: 110.308 },
  mijen: { name: 'Mijen', latitude: -7.062, longitude: 110.316 },
  ngaliyan: { name: 'Ngaliyan', latitude: -6.998, longitude: 110.348 },
  meteseh: { name: 'Meteseh', latitude: -7.065, longitude: 110.475 },
  kedungmundu: { name: 'Kedungmundu', latitude: -7.022, longitude: 110.463 },
  bandara: { name: 'Bandara Ahmad Yani', latitude: -6.971, longitude: 110.374 },
  prpp: { name: 'PRPP', latitude: -6.966, longitude: 110.392 },
  undip: { name: 'Undip Tembalang', latitude: -7.05, longitude: 110.438 },
  tembalang: { name: 'Tembalang', latitude: -7.057, longitude: 110.43 },
  sampangan: { name: 'Sampangan', latitude: -7.006, longitude: 110.393 },
  unnes: { name: 'Unnes Sekaran', latitude: -7.05, longitude: 110.392 },
  gunungpati: { name: 'Gunungpati', latitude: -7.085, longitude: 110.37 },
  wolter: { name: 'Woltermonginsidi', latitude: -6.978, longitude: 110.473 },
  'soekarno-hatta': { name: 'Soekarno Hatta', latitude: -6.986, longitude: 110.46 },
  'sam-poo-kong': { name: 'Sam Poo Kong', latitude: -6.996, longitude: 110.398 },
  palir: { name: 'Palir', latitude: -6.995, longitude: 110.33 },
  suratmo: { name: 'Suratmo', latitude: -6.994, longitude: 110.379 },
  tlogosari: { name: 'Tlogosari', latitude: -6.984, longitude: 110.467 },
  unimus: { name: 'Unimus', latitude: -7.022, longitude: 110.46 },
  kudu: { name: 'Rusunawa Kudu', latitude: -6.969, longitude: 110.495 },
  ketileng: { name: 'Ketileng', latitude: -7.035, longitude: 110.468 },
  cepoko: { name: 'Cepoko', latitude: -7.078, longitude: 110.345 },
  bsb: { name: 'BSB City', latitude: -7.045, longitude: 110.328 },
};

interface Route {
  readonly id: string;
  readonly short: string;
  readonly long: string;
  readonly network: 'brt' | 'feeder';
  readonly path: readonly string[];
  /** Minutes after midnight of the first and the last departure, and between departures. */
  readonly service: readonly [number, number, number];
}

const day = [330, 1_060, 20] as const;
const feederDay = [330, 1_020, 30] as const;

const routes: readonly Route[] = [
  {
    id: 'koridor-1',
    short: 'I',
    long: 'Mangkang - Balai Kota - Penggaron',
    network: 'brt',
    service: day,
    path: [
      'mangkang',
      'krapyak',
      'kalibanteng',
      'tugu-muda',
      'balai-kota',
      'simpang-lima',
      'milo',
      'gayamsari',
      'pedurungan',
      'penggaron',
    ],
  },
  {
    id: 'koridor-2',
    short: 'II',
    long: 'Terboyo - Balai Kota - Sisemut Ungaran',
    network: 'brt',
    service: day,
    path: [
      'terboyo',
      'kaligawe',
      'kota-lama',
      'johar',
      'imam-bonjol',
      'balai-kota',
      'elizabeth',
      'kagok',
      'akpol',
      'banyumanik',
      'sukun',
      'sisemut',
    ],
  },
  {
    id: 'koridor-3a',
    short: '3A',
    long: 'Pelabuhan - Simpang Lima - Akpol',
    network: 'brt',
    service: day,
    path: [
      'pelabuhan',
      'tawang',
      'johar',
      'imam-bonjol',
      'simpang-lima',
      'elizabeth',
      'kagok',
      'akpol',
    ],
  },
  {
    id: 'koridor-3b',
    short: '3B',
    long: 'Pelabuhan - Akpol - Simpang Lima',
    network: 'brt',
    service: day,
    path: ['pelabuhan', 'tawang', 'kota-lama', 'akpol', 'kagok', 'elizabeth', 'simpang-lima'],
  },
  {
    id: 'koridor-4',
    short: 'IV',
    long: 'Cangkiran - Balai Kota - Stasiun Tawang',
    network: 'brt',
    service: day,
    path: [
      'cangkiran',
      'mijen',
      'ngaliyan',
      'krapyak',
      'kalibanteng',
      'tugu-muda',
      'balai-kota',
      'imam-bonjol',
      'tawang',
    ],
  },
  {
    id: 'koridor-5',
    short: 'V',
    long: 'Meteseh - Simpang Lima - Bandara - PRPP',
    network: 'brt',
    service: day,
    path: [
      'meteseh',
      'kedungmundu',
      'milo',
      'simpang-lima',
      'balai-kota',
      'imam-bonjol',
      'kalibanteng',
      'bandara',
      'prpp',
    ],
  },
  {
    id: 'koridor-6',
    short: 'VI',
    long: 'Undip - Taman Diponegoro - Unnes',
    network: 'brt',
    service: day,
    path: ['undip', 'tembalang', 'banyumanik', 'akpol', 'kagok', 'elizabeth', 'sampangan', 'unnes'],
  },
  {
    id: 'koridor-7',
    short: 'VII',
    long: 'Terboyo - Soekarno Hatta - Balai Kota',
    network: 'brt',
    service: day,
    path: [
      'terboyo',
      'wolter',
      'soekarno-hatta',
      'gayamsari',
      'milo',
      'simpang-lima',
      'balai-kota',
    ],
  },
  {
    id: 'koridor-8',
    short: 'VIII',
    long: 'Cangkiran - Gunungpati - Simpang Lima',
    network: 'brt',
    service: day,
    path: [
      'cangkiran',
      'gunungpati',
      'unnes',
      'sampangan',
      'sam-poo-kong',
      'tugu-muda',
      'simpang-lima',
    ],
  },
  {
    id: 'feeder-1',
    short: 'F1',
    long: 'Ngaliyan - Palir - Suratmo',
    network: 'feeder',
    service: feederDay,
    path: ['ngaliyan', 'palir', 'krapyak', 'suratmo'],
  },
  {
    id: 'feeder-2',
    short: 'F2',
    long: 'Terboyo - Tlogosari - Unimus - Kudu',
    network: 'feeder',
    service: feederDay,
    path: ['terboyo', 'kaligawe', 'tlogosari', 'unimus', 'kudu'],
  },
  {
    id: 'feeder-3',
    short: 'F3',
    long: 'Penggaron - Ketileng - Banyumanik',
    network: 'feeder',
    service: feederDay,
    path: ['penggaron', 'ketileng', 'meteseh', 'banyumanik'],
  },
  {
    id: 'feeder-4',
    short: 'F4',
    long: 'Gunungpati - Cepoko - BSB - Unnes',
    network: 'feeder',
    service: feederDay,
    path: ['gunungpati', 'cepoko', 'bsb', 'unnes'],
  },
  {
    id: 'malam',
    short: 'M',
    long: 'Mangkang - Tugu Muda - Simpang Lima (malam)',
    network: 'brt',
    service: [1_080, 1_425, 30],
    path: ['mangkang', 'krapyak', 'kalibanteng', 'tugu-muda', 'simpang-lima'],
  },
];

/** Assumed: minutes from one stop to the next. */
const minutesBetween = 6;

const platform = (id: string, direction: 0 | 1) =>
  stops[id]?.isTransit === true ? `${id}-${direction === 0 ? 'a' : 'b'}` : id;

function stopRows(): readonly string[] {
  return Object.entries(stops).flatMap(([id, { name, latitude, longitude, isTransit }]) => {
    const place = `${latitude.toFixed(3)},${longitude.toFixed(3)}`;
    if (isTransit !== true) return [`${id},${name},approximate position,${place},0,`];
    const platforms = ([0, 1] as const).map(
      (direction) => `${platform(id, direction)},${name},approximate position,${place},0,${id}`,
    );
    return [`${id},${name},approximate position,${place},1,`, ...platforms];
  });
}

interface Trip {
  readonly id: string;
  readonly route: Route;
  readonly direction: 0 | 1;
  /** Minutes after midnight. */
  readonly begins: number;
}

function trips(): readonly Trip[] {
  return routes.flatMap((route) =>
    ([0, 1] as const).flatMap((direction) => {
      const [first, last, every] = route.service;
      const departures = Math.floor((last - first) / every) + 1;
      return Array.from({ length: departures }, (_, index) => {
        const begins = first + index * every;
        return {
          id: `${route.id}-${direction}-${clock(begins).slice(0, 5).replace(':', '')}`,
          route,
          direction,
          begins,
        };
      });
    }),
  );
}

function clock(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:00`;
}

function pathOf({ route, direction }: Trip): readonly string[] {
  return direction === 0 ? route.path : route.path.toReversed();
}

function timeRows(trip: Trip): readonly string[] {
  return pathOf(trip).map((stop, index) => {
    const at = clock(trip.begins + index * minutesBetween);
    return `${trip.id},${at},${at},${platform(stop, trip.direction)},${index + 1}`;
  });
}

function write(name: string, header: string, rows: readonly string[]): void {
  writeFileSync(join(folder, name), `${[header, ...rows].join('\n')}\n`);
}

const all = trips();
write(
  'stops.txt',
  'stop_id,stop_name,stop_desc,stop_lat,stop_lon,location_type,parent_station',
  stopRows(),
);
write(
  'stop_areas.txt',
  'area_id,stop_id',
  Object.entries(stops).flatMap(([id, { isTransit }]) =>
    isTransit === true ? [`halte-transit,${id}`] : [],
  ),
);
write(
  'routes.txt',
  'route_id,agency_id,route_short_name,route_long_name,route_type',
  routes.map(({ id, short, long }) => `${id},trans-semarang,${short},${long},3`),
);
write(
  'route_networks.txt',
  'network_id,route_id',
  routes.map(({ id, network }) => `${network},${id}`),
);
write(
  'trips.txt',
  'route_id,service_id,trip_id,trip_headsign,direction_id',
  all.map(
    (trip) =>
      `${trip.route.id},setiap-hari,${trip.id},${stops[pathOf(trip).at(-1) ?? '']?.name},${trip.direction}`,
  ),
);
write(
  'stop_times.txt',
  'trip_id,arrival_time,departure_time,stop_id,stop_sequence',
  all.flatMap(timeRows),
);
