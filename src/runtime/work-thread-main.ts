/** The thread of work-thread.ts: one piece of work as its data, the result as a message. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../device/message-of.ts';
import { type RulesAndTimetable, readBundle } from '../bundle/read-rules.ts';
import { installSecurityList } from '../store/security-list-install.ts';
import { asFailure } from './runtime-event.ts';
import type { ThreadResult, ThreadWork } from './work-thread.ts';

const work = workerData as ThreadWork;
parentPort?.postMessage(await resultOf());

async function resultOf(): Promise<ThreadResult> {
  try {
    return { done: await done() };
  } catch (error) {
    return { failed: asFailure(error) ?? { message: messageOf(error) } };
  }
}

async function done() {
  switch (work.work) {
    case 'read-rules':
      if (work.sha256 !== undefined) requireBytes(work.path, work.sha256);
      return busPartOf(readBundle(work.path));
    case 'install-list':
      return installSecurityList(work.path, work.place);
  }
}

/** The feed itself stays in this thread: it is larger than all that is made of it. */
function busPartOf({ rules, timetable }: RulesAndTimetable): RulesAndTimetable {
  return { rules, timetable };
}

function requireBytes(path: string, sha256: string): void {
  if (createHash('sha256').update(readFileSync(path)).digest('hex') === sha256) return;
  const message = `${path} has other bytes than were put in force`;
  throw Object.assign(new Error(message), {
    code: 'targets/mismatch',
    hint: 'the storage failed; it is fetched again by itself',
  });
}
