/** Which device is calling: the common name of a certificate that our device CA signed. */
import type { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import { ServerError } from './server-error.ts';

/** @throws ServerError 401 when there is no certificate, or not one of our CA, or not in force. */
export function deviceOf(request: FastifyRequest): string {
  const socket = request.raw.socket as TLSSocket;
  const name = socket.getPeerCertificate().subject?.CN;
  if (socket.authorized && typeof name === 'string') return name;
  const why = name === undefined ? 'none sent' : socket.authorizationError;
  throw new ServerError(401, {
    code: 'sync/unknown-device',
    message: `no valid device certificate (${why})`,
    hint: 'enrol the device: it needs a certificate signed by the device CA of this backend',
  });
}
