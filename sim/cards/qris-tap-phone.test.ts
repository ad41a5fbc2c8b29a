import { expect, test } from 'vitest';
import { createSimEntropy } from '../sim-chance.ts';
import { createQrisTapPhone } from './qris-tap-phone.ts';

const select = '00a4040007a0000006022020';
const record = (number: string) => `00b2${number}0007a000000602202000`;

function aPhone(codes: readonly string[], recordBytes?: number) {
  const left = [...codes];
  const deps = { entropy: createSimEntropy(1), nextCode: () => left.shift() ?? '' };
  const phone = createQrisTapPhone(deps, recordBytes === undefined ? {} : { recordBytes });
  const say = (command: string) =>
    Buffer.from(phone.respond(Buffer.from(command, 'hex'))).toString('hex');
  return { phone, say };
}

const inHex = (text: string) => Buffer.from(text, 'latin1').toString('hex');

test('answers SELECT with a status only, with or without Le', () => {
  const { say } = aPhone(['code', 'code']);

  expect([select, `${select}00`].map(say)).toEqual(['9000', '9000']);
});

test('gives a short code in one record', () => {
  const { say } = aPhone(['code']);

  expect([select, record('01')].map(say)).toEqual(['9000', `${inHex('code')}9000`]);
});

test('gives a code of the usual 250 characters in one record, and a longer one in two', () => {
  const [whole, longer] = ['x'.repeat(250), 'y'.repeat(251)];
  const { say } = aPhone([whole, longer]);

  expect([select, record('01')].map(say).at(-1)).toBe(`${inHex(whole)}9000`);
  expect([select, record('01'), record('02')].map(say).slice(1)).toEqual([
    `${inHex('y'.repeat(250))}61ff`,
    `${inHex('y')}9000`,
  ]);
});

test('gives records of the size that it is told', () => {
  const { say } = aPhone(['abcde'], 2);

  expect([select, record('01'), record('02'), record('03')].map(say).slice(1)).toEqual([
    `${inHex('ab')}61ff`,
    `${inHex('cd')}61ff`,
    `${inHex('e')}9000`,
  ]);
});

test.each([
  ['a record before SELECT', [record('01')]],
  ['a record that is not there', [select, record('02')]],
  ['record 0', [select, record('00')]],
  ['a record of another application', [select, '00b2010007a000000004101000']],
  ['an unknown instruction', [select, '0084000008']],
])('refuses %s with 0000', (_, commands) => {
  const { say } = aPhone(['code']);

  expect(commands.map(say).at(-1)).toBe('0000');
});

test('knows no other application, and forgets the one that was selected', () => {
  const { say } = aPhone(['code']);

  expect([select, '00a4040007a0000000041010', record('01')].map(say).slice(1)).toEqual([
    '6a82',
    '0000',
  ]);
});

test('shows another code at each tap', () => {
  const { phone, say } = aPhone(['first', 'second']);

  const first = [select, record('01'), record('01')].map(say);
  phone.reset?.();
  const second = [record('01'), select, record('01')].map(say);

  expect(first.slice(1)).toEqual([`${inHex('first')}9000`, `${inHex('first')}9000`]);
  expect(second).toEqual(['0000', '9000', `${inHex('second')}9000`]);
});

test('draws another random UID each time that it comes into a field', () => {
  const { phone } = aPhone([]);
  const uids = [0, 1, 2].map(() => {
    phone.reset?.();
    return Buffer.from(phone.uid).toString('hex');
  });

  expect(new Set(uids).size).toBe(3);
  for (const uid of uids) expect(uid).toMatch(/^08[0-9a-f]{6}$/);
});
