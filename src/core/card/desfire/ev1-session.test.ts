import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import { concat, hex } from '../../bytes.ts';
import { encryptCbc } from '../../crypto/aes.ts';
import { aesCmac } from '../../crypto/aes-cmac.ts';
import { faulty } from '../../parsed.ts';
import { type CardDialogue, end } from '../dialogue.ts';
import { desfireCrc32 } from './crc32.ts';
import { authenticateEv1, ev1Session } from './ev1-session.ts';
import type { SecureCommand, SecureSession } from './secure-messaging.ts';

/*
 * The traces are of a DESFire EV1 with test keys, from the self-test that Elmü published with
 * "DESFire EV1 Communication Examples" (2016), section AES.
 */

const nothing = new Uint8Array();

function aCommand(change: Partial<SecureCommand>): SecureCommand {
  return {
    name: 'it',
    code: 0,
    header: nothing,
    data: nothing,
    mode: 'plain',
    answerBytes: 0,
    ...change,
  };
}

interface Authentication {
  readonly keyNumber: number;
  readonly key: string;
  readonly nonce: string;
}

function authenticate(with_: Authentication, ...answers: readonly string[]) {
  const left = [...answers];
  const sent: string[] = [];
  let step: CardDialogue<SecureSession> = authenticateEv1(
    { keyNumber: with_.keyNumber, key: bytesOf(with_.key), nonce: bytesOf(with_.nonce) },
    (session) => end({ ok: true, value: session }),
  );
  while (step.step === 'send') {
    sent.push(hex(step.apdu));
    step = step.answer(bytesOf(left.shift() ?? ''));
  }
  return { sent, result: step.step === 'end' ? step.result : undefined };
}

const first = {
  keyNumber: 0,
  key: '00000000000000000000000000000000',
  nonce: 'f44b26f5686f3a391cd38ebd10772281',
};
const firstChallenge = 'b969fdfe56fd91fc9de6f6f213b8fd1e91af';
const firstProof = '800db680bc146bd121d6578f2d2e20599100';

/** Sends each command and opens the card's answer, from one session. */
function follow(start: SecureSession, steps: readonly [SecureCommand, string, string][]) {
  let session = start;
  for (const [command, sent, received] of steps) {
    const sealed = session.seal(command);
    expect(hex(sealed.sent)).toBe(sent);
    session = parsedValue(sealed.open(bytesOf(received))).session;
  }
  return session;
}

test('authenticates as the trace with the factory key', () => {
  const { sent, result } = authenticate(first, firstChallenge, firstProof);

  expect(sent).toEqual([
    '90aa0000010000',
    '90af00002036aad7df6e436ba08d18613830a70d5ad43e3d3f4a8d47541eee623a934e477400',
  ]);
  expect(result).toMatchObject({ ok: true, value: { generation: 'ev1' } });
});

test('enciphers a key change as the trace does, CRC included', () => {
  const { result } = authenticate(first, firstChallenge, firstProof);
  const session = result?.ok ? result.value : undefined;
  const change = aCommand({
    code: 0xc4,
    header: Uint8Array.of(0),
    data: bytesOf('00102030405060708090a0b0b0a0908010'),
    mode: 'full',
  });

  expect(hex(session?.seal(change).sent ?? nothing)).toBe(
    '00e9f85e219496c2b58c1090dc3935fae9e840cf61b383d9531946256b1f110c10',
  );
});

/** Trace: ChangeKey of key 1, its last enciphered block and the MAC of the answer. */
test('answers to an enciphered command go on from its last block, as in the trace', () => {
  const sessionKey = bytesOf('c2a1e47bd8100044fe6d00a74d7ab17c');
  const answerTo = (lastBlock: Uint8Array) => aesCmac(sessionKey, Uint8Array.of(0), lastBlock);
  const session = ev1Session({ key: sessionKey, chain: new Uint8Array(16) });
  const write = aCommand({ code: 0x3d, data: new Uint8Array(20), mode: 'full' });
  const sealed = session.seal(write);

  expect(hex(answerTo(bytesOf('30337408c8a87eacab7a1ff18951fca3')))).toBe(
    '2128d3cd9c9acffff6eb9546adf35e17',
  );
  expect(sealed.sent).toHaveLength(32);
  expect(sealed.open(answerTo(sealed.sent.subarray(-16)).subarray(0, 8))).toMatchObject({
    ok: true,
  });
});

test('goes on with the chain from a plain command to an enciphered one', () => {
  const { result } = authenticate(
    {
      keyNumber: 0,
      key: '10182028303840485058606870788088',
      nonce: '90f7a201c4db760538ff8a49ec63decd',
    },
    '3e2be626c05e7798ee518355a751648e91af',
    '1ce6c574e24923d404e18b6a240c1b089100',
  );
  const session = parsedValue(result ?? faulty('unknown-card', 'still asking'));
  const version = aCommand({ code: 0x64, header: Uint8Array.of(0), answerBytes: 1 });
  const change = aCommand({
    code: 0xc4,
    header: Uint8Array.of(0),
    data: new Uint8Array(17),
    mode: 'full',
  });

  const after = follow(session, [[version, '00', '108a8fa36f55cd210d']]);

  expect(hex(after.seal(change).sent)).toBe(
    '00635375e4919f8af2e9e86b1c1ba55b0c0807eaf484d7a7ef6e0c3084160f5a61',
  );
});

test('follows the chain through creating, listing, writing and reading a file', () => {
  const { result } = authenticate(
    {
      keyNumber: 1,
      key: '10182028303840485058606870788088',
      nonce: '40e7d27174cba675e8efbab99c530e3d',
    },
    'b351cb2465d4f33ac627fd6e87a168f291af',
    'a2ee144b1012fbeb7b2f11132d95a4549100',
  );
  const session = parsedValue(result ?? faulty('unknown-card', 'still asking'));
  const counting = Array.from({ length: 80 }, (_, index) => index);
  const bytes = (from: number, to: number) => hex(Uint8Array.from(counting.slice(from, to)));
  const write = (header: string, data: string) =>
    aCommand({ code: 0x3d, header: bytesOf(header), data: bytesOf(data) });
  const read = (header: string) => aCommand({ code: 0xbd, header: bytesOf(header) });

  follow(session, [
    [
      aCommand({ code: 0xcd, header: bytesOf('05001100500000') }),
      '05001100500000',
      'a75316ad1596b953',
    ],
    [aCommand({ code: 0x6f }), '', '052d5ff67ffec9d2d3'],
    [aCommand({ code: 0xf5, header: bytesOf('05') }), '05', '000011005000002aac7517024e09dc'],
    [write('05000000340000', bytes(0, 52)), `05000000340000${bytes(0, 52)}`, '765c9daa50ecb62f'],
    [write('053400001c0000', bytes(52, 80)), `053400001c0000${bytes(52, 80)}`, '3e0aed986b8b0f37'],
    [read('05000000300000'), '05000000300000', `${bytes(0, 48)}4c65f1f842262bac`],
    [read('05300000200000'), '05300000200000', `${bytes(48, 80)}f02205cf913c03c9`],
    [aCommand({ code: 0xdf, header: bytesOf('05') }), '05', '1bef0d32b6d1d7f9'],
    [aCommand({ code: 0x6f }), '', 'fc194ea93e3ef8e7'],
  ]);
});

const key = bytesOf('000102030405060708090a0b0c0d0e0f');
const chain = new Uint8Array(16).fill(5);
const session = ev1Session({ key, chain });

test('shows its MAC only with a command that writes into a MACed file', () => {
  const debit = aCommand({
    code: 0xdc,
    header: Uint8Array.of(2),
    data: bytesOf('ac0d0000'),
    mode: 'mac',
  });
  const read = aCommand({ code: 0x6c, header: Uint8Array.of(2), mode: 'mac', answerBytes: 4 });

  expect(hex(session.seal(debit).sent)).toBe(
    `02ac0d0000${hex(aesCmac(key, bytesOf('dc02ac0d0000'), chain).subarray(0, 8))}`,
  );
  expect(hex(session.seal(read).sent)).toBe('02');
});

/** An enciphered answer as a card makes it. */
function enciphered(data: Uint8Array, crc = desfireCrc32(concat(data, Uint8Array.of(0)))) {
  const padded = new Uint8Array(Math.ceil((data.length + 4) / 16) * 16);
  padded.set(concat(data, crc));
  return padded;
}

const readAll = aCommand({
  code: 0xbd,
  header: bytesOf('01000000600000'),
  mode: 'full',
  answerBytes: 96,
});
const readChain = aesCmac(key, bytesOf('bd01000000600000'), chain);
const content = Uint8Array.from({ length: 96 }, (_, index) => index);

test('deciphers an answer and goes on from its last block', () => {
  const answer = encryptCbc(key, readChain, enciphered(content));
  const opened = parsedValue(session.seal(readAll).open(answer));
  const next = aCommand({ code: 0xdc, data: Uint8Array.of(1), mode: 'mac' });

  expect(hex(opened.data)).toBe(hex(content));
  expect(hex(opened.session.seal(next).sent)).toBe(
    hex(ev1Session({ key, chain: answer.slice(-16) }).seal(next).sent),
  );
});

test.each([
  ['another CRC', enciphered(content, new Uint8Array(4)), 'its CRC is wrong'],
  ['a CRC without the status', enciphered(content, desfireCrc32(content)), 'its CRC is wrong'],
  ['padding that is not zero', enciphered(content).fill(1, 111), 'its CRC is wrong'],
  ['a block less', enciphered(content).slice(0, 96), 'it has 96 bytes'],
  ['a block more', enciphered(concat(content, content.slice(0, 16))), 'it has 128 bytes'],
  ['nothing', nothing, 'it has 0 bytes'],
])('takes no enciphered answer with %s', (_, plain, detail) => {
  const answer = encryptCbc(key, readChain, plain);

  expect(session.seal(readAll).open(answer)).toEqual(faulty('card-answer-invalid', detail));
});

test.each(['', '01', '0102030405060708', '000000000000000000'])(
  'takes no MACed answer "%s"',
  (answer) => {
    const sealed = session.seal(aCommand({ code: 0x6c, mode: 'mac', answerBytes: 4 }));

    expect(sealed.open(bytesOf(answer))).toEqual(faulty('card-answer-invalid', 'its MAC is wrong'));
  },
);

test.each([
  ['91ae', 'card-not-genuine'],
  ['911c', 'card-answer-invalid'],
  ['9100', 'card-answer-invalid'],
  ['91af', 'card-answer-invalid'],
  ['', 'card-answer-invalid'],
] as const)('ends when the challenge is "%s"', (answer, reason) => {
  const { sent, result } = authenticate(first, answer);

  expect(sent).toHaveLength(1);
  expect(result).toMatchObject({ ok: false, fault: { reason } });
});

test.each([
  ['91ae', 'card-not-genuine'],
  [`${'00'.repeat(16)}9100`, 'card-not-genuine'],
  [firstProof.replace('9100', '91af'), 'card-answer-invalid'],
  ['9100', 'card-answer-invalid'],
] as const)('ends when the proof is "%s"', (answer, reason) => {
  const { result } = authenticate(first, firstChallenge, answer);

  expect(result).toMatchObject({ ok: false, fault: { reason } });
});
