/** `halte lists lookup`: what a file, or what is installed on a device, says of one key or token. */
import { statSync } from 'node:fs';
import { readIdentifierKey } from '../config/secret-file.ts';
import { hex, latin1, utf8 } from '../core/bytes.ts';
import { createKeyedHash } from '../core/crypto/keyed-hash.ts';
import { keyBytes, listingKeyOf } from '../core/lists/listing-key.ts';
import {
  issuerRange,
  listingsInForce,
  namedListingKeysOf,
  type SecurityListing,
} from '../core/lists/security-listing.ts';
import { parseQrToken } from '../core/token/parse-token.ts';
import { generationsIn } from '../store/security-list-database.ts';
import { listBatches } from '../store/security-list-file.ts';
import { listingOf } from '../store/security-list-format.ts';
import { openSecurityLists } from '../store/security-list-store.ts';
import { CliError, type ExitCode } from './cli-io.ts';
import { readInspectInput } from './inspect-input.ts';
import { utcText } from './inspect-time.ts';
import type { ListsDeps } from './lists.ts';
import { withProgress } from './lists-progress.ts';

export interface LookupOptions {
  /** Text of a code, or hexadecimal. */
  readonly token?: string;
  readonly identifierKey?: string;
  readonly at?: number;
  readonly json?: boolean;
}

interface Found {
  readonly key: string;
  readonly listing: SecurityListing;
  /** In a delta: it takes the entry out. */
  readonly removed: boolean;
}

/** Ends with 1 when what was asked for is denied at that time. */
export async function lookupList(
  place: string,
  key: string | undefined,
  { options, deps }: { readonly options: LookupOptions; readonly deps: ListsDeps },
): Promise<ExitCode> {
  const lookedUp = key === undefined ? keysOfToken(options) : [{ of: 'key', key: keyOf(key) }];
  const keys = lookedUp.map((one) => one.key);
  const found = isFolder(place) ? inFolder(place, keys) : await inFile(place, keys, deps);
  const now = options.at ?? deps.now;
  const entries = found.map((one) => ({
    ...one,
    inForce: !one.removed && listingsInForce([one.listing], now).length > 0,
  }));
  const denied = entries.some(({ inForce, listing }) => inForce && listing.effect === 'deny');
  if (options.json === true) {
    const asked = lookedUp.map((one) => ({ of: one.of, key: keyText(one.key) }));
    deps.io.out(JSON.stringify({ denied, keys: asked, entries }));
    return denied ? 1 : 0;
  }
  const asked = key === undefined ? lookedUp.map(askedLine) : [];
  for (const line of [...asked, ...linesOf(entries, denied)]) deps.io.out(line);
  return denied ? 1 : 0;
}

function keyOf(text: string): Uint8Array {
  const kind = issuerRange.test(text) ? 'issuer-range' : 'ticket';
  const key = listingKeyOf(kind, text);
  if (key.ok) return key.key;
  const hint = '64 lower-case hexadecimal digits, the digits of an issuer, or --token TEXT';
  throw new CliError('lists/bad-key', 'that is no key of a list', hint);
}

interface LookedUp {
  readonly of: string;
  readonly key: Uint8Array;
}

function askedLine({ of, key }: LookedUp): string {
  return `looked up  ${of.padEnd('issuer-range'.length)}  ${keyText(key)}`;
}

function keysOfToken({ token, identifierKey }: LookupOptions): readonly LookedUp[] {
  if (token === undefined || identifierKey === undefined) throw new Error('nothing to look up');
  const input = readInspectInput(utf8(token));
  if (input.kind === 'trace') {
    const hint = 'halte inspect shows the keys of a card: look one of them up';
    throw new CliError('lists/bad-token', 'that is the trace of a card', hint);
  }
  const parsed = parseQrToken(input.code, createKeyedHash(readIdentifierKey(identifierKey)));
  if (parsed.ok) return namedListingKeysOf(parsed.value);
  throw new CliError('lists/bad-token', parsed.fault.detail, 'halte inspect tells more of it');
}

/** Digits of an issuer range as they are. */
function keyText(key: Uint8Array): string {
  return key.length < keyBytes ? latin1(key) : hex(key);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** On a device the lowest key version is the one that it uses. */
function inFolder(folder: string, keys: readonly Uint8Array[]): readonly Found[] {
  const versions = generationsIn(folder).map(({ keyVersion }) => keyVersion);
  if (versions.length === 0) {
    const hint = 'give the folder that the device keeps its lists in';
    throw new CliError('lists/not-installed', `no list is installed in ${folder}`, hint);
  }
  const lists = openSecurityLists({ folder, keyVersion: Math.min(...versions) });
  try {
    return keys.flatMap((key) =>
      lists.entriesOf(key).map((listing) => ({ key: keyText(key), listing, removed: false })),
    );
  } finally {
    lists.close();
  }
}

async function inFile(
  path: string,
  keys: readonly Uint8Array[],
  { io, draw }: ListsDeps,
): Promise<readonly Found[]> {
  const wanted = keys.map((key) => Buffer.from(key));
  const found: Found[] = [];
  await withProgress('searching', draw, async (onProgress) => {
    for await (const { records } of listBatches(path, { signal: io.stopping, onProgress })) {
      for (const { key, removed, ...facts } of records) {
        if (!wanted.some((one) => one.equals(key))) continue;
        found.push({ key: keyText(key), listing: listingOf(facts), removed });
      }
    }
  });
  return found;
}

function linesOf(
  entries: readonly (Found & { readonly inForce: boolean })[],
  denied: boolean,
): readonly string[] {
  const lines = entries.map(({ key, listing, removed, inForce }) => {
    const { kind, effect, reason, from, until, product } = listing;
    const words = [
      key.length > 16 ? `${key.slice(0, 16)}…` : key,
      ...[removed ? 'taken out:' : undefined, kind, effect, reason, product],
      from === undefined ? undefined : `since ${utcText(from)}`,
      until === undefined ? undefined : `until ${utcText(until)}`,
      inForce || removed ? undefined : '(not in force)',
    ];
    return words.filter((word) => word !== undefined).join('  ');
  });
  const verdict = denied ? 'denied' : 'not denied';
  return lines.length === 0 ? ['not listed'] : [...lines, verdict];
}
