/**
 * Counts refusals that repeat, so that a card held up all day, or a scanner that talks nonsense,
 * fills no ledger. Pure: what it counted is a value, and whoever asks it writes the rows. It knows
 * neither the ledger nor what a rider was shown.
 */
import type { Reason } from '../core/reason.ts';

/** From a refusal on, the same again is only counted for so long. */
export const countedForMs = 60_000;

/** Media and kinds of noise that are counted at a time; past it the oldest count ends early. */
export const countedAtOnceMax = 64;

export interface Refusal {
  readonly reader: string;
  readonly reason: Reason;
  /** Of what was read; absent for noise, which counts by reader and reason. */
  readonly tokenKey?: Uint8Array | undefined;
  readonly sample?: Uint8Array | undefined;
}

/** Monotonic and wall milliseconds. */
export interface Moment {
  readonly monotonicAt: number;
  readonly wallAt: number;
}

/** What came after the refusal that has a row of its own. */
export interface Count extends Refusal {
  readonly beganAt: number;
  readonly count: number;
  /** Wall milliseconds of the first and the last one that was counted. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** By what was refused, the oldest first. */
export type Counts = ReadonlyMap<string, Count>;

export interface Counted {
  readonly counts: Counts;
  /** Over now; each of one at least. */
  readonly ended: readonly Count[];
  /** The refusal repeats one that has a row. */
  readonly isRepeated: boolean;
}

/** @param subject what was refused: a medium, or the noise of a reader. */
export function counted(
  before: Counts,
  subject: string,
  { refusal, moment }: { readonly refusal: Refusal; readonly moment: Moment },
): Counted {
  const { counts: running, ended } = countsOver(before, moment);
  const known = running.get(subject);
  if (known !== undefined && known.reason === refusal.reason) {
    const counts = new Map(running).set(subject, oneMore(known, refusal, moment));
    return { counts, ended, isRepeated: true };
  }
  const others = countEnded(running, subject);
  const { counts, ended: crowdedOut } = withRoom(others.counts);
  const { monotonicAt: beganAt, wallAt } = moment;
  const begun = { ...refusal, beganAt, count: 0, firstAt: wallAt, lastAt: wallAt };
  return {
    counts: new Map(counts).set(subject, begun),
    ended: [...ended, ...others.ended, ...crowdedOut],
    isRepeated: false,
  };
}

function oneMore(known: Count, refusal: Refusal, { wallAt }: Moment): Count {
  const isFirst = known.count === 0;
  const { sample, firstAt } = isFirst ? { sample: refusal.sample, firstAt: wallAt } : known;
  return { ...known, sample, firstAt, count: known.count + 1, lastAt: wallAt };
}

type Ended = Omit<Counted, 'isRepeated'>;

/** Something else came of it, such as that it was accepted. */
export function countEnded(before: Counts, subject: string): Ended {
  const counts = new Map(before);
  const known = counts.get(subject);
  counts.delete(subject);
  return { counts, ended: written(known === undefined ? [] : [known]) };
}

/** Those whose minute is over. */
export function countsOver(before: Counts, { monotonicAt }: Pick<Moment, 'monotonicAt'>): Ended {
  const isOver = ({ beganAt }: Count) => monotonicAt - beganAt >= countedForMs;
  const counts = new Map([...before].filter(([, count]) => !isOver(count)));
  return { counts, ended: written([...before.values()].filter(isOver)) };
}

/** The device stops. */
export function allCountsEnded(before: Counts): readonly Count[] {
  return written([...before.values()]);
}

function withRoom(before: Counts): Ended {
  const [oldest] = before.keys();
  if (before.size < countedAtOnceMax || oldest === undefined) return { counts: before, ended: [] };
  return countEnded(before, oldest);
}

/** What did not come again has its row already. */
function written(counts: readonly Count[]): readonly Count[] {
  return counts.filter(({ count }) => count > 0);
}
