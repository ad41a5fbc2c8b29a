/**
 * Enforces the house's import directions (ARCHITECTURE.md, "The house") with dependency-cruiser,
 * and fails when it saw no modules: a check that looks at nothing passes everything.
 */
import { cruise, type ICruiseResult, type IRuleSetType } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const tests = '\\.test\\.ts$|^sim/contracts/';

function home(module: string, folders: string) {
  return {
    name: `home-of-${module}`,
    comment: `${module} is imported in ${folders} only`,
    severity: 'error' as const,
    from: { pathNot: `${folders}|${tests}` },
    to: { path: `node_modules/${module}(/|$)` },
  };
}

function never(from: string, to: string) {
  return {
    name: `${from}-knows-nothing-of-${to}`,
    severity: 'error' as const,
    from: { path: `^${from}/`, pathNot: tests },
    to: { path: `^(${to})/` },
  };
}

const ruleSet: IRuleSetType = {
  forbidden: [
    never('device', 'src|sim|scripts'),
    never('src', 'sim|scripts'),
    never('sim', 'scripts'),
    {
      name: 'core-is-pure',
      comment: 'core uses itself, cborg, and node:crypto in core/crypto',
      severity: 'error',
      from: { path: '^src/core/', pathNot: tests },
      to: { pathNot: '^src/core/|node_modules/cborg/|^(node:)?crypto$' },
    },
    {
      name: 'crypto-lives-in-core-crypto',
      severity: 'error',
      from: { path: '^src/core/', pathNot: `^src/core/crypto/|${tests}` },
      to: { path: '^(node:)?crypto$|node_modules/cborg/' },
    },
    {
      name: 'zod-stays-at-the-edges',
      severity: 'error',
      from: {
        pathNot: `^src/(config|bundle|targets|sync|backend|cli)/|^sim/panel/|^sim/panel/|${tests}`,
      },
      to: { path: 'node_modules/zod/' },
    },
    home('serialport', '^device/serial/'),
    home('@serialport/parser-readline', '^device/serial/'),
    home('nfc-pcsc', '^device/pcsc/'),
    home('pkcs11js', '^device/pkcs11/'),
    // The simulator: weaker syncs to show what would be lost, a second pair of eyes.
    home('better-sqlite3', '^src/(store|backend)/|^sim/(power-cut|fleet)/'),
    home('csv-parse', '^src/bundle/'),
    home('jsonc-parser', '^src/bundle/|^sim/'),
    home('@tufjs/models', '^src/targets/|^sim/testing/'),
    home('gps', '^device/gnss/'),
    home('undici', '^src/sync/|^sim/testing/'),
    home('@peculiar/x509', '^src/identity/|^sim/test-certificates'),
    home('reflect-metadata', '^src/identity/|^sim/test-certificates'),
    home('pg', '^src/backend/|^sim/fleet/'),
    home('fastify', '^src/backend/'),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
};

const { output } = await cruise(
  ['src', 'device', 'sim', 'scripts'],
  {
    validate: true,
    ruleSet,
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    exclude: { path: '\\.d\\.ts$' },
  },
  {
    extensions: ['.ts', '.js', '.json'],
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default'],
  },
  { tsConfig: extractTsConfig('tsconfig.json') },
);
const { modules, summary } = output as ICruiseResult;
const own = modules.filter(({ source }) => /^(src|device|sim|scripts)\//.test(source));

for (const { from, to, rule } of summary.violations) {
  process.stderr.write(`imports/${rule.name}: ${from} imports ${to}\n`);
}
if (own.length === 0) process.stderr.write('imports/no-modules: nothing was looked at\n');
process.exitCode = own.length > 0 && summary.violations.length === 0 ? 0 : 1;
