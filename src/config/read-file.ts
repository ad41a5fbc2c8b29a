/** Reads a JSON file through a zod schema; whatever is wrong becomes one ConfigError. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { messageOf } from '../../device/message-of.ts';
import { ConfigError, problemsOf } from './config-error.ts';
import { keysOf } from './suggestion.ts';

/** @throws ConfigError naming every problem at once. */
export function readJsonFile<T>(file: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(parseJson(file, readText(file)));
  if (result.success) return result.data;
  throw new ConfigError(file, problemsOf(result.error, keysOf(schema)));
}

/** @throws ConfigError when the file cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message = messageOf(error);
    throw new ConfigError(file, [
      { path: '', message, hint: 'check the path and its permissions' },
    ]);
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = messageOf(error);
    throw new ConfigError(file, [{ path: '', message, hint: 'the file must be JSON' }]);
  }
}

/** For a schema's refine: no key comes twice. */
export function areDistinct(keys: readonly string[]): boolean {
  return new Set(keys).size === keys.length;
}
