/**
 * What the driver can take back: the last tap or cash fare, within its time, and an entry whose exit
 * was forgotten. What left a card's purse only the office gives back.
 */
import type { DriverAnswer } from '../../device/driver-console.ts';
import { openEntry } from '../core/fare/ride.ts';
import { formatMoney } from '../core/money.ts';
import type { TapLedger } from '../store/tap-ledger.ts';
import { refusal } from './driver-answers.ts';
import type { Inspector } from './inspector.ts';
import {
  type LastAcceptance,
  lastAcceptance,
  msBetween,
  rowsLookedBackMax,
} from './last-acceptance.ts';
import type { Stamper } from './stamp.ts';
import type { TapSurroundings } from './tap-row.ts';

export interface TakeBackDeps {
  readonly ledger: TapLedger;
  readonly stamper: Stamper;
  readonly surroundings: () => TapSurroundings;
  readonly inspector: Inspector;
}

/** The token may be used again: what is remembered goes with the row. @throws StoreError */
export function voidLast(deps: TakeBackDeps): DriverAnswer {
  const last = lastAcceptance(deps.ledger.audit.newest(rowsLookedBackMax + 1));
  if (last === undefined) return refusal('nothing-to-void');
  if (last.isVoided) return refusal('already-voided');
  const { voidWithinMs } = deps.surroundings().inForce.rules.policy.driver;
  if (msBetween(last.row, deps.stamper.stamp()) > voidWithinMs) return refusal('too-late');
  return last.isDebit ? refusal('card-debited') : voided(last, deps);
}

function voided({ entry, row }: LastAcceptance, { ledger, stamper }: TakeBackDeps): DriverAnswer {
  const { epoch: voidedEpoch, seq: voidedSeq } = entry;
  const voiding = {
    ...({ kind: 'void', cause: 'driver' } as const),
    ...{ ...stamper.stamp(), voidedEpoch, voidedSeq },
  };
  const tapOf = row.kind === 'tap' ? row.tokenKey : undefined;
  const { epoch, seq } =
    tapOf === undefined
      ? ledger.append(voiding)
      : ledger.appendForgetting(voiding, {
          ...{ tapOf, acceptedAt: row.wallAt, usedRide: usedRide(row) },
        });
  const { amount = 0, currencyType: currency = 'IDR' } = row;
  const fare = formatMoney({ amount, currency });
  const text = { id: `Dibatalkan: ${fare}`, en: `Taken back: ${fare}` };
  const fields = { row: `${epoch}/${seq}`, voided: `${voidedEpoch}/${voidedSeq}`, fare };
  return { ok: true, text, fields };
}

/** As `usesRide` of decision.ts has it: a ticket that went on for nothing used none. */
function usedRide(row: LastAcceptance['row']): boolean {
  if (row.kind !== 'tap' || row.fareAction === 'exit') return false;
  return !(row.basis === 'verified' && row.amount === 0 && row.transfers !== undefined);
}

const resetTexts = {
  here: { id: 'Tap masuk dihapus', en: 'The entry was forgotten' },
  onCard: {
    id: 'Tap masuk dihapus di sini: tempel kartu lagi',
    en: 'The entry was forgotten here: hold the card again',
  },
} as const;

/** Of the medium that was inspected last. @throws StoreError */
export function resetEntry({ ledger, stamper, inspector }: TakeBackDeps): DriverAnswer {
  const { inspected } = inspector;
  if (inspected === undefined) return refusal('nothing-inspected');
  const { subject, taps } = inspected;
  const stamp = stamper.stamp();
  const entry = openEntry(taps);
  if (entry === undefined) return refusal('no-open-entry');
  const row = { kind: 'entry-reset', ...stamp, ...subject, entryAt: entry.at } as const;
  const { epoch, seq } = ledger.appendForgetting(row, { entryOf: subject, entry });
  const text = entry.trip === undefined ? resetTexts.here : resetTexts.onCard;
  return { ok: true, text, fields: { row: `${epoch}/${seq}` } };
}
