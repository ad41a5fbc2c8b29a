/**
 * Completes package-lock.json after `npm install`: adds the packages of other platforms that the
 * registry in use does not carry. Without their entries `npm ci` calls the lock out of step. They
 * have no integrity here; npm checks it from the registry where such a platform installs them.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const packages: Record<string, LockedPackage> = lock.packages;

/** A platform package says in its name where it belongs, such as `binding-linux-arm64-musl`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu'> {
  const os = /android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|aix|win32/.exec(name);
  const cpu = /arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el|wasm32/.exec(name);
  return { ...(os && { os: [os[0]] }), ...(cpu && { cpu: [cpu[0]] }) };
}

let added = 0;
for (const parent of Object.values(packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    const platform = platformOf(name);
    if (packages[place] !== undefined || (platform.os ?? platform.cpu) === undefined) continue;
    const isDev = parent.dev === true ? { dev: true } : {};
    packages[place] = { version, ...platform, ...isDev, optional: true };
    added += 1;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(packages).sort(([left], [right]) => left.localeCompare(right, 'en')),
);
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added\n`);
