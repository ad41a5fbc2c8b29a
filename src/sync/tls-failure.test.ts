import { errors } from 'undici';
import { expect, test } from 'vitest';
import { tlsFailure } from './tls-failure.ts';

const origin = 'https://backend.example';
const failing = (code: string) => Object.assign(new Error(`it was ${code}`), { code });

test.each([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'sync/server-untrusted'],
  ['CERT_HAS_EXPIRED', 'sync/server-untrusted'],
  ['CERT_NOT_YET_VALID', 'sync/server-untrusted'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'sync/server-untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'sync/server-untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'sync/server-untrusted'],
  ['INVALID_PURPOSE', 'sync/server-untrusted'],
  ['INVALID_CA', 'sync/server-untrusted'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'sync/not-enrolled'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'sync/not-enrolled'],
  ['ECONNREFUSED', 'sync/unreachable'],
  ['ENOTFOUND', 'sync/unreachable'],
  ['ENETUNREACH', 'sync/unreachable'],
  ['UND_ERR_SOCKET', 'sync/unreachable'],
])('names %s as %s', (code, expected) => {
  const cause = failing(code);

  const error = tlsFailure(cause, origin);

  expect(error).toMatchObject({ code: expected, cause, hint: expect.any(String) });
  expect(error.message).toBe(`${origin}: it was ${code}`);
});

test.each([
  new errors.ConnectTimeoutError('slow'),
  new errors.HeadersTimeoutError('slow'),
  new errors.BodyTimeoutError('slow'),
])('names %s a timeout', (error) => {
  expect(tlsFailure(error, origin).code).toBe('sync/timeout');
});

test.each([new errors.ResponseExceededMaxSizeError('long'), new errors.HTTPParserError('what?')])(
  'names %s a bad reply',
  (error) => {
    expect(tlsFailure(error, origin)).toMatchObject({
      code: 'sync/bad-reply',
      hint: expect.stringContaining('backend.url'),
    });
  },
);
