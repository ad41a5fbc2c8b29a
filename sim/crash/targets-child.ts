/**
 * What a validator does with published targets, once, as a process that can be killed: takes rules
 * and lists from the folder of a repository, and ends. Its job is its argument; it says when it begins.
 */
import { readFileSync } from 'node:fs';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { openListKeeper } from '../../src/runtime/list-keeper.ts';
import { openRuleSwitch } from '../../src/runtime/rule-switch.ts';
import { installListInThread, readRulesInThread } from '../../src/runtime/work-thread.ts';
import type { ListPlace } from '../../src/store/security-list-store.ts';
import { createFolderSource } from '../../src/targets/folder-source.ts';
import { createTargetsClient } from '../../src/targets/targets-client.ts';

export interface TargetsJob {
  readonly root: string;
  readonly repository: string;
  readonly builtIn: string;
  readonly folder: string;
  readonly place: ListPlace;
}

const { root, repository, builtIn, folder, place }: TargetsJob = JSON.parse(process.argv[2] ?? '');
const clock = createSystemClock();
const client = await createTargetsClient({ folder, firstRoot: readFileSync(root) });
const deps = { client, report: () => {} };
const rules = await openRuleSwitch(
  { ...deps, read: readRulesInThread, now: () => clock.wallNow() },
  { name: 'rules.bin', builtIn },
);
const lists = openListKeeper(
  { ...deps, install: installListInThread },
  { place, name: 'security-list' },
);
process.send?.('begun');
const visit = { source: createFolderSource(repository), now: clock.wallNow() };
const { fault } = await client.refresh(visit);
const faults = [fault, await rules.take(visit), await lists.take(visit), lists.fault];
lists.close();
const found = faults.find((one) => one !== undefined);
if (found !== undefined) throw new Error(JSON.stringify(found));
process.disconnect?.();
