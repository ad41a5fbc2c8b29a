/**
 * Ledger rows: what each kind holds, and their one encoding. The table gives both the TypeScript
 * types and the codec. Bytes are deterministic CBOR (RFC 8949 §4.2.1) of a map with text keys,
 * encoded once, then stored, hashed and sent as they are. Field names follow TIDES
 * `fare_transactions` where it has them.
 *
 * A reader of rows meets rows of newer devices: unknown keys are allowed, unknown kinds are a fault
 * that the backend keeps and sets aside.
 */
import { type Cbor, decodeCbor, encodeCbor } from '../crypto/cbor.ts';

/** Rows are small: a longer one was not written by Halte. */
export const rowBytesMax = 16 * 1024;

/** When and how sure: in every row. Times are whole milliseconds. */
const stamp = {
  wallAt: 'int',
  monotonicAt: 'int',
  bootId: 'text',
  /** `gnss`, `ntp`, `rtc`, `holdover` or `untrusted`. */
  clockQuality: 'text',
} as const;

/** On which bus and, as far as it knew, where. */
const where = {
  vehicleId: 'text?',
  routeId: 'text?',
  directionId: 'int?',
  tripId: 'text?',
  /** Days since 1970-01-01. */
  serviceDate: 'int?',
  stopId: 'text?',
  stopSequence: 'int?',
  /** How sure route, trip and stop are: `sure`, `last-known` or `unknown`. */
  placeCertainty: 'text?',
  /** Microdegrees, WGS 84. */
  latitude: 'int?',
  longitude: 'int?',
} as const;

/** What a ride is sold for without a token, by what rules. */
const sale = {
  amount: 'int',
  currencyType: 'text',
  fareProduct: 'text',
  riderCategory: 'text?',
  /** What the office has to settle, by names. */
  provisional: 'text?',
  rulesVersion: 'text',
} as const;

const shapes = {
  /** A scan and its decision. */
  tap: {
    ...stamp,
    medium: 'text',
    reader: 'text',
    outcome: 'text',
    reason: 'text',
    rulesVersion: 'text',
    basis: 'text?',
    format: 'text?',
    tokenKey: 'bytes?',
    accountKey: 'bytes?',
    /** The token's secret, sealed to the backend. */
    sealedSecret: 'bytes?',
    /** Keyed hash of the first bytes of what nobody recognised. */
    sample: 'bytes?',
    riderCategory: 'text?',
    /** Riders who boarded on it; absent: one. */
    numRiders: 'int?',
    fareProduct: 'text?',
    amount: 'int?',
    currencyType: 'text?',
    /** What the rider did: `single`, `enter` or `exit`. */
    fareAction: 'text?',
    legGroup: 'text?',
    /** Transfers since the journey began; absent: it begins here. */
    transfers: 'int?',
    /** 1 where a cap made it less. */
    fareCapped: 'int?',
    /** What the office has to settle, by names: `to-area`, … */
    provisional: 'text?',
    /** Paid back by the office, in minor units. */
    owedToRider: 'int?',
    /** Under which the backend knows its yes or no. */
    authorisation: 'bytes?',
    ...where,
  },
  /** A card is about to be debited: durable before the card commits. */
  'card-intent': {
    ...stamp,
    tokenKey: 'bytes',
    amount: 'int',
    currencyType: 'text',
    /** Milliseconds since 1970, whole seconds: the time that the trip on the card bears. */
    tripAt: 'int',
    balanceBefore: 'int',
    /** Transactions of the card before this one. */
    cardCounter: 'int?',
    fareProduct: 'text?',
    /** As in a tap: with them the trip that goes to the card can be written again. */
    fareAction: 'text?',
    legGroup: 'text?',
    transfers: 'int?',
    routeId: 'text?',
    /** Where the rider taps. */
    stopId: 'text?',
    /** Names the newest trip that the card bore: device tag, epoch and seq; else `unknown`. */
    lastTrip: 'text?',
    /** UID and what was read of the card, sealed to the backend. */
    sealedSecret: 'bytes?',
  },
  /**
   * What the card answered, then or at a later presentation: `committed`, `not-committed` or
   * `unknown`; names the intent's place.
   */
  'card-outcome': {
    ...stamp,
    intentEpoch: 'int',
    intentSeq: 'int',
    result: 'text',
    /** The card's own proof of the transaction. */
    cardCounter: 'int?',
    cardMac: 'bytes?',
  },
  /**
   * Rows that existed and cannot be delivered any more, from and up to and including; without an
   * epoch those of the row's own.
   */
  gap: { ...stamp, gapEpoch: 'int?', fromSeq: 'int', throughSeq: 'int', cause: 'text' },
  /**
   * A row of a damaged ledger that stands behind a gap and so cannot follow in its own epoch: its
   * place and its bytes. 0: it reads as a row, and what would prove it is missing.
   */
  salvaged: {
    ...stamp,
    salvagedEpoch: 'int',
    salvagedSeq: 'int',
    isVerified: 'int',
    row: 'bytes',
    /** Its hash as the ledger had it, and the one before, where that is known: they prove the bytes. */
    salvagedHash: 'bytes?',
    salvagedPrevious: 'bytes?',
  },
  /** A damaged ledger was set aside: what of its unsent rows goes on, is told of, is missing. */
  'set-aside': {
    ...stamp,
    cause: 'text',
    folder: 'text',
    resumed: 'int',
    stranded: 'int',
    missing: 'int',
  },
  /** The wall clock jumped against the monotonic one by this much. */
  'clock-step': { ...stamp, stepMs: 'int' },
  /** The driver took cash: the amount of all of them together. */
  'cash-fare': { ...stamp, ...where, ...sale, numRiders: 'int' },
  /** Riders whom the driver counted without a sale. */
  'rider-count': { ...stamp, ...where, riderCategory: 'text', numRiders: 'int' },
  /** An accepted tap or a cash fare is taken back; names its place. */
  void: { ...stamp, voidedEpoch: 'int', voidedSeq: 'int', cause: 'text' },
  /** A medium was looked at and nothing charged; how many taps of it this bus remembers. */
  inspection: { ...stamp, ...where, reader: 'text', tokenKey: 'bytes', found: 'int' },
  /** An entry without an exit was forgotten, so that nobody pays for it. */
  'entry-reset': { ...stamp, tokenKey: 'bytes', accountKey: 'bytes?', entryAt: 'int' },
  /** The driver's switch: 1 from here on, 0 until the next. */
  'fail-open': { ...stamp, on: 'int' },
  /** The operator's own code for a fare was shown. That it was paid is the acquirer's to say. */
  'fare-code': { ...stamp, ...where, ...sale, reference: 'text' },
  /**
   * The same medium was refused again for the same reason, or the same noise came from a reader:
   * how often after its first row. Wall times of the first and the last of them.
   */
  refusals: {
    ...stamp,
    reader: 'text',
    reason: 'text',
    count: 'int',
    firstAt: 'int',
    lastAt: 'int',
    tokenKey: 'bytes?',
    /** As in a tap, of the first of them. */
    sample: 'bytes?',
  },
} as const;

type Shapes = typeof shapes;
export type RowKind = keyof Shapes;

interface FieldTypes {
  text: string;
  int: number;
  bytes: Uint8Array;
}

type FieldOf<F> = F extends `${infer B extends keyof FieldTypes}?`
  ? FieldTypes[B] | undefined
  : F extends keyof FieldTypes
    ? FieldTypes[F]
    : never;

type Optional<S> = { [K in keyof S]: S[K] extends `${string}?` ? K : never }[keyof S];

type RowOfKind<K extends RowKind> = { readonly kind: K } & {
  readonly [F in Exclude<keyof Shapes[K], Optional<Shapes[K]>>]: FieldOf<Shapes[K][F]>;
} & { readonly [F in Optional<Shapes[K]>]?: FieldOf<Shapes[K][F]> };

export type Row = { [K in RowKind]: RowOfKind<K> }[RowKind];
export type TapRow = RowOfKind<'tap'>;
export type RefusalsRow = RowOfKind<'refusals'>;
export type RowStamp = Pick<TapRow, keyof typeof stamp>;

/** @throws TypeError for a row that decodeRow would refuse: what is written must be readable. */
export function encodeRow(row: Row): Uint8Array {
  const fields = new Map<string, Cbor>();
  for (const [name, value] of Object.entries(row)) {
    if (value !== undefined) fields.set(name, value);
  }
  const wrong = misfit(fields, row.kind);
  if (wrong !== undefined) throw new TypeError(`a ${row.kind} row cannot hold this ${wrong}`);
  return encodeCbor(fields);
}

/** @returns undefined when the bytes are not a row of a kind and shape known here. */
export function decodeRow(bytes: Uint8Array): Row | undefined {
  if (bytes.length > rowBytesMax) return undefined;
  const fields = decodeCbor(bytes);
  if (!(fields instanceof Map) || !hasTextKeys(fields)) return undefined;
  const kind = fields.get('kind');
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) return undefined;
  if (misfit(fields, kind as RowKind) !== undefined) return undefined;
  return Object.fromEntries(fields) as unknown as Row;
}

/** A number as a key would become text in an object, and could hide the field of that name. */
function hasTextKeys(fields: ReadonlyMap<string | number, Cbor>): boolean {
  return [...fields.keys()].every((key) => typeof key === 'string');
}

/** The first field of the kind's shape that is missing or of another type. */
function misfit(fields: ReadonlyMap<string | number, Cbor>, kind: RowKind): string | undefined {
  const shape: Readonly<Record<string, string>> = shapes[kind];
  return Object.keys(shape).find((name) => !fits(fields.get(name), shape[name] ?? ''));
}

function fits(value: Cbor | undefined, type: string): boolean {
  if (value === undefined) return type.endsWith('?');
  switch (type.replace('?', '')) {
    case 'text':
      // A leading byte order mark does not survive decoding.
      return typeof value === 'string' && !value.startsWith('\uFEFF');
    case 'int':
      return Number.isSafeInteger(value);
    default:
      return value instanceof Uint8Array;
  }
}
