/** House rules that no linter knows: what may not be written where, and what to write instead. */

export interface HouseRule {
  readonly name: string;
  /** Files it looks at, by path from the checkout's root. */
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly pattern: RegExp;
  readonly instead: string;
}

export interface Offence {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly instead: string;
}

const tests = /\.test\.ts$/;

export const houseRules: readonly HouseRule[] = [
  {
    name: 'core-has-no-clock',
    files: /^src\/core\//,
    pattern: /\bnew Date\b|\bDate\.(now|parse|UTC)\b|\bperformance\b|\bhrtime\b/,
    instead: 'take now as an argument',
  },
  {
    name: 'core-has-no-effects',
    files: /^src\/core\//,
    except: tests,
    pattern:
      /\basync\b|\bawait\b|\bPromise\b|\bprocess\.|\bsetTimeout\b|\bfetch\(|\brandomBytes\b|\bconsole\./,
    instead: 'return a value that says what to do; the runtime does it',
  },
  {
    name: 'clock-is-injected',
    files: /^(src|device|sim)\//,
    except: /\/main\.ts$|^device\/os\/|^device\/pcsc\/pcsc-host\.ts$|^sim\/demo\/[a-z-]+\.ts$/,
    pattern: /\bDate\.now\(|\bMath\.random\(|(?<![.\w])set(Timeout|Interval)\(|\bnew Date\(\)/,
    instead: 'use the Clock or Random port (device/clock.ts)',
  },
  {
    name: 'process-in-main-only',
    files: /^(src|sim)\//,
    except: /\/main\.ts$|^src\/cli\/process-io\.ts$|\.test\.ts$|^sim\//,
    pattern: /\bprocess\.(env|argv|exit|exitCode|stdout|stderr|stdin|on|once)\b/,
    instead: 'take it as an argument from a main file',
  },
  {
    name: 'no-mocks',
    files: /\.ts$/,
    except: /^scripts\/house-rules/,
    pattern: /\bvi\.(mock|spyOn|fn|useFakeTimers)\(/,
    instead: 'pass a simulated twin through the port',
  },
  {
    name: 'no-silenced-checks',
    files: /\.ts$/,
    except: /^scripts\/house-rules/,
    pattern: /@ts-(ignore|expect-error|nocheck)|biome-ignore|\b(test|it|describe)\.(only|todo)\(/,
    instead: 'mend what the check found',
  },
];

/** @param path from the checkout's root. */
export function offencesIn(path: string, text: string, rules = houseRules): Offence[] {
  const applying = rules.filter((rule) => rule.files.test(path) && !rule.except?.test(path));
  return text
    .split('\n')
    .flatMap((line, index) =>
      applying
        .filter((rule) => !isComment(line) && rule.pattern.test(line))
        .map(({ name, instead }) => ({ rule: name, file: path, line: index + 1, instead })),
    );
}

function isComment(line: string): boolean {
  return /^\s*(\/\/|\/?\*)/.test(line);
}
