/**
 * What the backend answers to a heartbeat: it is noted, what contradicts the ledger is logged, and the
 * time goes back signed for this question.
 */
import { signServerTime } from '../core/ledger/server-time.ts';
import type { HeartbeatAnswer, HeartbeatRequest } from '../sync/wire-heartbeat.ts';
import type { TapsDeps } from './operations/taps.ts';
import { spareEpochFor } from './spare-epoch.ts';

export async function answerHeartbeat(
  deps: TapsDeps,
  device: string,
  heartbeat: HeartbeatRequest,
): Promise<HeartbeatAnswer> {
  const { store, clock, receiptKey, log } = deps;
  const { nonce, hasSpareEpoch, epochsUsedThrough: usedThrough = 0 } = heartbeat;
  const at = Math.round(clock.wallNow());
  const raised = await store.health.note(device, heartbeat, at);
  for (const { kind, ...place } of raised) log('warn', kind, { device, ...place });
  const epochGrant =
    hasSpareEpoch === false ? await spareEpochFor(deps, device, { usedThrough, at }) : undefined;
  const assignment = await store.orders.of(device);
  const serverTime = Math.round(clock.wallNow());
  const bytes = signServerTime(receiptKey, { device, nonce, serverTime });
  const signed = Buffer.from(bytes).toString('base64');
  return { serverTime, signed, epochGrant, assignment };
}
