/** What `acceptance.json` says of things that the feed, or another of its keys, must have. */
import type { Tariff } from '../core/fare/tariff.ts';
import type { Acceptance } from './acceptance.ts';
import { policyFile } from './bundle-files.ts';
import type { Problem } from './problem.ts';

export function problemsBetween(tariff: Tariff, acceptance: Acceptance): readonly Problem[] {
  const networks = new Set([...tariff.networkNames.keys(), ...tariff.networkOfRoute.values()]);
  const products = new Set(tariff.products.map(({ id }) => id));
  const named = (column: string, id: string | undefined, known: ReadonlySet<string>) =>
    id === undefined || known.has(id) ? [] : [unknownId(column, id, known)];
  const media = new Set(tariff.fareMedia.keys());
  const categories = new Set(tariff.riderCategories.keys());
  return [
    ...Object.entries(acceptance.fareMediaOf).flatMap(([format, id]) =>
      named(`fareMediaOf.${format}`, id, media),
    ),
    ...named('driver.cashMedia', acceptance.driver.cashMedia, media),
    ...acceptance.passback.flatMap(({ fareMedia, product }, index) => [
      ...named(`passback[${index}].fareMedia`, fareMedia, media),
      ...named(`passback[${index}].product`, product, products),
    ]),
    ...acceptance.tapping.flatMap(({ network }, index) =>
      named(`tapping[${index}].network`, network, networks),
    ),
    ...acceptance.caps.flatMap(({ riderCategories = [] }, index) =>
      riderCategories.flatMap((id) => named(`caps[${index}].riderCategories`, id, categories)),
    ),
    ...acceptance.acceptedProducts.flatMap(({ issuer }, index) =>
      acceptance.trustedKeys.some((trusted) => trusted.issuer === issuer)
        ? []
        : [keylessIssuer(`acceptedProducts[${index}].issuer`, issuer)],
    ),
  ];
}

/** A slip here would have every product taken of the issuer that was meant. */
function keylessIssuer(column: string, issuer: string): Problem {
  return {
    ...{ severity: 'error', file: policyFile, column, code: 'unknown-id' },
    message: `"${issuer}" has no key in trustedKeys`,
    hint: 'correct it, or add the key',
  };
}

function unknownId(column: string, id: string, known: ReadonlySet<string>): Problem {
  const names = known.size === 0 ? 'it has none' : `it has ${[...known].slice(0, 8).join(', ')}`;
  return {
    ...{ severity: 'error', file: policyFile, column, code: 'unknown-id' },
    message: `"${id}" is not in the feed`,
    hint: `correct it: ${names}`,
  };
}
