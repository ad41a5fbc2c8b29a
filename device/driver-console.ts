/**
 * The port of whatever the driver presses: a keypad, a screen, a technician's command line. A
 * console names what is wanted and shows the answer; it knows no fares, rules or rows.
 */

export type DriverAction =
  /** The driver took cash. Absent category: the operator's default one. */
  | {
      readonly action: 'cash-fare';
      readonly riderCategory?: string | undefined;
      readonly riders: number;
    }
  /** Riders seen and counted, without a sale. */
  | { readonly action: 'count'; readonly riderCategory: string; readonly riders: number }
  /** Takes back the last accepted tap or cash fare. */
  | { readonly action: 'void-last' }
  | ({ readonly action: 'assign-trip' } & TripAssignment)
  | { readonly action: 'release-trip' }
  /** While on, media are shown and nothing is charged. */
  | { readonly action: 'inspect'; readonly on: boolean }
  /** While on, riders travel although the device cannot read or judge what they show. */
  | { readonly action: 'fail-open'; readonly on: boolean }
  /** Shows the operator's own code for one fare. */
  | { readonly action: 'fare-code'; readonly riderCategory?: string | undefined }
  /** Forgets the entry without an exit of the medium that was inspected last. */
  | { readonly action: 'reset-entry' };

/** GTFS ids. */
export interface TripAssignment {
  readonly routeId: string;
  readonly directionId?: 0 | 1 | undefined;
  readonly tripId?: string | undefined;
}

export type DriverAnswer = DriverConfirmation | DriverRefusal;

/** What the driver reads, Indonesian and English. */
export interface DriverText {
  readonly id: string;
  readonly en: string;
}

/** Done, and durable where it is a record. */
export interface DriverConfirmation {
  readonly ok: true;
  readonly text: DriverText;
  /** One entry per thing worth knowing: `{ row: '1/17', fare: 'Rp 8.000' }`. */
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Nothing was done. */
export interface DriverRefusal {
  readonly ok: false;
  readonly code: `driver/${string}`;
  readonly text: DriverText;
  readonly hint: string;
}

export interface DriverRequest {
  readonly action: DriverAction;
  /** Called once. */
  reply(answer: DriverAnswer): void;
}

export interface DriverConsole {
  readonly name: string;
  /** Yields until the signal aborts; throws when the hardware fails. Single-use, as a TokenReader. */
  open(signal: AbortSignal): AsyncIterable<DriverRequest>;
}
