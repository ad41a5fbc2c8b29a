/** `halte rules publish`: signs what devices are to take, and says what it did. */
import type { Entropy, EpochMs } from '../../device/clock.ts';
import type { RoleName } from '../targets/metadata.ts';
import { type Published, type PublishedRole, publish } from '../targets/publish.ts';
import { createTargetsDisk } from '../targets/targets-disk.ts';
import { CliError, type CliIo, type ExitCode } from './cli-io.ts';
import { type Row, rowLines } from './inspect-rows.ts';

/** As commander gives them. */
export interface PublishOptions {
  readonly repository: string;
  /** At least one folder; new keys are written into the first. */
  readonly keys: readonly string[];
  readonly init?: boolean;
  /** With --init. */
  readonly rootKeys?: string;
  readonly rootThreshold?: string;
  readonly rotateRoot?: boolean;
  /** Snapshot and timestamp: the keys that lie where the publishing is done every day. */
  readonly rotateOnline?: boolean;
  readonly rotateTargets?: boolean;
  readonly withdraw?: readonly string[];
  readonly expireDays?: string;
  readonly json?: boolean;
}

export interface PublishRun {
  readonly io: CliIo;
  readonly now: EpochMs;
  readonly entropy: Entropy;
}

/** A night without publishing must not stop a fleet, nor a fortnight's holiday. */
const onlineDaysDefault = '14';
const daysMax = 3_650;
const rootKeysMax = 16;

/** @throws TargetsError, ConfigError, CliError */
export async function publishRules(
  files: readonly string[],
  options: PublishOptions,
  { io, now, entropy }: PublishRun,
): Promise<ExitCode> {
  const [first, ...others] = options.keys;
  if (first === undefined) throw badOption('--keys', 'no folder', 'name the folder of the keys');
  const init = options.init === true ? { init: initOf(options) } : {};
  const published = await publish(
    { disk: createTargetsDisk(), folder: options.repository, entropy, now },
    {
      ...{ files, withdraw: options.withdraw ?? [], keyFolders: [first, ...others], ...init },
      rotate: rotatedRoles(options),
      onlineDays: countOf('--expire-days', options.expireDays ?? onlineDaysDefault, daysMax),
    },
  );
  if (options.json === true) io.out(JSON.stringify(published));
  else for (const line of linesOf(published, now, io)) io.out(line);
  return 0;
}

function rotatedRoles(options: PublishOptions): readonly RoleName[] {
  return [
    ...(options.rotateRoot === true ? (['root'] as const) : []),
    ...(options.rotateTargets === true ? (['targets'] as const) : []),
    ...(options.rotateOnline === true ? (['snapshot', 'timestamp'] as const) : []),
  ];
}

function initOf({ rootKeys = '3', rootThreshold = '2' }: PublishOptions) {
  const keys = countOf('--root-keys', rootKeys, rootKeysMax);
  return { rootKeys: keys, rootThreshold: countOf('--root-threshold', rootThreshold, keys) };
}

function countOf(option: string, text: string, max: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= max) return count;
  throw badOption(option, text, `a whole number from 1 to ${max}`);
}

function badOption(option: string, text: string, hint: string): CliError {
  return new CliError('targets/bad-request', `${option} ${text}`, hint);
}

const dayMs = 24 * 60 * 60 * 1_000;
/** Whoever reads the table should fetch the keys of a role that ends within so many days. */
const warnDays = 60;
const widths = { role: 12, version: 9, expires: 24, signed: 10 } as const;

function linesOf({ roles, targets, newKeys }: Published, now: EpochMs, io: CliIo): string[] {
  const rows: Row[] = [
    headings('role', 'version', 'expires', 'now', 'signed by'),
    ...roles.map((role) => roleRow(role, now)),
    [{ text: '' }],
    [{ text: 'target', width: 34 }, { text: 'bytes', width: 12 }, { text: 'sha256' }],
    ...targets.map(({ name, length, sha256, isNew }): Row => {
      const colour = isNew ? 'green' : undefined;
      return [
        { text: name, width: 34, colour },
        { text: String(length), width: 12 },
        { text: sha256 },
      ];
    }),
    ...newKeys.map((file): Row => [{ text: `made ${file}`, colour: 'amber' }]),
  ];
  return rows.flatMap((row) => rowLines(row, { inColour: io.inColour, columns: undefined }));
}

function headings(role: string, version: string, expires: string, ...rest: [string, string]): Row {
  return [
    { text: role, width: widths.role },
    { text: version, width: widths.version },
    { text: expires, width: widths.expires },
    { text: rest[0], width: widths.signed },
    { text: rest[1] },
  ];
}

function roleRow({ role, version, expires, signedBy, isNew }: PublishedRole, now: EpochMs): Row {
  const days = (Date.parse(expires) - now) / dayMs;
  const isSoon = days < warnDays && (role === 'root' || role === 'targets');
  return [
    { text: role, width: widths.role },
    { text: String(version), width: widths.version },
    { text: expires, width: widths.expires, colour: isSoon ? 'amber' : undefined },
    { text: isNew ? 'signed' : 'as it was', width: widths.signed, colour: isNew ? 'green' : 'dim' },
    {
      text: `${signedBy.join(' ')}${isSoon ? ` ends in ${Math.floor(days)} days: bring its keys` : ''}`,
    },
  ];
}
