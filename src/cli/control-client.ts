/** Asks a running validator through its control socket. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { CliError } from './cli-io.ts';

/** A socket file may be there although its validator was killed: only an answer counts. */
export function isControlAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** @throws CliError when the validator went away or could not do it. */
export function askControl(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  options: { readonly body?: string; readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (message: string) =>
      reject(new CliError('control/failed', message, 'see the log of the validator'));
    const { body, signal } = options;
    const call = request({ socketPath, method, path, signal }, async (response) => {
      try {
        const chunks: Buffer[] = await response.toArray();
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else fail(`the validator answered ${response.statusCode}: ${text}`);
      } catch (error) {
        fail(`the validator's answer broke off: ${String(error)}`);
      }
    });
    call.once('error', (error) => fail(`the validator does not answer: ${error.message}`));
    call.end(body);
  });
}
