/**
 * Which debits have an intent row and no outcome, by card: noted in the transaction that writes the
 * row, so that after a power cut the card's next presentation can tell what became of them.
 *
 * One entry per card: an older one that the card could no longer settle makes room, and is the
 * office's.
 */

import { deviceTag } from '../core/card/desfire/trip-record.ts';
import type { OpenIntent } from '../core/card/settle-intent.ts';
import type { PastAction } from '../core/fare/past-tap.ts';
import type { Row } from '../core/ledger/row.ts';
import type { SqliteDatabase } from './open-database.ts';

export interface IntentMemory {
  /** Within the transaction that appends the row. */
  note(row: Row, place: { readonly epoch: number; readonly seq: number }): void;
  open(tokenKey: Uint8Array): OpenIntent | undefined;
}

interface StoredIntent {
  readonly epoch: number;
  readonly seq: number;
  readonly amount: number;
  readonly currency: string;
  readonly tripAt: number;
  readonly balanceBefore: number;
  readonly cardCounter: number | null;
  readonly lastTrip: string | null;
  readonly product: string | null;
  readonly action: string | null;
}

export function createIntentMemory(database: SqliteDatabase, device: string): IntentMemory {
  const statements = prepare(database);
  const tag = deviceTag(device);
  return {
    note(row, place) {
      if (row.kind === 'card-intent') {
        const { cardCounter = null, lastTrip = null, fareProduct = null, fareAction = null } = row;
        statements.begin.run({ ...row, ...place, cardCounter, lastTrip, fareProduct, fareAction });
      }
      if (row.kind === 'card-outcome' && row.result !== 'unknown') {
        statements.end.run(row.intentEpoch, row.intentSeq);
      }
    },
    open(tokenKey) {
      const stored = statements.find.get(tokenKey) as StoredIntent | undefined;
      return stored && openIntent(stored, tag);
    },
  };
}

function openIntent(stored: StoredIntent, tag: Uint8Array): OpenIntent {
  const { epoch, seq, amount, currency, tripAt, balanceBefore, cardCounter, lastTrip } = stored;
  return {
    trip: { at: tripAt, amount: { amount, currency }, deviceTag: tag, epoch, seq },
    balanceBefore,
    ...(cardCounter !== null && { counterBefore: cardCounter }),
    ...(lastTrip !== null && { lastTripBefore: lastTrip }),
    ...(stored.product !== null && { product: stored.product }),
    ...(stored.action !== null && { action: stored.action as PastAction }),
  };
}

function prepare(database: SqliteDatabase) {
  return {
    begin: database.prepare(
      `insert or replace into open_intent
         (token_key, epoch, seq, amount, currency, trip_at, balance_before, card_counter, last_trip,
          product, action)
       values (:tokenKey, :epoch, :seq, :amount, :currencyType, :tripAt, :balanceBefore,
               :cardCounter, :lastTrip, :fareProduct, :fareAction)`,
    ),
    end: database.prepare('delete from open_intent where epoch = ? and seq = ?'),
    find: database.prepare(
      `select epoch, seq, amount, currency, trip_at as tripAt, balance_before as balanceBefore,
              card_counter as cardCounter, last_trip as lastTrip, product, action
       from open_intent where token_key = ?`,
    ),
  };
}
