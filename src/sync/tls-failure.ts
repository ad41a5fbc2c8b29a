/** Names why a request got no answer, by Node's and OpenSSL's error codes. */
import { errors } from 'undici';
import { messageOf } from '../../device/message-of.ts';
import { SyncError } from './backend.ts';

/** The backend's certificate is not signed by our CA, not for its name or purpose, or not in force. */
const untrusted =
  /^(ERR_TLS_CERT_ALTNAME_INVALID|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|INVALID_)/;

/** The backend turned our certificate down during the handshake (RFC 8446 §6.2 alerts). */
const turnedDown = /^ERR_SSL_(TLSV1|TLSV13|SSLV3)_ALERT_/;

export function tlsFailure(error: unknown, origin: string): SyncError {
  const code = codeOf(error);
  const what = `${origin}: ${messageOf(error)}`;
  if (untrusted.test(code)) {
    const hint = 'check backend.url, backend.ca and the clock; taps wait safely in the ledger';
    return new SyncError('sync/server-untrusted', what, hint, error);
  }
  if (turnedDown.test(code)) {
    const hint = 'enrol the device at the backend again';
    return new SyncError('sync/not-enrolled', what, hint, error);
  }
  if (isTimeout(error)) {
    const hint = 'the network is slow or the backend overloaded; it is tried again by itself';
    return new SyncError('sync/timeout', what, hint, error);
  }
  if (isForeign(error)) {
    const hint = 'check that backend.url names a Halte backend and nothing stands between';
    return new SyncError('sync/bad-reply', what, hint, error);
  }
  const hint = 'check the network and backend.url; taps wait safely in the ledger';
  return new SyncError('sync/unreachable', what, hint, error);
}

function isTimeout(error: unknown): boolean {
  return (
    isDeadline(error) ||
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  );
}

/** Of AbortSignal.timeout. */
function isDeadline(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

/** Something answered that is no backend of ours. */
function isForeign(error: unknown): boolean {
  return (
    error instanceof errors.ResponseExceededMaxSizeError || error instanceof errors.HTTPParserError
  );
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
