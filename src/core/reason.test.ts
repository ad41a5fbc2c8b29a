import { expect, test } from 'vitest';
import { withoutFare } from './decision.ts';
import { type Reason, reasons } from './reason.ts';

const entries = Object.entries(reasons) as [Reason, (typeof reasons)[Reason]][];

/** Codes are for ever: one may be added, none may change or be used again. */
const published: Readonly<Record<Reason, number>> = {
  'ticket-valid': 100,
  'risk-within-limits': 101,
  'pass-valid': 102,
  'fare-debited': 103,
  'card-listed': 104,
  'payment-authorised': 105,
  'transfer-applied': 106,
  'entry-recorded': 107,
  'exit-recorded': 108,
  'fail-open': 109,
  'cap-reached': 110,
  'free-ride': 111,
  'unknown-format': 200,
  'malformed-token': 201,
  'unknown-card': 202,
  'merchant-code': 203,
  'open-your-app': 204,
  'unknown-key': 210,
  'signature-invalid': 211,
  'token-expired': 212,
  'token-not-yet-valid': 213,
  'holder-proof-missing': 214,
  'holder-proof-stale': 215,
  'holder-proof-invalid': 216,
  'card-not-genuine': 217,
  'not-valid-today': 218,
  'not-valid-here': 219,
  'token-denied': 220,
  'ticket-revoked': 221,
  'ticket-blocked': 222,
  'card-not-listed': 223,
  'product-not-accepted': 224,
  'no-fare-here': 225,
  'debt-open': 226,
  'already-tapped': 230,
  'rides-used-up': 231,
  'balance-too-low': 232,
  'risk-amount-exceeded': 240,
  'risk-count-exceeded': 241,
  'issuer-not-accepted': 242,
  'scheme-not-accepted': 243,
  'payment-declined': 244,
  'payment-needs-link': 245,
  'risk-data-stale': 246,
  'risk-first-ride': 247,
  'frame-too-long': 300,
  'frame-incomplete': 301,
  'connect-failed': 302,
  'card-gone': 303,
  'card-timeout': 304,
  'card-answer-invalid': 305,
  'card-collision': 306,
  'card-declined': 308,
  'out-of-service': 390,
  'card-key-missing': 391,
  'clock-untrusted': 392,
  'storage-full': 393,
};

test('keeps every code that was ever given', () => {
  expect(Object.fromEntries(entries.map(([reason, { code }]) => [reason, code]))).toEqual(
    published,
  );
});

test('gives no code twice', () => {
  expect(new Set(entries.map(([, { code }]) => code)).size).toBe(entries.length);
});

test.each(entries)(
  '%s is in kebab-case, of a known hundred, and told in both languages',
  (reason, entry) => {
    expect(reason).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(Math.floor(entry.code / 100)).toBeOneOf([1, 2, 3]);
    expect(entry.id).toMatch(/^[A-Z].*\S$/);
    expect(entry.en).toMatch(/^[A-Z].*\S$/);
  },
);

test.each(entries.filter(([, { code }]) => code >= 200))(
  '%s says by its hundred whether trying again helps',
  (reason, { code }) => {
    expect(withoutFare(reason)).toEqual({ outcome: code < 300 ? 'refused' : 'retry', reason });
  },
);
