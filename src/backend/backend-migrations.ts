/** The backend's schema on SQLite. The primary key of a row is what a device counts by. */
import type { Migration } from '../store/migrations.ts';

export const backendMigrations: readonly Migration[] = [
  {
    name: 'device ledgers and quarantine',
    sql: `
      create table device_head (
        device_id text not null,
        epoch integer not null,
        durable_seq integer not null,
        tip blob not null,
        last_seen integer not null,
        primary key (device_id, epoch)
      ) strict, without rowid;

      create table tap (
        device_id text not null,
        epoch integer not null,
        seq integer not null,
        hash blob not null,
        payload blob not null,
        received_at integer not null,
        kind text,
        outcome text,
        amount integer,
        currency text,
        primary key (device_id, epoch, seq)
      ) strict, without rowid;

      create table quarantine (
        device_id text not null,
        epoch integer not null,
        seq integer not null,
        hash blob not null,
        prev_hash blob not null,
        payload blob not null,
        seen_at integer not null,
        primary key (device_id, epoch, seq, hash)
      ) strict, without rowid;
    `,
  },
  {
    name: 'authorisations of payments',
    sql: `
      create table authorisation (
        device_id text not null,
        reference blob not null,
        state text not null,
        state_at integer not null,
        format text,
        token_key blob,
        account_key blob,
        product text,
        amount integer,
        currency text,
        deadline_ms integer,
        epoch integer,
        seq integer,
        boot_id text,
        monotonic_at integer,
        tap_epoch integer,
        tap_seq integer,
        reported_at integer,
        primary key (device_id, reference)
      ) strict, without rowid;

      create index authorisation_unsettled on authorisation (state, state_at)
        where state in ('requested', 'void-wanted');

      create index authorisation_without_tap on authorisation (device_id, state_at)
        where state = 'approved' and tap_seq is null;

      create index authorisation_without_approval on authorisation (device_id)
        where tap_seq is not null and state <> 'approved' and reported_at is null;
    `,
  },
  {
    name: 'spare epochs granted to devices',
    sql: `
      create table epoch_grant (
        device_id text not null,
        epoch integer not null,
        granted_at integer not null,
        used_at integer,
        primary key (device_id, epoch)
      ) strict, without rowid;
    `,
  },
  {
    name: 'rows behind a hole, and what is told to be lost',
    sql: `
      alter table tap add column prev_hash blob;

      create table told_gap (
        device_id text not null,
        epoch integer not null,
        from_seq integer not null,
        through_seq integer not null,
        told_epoch integer not null,
        told_seq integer not null,
        primary key (device_id, epoch, from_seq, through_seq)
      ) strict, without rowid;
    `,
  },
  {
    name: 'keys of the office, and who changed what',
    sql: `
      create table api_key (
        name text not null,
        role text not null,
        key_hash blob not null,
        created_at integer not null,
        last_used_day integer,
        revoked_at integer,
        primary key (name)
      ) strict, without rowid;

      create unique index api_key_by_hash on api_key (key_hash);

      create table counter (
        name text not null,
        value integer not null,
        primary key (name)
      ) strict, without rowid;

      insert into counter (name, value) values ('audit', 0);

      create table audit (
        number integer not null,
        at integer not null,
        done_by text not null,
        action text not null,
        subject text not null,
        primary key (number)
      ) strict, without rowid;
    `,
  },
  {
    name: 'identities of devices',
    sql: `
      create table device_key (
        device_id text not null,
        fingerprint text not null,
        state text not null,
        standing integer not null,
        note text not null,
        asked_at integer not null,
        approved_by text,
        approved_at integer,
        certificate text,
        serial text,
        not_before integer,
        not_after integer,
        primary key (device_id, fingerprint)
      ) strict, without rowid;

      create index device_key_waiting on device_key (asked_at) where state = 'waiting';

      create table device_standing (
        device_id text not null,
        standing integer not null,
        revoked_at integer not null,
        revoked_by text not null,
        primary key (device_id)
      ) strict, without rowid;

      create table revoked_certificate (
        device_id text not null,
        serial text not null,
        revoked_at integer not null,
        revoked_by text not null,
        primary key (device_id, serial)
      ) strict, without rowid;
    `,
  },
  {
    name: 'how devices are, and what contradicts what is held',
    sql: `
      create table device_health (
        device_id text not null,
        epoch integer not null,
        seq integer not null,
        tip blob not null,
        boot_id text not null,
        monotonic_at integer not null,
        received_at integer not null,
        report text not null,
        primary key (device_id, epoch)
      ) strict, without rowid;

      create table device_alarm (
        device_id text not null,
        kind text not null,
        epoch integer not null,
        seq integer not null,
        held_seq integer not null,
        first_at integer not null,
        last_at integer not null,
        primary key (device_id, kind, epoch)
      ) strict, without rowid;
    `,
  },
  {
    name: 'who looked at quarantine',
    sql: `
      create table quarantine_look (
        device_id text not null,
        epoch integer not null,
        rows_looked_at integer not null,
        looked_at integer not null,
        looked_by text not null,
        note text not null,
        primary key (device_id, epoch)
      ) strict, without rowid;
    `,
  },
  {
    name: 'what dispatchers say that devices drive',
    sql: `
      create table dispatch_order (
        device_id text not null,
        order_id text not null,
        trip text,
        given_at integer not null,
        given_by text not null,
        primary key (device_id)
      ) strict, without rowid;
    `,
  },
  {
    name: 'rows that cannot be read are found at once',
    sql: 'create index tap_undigested on tap (device_id, epoch, seq) where kind is null;',
  },
];
