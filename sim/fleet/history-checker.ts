/**
 * Holds a backend's ledger against what devices had durable: nothing lost, nothing twice, nothing
 * that nobody wrote, every chain whole, every byte and every sum as it was. The chain is computed
 * here once more, from docs/ledger.md and not with the code that is judged.
 */
import { createHash } from 'node:crypto';
import { decodeRow } from '../../src/core/ledger/row.ts';
import type { LoggedRow } from './light-log.ts';

/** A row as the database has it, whatever the backend thinks of it. */
export interface StoredRow {
  readonly device: string;
  readonly epoch: number;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly payload: Uint8Array;
  readonly amount: number | null;
}

export interface StoredLedger {
  /** By device, epoch, seq. */
  rows(): AsyncIterable<StoredRow>;
  quarantined(): Promise<number>;
}

export interface Verdict {
  readonly greens: number;
  readonly rows: number;
  /** Sums of amounts, minor units: of what riders saw and what the office has. */
  readonly amountLogged: number;
  readonly amountStored: number;
  /** How many promises are broken, and the first {@link toldMax} of them; none when all is well. */
  readonly faults: number;
  readonly broken: readonly string[];
}

export const toldMax = 20;

export async function checkHistory(
  logged: readonly LoggedRow[],
  stored: StoredLedger,
): Promise<Verdict> {
  const findings = createFindings();
  const missing = new Map(logged.map((row) => [placeOf(row), row]));
  if (missing.size < logged.length) findings.tell('a device gave one place to two rows');
  let before: StoredRow | undefined;
  let rows = 0;
  let amountStored = 0;
  for await (const row of stored.rows()) {
    rows += 1;
    amountStored += row.amount ?? 0;
    const place = placeOf(row);
    findings.tellAll(place, [...faultsOf(row, missing.get(place)), ...chainFaults(row, before)]);
    missing.delete(place);
    before = row;
  }
  for (const [place, { isGreen }] of missing) {
    findings.tell(`${place}: lost${isGreen ? ', and the rider saw green' : ''}`);
  }
  const quarantined = await stored.quarantined();
  if (quarantined > 0) findings.tell(`${quarantined} rows in quarantine`);
  const amountLogged = logged.reduce((sum, { amount = 0 }) => sum + amount, 0);
  if (amountLogged !== amountStored) {
    findings.tell(`the amounts sum up to ${amountStored} in place of ${amountLogged}`);
  }
  const greens = logged.filter(({ isGreen }) => isGreen).length;
  return { greens, rows, amountLogged, amountStored, ...findings.all() };
}

function createFindings() {
  const broken: string[] = [];
  let faults = 0;
  const tell = (what: string) => {
    faults += 1;
    if (broken.length < toldMax) broken.push(what);
  };
  return {
    tell,
    tellAll(place: string, all: readonly string[]) {
      for (const what of all) tell(`${place}: ${what}`);
    },
    all: () => ({ faults, broken }),
  };
}

function placeOf({ device, epoch, seq }: Pick<LoggedRow, 'device' | 'epoch' | 'seq'>): string {
  return `${device} ${epoch}/${seq}`;
}

function faultsOf(row: StoredRow, logged: LoggedRow | undefined): readonly string[] {
  if (logged === undefined) return ['no device wrote it, or it is there a second time'];
  const tap = decodeRow(row.payload);
  const told = tap?.kind === 'tap' ? tap.amount : undefined;
  return [
    ...(Buffer.from(row.hash).toString('hex') === logged.hash ? [] : ['another hash']),
    ...(tap === undefined ? ['its bytes are no row'] : []),
    ...(told === logged.amount ? [] : [`its bytes say ${told} in place of ${logged.amount}`]),
    ...(row.amount === (logged.amount ?? null) ? [] : [`${row.amount} is not what was paid`]),
  ];
}

function chainFaults(row: StoredRow, before: StoredRow | undefined): readonly string[] {
  const isSameLedger = before?.device === row.device && before.epoch === row.epoch;
  const previous = isSameLedger ? before : undefined;
  const expectedSeq = (previous?.seq ?? 0) + 1;
  if (row.seq !== expectedSeq) return [`seq ${expectedSeq} was to come here`];
  const hash = chainHash(row, previous?.hash ?? new Uint8Array(32));
  return hash.equals(row.hash) ? [] : ['the chain is broken'];
}

function chainHash({ device, epoch, seq, payload }: StoredRow, previous: Uint8Array): Buffer {
  const place = Buffer.alloc(16);
  place.writeBigUInt64BE(BigInt(epoch), 0);
  place.writeBigUInt64BE(BigInt(seq), 8);
  const hash = createHash('sha256');
  for (const part of [Buffer.from('halte/row/1'), Buffer.from(device), place, previous, payload]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  }
  return hash.digest();
}
