/** The driver's desk over the control socket: `POST /driver` with one action as JSON. */
import type { IncomingMessage } from 'node:http';
import type { DriverAnswer } from '../../device/driver-console.ts';
import { refusal } from './driver-answers.ts';
import type { DriverDesk } from './driver-desk.ts';
import { driverActionIn } from './driver-request.ts';
import { textOf } from './request-text.ts';

/** An action is a line; what is longer is not read to its end. */
export const driverRequestBytesMax = 4_096;

export interface DriverReply {
  readonly status: number;
  readonly body: object;
}

export async function answerDriver(
  desk: Pick<DriverDesk, 'carryOut'>,
  request: IncomingMessage,
): Promise<DriverReply> {
  const text = await textOf(request, driverRequestBytesMax);
  if (text === undefined) return replied(413, refusal('bad-request', 'too long'));
  const action = driverActionIn(text);
  if ('ok' in action) return replied(400, action);
  const answer = desk.carryOut(action);
  return replied(answer.ok ? 200 : 409, answer);
}

function replied(status: number, { ok: _, ...body }: DriverAnswer): DriverReply {
  return { status, body };
}
