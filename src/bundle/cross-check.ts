/** What `acceptance.json` says of things that the feed, or another of its keys, must have. */
import { slipOf } from '../config/suggestion.ts';
import { policyFile } from './bundle-files.ts';
import { type Files, problemsOfUse } from './odd-rules.ts';
import type { Problem } from './problem.ts';
import type { LineOf } from './read-acceptance.ts';

export function problemsBetween(files: Files): readonly Problem[] {
  const unknown = unknownIds(files);
  return unknown.length > 0 ? unknown : problemsOfUse(files);
}

function unknownIds({ tariff, acceptance, lineOf }: Files): readonly Problem[] {
  const networks = new Set([...tariff.networkNames.keys(), ...tariff.networkOfRoute.values()]);
  const products = new Set(tariff.products.map(({ id }) => id));
  const media = new Set(tariff.fareMedia.keys());
  const categories = new Set(tariff.riderCategories.keys());
  const named = (column: string, id: string | undefined, known: ReadonlySet<string>) =>
    id === undefined || known.has(id) ? [] : [unknownId({ column, id, known, lineOf })];
  return [
    ...Object.entries(acceptance.fareMediaOf).flatMap(([format, id]) =>
      named(`fareMediaOf.${format}`, id, media),
    ),
    ...named('driver.cashMedia', acceptance.driver.cashMedia, media),
    ...acceptance.prepaidProducts.flatMap((id, index) =>
      named(`prepaidProducts[${index}]`, id, products),
    ),
    ...acceptance.passback.flatMap(({ fareMedia, product }, index) => [
      ...named(`passback[${index}].fareMedia`, fareMedia, media),
      ...named(`passback[${index}].product`, product, products),
    ]),
    ...acceptance.tapping.flatMap(({ network }, index) =>
      named(`tapping[${index}].network`, network, networks),
    ),
    ...acceptance.caps.flatMap(({ riderCategories = [] }, cap) =>
      riderCategories.flatMap((id, index) =>
        named(`caps[${cap}].riderCategories[${index}]`, id, categories),
      ),
    ),
    ...acceptance.acceptedProducts.flatMap(({ issuer }, index) =>
      acceptance.trustedKeys.some((trusted) => trusted.issuer === issuer)
        ? []
        : [keylessIssuer(`acceptedProducts[${index}].issuer`, issuer, lineOf)],
    ),
  ];
}

/** A slip here would have every product taken of the issuer that was meant. */
function keylessIssuer(column: string, issuer: string, lineOf: LineOf): Problem {
  return {
    ...{ severity: 'error', file: policyFile, line: lineOf(column), column, code: 'unknown-id' },
    message: `"${issuer}" has no key in trustedKeys`,
    hint: 'correct it, or add the key',
  };
}

interface UnknownId {
  readonly column: string;
  readonly id: string;
  readonly known: ReadonlySet<string>;
  readonly lineOf: LineOf;
}

function unknownId({ column, id, known, lineOf }: UnknownId): Problem {
  const names = known.size === 0 ? 'it has none' : `it has ${[...known].slice(0, 8).join(', ')}`;
  return {
    ...{ severity: 'error', file: policyFile, line: lineOf(column), column, code: 'unknown-id' },
    message: `"${id}" is not in the feed`,
    hint: slipOf(id, [...known]) ?? `correct it: ${names}`,
  };
}
