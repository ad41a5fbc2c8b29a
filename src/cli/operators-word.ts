/**
 * The operator's word on a real device: rules and lists that change while it runs where targets are
 * configured, else the rules that it was built with.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, MonotonicMs, Random } from '../../device/clock.ts';
import { readBundle } from '../bundle/read-rules.ts';
import type { DeviceConfig } from '../config/device-config.ts';
import { readText } from '../config/read-file.ts';
import { utf8 } from '../core/bytes.ts';
import type { ClockQuality } from '../core/clock-quality.ts';
import { openListKeeper } from '../runtime/list-keeper.ts';
import { openRuleSwitch } from '../runtime/rule-switch.ts';
import { fixedRules, publishedRules, type RulesInForce } from '../runtime/rules-in-force.ts';
import type { Report } from '../runtime/runtime-event.ts';
import {
  createTargetsWatch,
  type TargetsStick,
  type TargetsWatch,
} from '../runtime/targets-watch.ts';
import { installListInThread, readRulesInThread } from '../runtime/work-thread.ts';
import type { HttpsBackendOptions } from '../sync/https-backend.ts';
import { createHttpsTargetsSource } from '../sync/targets-source.ts';
import { createFolderSource } from '../targets/folder-source.ts';
import { createTargetsClient, type TargetsClient } from '../targets/targets-client.ts';

export interface OperatorsWordDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly clockQuality: () => ClockQuality;
  /** To the backend; absent: there is none. */
  readonly link: HttpsBackendOptions | undefined;
  readonly linkAnsweredAt: () => MonotonicMs | undefined;
}

export interface OperatorsWord extends AsyncDisposable {
  readonly inForce: RulesInForce;
  /** Undefined: nothing changes while it runs. */
  readonly targets: TargetsWatch | undefined;
}

type TargetsConfig = NonNullable<DeviceConfig['targets']>;

/**
 * To be opened after the ledger, whose lock keeps a second validator from the folders.
 * @throws ConfigError, TargetsError, BundleError when there is no good bundle.
 */
export async function openOperatorsWord(
  config: DeviceConfig,
  deps: OperatorsWordDeps,
): Promise<OperatorsWord> {
  if (config.targets === undefined) {
    const { rules, timetable } = readBundle(config.rules);
    const inForce = fixedRules(rules, timetable);
    return { inForce, targets: undefined, async [Symbol.asyncDispose]() {} };
  }
  const client = await openClient(config, config.targets);
  return openPublished({ config, targets: config.targets, client }, deps);
}

interface Parts {
  readonly config: DeviceConfig;
  readonly targets: TargetsConfig;
  readonly client: TargetsClient;
}

async function openPublished(
  { config, targets, client }: Parts,
  deps: OperatorsWordDeps,
): Promise<OperatorsWord> {
  const { clock, report } = deps;
  const isClockTrusted = () => deps.clockQuality() !== 'untrusted';
  const now = () => (isClockTrusted() ? clock.wallNow() : undefined);
  const rules = await openRuleSwitch(
    { client, read: readRulesInThread, now, report },
    { name: targets.rules, builtIn: config.rules },
  );
  const place = { folder: join(config.dataDir, 'lists'), keyVersion: config.lists.keyVersion };
  const lists = openListKeeper(
    { client, install: installListInThread, report },
    { place, name: targets.list },
  );
  const link = deps.link && createHttpsTargetsSource(deps.link);
  const stick = targets.usb === undefined ? undefined : stickIn(targets.usb);
  const watch = createTargetsWatch(
    { ...deps, client, rules, lists, link, stick, isClockTrusted },
    { refreshMs: targets.refreshMinutes * 60_000, startJitterMs: config.sync.startJitterMs },
  );
  return {
    inForce: publishedRules(rules, lists),
    targets: watch,
    async [Symbol.asyncDispose]() {
      lists.close();
      await link?.[Symbol.asyncDispose]();
    },
  };
}

/** @throws ConfigError, TargetsError */
async function openClient(
  { dataDir }: DeviceConfig,
  { root, folder = join(dataDir, 'targets') }: TargetsConfig,
): Promise<TargetsClient> {
  return createTargetsClient({ folder, firstRoot: utf8(readText(root)) });
}

/** A stick is there when its timestamp is; another one, or new files on it, are another sight. */
function stickIn(folder: string): TargetsStick {
  const timestamp = join(folder, 'metadata', 'timestamp.json');
  return {
    source: createFolderSource(folder),
    async sight() {
      try {
        const { dev, ino, size, mtimeMs } = await stat(timestamp);
        return [dev, ino, size, mtimeMs].join();
      } catch {
        // Not plugged in, not mounted, or pulled out at this moment.
        return undefined;
      }
    },
  };
}
