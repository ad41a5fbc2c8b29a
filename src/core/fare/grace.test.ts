import { expect, test } from 'vitest';
import {
  aCardToken,
  aFlatTariff,
  aPastTap,
  aTicketToken,
  someHistory,
  someNow,
  someRules,
  someSituation,
} from '../../../sim/testing/builders.ts';
import { decideTap } from '../decide.ts';
import type { Policy, Tapping } from '../rules/policy.ts';
import type { PastTap } from './past-tap.ts';

const hour = 3_600_000;
const minute = 60_000;
const gates: Tapping = {
  ...{ mode: 'enter-and-exit', sameStopCharge: 'nothing', forgottenCharge: 'maximum-fare' },
  ...{ sameStopExitMs: 15 * minute, forgottenAfterMs: hour, minimumBalance: 0 },
};

/** New rules came into force an hour ago, and forgive for `graceHours`. */
function decided(taps: readonly PastTap[], graceHours: number, policy: Partial<Policy>) {
  const rules = someRules({
    ...{ version: 'new', effectiveFrom: someNow - hour },
    tariff: aFlatTariff({
      legRules: [{ product: 'umum-nontunai', legGroup: 'renamed' }],
      transferRules: [
        { fromLegGroup: 'renamed', toLegGroup: 'renamed', count: 1, type: 'first-and-transfer' },
      ],
    }),
    policy: { graceMs: graceHours * hour, ...policy },
  });
  const history = someHistory({ taps });
  return { rules, history, place: { routeId: 'r2' } };
}

function ofRules(rulesVersion: string, ago: number, change: Partial<PastTap> = {}): PastTap {
  const at = someNow - ago;
  return aPastTap({ at, rulesVersion, leg: { routeId: 'r1', boarding: { at } }, ...change });
}

test.each([
  ['within the grace', 'old', 24, 0],
  ['after it', 'old', 0.5, 3_500],
  ['under the new rules', 'new', 24, 3_500],
])('charges for an exit that was forgotten %s', (_, version, graceHours, charged) => {
  const entry = ofRules(version, 2 * hour, { action: 'enter' });
  const situation = decided([entry], graceHours, { tapping: [gates] });

  const decision = decideTap(aCardToken(), someSituation(situation));

  expect(decision).toMatchObject({ fare: { action: 'enter', amount: { amount: charged } } });
});

test.each([
  ['within the grace', 'old', 24, 'ticket-valid'],
  ['after it', 'old', 0.5, 'already-tapped'],
  ['under the new rules', 'new', 24, 'already-tapped'],
])('holds a pass back by a longer block %s: %s', (_, version, graceHours, reason) => {
  const passback = [{ groupMs: 0, groupRidersMax: 1, blockMs: 24 * hour }];
  const situation = decided([ofRules(version, 2 * hour)], graceHours, { passback });

  expect(decideTap(aTicketToken(), someSituation(situation)).reason).toBe(reason);
});

test.each([[24], [0]])(
  'knows a leg by the leg groups of today, grace of %i hours',
  (graceHours) => {
    const before = ofRules('old', 30 * minute, { legGroup: 'named-otherwise' });
    const situation = decided([before], graceHours, { passback: [] });

    expect(decideTap(aCardToken(), someSituation(situation)).reason).toBe('transfer-applied');
  },
);

test('gives nobody a second ride on a single ticket, in the grace either', () => {
  const ticket = aTicketToken({ kind: 'single' });
  const situation = decided([ofRules('old', 2 * hour)], 24, { ticketsTransfer: false });

  expect(decideTap(ticket, someSituation(situation)).reason).toBe('already-tapped');
});
