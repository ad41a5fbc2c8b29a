/**
 * Puts counters into the TypeScript sources under test while Node loads them: types are stripped,
 * istanbul marks branches, functions and statements, and its counters become places in one flat
 * array. Also collects the sources' literals, which are what inputs are compared with.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createInstrumenter } from 'istanbul-lib-instrument';
import type { Counters } from './counters.ts';
import { literalsIn } from './literals.ts';

/** Where the instrumented code finds its counters. */
const countsName = 'halteFuzzCounts';

/** Such as `cov_1psta51h4r().b[8][0]++`: statement, function, or branch with its way. */
const istanbulCounter = /\bcov_\w+\(\)\.([sfb])((?:\[\d+\])+)\+\+/g;

export interface Instrumentation {
  /** Of all sources loaded so far. */
  readonly literals: readonly Uint8Array[];
}

/** Hooks this thread's loader. Only modules whose path from the root begins with one of `covers`. */
export function installInstrumentation(
  counters: Counters,
  { root, covers }: { readonly root: string; readonly covers: readonly string[] },
): Instrumentation {
  const literals: Uint8Array[] = [];
  Object.defineProperty(globalThis, countsName, { value: counters.counts });
  registerHooks({
    load(url, context, nextLoad) {
      if (!isCovered(url, root, covers)) return nextLoad(url, context);
      const path = fileURLToPath(url);
      const text = readFileSync(path, 'utf8');
      literals.push(...literalsIn(text));
      return { format: 'module', shortCircuit: true, source: instrument(text, path, counters) };
    },
  });
  return { literals };
}

function isCovered(url: string, root: string, covers: readonly string[]): boolean {
  if (!url.startsWith('file:')) return false;
  const path = fileURLToPath(url);
  return path.endsWith('.ts') && covers.some((cover) => path.startsWith(root + cover));
}

function instrument(text: string, path: string, counters: Counters): string {
  const code = createInstrumenter({ esModules: true, compact: false }).instrumentSync(
    stripTypeScriptTypes(text, { mode: 'strip' }),
    path,
  );
  const places = new Map<string, number>();
  for (const [, kind, place] of code.matchAll(istanbulCounter)) {
    if (!places.has(`${kind}${place}`)) places.set(`${kind}${place}`, places.size);
  }
  const from = counters.add([...places.keys()].map((place) => place.startsWith('b')));
  return code.replace(
    istanbulCounter,
    (_match, kind, place) => `${countsName}[${from + (places.get(`${kind}${place}`) ?? 0)}]++`,
  );
}
