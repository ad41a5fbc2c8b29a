/** Makes a real backend server break off some of its replies after it has stored the batch. */
import type { Random } from '../device/clock.ts';
import type { BackendServer } from '../src/backend/server.ts';

export interface FailingReplies {
  /** Replies broken off so far. */
  readonly lost: number;
}

export interface RepliesToFail {
  /** Of the replies to POST requests that never arrive, 0 to 1. */
  readonly share: number;
  /** Path of the requests; absent: any. */
  readonly to?: string;
}

export function failReplies(
  server: BackendServer,
  random: Random,
  { share, to }: RepliesToFail,
): FailingReplies {
  const replies = { lost: 0 };
  server.addHook('onSend', async ({ method, url, raw }) => {
    const isMeant = method === 'POST' && (to === undefined || url === to);
    if (!isMeant || random.next() >= share) return;
    replies.lost += 1;
    raw.socket.destroy();
  });
  return replies;
}
