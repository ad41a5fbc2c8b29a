/** Which rows devices say are lost, as scripts: noted from `gap` rows, asked when something is missing. */
import type { ToldGap } from './salvaged-rows.ts';
import { ask, askOne, type SqlScript } from './sql-engine.ts';

interface Place {
  readonly device: string;
  readonly epoch: number;
}

interface StoredGap {
  readonly epoch: number;
  readonly from: number;
  readonly through: number;
}

/** @param teller the epoch whose rows say so. */
export function* noteGaps(teller: Place, gaps: readonly ToldGap[]): SqlScript<void> {
  if (gaps.length === 0) return;
  const rows = gaps.map((gap) => ({
    ...{ device_id: teller.device, epoch: gap.epoch },
    ...{ from_seq: gap.fromSeq, through_seq: gap.throughSeq },
    ...{ told_epoch: teller.epoch, told_seq: gap.toldSeq },
  }));
  yield { into: 'told_gap', rows, otherwise: 'on conflict do nothing' };
}

/** @returns up to which seq all rows from this one on are told to be lost; the seq before it if none. */
export function* lostThrough({ device, epoch }: Place, seq: number): SqlScript<number> {
  const told = yield* ask<StoredGap>(
    `select epoch, from_seq as "from", through_seq as through from told_gap
     where device_id = :device and epoch = :epoch and through_seq >= :seq order by from_seq`,
    { device, epoch, seq },
  );
  return told.reduce(
    (last, { from, through }) => (from <= last + 1 ? Math.max(last, through) : last),
    seq - 1,
  );
}

/** How many rows of the device are told to be lost and are not held. */
export function* missingOf(device: string): SqlScript<number> {
  const told = yield* ask<StoredGap>(
    `select epoch, from_seq as "from", through_seq as through from told_gap
     where device_id = :device order by epoch, from_seq`,
    { device },
  );
  let missing = 0;
  for (const { epoch, from, through } of joined(told)) {
    const held = yield* askOne<{ readonly rows: number }>(
      `select count(*) as rows from tap
       where device_id = :device and epoch = :epoch and seq between :from and :through`,
      { device, epoch, from, through },
    );
    missing += through - from + 1 - (held?.rows ?? 0);
  }
  return missing;
}

/** @param gaps in order. @returns the same places, each once. */
function joined(gaps: readonly StoredGap[]): readonly StoredGap[] {
  const joins: StoredGap[] = [];
  for (const gap of gaps) {
    const last = joins.at(-1);
    if (last === undefined || last.epoch !== gap.epoch || gap.from > last.through) joins.push(gap);
    else joins[joins.length - 1] = { ...last, through: Math.max(last.through, gap.through) };
  }
  return joins;
}
