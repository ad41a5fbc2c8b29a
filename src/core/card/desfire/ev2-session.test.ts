import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import { concat, hex } from '../../bytes.ts';
import { encryptBlock, encryptCbc } from '../../crypto/aes.ts';
import { faulty } from '../../parsed.ts';
import { type CardDialogue, end } from '../dialogue.ts';
import { authenticateEv2, ev2Keys, ev2Session } from './ev2-session.ts';
import type { SecureCommand, SecureSession } from './secure-messaging.ts';
import { truncatedMac } from './truncated-mac.ts';

const nothing = new Uint8Array();
const factoryKey = new Uint8Array(16);

function aCommand(change: Partial<SecureCommand>): SecureCommand {
  return {
    name: 'it',
    code: 0,
    header: nothing,
    data: nothing,
    mode: 'mac',
    answerBytes: 0,
    ...change,
  };
}

/** Answers in hex, one after the other. */
function converse<T>(dialogue: CardDialogue<T>, ...answers: readonly string[]) {
  const left = [...answers];
  const sent: string[] = [];
  let step = dialogue;
  while (step.step === 'send') {
    sent.push(hex(step.apdu));
    step = step.answer(bytesOf(left.shift() ?? ''));
  }
  return { sent, result: step.step === 'end' ? step.result : undefined };
}

function authenticate(nonce: string, ...answers: readonly string[]) {
  const credentials = { keyNumber: 0, key: factoryKey, nonce: bytesOf(nonce) };
  const dialogue = authenticateEv2(credentials, (session) =>
    end<SecureSession | undefined>({ ok: true, value: session }),
  );
  return converse(dialogue, ...answers);
}

/** NXP AN12196 §6.6, with the factory key. */
const an12196 = {
  nonce: '13c5db8a5930439fc3def9a4c675360f',
  challenge: 'a04c124213c186f22399d33ac2a3021591af',
  proof: '3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f081206639100',
};

test('authenticates byte for byte as the dialogue of AN12196 §6.6', () => {
  const { sent, result } = authenticate(an12196.nonce, an12196.challenge, an12196.proof);

  expect(sent).toEqual([
    '9071000002000000',
    '90af00002035c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d00',
  ]);
  expect(result).toMatchObject({ ok: true, value: { generation: 'ev2' } });
});

/** AN12196 §5.4: WriteData of 128 bytes, enciphered, under the session of §6.6. */
const written =
  '0051d1014d550463686f6f73652e75726c2e636f6d2f6e7461673432343f653d' +
  `${'30'.repeat(32)}26633d${'30'.repeat(16)}`.padEnd(192, '0');
const writtenSealed =
  '02000000800000421c73a27d827658af481fdff20a5025b559d0e3aa21e58d347f343cffc768bfe596c706bc00f2' +
  '176781d4b0242642a0ff5a42c461aaf894d9a1284b8c76bcfa658acd40555d362e08db15cf421b51283f9064bcbe' +
  '20e96cae545b407c9d651a3315b27373772e5da2367d2064ae054af996c6f1f669170fa88ce8c4e3a4a7bbbef0fd' +
  '971ff532c3a802af745660f2b4d1d9a8499661ebf3';

test('enciphers what is written as AN12196 §5.4 does, with the session of §6.6', () => {
  const { result } = authenticate(an12196.nonce, an12196.challenge, an12196.proof);
  const session = result?.ok ? result.value : undefined;
  const header = bytesOf('02000000800000');

  const sealed = session?.seal(
    aCommand({ code: 0x8d, header, data: bytesOf(written), mode: 'full' }),
  );

  expect(hex(sealed?.sent ?? nothing)).toBe(writtenSealed);
  expect(sealed?.open(bytesOf('fc222e5f7a542452'))).toMatchObject({ ok: true });
});

test('authenticates and writes as AN12196 §6.10 and §6.12', () => {
  const { sent, result } = authenticate(
    'b98f4c50cf1c2e084fd150e33992b048',
    'b875ceb0e66a6c5cd00898dc371f92d191af',
    '0cc9a8094a8eea683ecaac5c7bf20584206d0608d477110fc6b3d5d3f65c3a6a9100',
  );
  const session = result?.ok ? result.value : undefined;
  const sealed = session?.seal(
    aCommand({
      code: 0x8d,
      header: bytesOf('030000000a0000'),
      data: bytesOf('0102030405060708090a'),
      mode: 'full',
    }),
  );

  expect(sent[1]).toBe(
    '90af000020ff0306e47dfbc50087c4d8a78e88e62de1e8be457aa477c707e2f0874916a8b100',
  );
  expect(hex(sealed?.sent ?? nothing)).toBe(
    '030000000a00006b5e6804909962fc4e3ff5522cf0f8436c0c53315b9c73aa',
  );
  expect(sealed?.open(bytesOf('c26d236e4a7c046d'))).toMatchObject({ ok: true });
});

test('derives the session keys of AN12343', () => {
  const keys = ev2Keys(
    factoryKey,
    bytesOf('b04d0787c93ee0cc8cacc8e86f16c6fe'),
    bytesOf('fa659ad0dca738dd65dc7dc38612ad81'),
  );

  expect(hex(keys.encryptionKey)).toBe('63dc07286289a7a6c0334ca31c314a04');
  expect(hex(keys.macKey)).toBe('774f26743ece6af5033b6ae8522946f6');
});

/** AN12196 §5.3: GetFileSettings in CommMode.MAC. */
const settingsSession = ev2Session({
  encryptionKey: factoryKey,
  macKey: bytesOf('8248134a386e86eb7faf54a52e536cb6'),
  transaction: bytesOf('7a21085e'),
  counter: 0,
});
const getSettings = aCommand({ code: 0xf5, header: Uint8Array.of(2) });
const settings = '0040eeee000100d1fe001f00004400004400002000006a0000';
const settingsMac = '2a474282e7a47986';

test('proves commands and answers as AN12196 §5.3', () => {
  const sealed = settingsSession.seal(getSettings);
  const opened = sealed.open(bytesOf(settings + settingsMac));

  expect(hex(sealed.sent)).toBe('026597a457c8cd442c');
  expect(hex(parsedValue(opened).data)).toBe(settings);
});

/** AN12196 §7.3: GetCardUID, an enciphered answer. */
const uidSession = ev2Session({
  encryptionKey: bytesOf('2b4d963c014dc36f24f69a50a394f875'),
  macKey: bytesOf('379d32130ce61705dd5fd8c36b95d764'),
  transaction: bytesOf('df055522'),
  counter: 0,
});
const uidAnswer = '70756055688505b52a5e26e59e329cd6595f672298ea41b7';

test('deciphers an answer as AN12196 §7.3', () => {
  const sealed = uidSession.seal(aCommand({ code: 0x51, mode: 'full', answerBytes: 7 }));

  expect(hex(sealed.sent)).toBe('8e2c155adda99be3');
  expect(hex(parsedValue(sealed.open(bytesOf(uidAnswer))).data)).toBe('04958caa5c5e80');
});

test.each([
  ['another byte', `01${settings.slice(2)}${settingsMac}`],
  ['another MAC', `${settings}2a474282e7a47987`],
  ['no MAC', settings],
  ['half a MAC', `${settings}2a474282`],
  ['nothing', ''],
])('takes no answer with %s', (_, answer) => {
  expect(settingsSession.seal(getSettings).open(bytesOf(answer))).toEqual(
    faulty('card-answer-invalid', 'its MAC is wrong'),
  );
});

/** An enciphered answer of the session with zero keys, with the MAC that belongs to it. */
function sealedAnswer(plain: string): Uint8Array {
  const vector = encryptBlock(factoryKey, bytesOf(`5aa50102030401${'00'.repeat(9)}`));
  const data = encryptCbc(factoryKey, vector, bytesOf(plain));
  return concat(data, truncatedMac(factoryKey, concat(bytesOf('00010001020304'), data)));
}
const zeroSession = ev2Session({
  encryptionKey: factoryKey,
  macKey: factoryKey,
  transaction: bytesOf('01020304'),
  counter: 0,
});
const readAll = aCommand({ code: 0xad, mode: 'full', answerBytes: 16 });
const sixteen = '000102030405060708090a0b0c0d0e0f';

test('takes the padding off an answer of a whole block', () => {
  const answer = sealedAnswer(`${sixteen}80${'00'.repeat(15)}`);

  expect(hex(parsedValue(zeroSession.seal(readAll).open(answer)).data)).toBe(sixteen);
});

test.each([
  ['no padding', sixteen],
  ['zeros only', '00'.repeat(32)],
  ['padding that begins a block too early', `${sixteen.slice(0, 30)}80${'00'.repeat(16)}`],
])('takes no enciphered answer with %s', (_, plain) => {
  expect(zeroSession.seal(readAll).open(sealedAnswer(plain))).toEqual(
    faulty('card-answer-invalid', 'its padding is wrong'),
  );
});

test('takes no enciphered answer that is not whole blocks', () => {
  const data = bytesOf('0102');
  const mac = truncatedMac(factoryKey, concat(bytesOf('00010001020304'), data));

  expect(zeroSession.seal(readAll).open(concat(data, mac))).toEqual(
    faulty('card-answer-invalid', 'its padding is wrong'),
  );
});

test('takes no answer of before for the answer of the next command', () => {
  const { session } = parsedValue(
    settingsSession.seal(getSettings).open(bytesOf(settings + settingsMac)),
  );

  expect(hex(session.seal(getSettings).sent)).not.toBe('026597a457c8cd442c');
  expect(session.seal(getSettings).open(bytesOf(settings + settingsMac)).ok).toBe(false);
});

test('counts a command in the clear too', () => {
  const plain = settingsSession.seal(aCommand({ code: 0xad, mode: 'plain' }));
  const { data, session } = parsedValue(plain.open(bytesOf('0102')));
  const counted = ev2Session({
    encryptionKey: factoryKey,
    macKey: bytesOf('8248134a386e86eb7faf54a52e536cb6'),
    transaction: bytesOf('7a21085e'),
    counter: 1,
  });

  expect([hex(plain.sent), hex(data)]).toEqual(['', '0102']);
  expect(hex(session.seal(getSettings).sent)).toBe(hex(counted.seal(getSettings).sent));
});

test.each(['910b', '911c', '917e', '91ca'])('knows an older card by its answer %s', (answer) => {
  expect(authenticate(an12196.nonce, answer).result).toEqual({ ok: true, value: undefined });
});

test.each([
  ['91ae', 'card-not-genuine'],
  ['9140', 'card-not-genuine'],
  ['919d', 'card-answer-invalid'],
  ['91af', 'card-answer-invalid'],
  ['a04c124213c186f22399d33ac2a302159100', 'card-answer-invalid'],
  ['6d00', 'card-answer-invalid'],
  ['', 'card-answer-invalid'],
] as const)('ends when the challenge is "%s"', (answer, reason) => {
  const { sent, result } = authenticate(an12196.nonce, answer);

  expect(sent).toHaveLength(1);
  expect(result).toMatchObject({ ok: false, fault: { reason } });
});

test.each([
  ['91ae', 'card-not-genuine'],
  [`${'00'.repeat(32)}9100`, 'card-not-genuine'],
  [an12196.proof.replace('3f', '3e'), 'card-not-genuine'],
  [an12196.proof.replace('9100', '91af'), 'card-answer-invalid'],
  ['9100', 'card-answer-invalid'],
  ['91ca', 'card-answer-invalid'],
  ['6300', 'card-answer-invalid'],
] as const)('ends when the proof is "%s"', (answer, reason) => {
  const { result } = authenticate(an12196.nonce, an12196.challenge, answer);

  expect(result).toMatchObject({ ok: false, fault: { reason } });
});

test('leaves the session as it was when a command is sealed or opened', () => {
  const before = hex(settingsSession.seal(getSettings).sent);
  settingsSession.seal(getSettings).open(concat(bytesOf(settings), bytesOf(settingsMac)));

  expect(hex(settingsSession.seal(getSettings).sent)).toBe(before);
});
