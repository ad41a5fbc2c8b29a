/**
 * The schema of the device's ledger, as numbered migrations. docs/ledger.md explains the tables.
 *
 * A migration only adds: tables, and columns that are null or have a default, so that the release
 * before this one still works with what it knows. One that cannot raises `readable_from`, and never
 * above the schema of the release before. `row` and `epoch` get no columns: salvage knows them by
 * those they have. `rollback.test.ts` holds all this.
 */
import type { Migration } from './migrations.ts';

export const ledgerMigrations: readonly Migration[] = [
  {
    name: 'epochs, rows, receipts and accepted tokens',
    sql: `
      create table identity (
        only_one integer primary key check (only_one = 1),
        device text not null
      ) strict;

      create table epoch (
        ordinal integer primary key,
        epoch integer not null unique,
        durable_seq integer not null default 0,
        pruned_seq integer not null default 0,
        pruned_hash blob not null
      ) strict;

      create table row (
        epoch integer not null references epoch (epoch),
        seq integer not null,
        hash blob not null,
        bytes blob not null,
        primary key (epoch, seq)
      ) strict, without rowid;

      create table receipt (
        epoch integer not null references epoch (epoch),
        durable_seq integer not null,
        server_time integer not null,
        bytes blob not null,
        primary key (epoch, durable_seq)
      ) strict, without rowid;

      create table accepted_token (
        token_key blob primary key,
        accepted_at integer not null,
        forget_at integer not null,
        at_risk integer not null
      ) strict, without rowid;

      create index accepted_token_by_time on accepted_token (accepted_at) where at_risk = 1;
      create index accepted_token_by_end on accepted_token (forget_at);
    `,
  },
  {
    name: 'how often a token was accepted, and debits without an outcome',
    sql: `
      alter table accepted_token add column times integer not null default 1;

      create table open_intent (
        token_key blob primary key,
        epoch integer not null,
        seq integer not null,
        amount integer not null,
        currency text not null,
        trip_at integer not null,
        balance_before integer not null,
        card_counter integer,
        last_trip text
      ) strict, without rowid;

      create unique index open_intent_by_place on open_intent (epoch, seq);
    `,
  },
  {
    name: 'rides of a token or account, and what an open debit pays for',
    sql: `
      create table past_tap (
        ordinal integer primary key,
        token_key blob not null,
        subject_key blob not null,
        at integer not null,
        at_risk integer not null,
        action text not null,
        route_id text,
        boarding_at integer not null,
        boarding_stop text,
        alighting_at integer,
        alighting_stop text,
        rider_category text,
        fare_media text,
        leg_group text,
        product text not null,
        amount integer not null,
        currency text not null,
        transfers_used integer not null,
        rules_version text not null
      ) strict;

      create index past_tap_by_subject on past_tap (subject_key, ordinal);
      create index past_tap_by_time on past_tap (at);
      create index past_tap_at_risk on past_tap (at) where at_risk = 1;

      alter table open_intent add column product text;
    `,
  },
  {
    name: 'which trip on the card a ride wrote',
    sql: 'alter table past_tap add column trip text;',
  },
  {
    name: 'what an open intent was to write',
    sql: 'alter table open_intent add column action text;',
  },
  {
    name: 'from which schema on a program may still open it',
    sql: `
      create table readable_from (
        only_one integer primary key check (only_one = 1),
        schema integer not null
      ) strict;

      insert into readable_from (only_one, schema) values (1, 6);
    `,
  },
  {
    name: 'which pruned rows the backend was told to be lost',
    sql: `
      create table told_gap (
        epoch integer primary key references epoch (epoch),
        from_seq integer not null,
        through_seq integer not null
      ) strict;
    `,
  },
];
