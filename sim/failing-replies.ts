/** Makes a real backend server break off some of its replies after it has stored the batch. */
import type { Random } from '../device/clock.ts';
import type { BackendServer } from '../src/backend/server.ts';

export interface FailingReplies {
  /** Replies broken off so far. */
  readonly lost: number;
}

/** @param share of the replies to POST requests that never arrive, 0 to 1. */
export function failReplies(server: BackendServer, random: Random, share: number): FailingReplies {
  const replies = { lost: 0 };
  server.addHook('onSend', async (request) => {
    if (request.method !== 'POST' || random.next() >= share) return;
    replies.lost += 1;
    request.raw.socket.destroy();
  });
  return replies;
}
