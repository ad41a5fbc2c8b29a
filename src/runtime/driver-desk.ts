/**
 * The driver's desk: carries out what a console asks for, each action whole before the next, and
 * durable before it is confirmed. Consoles and the control socket know nothing but this.
 */
import type { DriverAction, DriverAnswer, DriverText } from '../../device/driver-console.ts';
import { recordClockStep } from './clock-record.ts';
import { refusal } from './driver-answers.ts';
import { countRiders, type DriverSalesDeps, sellForCash, showFareCode } from './driver-sales.ts';
import { resetEntry, voidLast } from './driver-take-back.ts';
import type { Inspector } from './inspector.ts';
import type { RulesInForce } from './rules-in-force.ts';
import type { Report } from './runtime-event.ts';
import type { StorageWatch } from './storage-watch.ts';
import type { TripDesk } from './trip-desk.ts';

export interface DriverDeskDeps extends DriverSalesDeps {
  readonly inspector: Inspector;
  /** Whether the driver may still have the switch is asked at each tap. */
  readonly inForce: Pick<RulesInForce, 'rules'>;
  readonly report: Report;
  readonly trips: Pick<TripDesk, 'assign'>;
  readonly storage?: Pick<StorageWatch, 'isInService' | 'takes'> | undefined;
}

export interface DriverDesk {
  /** @throws StoreError when the row cannot be written: nothing was done. */
  carryOut(action: DriverAction): DriverAnswer;
  /**
   * The switch as the driver threw it, while the rules in force give drivers one; undefined: the
   * rules' own word counts. Off after a start.
   */
  readonly failOpen: boolean | undefined;
}

export function createDriverDesk(deps: DriverDeskDeps): DriverDesk {
  const { ledger, inspector, stamper } = deps;
  let failOpen: boolean | undefined;

  const isAllowed = () => deps.inForce.rules.policy.driver.failOpen;

  function switchFailOpen(on: boolean): DriverAnswer {
    if (on && !isAllowed()) return refusal('fail-open-not-allowed');
    const { epoch, seq } = ledger.append({ kind: 'fail-open', ...stamper.stamp(), on: Number(on) });
    failOpen = on ? true : undefined;
    const text = on ? texts.failOpenOn : texts.failOpenOff;
    return { ok: true, text, fields: { row: `${epoch}/${seq}` } };
  }

  function done(action: DriverAction): DriverAnswer {
    switch (action.action) {
      case 'cash-fare':
        return sellForCash(deps, action);
      case 'count':
        return countRiders(deps, action);
      case 'fare-code':
        return showFareCode(deps, action);
      case 'void-last':
        return voidLast(deps);
      case 'inspect':
        inspector.switchTo(action.on);
        return { ok: true, text: action.on ? texts.inspectOn : texts.inspectOff, fields: {} };
      case 'reset-entry':
        return resetEntry(deps);
      case 'fail-open':
        return switchFailOpen(action.on);
      case 'assign-trip': {
        const { action: _, ...trip } = action;
        return deps.trips.assign(trip);
      }
      case 'release-trip':
        return deps.trips.assign(undefined);
    }
  }

  return {
    carryOut(action) {
      if (unrecorded.has(action.action)) return done(action);
      if (deps.storage?.isInService === false) return refusal('storage-full');
      try {
        recordClockStep(deps);
        return done(action);
      } catch (error) {
        if (deps.storage?.takes(error)) return refusal('storage-full');
        throw error;
      }
    },
    get failOpen() {
      return isAllowed() ? failOpen : undefined;
    },
  };
}

/** Actions without a row. */
const unrecorded = new Set<DriverAction['action']>(['inspect', 'assign-trip', 'release-trip']);

const texts = {
  inspectOn: { id: 'Pemeriksaan: tidak ada yang dibayar', en: 'Inspection: nothing is charged' },
  inspectOff: { id: 'Pemeriksaan selesai', en: 'Inspection is over' },
  failOpenOn: { id: 'Penumpang boleh naik bila alat rusak', en: 'Riders travel while it fails' },
  failOpenOff: { id: 'Kembali seperti biasa', en: 'Back to normal' },
} as const satisfies Record<string, DriverText>;
