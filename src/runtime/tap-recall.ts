/**
 * What is remembered of whoever shows a token: this device's own memory and, of a transit card, what
 * the card tells of other buses. It only remembers: what follows from it others decide.
 */
import { equal } from '../core/bytes.ts';
import type { CardTrip } from '../core/card/purse-card.ts';
import { historyWithCard } from '../core/fare/card-history.ts';
import { type MarkNames, markNames } from '../core/fare/mark-names.ts';
import type { Tariff } from '../core/fare/tariff.ts';
import { riderOf } from '../core/rules/holdings.ts';
import type { Situation, TapHistory } from '../core/rules/rule.ts';
import type { Token } from '../core/token/token.ts';
import type { TapLedger } from '../store/tap-ledger.ts';

export interface TapRecallDeps {
  readonly ledger: Pick<TapLedger, 'recall' | 'isOwnEpoch'>;
  /** By which trips on cards name this device. */
  readonly deviceTag: Uint8Array;
}

/** @throws StoreError */
export type TapRecall = (
  token: Token,
  around: Pick<Situation, 'rules' | 'listings' | 'now'>,
) => TapHistory;

export function createTapRecall({ ledger, deviceTag }: TapRecallDeps): TapRecall {
  const namesOf = createNames();
  const isOwn = (trip: CardTrip) =>
    equal(trip.deviceTag, deviceTag) && ledger.isOwnEpoch(trip.epoch);
  return (token, around) => {
    const history = ledger.recall(token, around.now);
    if (token.card === undefined) return history;
    const { rules } = around;
    const { trips } = token.card;
    const reader = { rules, names: namesOf(rules.tariff), rider: riderOf(token, around) };
    return { ...history, taps: historyWithCard({ taps: history.taps, trips, isOwn }, reader) };
  };
}

/** Made anew when other rules come into force. */
function createNames(): (tariff: Tariff) => MarkNames {
  let known: { readonly tariff: Tariff; readonly names: MarkNames } | undefined;
  return (tariff) => {
    if (known?.tariff !== tariff) known = { tariff, names: markNames(tariff) };
    return known.names;
  };
}
