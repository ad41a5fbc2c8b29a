import { X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFileKeyStore } from '../../src/config/key-file.ts';
import { readIdentifierKey } from '../../src/config/secret-file.ts';
import { readSeedFile } from '../../src/config/seed-file.ts';
import { hex } from '../../src/core/bytes.ts';
import { ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { x25519PrivateKey } from '../../src/core/crypto/x25519.ts';
import { aFolder } from '../testing/ledger-builders.ts';
import { readSigningKey } from './key-files.ts';
import { mint } from './mint-line.ts';

const commands = [
  ['key'],
  ['key', '--algorithm', 'ES256'],
  ['key', '--for', 'pretix'],
  ['holder-key'],
  ['holder-key', '--algorithm', 'ES256'],
  ['identifier-key'],
  ['sealing-key'],
  ['card-keys'],
];

test.each(commands)(
  'writes a file with %s %s %s that only its owner reads, once',
  async (...command) => {
    const out = join(aFolder(), 'a.key');
    const args = command.filter((arg) => arg !== undefined);

    const first = await mint([...args, '--out', out]);
    const written = readFileSync(out, 'utf8');
    const second = await mint([...args, '--out', out]);

    expect([first.exitCode, second.exitCode]).toEqual([0, 1]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(second.errs[0]).toBe(`mint/file-exists: ${out} is there already`);
    expect(readFileSync(out, 'utf8')).toBe(written);
  },
);

test.each(['EdDSA', 'ES256'])('prints the public half of a key of %s', async (algorithm) => {
  const folder = aFolder();
  const [office, phone] = [join(folder, 'office'), join(folder, 'deeper', 'phone')];

  const key = await mint(['key', '--out', office, '--algorithm', algorithm, '--issuer', 'lain']);
  const holder = await mint(['holder-key', '--out', phone, '--algorithm', algorithm]);

  const { publicKey } = readSigningKey(office);
  expect(JSON.parse(key.text)).toEqual({
    issuer: 'lain',
    kid: hex(publicKey.slice(-32, -28)),
    algorithm,
    publicKey: hex(publicKey),
  });
  expect(JSON.parse(holder.text)).toEqual({
    algorithm,
    publicKey: hex(readSigningKey(phone).publicKey),
  });
});

test('makes no key for pretix that pretix could not have', async () => {
  const out = join(aFolder(), 'pretix.key');

  const args = ['key', '--out', out, '--for', 'pretix', '--algorithm', 'ES256'];
  const { exitCode, errs } = await mint(args);

  expect(exitCode).toBe(2);
  expect(errs[0]).toMatch(/^mint\/bad-algorithm: /);
});

test('makes keys that the configuration reads', async () => {
  const folder = aFolder();
  const [identifier, sealing, cards] = ['identifier', 'sealing', 'cards'].map((name) =>
    join(folder, name),
  ) as [string, string, string];

  await mint(['identifier-key', '--out', identifier]);
  await mint(['card-keys', '--out', cards]);
  const { text } = await mint(['sealing-key', '--out', sealing]);

  const { publicKey } = x25519PrivateKey(readSeedFile(sealing) ?? new Uint8Array());
  const cardKey = createFileKeyStore(cards).cardKey('transit-2', 1, new Uint8Array(4));
  expect(readIdentifierKey(identifier)).toHaveLength(32);
  expect(text).toBe(`"sealingKey": "${hex(publicKey.bytes)}"`);
  expect(await cardKey).toHaveLength(16);
});

test('makes certificates for each device, and prints the keys that devices are told', async () => {
  const folder = aFolder();
  const args = ['certs', '--out', join(folder, 'tls'), '--device', 'bus-1', 'bus-2'];

  const { exitCode, outs } = await mint(args);

  const certificate = (name: string) =>
    new X509Certificate(readFileSync(join(folder, 'tls', `${name}.pem`)));
  const seed = (name: string) => readSeedFile(join(folder, 'tls', name)) ?? new Uint8Array();
  expect(exitCode).toBe(0);
  expect(certificate('bus-2').checkIssued(certificate('ca'))).toBe(true);
  expect(outs.slice(1)).toEqual([
    `"receiptKey": "${hex(ed25519PrivateKey(seed('receipt.key')).publicKey)}"`,
    `"sealingKey": "${hex(x25519PrivateKey(seed('sealing.key')).publicKey.bytes)}"`,
  ]);
  expect(statSync(join(folder, 'tls', 'bus-1.key')).mode & 0o777).toBe(0o600);
});

test('says where it cannot write', async () => {
  const file = join(aFolder(), 'file');
  writeFileSync(file, '');
  chmodSync(file, 0o600);

  const { exitCode, errs } = await mint(['key', '--out', join(file, 'ticket.key')]);

  expect(exitCode).toBe(1);
  expect(errs[0]).toMatch(/^mint\/cannot-write: /);
});

test.each(['../bus-1', 'a/b', '', '.hidden', 'backend', 'receipt', 'x'.repeat(65)])(
  'makes no certificate for a device "%s", whose files would lie elsewhere',
  async (device) => {
    const out = join(aFolder(), 'tls');

    const { exitCode, errs } = await mint(['certs', '--out', out, '--device', 'bus-1', device]);

    expect(exitCode).toBe(2);
    expect(errs.join(' ')).toContain('It is 1 to 64 letters');
  },
);
