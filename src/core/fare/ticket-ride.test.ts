import { expect, test } from 'vitest';
import {
  aFlatTariff,
  aPastTap,
  aTicketToken,
  someHistory,
  someNow,
  someRules,
  someSituation,
} from '../../../sim/testing/builders.ts';
import { decideTap } from '../decide.ts';
import type { PastTap } from './past-tap.ts';
import type { FareTransferRule } from './tariff.ts';

const minute = 60_000;
const hourly: FareTransferRule = {
  ...{ fromLegGroup: 'g', toLegGroup: 'g', count: 1, type: 'first-and-transfer' },
  duration: { seconds: 3_600, between: 'departure-to-departure' },
};

function leg(routeId: string, ago: number, change: Partial<PastTap> = {}): PastTap {
  const at = someNow - ago;
  return aPastTap({ at, leg: { routeId, boarding: { at } }, legGroup: 'g', ...change });
}

interface Boarding {
  readonly ticketsTransfer?: boolean;
  readonly rule?: FareTransferRule;
  readonly rides?: number;
  readonly ridesUsed?: number;
}

function boarded(taps: readonly PastTap[], on: Boarding = {}) {
  const { ticketsTransfer = true, rule = hourly, rides = 1, ridesUsed = 1 } = on;
  const tariff = aFlatTariff({
    legRules: [{ product: 'umum-nontunai', legGroup: 'g' }],
    transferRules: [rule],
  });
  const rules = someRules({ tariff, policy: { ticketsTransfer } });
  const history = { ...someHistory({ taps }), ridesUsed };
  const situation = someSituation({ rules, history, place: { routeId: 'r2' } });
  return decideTap({ ...aTicketToken({ kind: 'single' }), rides }, situation);
}

test('lets a single ticket go on by a free transfer, which uses no ride', () => {
  expect(boarded([leg('r1', 30 * minute)])).toMatchObject({
    ...{ outcome: 'accepted', basis: 'verified', reason: 'transfer-applied' },
    fare: { amount: { amount: 0 }, transfersUsed: 1, goesOn: true, legGroup: 'g' },
  });
});

test.each([
  ['too late', [leg('r1', 61 * minute)], {}],
  ['once too often', [leg('r1', 40 * minute), leg('r1', 20 * minute, { transfersUsed: 1 })], {}],
  ['for which the tariff takes money', [leg('r1', 30 * minute)], { rule: bothAndTransfer() }],
  ['where tickets have none', [leg('r1', 30 * minute)], { ticketsTransfer: false }],
  ['from another ticket of the account', [leg('r1', 30 * minute, { isSameToken: false })], {}],
])('refuses a used single ticket at a transfer %s', (_, taps, on) => {
  expect(boarded(taps, on)).toMatchObject({ outcome: 'refused', reason: 'already-tapped' });
});

function bothAndTransfer(): FareTransferRule {
  return { ...hourly, type: 'both-and-transfer' };
}

test('marks the first ride of a ticket that may have begun on another bus', () => {
  const first = boarded([], { ridesUsed: 0 });
  const paid = boarded([], { ridesUsed: 0, rule: bothAndTransfer() });

  expect(first).toMatchObject({ reason: 'ticket-valid', fare: { provisional: ['earlier-leg'] } });
  expect(paid).not.toHaveProperty('fare.provisional');
});

test('counts a transfer that is too late as another ride of a carnet', () => {
  const taps = [leg('r1', 61 * minute)];

  const second = boarded(taps, { rides: 2 });

  expect(second).toMatchObject({ outcome: 'accepted', reason: 'ticket-valid' });
  expect(second).not.toHaveProperty('fare.goesOn');
  expect(boarded(taps, { rides: 2, ridesUsed: 2 })).toMatchObject({ reason: 'rides-used-up' });
});
