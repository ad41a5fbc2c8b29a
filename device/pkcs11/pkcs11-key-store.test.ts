import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bytesOf } from '../../sim/testing/builders.ts';
import { hex } from '../../src/core/bytes.ts';
import { diversifyKey } from '../../src/core/card/desfire/key-diversification.ts';
import { createPkcs11KeyStore } from './pkcs11-key-store.ts';
import { openToken } from './token-connection.ts';

const softHsm = '/usr/lib/softhsm/libsofthsm2.so';
const canRun = [softHsm, '/usr/bin/softhsm2-util', '/usr/bin/pkcs11-tool'].every(existsSync);
/** Other programs are started, on machines that may be busy. */
const patient = { timeout: 20_000 };
const token = 'halte-test-cards';
const pin = '271828';
/** Master key, input and result of NXP AN10922 §2.2.1: a test key. */
const master = bytesOf('00112233445566778899aabbccddeeff');
const card = bytesOf('04782e21801d803042f54e585020416275');
/** Master key of the example on pages 13 and 14 of NXP AN10957, whose input fits in one block. */
const shortMaster = bytesOf('f3f9377698707b688eaf84abe39e3791');
/** What a Halte card gives: UID, application id, "HALTE"; 15 bytes. */
const halteCard = bytesOf('04782e21801d805448f548414c544531');

function keyStore(over: Partial<Parameters<typeof createPkcs11KeyStore>[0]> = {}) {
  const store = createPkcs11KeyStore({ module: softHsm, token, pin, ...over });
  onTestFinished(() => store[Symbol.asyncDispose]());
  return store;
}

test('names a module that is not there', async () => {
  await expect(keyStore({ module: '/nowhere/pkcs11.so' }).open()).rejects.toMatchObject({
    code: 'key-store/module-failed',
    message: expect.stringContaining('/nowhere/pkcs11.so'),
    hint: expect.stringContaining('path of the module'),
  });
});

test('names a library that is no PKCS#11 module', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'halte-pkcs11-')), 'module.so');
  writeFileSync(file, 'not a library');

  await expect(keyStore({ module: file }).open()).rejects.toMatchObject({
    code: 'key-store/module-failed',
  });
});

test('says what to install when the binding is missing', patient, () => {
  const store = fileURLToPath(new URL('pkcs11-key-store.ts', import.meta.url));
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'pkcs11js') throw new Error('no such package');
      return next(name, context);
    } });
    const { createPkcs11KeyStore } = await import(${JSON.stringify(store)});
    await createPkcs11KeyStore({ module: '', token: '', pin: '' }).open().catch((error) => {
      console.log(error.code + ': ' + error.message + ' → ' + error.hint);
    });`;

  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program]);

  expect(String(said)).toMatch(
    /^key-store\/driver-missing: pkcs11js could not be loaded: no such package → .*scripts\/setup/,
  );
});

describe.skipIf(!canRun)('with SoftHSM (skipped without softhsm2 and opensc)', patient, () => {
  let folder = '';

  function run(program: string, ...args: readonly string[]): void {
    execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  function onToken(...args: readonly string[]): void {
    const login = ['--token-label', token, '--login', '--pin', pin];
    run('pkcs11-tool', '--module', softHsm, ...login, ...args);
  }

  function loadKey(label: string, flags: readonly string[], bytes = master): void {
    const file = join(folder, 'master.key');
    writeFileSync(file, bytes);
    const kind = ['--type', 'secrkey', '--key-type', 'AES:16', '--usage-decrypt'];
    onToken('--write-object', file, ...kind, '--label', label, ...flags);
    rmSync(file);
  }

  /** As if the token were pulled out and plugged in again: every session is gone. */
  async function interrupt(): Promise<void> {
    const { PKCS11 } = await import('pkcs11js');
    const library = new PKCS11();
    library.load(softHsm);
    for (const slot of library.C_GetSlotList(true)) library.C_CloseAllSessions(slot);
    library.close();
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'halte-softhsm-'));
    mkdirSync(join(folder, 'tokens'));
    const config = join(folder, 'softhsm2.conf');
    writeFileSync(config, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
    process.env.SOFTHSM2_CONF = config;
    run(
      'softhsm2-util',
      '--init-token',
      '--free',
      '--label',
      token,
      '--so-pin',
      '9182',
      '--pin',
      pin,
    );
    loadKey('transit-2/1', ['--sensitive', '--private']);
    loadKey('short/1', ['--sensitive', '--private'], shortMaster);
    loadKey('public/1', ['--sensitive']);
    loadKey('extractable/1', ['--sensitive', '--private', '--extractable']);
    loadKey('readable/1', ['--private']);
    loadKey('twice/1', ['--sensitive', '--private']);
    loadKey('twice/1', ['--sensitive', '--private']);
    onToken('--keygen', '--key-type', 'AES:32', '--label', 'long/1', '--sensitive', '--private');
  }, 20_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['AN10922', 'transit-2', card, 'a8dd63a3b89d54b37ca802473fda9175'],
    ['AN10957', 'short', bytesOf('04deadbeeffeed'), '0bb408baff98b6ee9f2e1585777f6a51'],
  ])('diversifies inside the token as the example of %s does', async (_, name, input, expected) => {
    const key = await keyStore().cardKey(name, 1, input);

    expect(hex(key ?? new Uint8Array())).toBe(expected);
  });

  test.each([
    ['a Halte card', halteCard],
    ['one byte', bytesOf('04')],
    ['a full input', new Uint8Array(31).fill(0xa5)],
  ])('gives what core gives for %s', async (_, diversification) => {
    const key = await keyStore().cardKey('transit-2', 1, diversification);

    expect(key).toEqual(diversifyKey(master, diversification));
  });

  test.each([
    ['name', 'transit-9', 1],
    ['version', 'transit-2', 2],
  ])('has no key of another %s', async (_, name, version) => {
    expect(await keyStore().cardKey(name, version, card)).toBe(undefined);
  });

  test('finds a key that is loaded while the token is open', async () => {
    const store = keyStore();
    await store.cardKey('transit-2', 1, card);

    expect(await store.cardKey('transit-2', 77, card)).toBe(undefined);
    loadKey('transit-2/77', ['--sensitive', '--private'], bytesOf('ff'.repeat(16)));

    const expected = diversifyKey(bytesOf('ff'.repeat(16)), card);
    expect(await store.cardKey('transit-2', 77, card)).toEqual(expected);
  });

  test('answers many cards at once, each with its own key', async () => {
    const store = keyStore();
    const cards = Array.from({ length: 50 }, (_, index) => Uint8Array.of(4, index));

    const keys = await Promise.all(cards.map((each) => store.cardKey('transit-2', 1, each)));

    expect(keys).toEqual(cards.map((each) => diversifyKey(master, each)));
  });

  test.each([
    ['public/1', 'can be used without the PIN'],
    ['extractable/1', 'could leave the token'],
    ['readable/1', 'could leave the token'],
    ['twice/1', 'is there twice'],
    ['long/1', 'is no AES-128 key'],
  ])('refuses the key %s, which %s', async (label, complaint) => {
    const [name = ''] = label.split('/');

    await expect(keyStore().cardKey(name, 1, card)).rejects.toMatchObject({
      code: 'key-store/key-unfit',
      message: `the token's key ${label} ${complaint}`,
      hint: expect.stringContaining('docs/card-keys.md'),
    });
  });

  test('refuses an input that no card gives, and goes on', async () => {
    const store = keyStore();

    await expect(store.cardKey('transit-2', 1, new Uint8Array(32))).rejects.toThrow(RangeError);
    expect(await store.cardKey('transit-2', 1, card)).toBeDefined();
  });

  test('names the tokens that are there when its own is not', async () => {
    await expect(keyStore({ token: 'other' }).open()).rejects.toMatchObject({
      code: 'key-store/token-missing',
      message: `no token has the label other: there is only ${token}`,
      hint: expect.stringContaining('--list-slots'),
    });
  });

  test('offers a wrong PIN once, and not again at every card', async () => {
    const store = keyStore({ pin: '161803' });

    const first = await store.open().catch((error: unknown) => error);
    const second = await store.cardKey('transit-2', 1, card).catch((error: unknown) => error);

    expect(first).toMatchObject({
      code: 'key-store/pin-refused',
      hint: expect.stringContaining('SO PIN'),
    });
    expect(second).toBe(first);
    expect(String(first)).not.toContain('161803');
  });

  test('opens a token again that was pulled out and plugged in', async () => {
    const store = keyStore();
    await store.cardKey('transit-2', 1, card);
    await interrupt();

    expect(await store.cardKey('transit-2', 1, card)).toEqual(diversifyKey(master, card));
  });

  test('says that a token is gone, and goes on when it is back', async () => {
    const store = keyStore();
    await store.cardKey('transit-2', 1, card);
    await interrupt();
    renameSync(join(folder, 'tokens'), join(folder, 'elsewhere'));
    mkdirSync(join(folder, 'tokens'));

    const gone = await store.cardKey('transit-2', 1, card).catch((error: unknown) => error);
    rmSync(join(folder, 'tokens'), { recursive: true });
    renameSync(join(folder, 'elsewhere'), join(folder, 'tokens'));

    expect(gone).toMatchObject({
      code: 'key-store/token-missing',
      message: `no token has the label ${token}: there is no token at all`,
    });
    expect(await store.cardKey('transit-2', 1, card)).toEqual(diversifyKey(master, card));
  });

  test('gives up the session when it is disposed', async () => {
    const store = keyStore();
    await store.cardKey('transit-2', 1, card);
    await store[Symbol.asyncDispose]();

    // A module refuses a second initialisation while the first one lasts.
    const connection = await openToken({ module: softHsm, token, pin });
    onTestFinished(() => connection.close());

    expect(connection.session).toBeDefined();
  });
});
