/**
 * POST /v1/heartbeat: how a device is, kept; the backend's time, signed for it. What contradicts the
 * ledger that is held becomes an alarm, and the device is answered all the same.
 */
import { wireError } from '../../sync/wire.ts';
import { heartbeatAnswer, heartbeatRequest } from '../../sync/wire-heartbeat.ts';
import { answerHeartbeat } from '../heartbeat-answer.ts';
import { deviceOperation, type Operation } from '../operation.ts';
import type { TapsDeps } from './taps.ts';

export function heartbeatOperation(deps: TapsDeps): Operation {
  return deviceOperation(described, async ({ device, body }) => ({
    status: 200,
    json: await answerHeartbeat(deps, device, body),
  }));
}

const described = {
  operationId: 'heartbeat',
  method: 'POST',
  path: '/v1/heartbeat',
  summary: 'How a device is, once a minute; answered with the signed time',
  body: { mediaType: 'application/cbor', schema: heartbeatRequest },
  answers: {
    200: {
      description: 'Kept; the time, and what there is for the device',
      schema: heartbeatAnswer,
    },
    503: { description: 'Not stored: try again', schema: wireError },
  },
} as const;
