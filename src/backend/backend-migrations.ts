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
];
