/**
 * Joins the sentences of one epoch, one measurement of the receiver, into one position. GGA and
 * RMC carry the epoch's time; VTG and GSA belong to the burst in which they come.
 *
 *   RMC 08:00:01  VTG  GGA 08:00:01 ▶ position   GSA  GSV …   RMC 08:00:02 …
 *
 * Invariants:
 * - an epoch gives one position at most: as soon as GGA and RMC are there, else at its end;
 * - an epoch ends with the first sentence of another time, or when the line falls silent;
 * - at most one sentence of each kind is held; of several (one per system) the first counts.
 */
import type { MonotonicMs } from '../clock.ts';
import type { Position } from '../position-source.ts';
import type { NmeaReport, ReportKind } from './nmea-report.ts';

export interface EpochListener {
  onPosition(position: Position): void;
  /** An epoch went by in which the receiver gave no place. */
  onNoFix(): void;
}

export interface NmeaEpochs {
  accept(report: NmeaReport, at: MonotonicMs): void;
  /** The line fell silent. */
  end(): void;
}

interface Epoch {
  timeOfDay: number | undefined;
  readonly firstAt: MonotonicMs;
  readonly reports: Map<ReportKind, NmeaReport>;
  isGiven: boolean;
}

export function createNmeaEpochs(listener: EpochListener): NmeaEpochs {
  let epoch: Epoch | undefined;
  let givenTimeOfDay: number | undefined;

  const give = (complete: Epoch) => {
    if (complete.isGiven) return;
    complete.isGiven = true;
    // VTG and GSA of a receiver whose GGA and RMC did not come say nothing of a fix.
    if (complete.timeOfDay === undefined) return;
    givenTimeOfDay = complete.timeOfDay;
    const position = toPosition(complete);
    if (position === undefined) listener.onNoFix();
    else listener.onPosition(position);
  };
  const end = () => {
    if (epoch !== undefined) give(epoch);
    epoch = undefined;
  };

  return {
    accept(report, at) {
      // The rest of an epoch whose burst was torn apart by a silence.
      if (epoch === undefined && report.timeOfDay === givenTimeOfDay && isTimed(report)) return;
      if (epoch !== undefined && isOfAnother(epoch, report)) end();
      epoch ??= { timeOfDay: undefined, firstAt: at, reports: new Map(), isGiven: false };
      epoch.timeOfDay ??= report.timeOfDay;
      if (!epoch.reports.has(report.kind)) epoch.reports.set(report.kind, report);
      if (epoch.reports.has('GGA') && epoch.reports.has('RMC')) give(epoch);
    },
    end,
  };
}

function isTimed({ timeOfDay }: NmeaReport): boolean {
  return timeOfDay !== undefined;
}

function isOfAnother({ timeOfDay: ours }: Epoch, { timeOfDay }: NmeaReport): boolean {
  return ours !== undefined && timeOfDay !== undefined && timeOfDay !== ours;
}

/** RMC knows speed and course better than VTG, which repeats it; GGA has the quality in full. */
function toPosition({ reports, firstAt }: Epoch): Position | undefined {
  if ([...reports.values()].some(({ hasFix }) => hasFix === false)) return undefined;
  const order: readonly ReportKind[] = ['GSA', 'VTG', 'RMC', 'GGA'];
  const facts = Object.assign({}, ...order.map((kind) => reports.get(kind)?.facts));
  const { latitude, longitude } = facts as Partial<Position>;
  if (latitude === undefined || longitude === undefined) return undefined;
  return { ...facts, latitude, longitude, receivedAt: firstAt };
}
