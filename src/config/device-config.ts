/** The device's configuration: one schema with its defaults. docs/configuration.md explains it. */
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { x25519PublicKey } from '../core/crypto/x25519.ts';
import { deviceId } from '../sync/wire.ts';
import { isTargetName } from '../targets/target.ts';
import { qrisTapConfig } from './qris-tap-config.ts';
import { areDistinct, readJsonFile } from './read-file.ts';

const oneByteEach = 'one byte for each character: U+0000 to U+00FF only';

const serialReader = z.strictObject({
  type: z.literal('serial'),
  name: z.string().min(1).max(32),
  /** A stable name: /dev/serial/by-id/… or a udev symlink, never ttyACM0. */
  path: z.string().min(1),
  baudRate: z.number().int().positive().default(9600),
  terminator: z.string().min(1).max(4).refine(isLatin1, oneByteEach).default('\r\n'),
  aimIdentifier: z.enum(['optional', 'none']).default('optional'),
  interByteTimeoutMs: z.number().int().min(10).max(10_000).default(100),
});

const pcscReader = z.strictObject({
  type: z.literal('pcsc'),
  name: z.string().min(1).max(32),
  /** Part of the slot's name; without it every slot is used. */
  slot: z.string().min(1).optional(),
});

const indicator = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('console') }),
  z.strictObject({ type: z.literal('log'), path: z.string().min(1) }),
  /** A browser in kiosk mode shows `http://127.0.0.1:PORT/`. */
  z.strictObject({
    type: z.literal('display'),
    port: z.number().int().min(0).max(65_535).default(8_090),
  }),
]);

const gnss = z.strictObject({
  /** A stable name, as a serial reader's. */
  path: z.string().min(1),
  baudRate: z.number().int().positive().default(9600),
});

const key32 = z.string().regex(/^[0-9a-f]{64}$/, {
  abort: true,
  error: '64 lower-case hexadecimal digits',
});

const backend = z.strictObject({
  url: z
    .url({
      protocol: /^https$/,
      abort: true,
      error: ({ code }) => (code === 'invalid_format' ? 'an https:// URL' : undefined),
    })
    .refine(isOrigin, 'scheme, host and port only, such as https://backend.example:8443'),
  /** PEM files. */
  ca: z.string().min(1),
  cert: z.string().min(1),
  key: z.string().min(1),
  /** The backend's Ed25519 receipt key. */
  receiptKey: key32,
  /** The backend's X25519 public key, to which secrets are sealed. */
  sealingKey: key32.refine(isSealingKey, 'not an X25519 public key'),
});

/** Where the keys of cards lie. */
const keyStore = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('file'), path: z.string().min(1) }),
  z.strictObject({
    type: z.literal('pkcs11'),
    /** The library of the token's maker. */
    module: z.string().min(1),
    /** The token's label. */
    token: z.string().min(1).max(32),
    pinFile: z.string().min(1),
  }),
]);

const targetName = z.string().refine(isTargetName, 'a name of letters, digits, dots and dashes');

/** Rules and lists that the office signed: where they come from, and which ones this device takes. */
const targets = z.strictObject({
  /** The repository's `metadata/1.root.json`, or a later root of it. */
  root: z.string().min(1),
  /** Default: `targets` in the data folder. */
  folder: z.string().min(1).optional(),
  /** Where a technician's stick appears with a copy of the repository. */
  usb: z.string().min(1).optional(),
  refreshMinutes: z.number().min(0.01).max(1_440).default(15),
  rules: targetName.default('rules.bin'),
  /** Lists are the targets `LIST-VERSION.hlist` and `LIST-VERSION.hlist.delta`. */
  list: targetName.default('security-list'),
});

const deviceConfig = z.strictObject({
  device: deviceId,
  dataDir: z.string().min(1),
  rules: z.string().min(1),
  /** The operator's key for keyed hashes, in a file: the same one for the whole fleet. */
  identifierKey: z.string().min(1),
  readers: z
    .array(z.discriminatedUnion('type', [serialReader, pcscReader]))
    .min(1)
    .max(8)
    .refine((readers) => areDistinct(readers.map(({ name }) => name)), 'two readers have one name'),
  indicators: z
    .array(indicator)
    .min(1)
    .max(8)
    .default([{ type: 'console' }]),
  /** Without a backend taps are kept and nothing is sent. */
  backend: backend.optional(),
  /** Without a key store, cards that need one are refused. */
  cards: z
    .strictObject({ keyStore: keyStore.optional(), qrisTap: qrisTapConfig.optional() })
    .optional(),
  /** The operator as a merchant of QRIS; without it no codes are shown for a fare. */
  merchant: z.string().min(1).optional(),
  /** Without a GNSS receiver the bus is on its configured or assigned route, and at no stop. */
  gnss: gnss.optional(),
  vehicle: z
    .strictObject({ vehicleId: z.string().max(32), routeId: z.string().max(32) })
    .partial()
    .default({}),
  sync: z
    .strictObject({
      /** Most time between an accepted tap and its upload while the backend answers. */
      intervalMs: z.number().int().min(100).max(600_000).default(2_000),
      /** First upload after the start waits a random time up to this: a fleet starts together. */
      startJitterMs: z.number().int().min(0).max(60_000).default(5_000),
    })
    .prefault({}),
  /** Without them, rules change only with a restart. */
  targets: targets.optional(),
  lists: z
    .strictObject({
      /** Which identifier key of the operator's this device hashes with. */
      keyVersion: z.number().int().min(1).max(0xffff_ffff).default(1),
    })
    .prefault({}),
  /** Days that a row is kept after its receipt. */
  retentionDays: z.number().int().min(1).max(365).default(30),
});

export type DeviceConfig = z.infer<typeof deviceConfig>;

/** Relative paths are taken from the file's own folder. @throws ConfigError */
export function readDeviceConfig(file: string): DeviceConfig {
  const config = readJsonFile(file, deviceConfig);
  const from = (path: string) => resolve(dirname(file), path);
  return {
    ...config,
    dataDir: from(config.dataDir),
    rules: from(config.rules),
    identifierKey: from(config.identifierKey),
    readers: config.readers.map((reader) =>
      reader.type === 'serial' ? { ...reader, path: from(reader.path) } : reader,
    ),
    indicators: config.indicators.map((entry) =>
      entry.type === 'log' ? { ...entry, path: from(entry.path) } : entry,
    ),
    backend: config.backend && {
      ...config.backend,
      ca: from(config.backend.ca),
      cert: from(config.backend.cert),
      key: from(config.backend.key),
    },
    merchant: config.merchant === undefined ? undefined : from(config.merchant),
    targets: config.targets && {
      ...config.targets,
      root: from(config.targets.root),
      folder: from(config.targets.folder ?? join(config.dataDir, 'targets')),
      ...(config.targets.usb !== undefined && { usb: from(config.targets.usb) }),
    },
    cards: config.cards && {
      ...config.cards,
      keyStore: config.cards.keyStore && keyStoreFrom(config.cards.keyStore, from),
    },
    gnss: config.gnss && { ...config.gnss, path: from(config.gnss.path) },
  };
}

function keyStoreFrom(
  options: z.infer<typeof keyStore>,
  from: (path: string) => string,
): z.infer<typeof keyStore> {
  switch (options.type) {
    case 'file':
      return { ...options, path: from(options.path) };
    case 'pkcs11':
      return { ...options, module: from(options.module), pinFile: from(options.pinFile) };
  }
}

function isSealingKey(digits: string): boolean {
  return x25519PublicKey(Uint8Array.from(Buffer.from(digits, 'hex'))) !== undefined;
}

/** The device adds its own paths to the URL: one given would be lost. */
function isOrigin(text: string): boolean {
  const { pathname, search, hash, username, password } = new URL(text);
  return pathname === '/' && search + hash + username + password === '';
}

function isLatin1(text: string): boolean {
  return [...text].every((character) => character.charCodeAt(0) <= 0xff);
}
