/**
 * A key store in a file: master keys in the clear, for tests and demonstrations. Whoever reads the
 * file makes every card; docs/card-keys.md says where the keys of real cards lie.
 */
import { z } from 'zod';
import type { KeyStore } from '../../device/key-store.ts';
import { diversifyKey } from '../core/card/desfire/key-diversification.ts';
import { areDistinct, readJsonFile } from './read-file.ts';

const keysMax = 256;

const keyFile = z.strictObject({
  /** For whoever opens the file. */
  warning: z.string().max(200).optional(),
  keys: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'a name such as transit-2'),
        version: z.number().int().min(0).max(255),
        key: z.string().regex(/^[0-9a-f]{32}$/, '16 bytes in lower-case hexadecimal'),
      }),
    )
    .min(1)
    .max(keysMax)
    .refine(
      (keys) => areDistinct(keys.map(({ name, version }) => labelOf(name, version))),
      'two keys have one name and version',
    ),
});

/** What such a file holds, for who writes one. */
export type KeyFile = z.input<typeof keyFile>;

/** Reads the file once. @throws ConfigError naming every problem at once. */
export function createFileKeyStore(file: string): KeyStore {
  const { keys } = readJsonFile(file, keyFile);
  const masters = new Map(
    keys.map(({ name, version, key }) => [
      labelOf(name, version),
      Uint8Array.from(Buffer.from(key, 'hex')),
    ]),
  );
  return {
    cardKey: async (key, version, diversification) => {
      const master = masters.get(labelOf(key, version));
      return master && diversifyKey(master, diversification);
    },
  };
}

function labelOf(name: string, version: number): string {
  return `${name}/${version}`;
}
