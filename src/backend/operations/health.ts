/** GET /v1/health: whether the backend runs, and its time. */
import { z } from 'zod';
import type { Clock } from '../../../device/clock.ts';
import { count } from '../../sync/wire.ts';
import { type Operation, openOperation } from '../operation.ts';

const health = z.object({ status: z.literal('ok'), serverTime: count });

export function healthOperation({ clock }: { readonly clock: Clock }): Operation {
  return openOperation(
    {
      operationId: 'health',
      method: 'GET',
      path: '/v1/health',
      summary: 'Whether the backend runs, and its time',
      doors: ['device', 'office'],
      answers: { 200: { description: 'It runs', schema: health } },
    },
    async () => ({ status: 200, json: { status: 'ok', serverTime: clock.wallNow() } }),
  );
}
