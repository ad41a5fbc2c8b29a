/** The driver's desk over the control socket: `POST /driver` with one action as JSON. */
import type { IncomingMessage } from 'node:http';
import type { DriverAnswer } from '../../device/driver-console.ts';
import { refusal } from './driver-answers.ts';
import type { DriverDesk } from './driver-desk.ts';
import { driverActionIn } from './driver-request.ts';

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
  const text = await textOf(request);
  if (text === undefined) return replied(413, refusal('bad-request', 'too long'));
  const action = driverActionIn(text);
  if ('ok' in action) return replied(400, action);
  const answer = desk.carryOut(action);
  return replied(answer.ok ? 200 : 409, answer);
}

function replied(status: number, { ok: _, ...body }: DriverAnswer): DriverReply {
  return { status, body };
}

async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > driverRequestBytesMax) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
