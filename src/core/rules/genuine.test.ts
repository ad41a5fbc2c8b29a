import { expect, test } from 'vitest';
import {
  aQrisToken,
  aTicketToken,
  aVerifyingKey,
  issuer,
  issuerKey,
  someFacts,
  someRules,
  strangerKey,
} from '../../../sim/testing/builders.ts';
import { hex, utf8 } from '../bytes.ts';
import { genuine } from './genuine.ts';

const kid = hex(utf8('test'));
const key = aVerifyingKey(issuerKey.publicKey);
const strangers = aVerifyingKey(strangerKey.publicKey);

function judge(trustedKeys: ReturnType<typeof someRules>['trustedKeys']) {
  return genuine(someFacts({ token: aTicketToken(), rules: someRules({ trustedKeys }) }));
}

test('has no objection to a ticket of a trusted key', () => {
  expect(judge([{ issuer, kid, key }])).toBeUndefined();
});

test('finds the key among those of other issuers and other key ids', () => {
  const others = [
    { issuer: 'other', kid, key: strangers },
    { issuer, kid: 'ffff', key: strangers },
  ];

  expect(judge([...others, { issuer, kid, key }])).toBeUndefined();
  expect(judge(others)).toBe('unknown-key');
});

test.each([
  ['no key at all', []],
  ['a key of the same id for another issuer', [{ issuer: 'other', kid, key }]],
  ['the same key under another id', [{ issuer, kid: 'ffff', key }]],
  ['the key for a format whose tickets name none', [{ issuer, kid, format: 'halte-ticket', key }]],
  ['a key id that only begins like it', [{ issuer, kid: `${kid}00`, key }]],
])('does not know the signer with %s', (_, trustedKeys) => {
  expect(judge(trustedKeys)).toBe('unknown-key');
});

test('finds the signature wrong under another key of the same name', () => {
  expect(judge([{ issuer, kid, key: strangers }])).toBe('signature-invalid');
});

test('finds a ticket wrong that a stranger signed in the issuer’s name', () => {
  const token = aTicketToken({ key: strangerKey });

  expect(genuine(someFacts({ token }))).toBe('signature-invalid');
});

test('says nothing about a payment code, which is not signed', () => {
  expect(genuine(someFacts({ token: aQrisToken(), rules: someRules({ trustedKeys: [] }) }))).toBe(
    undefined,
  );
});
