/** The body of a request to the control socket, no longer than told. */
import type { IncomingMessage } from 'node:http';

/** What is longer is not read to its end. @returns undefined then. */
export async function textOf(
  request: IncomingMessage,
  bytesMax: number,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
