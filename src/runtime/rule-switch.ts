/**
 * Which rule bundle is in force: the published one, from the day that it names, else the one that
 * the device was built with. A bundle is read whole before it replaces another, and what cannot be
 * read replaces nothing. Where bundles come from, and when to look, is targets-watch.ts's business.
 *
 *   listed ─ fetched, read ─ coming (its day is not here) ─ in force, then active on disk
 */
import { basename } from 'node:path';
import type { EpochMs } from '../../device/clock.ts';
import { messageOf } from '../../device/message-of.ts';
import type { RulesAndTimetable } from '../bundle/read-rules.ts';
import type { Rules } from '../core/rules/rules.ts';
import type { Target } from '../targets/target.ts';
import type { TargetsClient } from '../targets/targets-client.ts';
import { refused, type TargetsFault, trusted, type Verdict } from '../targets/targets-fault.ts';
import type { Visit } from '../targets/targets-source.ts';
import { asFailure, type Report } from './runtime-event.ts';

export interface RuleSwitchDeps {
  readonly client: TargetsClient;
  /** @param sha256 what the bytes must be; absent: anything. @throws naming what is wrong. */
  readonly read: (path: string, sha256?: string) => Promise<RulesAndTimetable>;
  /** Undefined while the clock cannot be trusted: then no day has come. */
  readonly now: () => EpochMs | undefined;
  readonly report: Report;
}

export interface RuleSwitchOptions {
  /** Of the target. */
  readonly name: string;
  /** Path of the bundle that the device was built with. */
  readonly builtIn: string;
}

/** A bundle may have thousands of mistakes; the first ones will do. */
const complaintCharactersMax = 2_000;

interface ReadRules extends RulesAndTimetable {
  /** Of the target's bytes; absent: built in. */
  readonly sha256?: string;
}

export interface RuleSwitch {
  readonly inForce: ReadRules;
  /** Read and sound, and waiting for its day. */
  readonly coming: Rules | undefined;
  /** Listed, and neither in force nor coming. */
  readonly waiting: readonly Target[];
  /** Takes what is listed. @param visit absent: only what is held already. @throws TargetsError */
  take(visit?: Visit): Promise<TargetsFault | undefined>;
  /** Puts what is coming in force when its day is here. @throws TargetsError */
  switchIfDue(): Promise<void>;
}

/** @throws what the reader throws when neither the active bundle nor the built-in one is good. */
export async function openRuleSwitch(
  deps: RuleSwitchDeps,
  { name, builtIn }: RuleSwitchOptions,
): Promise<RuleSwitch> {
  const { client, read, report } = deps;
  let inForce: ReadRules = (await activeRules()) ?? (await read(builtIn));
  let coming: ReadRules | undefined;
  /** Read once and found wanting: the same bytes are not tried again. */
  let wanting: { readonly sha256: string; readonly fault: TargetsFault } | undefined;
  const listed = () => client.listed.find((target) => target.name === name);
  reportInForce();

  async function activeRules(): Promise<ReadRules | undefined> {
    const path = client.activePath(name);
    if (path === undefined) return undefined;
    const sha256 = basename(path);
    try {
      const kept = await read(path, sha256);
      const since = client.activeSince(name);
      const rules = since === undefined ? kept.rules : inForceFrom(since, kept.rules);
      return { ...kept, rules, sha256 };
    } catch (error) {
      const message = `${path}: ${messageOf(error)}`;
      const hint =
        'the rules that the device was built with are in force until it is fetched again';
      report({ event: 'rules-unreadable', code: codeOf(error), message, hint });
      return undefined;
    }
  }

  function reportInForce(): void {
    const { version, effectiveFrom } = inForce.rules;
    const isPublished = inForce.sha256 !== undefined;
    report({ event: 'rules-in-force', version, effectiveFrom, isPublished });
  }

  async function take(visit?: Visit): Promise<TargetsFault | undefined> {
    const target = listed();
    if (target?.sha256 !== coming?.sha256) coming = undefined;
    if (target !== undefined && target.sha256 === wanting?.sha256) return wanting.fault;
    if (target !== undefined && isNew(target)) {
      const found = await fetched(target, visit);
      if (!found.ok) return found.fault;
      coming = found.value;
      if (!isDue(coming.rules)) reportHeld(coming.rules);
    }
    await switchIfDue();
    await persist();
    return undefined;
  }

  function isNew({ sha256 }: Target): boolean {
    return ![inForce.sha256, coming?.sha256].includes(sha256);
  }

  async function fetched(target: Target, visit?: Visit): Promise<Verdict<ReadRules>> {
    const held = await client.fetchTarget(name, visit);
    if (!held.ok) return held;
    try {
      return trusted({ ...(await read(held.value.path)), sha256: target.sha256 });
    } catch (error) {
      const said = messageOf(error).slice(0, complaintCharactersMax);
      const { fault } = refused('targets/not-accepted', said);
      wanting = { sha256: target.sha256, fault };
      return { ok: false, fault };
    }
  }

  function reportHeld({ version, effectiveFrom }: Rules): void {
    report({ event: 'rules-held', version, effectiveFrom });
  }

  function isDue({ effectiveFrom }: Rules): boolean {
    const now = deps.now();
    return now !== undefined && now >= effectiveFrom;
  }

  /** In memory first, for the disk may be busy with a download: what is held is found at a start. */
  async function switchIfDue(): Promise<void> {
    const now = deps.now();
    if (coming === undefined || now === undefined || now < coming.rules.effectiveFrom) return;
    inForce = { ...coming, rules: inForceFrom(now, coming.rules) };
    coming = undefined;
    reportInForce();
    await persist();
  }

  /** Until the disk takes it: what was withdrawn meanwhile is in force until the next start. */
  async function persist(): Promise<void> {
    const { sha256, rules } = inForce;
    const active = client.activePath(name);
    if (sha256 === undefined || (active !== undefined && basename(active) === sha256)) return;
    await client.activate(
      name,
      async (held) => (held.sha256 === sha256 ? undefined : 'another one is in force'),
      rules.effectiveFrom,
    );
  }

  return {
    get inForce() {
      return inForce;
    },
    get coming() {
      return coming?.rules;
    },
    get waiting() {
      const target = listed();
      const isThere = [inForce.sha256, coming?.sha256].includes(target?.sha256);
      return target === undefined || isThere ? [] : [target];
    },
    take,
    switchIfDue,
  };
}

/** The grace for what riders did under the old rules begins when this bus changes, be it late. */
function inForceFrom(since: EpochMs, rules: Rules): Rules {
  return { ...rules, effectiveFrom: Math.max(rules.effectiveFrom, since) };
}

function codeOf(error: unknown): string {
  return asFailure(error)?.code ?? 'targets/not-accepted';
}
