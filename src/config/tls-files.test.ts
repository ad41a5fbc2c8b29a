import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { makeTestCertificates } from '../../sim/test-certificates.ts';
import { aFolder, testDevice } from '../../sim/testing/ledger-builders.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

/** Keys are made anew: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

/** @param over what to write instead of the right text. */
async function someTlsFiles(over: Partial<TlsFiles> = {}): Promise<TlsFiles> {
  const folder = aFolder();
  const { ca, device } = await makeTestCertificates(createSystemClock().wallNow());
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const { cert, key } = { ...(await device(testDevice)), ...over };
  return {
    ca: put('ca.pem', over.ca ?? ca),
    cert: put('bus.pem', cert),
    key: put('bus.key', key),
  };
}

const foreignKey = (type: 'ec' | 'rsa') => {
  const { privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};

test('reads what belongs together', async () => {
  const files = await someTlsFiles();

  expect(readTlsFiles(files)).toEqual({
    ca: readFileSync(files.ca, 'utf8'),
    cert: readFileSync(files.cert, 'utf8'),
    key: readFileSync(files.key, 'utf8'),
  });
});

test.each([
  ['a CA that is no PEM', { ca: 'no PEM' }, /ca\.pem .*\n.*not a PEM certificate/],
  ['an empty CA', { ca: '' }, /ca\.pem .*\n.*not a PEM certificate/],
  ['a certificate that is no PEM', { cert: 'no PEM' }, /bus\.pem .*\n.*not a PEM certificate/],
  ['a key that is no PEM', { key: 'no PEM' }, /bus\.key .*\n.*not a PEM key/],
  ['another key', { key: foreignKey('ec') }, /bus\.key .*\n.*not the key of .*bus\.pem/],
  ['a key of another kind', { key: foreignKey('rsa') }, /bus\.key .*\n.*not the key of .*bus\.pem/],
])('names the file of %s', async (_what, over, message) => {
  const files = await someTlsFiles(over);

  expect(() => readTlsFiles(files)).toThrow(
    expect.objectContaining({ code: 'config/invalid', message: expect.stringMatching(message) }),
  );
});

test('tells nothing of what is in a wrong key file', async () => {
  const files = await someTlsFiles({ key: 'secret but no PEM' });

  expect(() => readTlsFiles(files)).not.toThrow('secret');
});
