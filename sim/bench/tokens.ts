/**
 * `halte bench tokens`: parse and judge every kind of code, measured against the bare signature
 * verifications that it needs in the same run; and what hostile codes make a parser allocate.
 */
import type { Clock } from '../../device/clock.ts';
import type { KeyedHash } from '../../src/core/crypto/keyed-hash.ts';
import { decideTap } from '../../src/core/decide.ts';
import { type Reason, reasons } from '../../src/core/reason.ts';
import { parseQrToken } from '../../src/core/token/parse-token.ts';
import { allocatedBytes } from './allocation.ts';
import type { TokenCase } from './case-builder.ts';
import {
  type Contest,
  type ContestResult,
  type ContestRound,
  holdRound,
  summarise,
} from './contest.ts';
import type { HostileCode } from './hostile-codes.ts';
import type { Stopwatch } from './stopwatch.ts';

export interface TokenBenchDeps {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly stopwatch: Stopwatch;
  readonly collect: () => void;
  readonly keyed: KeyedHash;
  readonly onRound?: (round: number) => void;
  readonly signal: AbortSignal;
}

export interface TokenBenchOptions {
  readonly rounds: number;
  /** Pairs of samples of each case in each round. */
  readonly samples: number;
}

export interface CaseResult extends ContestResult {
  readonly name: string;
  readonly floorName: string;
  /** null: shown and not judged. */
  readonly ratioMax: number | null;
  readonly allocatedBytes: number;
}

/** Calls together in one measurement of what is allocated. */
const allocationCalls = 20;

/**
 * Every case in every round, so that what changes slowly changes for all of them.
 * @returns undefined when it was stopped before the first round had ended.
 * @throws Error when a code is not judged as it should be: another path would be measured.
 */
export async function benchTokens(
  cases: readonly TokenCase[],
  deps: TokenBenchDeps,
  { rounds, samples }: TokenBenchOptions,
): Promise<readonly CaseResult[] | undefined> {
  const contests = cases.map((one) => ({ one, ...contestOf(one, deps.keyed) }));
  const played = new Map<TokenCase, ContestRound[]>(cases.map((one) => [one, []]));
  for (const { floor, work } of contests) warmUp({ floor, work }, samples / 2);
  for (let round = 1; round <= rounds; round += 1) {
    deps.onRound?.(round);
    for (const { one, floor, work } of contests) {
      // Lets a signal be heard.
      await deps.clock.sleep(0, deps.signal);
      if (deps.signal.aborted) return undefined;
      played.get(one)?.push(holdRound({ floor, work }, samples, deps.stopwatch));
    }
  }
  return contests.map(({ one, work }) => ({
    name: one.name,
    floorName: one.floor,
    ratioMax: one.ratioMax ?? null,
    ...summarise(played.get(one) ?? []),
    allocatedBytes: Math.round(
      allocatedBytes(work, { collect: deps.collect, calls: allocationCalls }),
    ),
  }));
}

/** Half a round of 1,000 is enough for V8 to have compiled a case for good. */
function warmUp({ floor, work }: Contest, calls: number): void {
  for (let call = 0; call < calls; call += 1) {
    floor(call);
    work(call);
  }
}

function contestOf(one: TokenCase, keyed: KeyedHash): Contest {
  const { codes, bare, situation } = one;
  const judge = (code: Uint8Array): Reason => {
    const token = parseQrToken(code, keyed);
    if (!token.ok) return token.fault.reason;
    const decided = decideTap(token.value, situation);
    if ('ask' in decided) throw new Error('nobody answers questions here');
    return decided.reason;
  };
  for (const code of codes) requireReason(one, judge(code));
  return {
    floor: (index) => bare[index % bare.length]?.map((verification) => verification()),
    work: (index) => judge(codes[index % codes.length] ?? new Uint8Array()),
  };
}

function requireReason({ name, reason }: TokenCase, actual: Reason): void {
  const isRight = reason === undefined ? reasons[actual].code >= 200 : actual === reason;
  if (!isRight) throw new Error(`${name}: judged ${actual}, not ${reason ?? 'refused'}`);
}

/**
 * Parsing a code of at most 1,024 bytes allocates no more than this: what it says takes some memory,
 * a length that it only claims takes none, so the bound there lies below the smallest claim.
 */
export const allocationBytesMax = { 'false-length': 48 * 1_024, burden: 256 * 1_024 } as const;

export interface HostileResult extends Omit<HostileCode, 'bytes'> {
  readonly bytes: number;
  readonly allocatedBytes: number;
}

/** What parsing each of the codes allocates. */
export function hostileAllocations(
  codes: readonly HostileCode[],
  { keyed, collect }: Pick<TokenBenchDeps, 'keyed' | 'collect'>,
): readonly HostileResult[] {
  return codes.map(({ bytes, ...code }) => ({
    ...code,
    bytes: bytes.length,
    allocatedBytes: allocatedBytes(() => parseQrToken(bytes, keyed), { collect, calls: 1 }),
  }));
}
