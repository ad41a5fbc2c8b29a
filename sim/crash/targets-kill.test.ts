import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { readRules } from '../../src/bundle/read-rules.ts';
import { openSecurityLists } from '../../src/store/security-list-store.ts';
import { createTargetsClient } from '../../src/targets/targets-client.ts';
import { createSimRandom } from '../sim-chance.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { anOffice } from '../testing/publishing-office.ts';
import type { TargetsJob } from './targets-child.ts';

/** Of each publication; then one that runs to its end. */
const killsOfEach = 3;
const publications = 4;
const entries = 3_000;

const childFile = new URL('./targets-child.ts', import.meta.url);
const clock = createSystemClock();

function start(job: TargetsJob) {
  const child = fork(childFile, [JSON.stringify(job)], { silent: true });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  return { child, begun: once(child, 'message'), ended: once(child, 'exit'), said: () => said };
}

/** Kills it so long after it has begun. @returns whether it was still at work. */
async function cut(job: TargetsJob, afterMs: number): Promise<boolean> {
  const { child, begun, ended } = start(job);
  await begun;
  await Promise.race([delay(afterMs), ended]);
  child.kill('SIGKILL');
  return (await ended)[0] === null;
}

/** @returns how long the whole takes. */
async function complete(job: TargetsJob): Promise<number> {
  const { begun, ended, said } = start(job);
  await begun;
  const begunAt = clock.monotonicNow();
  expect(await ended, said()).toEqual([0, null]);
  return clock.monotonicNow() - begunAt;
}

/** What the next start would find; everything that is found must be whole. */
async function stateOf({ folder, root, place }: TargetsJob) {
  const client = await createTargetsClient({ folder, firstRoot: readFileSync(root) });
  const path = client.activePath('rules.bin');
  const lists = openSecurityLists(place);
  const list = lists.state();
  lists.close();
  return { rules: Number(path && readRules(path).version), list: Number(list?.version) };
}

const rowsOf = (version: number) =>
  Array.from({ length: entries }, (_, index) => {
    const key = (index * 7 + (index % 50 === 0 ? version : 0)).toString(16).padStart(64, '0');
    return `account,deny,${key},fraud`;
  });

test('has the old rules and list or the new ones after kill -9 at any moment', {
  timeout: 240_000,
}, async () => {
  const seed = Math.floor(createSystemRandom().next() * 1e9);
  const random = createSimRandom(seed);
  const office = anOffice();
  const folder = aFolder();
  const job: TargetsJob = {
    ...{ root: office.root, repository: office.repository, folder: join(folder, 'targets') },
    builtIn: office.folder({ version: '0', fare: 1_000 }),
    place: { folder: join(folder, 'lists'), keyVersion: 1 },
  };
  const publish = async (version: number) => {
    const rules = office.rules({ version: String(version), fare: 1_000 + version });
    await office.publish([rules, ...(await office.list(version, rowsOf(version)))]);
  };
  await publish(1);
  let tookMs = await complete(job);
  let killed = 0;

  for (let version = 2; version < 2 + publications; version += 1) {
    await publish(version);
    for (let kill = 0; kill < killsOfEach; kill += 1) {
      killed += +(await cut(job, random.next() * tookMs));
      const { rules, list } = await stateOf(job);
      expect([version - 1, version], `seed ${seed}`).toContain(rules);
      expect([version - 1, version], `seed ${seed}`).toContain(list);
    }
    tookMs = await complete(job);
    expect(await stateOf(job), `seed ${seed}`).toEqual({ rules: version, list: version });
  }
  expect(killed, `seed ${seed}`).toBeGreaterThan(0);
});
