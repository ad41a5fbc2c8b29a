import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, hex } from '../../../src/core/bytes.ts';
import { aesCmac } from '../../../src/core/crypto/aes-cmac.ts';
import { bytesOf } from '../../testing/builders.ts';
import { aCard, type CardTalk, le, someUid, transitAid, withApplication } from './card-talk.ts';
import type { DesfireCard } from './desfire-card.ts';

const purse = '02';
const trips = '03';
const macKey = bytesOf('0f1e2d3c4b5a69788796a5b4c3d2e1f0');

/** A purse of 0 to 100 with 50 in it, a cyclic file of three usable records, and a MAC file. */
function aPurse(card = aCard(), limitedCredit = '00'): CardTalk {
  const talk = withApplication(card);
  talk.authenticate(0);
  talk.say({
    code: 0xcc,
    header: `${purse}013022${le(0, 4)}${le(100, 4)}${le(50, 4)}${limitedCredit}`,
  });
  talk.say({ code: 0xc0, header: `${trips}012012${le(4, 3)}${le(4, 3)}` });
  talk.say({ code: 0xce, header: '0f00f02f02', data: `${hex(macKey)}01`, mode: 'full' });
  return talk;
}

const value = (talk: CardTalk) => talk.say({ code: 0x6c, header: purse, answerBytes: 4 });
const debit = (talk: CardTalk, sum: number) =>
  talk.say({ code: 0xdc, header: purse, data: le(sum, 4) });
const write = (talk: CardTalk, record: string) =>
  talk.say({ code: 0x8b, header: `${trips}${le(0, 3)}${le(4, 3)}`, data: record });
const records = (talk: CardTalk, count = 0) =>
  talk.say({ code: 0xab, header: `${trips}${le(0, 3)}${le(count, 3)}` });
const readMac = (talk: CardTalk) =>
  talk.say({ code: 0xad, header: `0f${le(0, 3)}${le(12, 3)}`, mode: 'plain' });
const commit = (talk: CardTalk) => talk.say({ code: 0xc7, header: '01', answerBytes: 12 });

test('shows a debit after the commit', () => {
  const talk = aPurse();
  talk.authenticate(2);
  debit(talk, 20);
  const before = value(talk);
  talk.say({ code: 0xc7 });

  expect([before, value(talk)]).toEqual([le(50, 4), le(30, 4)]);
});

test('takes a debit back with AbortTransaction', () => {
  const talk = aPurse();
  talk.authenticate(2);
  debit(talk, 20);

  expect([talk.say({ code: 0xa7 }), value(talk)]).toEqual(['', le(50, 4)]);
});

test('has nothing to commit or abort when nothing was written or read', () => {
  const talk = aPurse();

  const refused = [0xc7, 0xa7].map((code) => {
    talk.authenticate(2);
    return talk.say({ code });
  });

  expect(refused).toEqual(['no-changes', 'no-changes']);
});

test('commits what was only read, so that its MAC can prove it', () => {
  const card = aCard();
  const talk = aPurse(card);
  talk.authenticate(2);
  value(talk);

  expect([commit(talk).slice(0, 8), macOf(card)?.counter]).toEqual(['01000000', 1]);
});

test('proves what was read, not what was asked for', () => {
  const all = [aPurse(), aPurse()].map((talk, index) => {
    talk.authenticate(2);
    write(talk, '01020304');
    talk.say({ code: 0xc7 });
    talk.authenticate(2);
    records(talk, index);
    return commit(talk);
  });

  expect(all[0]).toBe(all[1]);
});

test.each([
  ['a debit below the lower limit', 0xdc, 2, 51, 'boundary-error'],
  ['a credit above the upper limit', 0x0c, 3, 51, 'boundary-error'],
  ['a negative sum', 0xdc, 2, -1, 'parameter-error'],
  ['a credit by a key that may only debit', 0x0c, 2, 1, 'authentication-error'],
  ['a debit by a key that may only read trips', 0xdc, 1, 1, 'authentication-error'],
  ['a limited credit where that is off', 0x1c, 2, 1, 'permission-denied'],
])('refuses %s', (_, code, key, sum, status) => {
  const card = aCard();
  const talk = aPurse(card);
  talk.authenticate(key);
  const before = card.snapshot();

  expect(talk.say({ code, header: purse, data: le(sum, 4) })).toBe(status);
  expect(card.snapshot()).toEqual(before);
});

test('adds up what one transaction does, within the limits at every step', () => {
  const talk = aPurse();
  talk.authenticate(3);
  talk.say({ code: 0x0c, header: purse, data: le(50, 4) });
  debit(talk, 100);
  talk.say({ code: 0x0c, header: purse, data: le(1, 4) });
  talk.say({ code: 0xc7 });

  expect(value(talk)).toBe(le(1, 4));
});

test('gives back at most what the last debit took, once', () => {
  const talk = aPurse(aCard(), '01');
  const giveBack = { code: 0x1c, header: purse, data: le(20, 4) };
  talk.authenticate(2);
  debit(talk, 20);
  talk.say({ code: 0xc7 });
  const given = [talk.say(giveBack), talk.say({ code: 0xc7 }), value(talk), talk.say(giveBack)];

  expect(given).toEqual(['', '', le(50, 4), 'boundary-error']);
});

test('takes the last debit alone for what may be given back', () => {
  const talk = aPurse(aCard(), '01');
  talk.authenticate(2);
  for (const sum of [20, 5]) {
    debit(talk, sum);
    talk.say({ code: 0xc7 });
  }

  expect(talk.say({ code: 0x1c, header: purse, data: le(6, 4) })).toBe('boundary-error');
});

test('writes nothing past the end of a record', () => {
  const talk = aPurse();
  talk.authenticate(2);
  const record = { code: 0x8b, header: `${trips}${le(1, 3)}${le(4, 3)}`, data: '01020304' };

  expect(talk.say(record)).toBe('boundary-error');
});

test('drops the oldest record of a full cyclic file at the commit', () => {
  const talk = aPurse();
  talk.authenticate(2);
  for (const record of ['01010101', '02020202', '03030303', '04040404']) {
    write(talk, record);
    talk.say({ code: 0xc7 });
  }
  talk.authenticate(1);

  expect(records(talk)).toBe('020202020303030304040404');
  expect(records(talk, 1)).toBe('04040404');
});

test('writes one record a transaction, however often it is written to', () => {
  const talk = aPurse();
  talk.authenticate(2);
  write(talk, '01010101');
  talk.say({ code: 0x8b, header: `${trips}${le(3, 3)}${le(1, 3)}`, data: 'ff' });
  talk.say({ code: 0xc7 });
  talk.authenticate(1);

  expect(records(talk)).toBe('010101ff');
});

test('has no record to read before the first is committed', () => {
  const talk = aPurse();
  talk.authenticate(2);
  write(talk, '01010101');
  talk.say({ code: 0xa7 });
  talk.authenticate(1);

  expect(records(talk, 1)).toBe('boundary-error');
});

test('clears records at the commit, and takes none in between', () => {
  const talk = aPurse();
  const clear = { code: 0xeb, header: trips };
  talk.authenticate(2);
  write(talk, '01010101');
  talk.say({ code: 0xc7 });
  const refused = [talk.say(clear), write(talk, '02020202')];
  talk.authenticate(2);
  talk.say(clear);
  talk.say({ code: 0xc7 });
  talk.authenticate(1);

  expect(refused).toEqual(['', 'command-aborted']);
  expect(records(talk, 1)).toBe('boundary-error');
});

test('refuses a further record in a full linear file', () => {
  const talk = aPurse();
  talk.say({ code: 0xc1, header: `04012012${le(4, 3)}${le(1, 3)}` });
  talk.authenticate(2);
  const record = { code: 0x8b, header: `04${le(0, 3)}${le(4, 3)}`, data: '01010101' };
  const first = [talk.say(record), talk.say({ code: 0xc7 })];

  expect([...first, talk.say(record)]).toEqual(['', '', 'boundary-error']);
});

/** The dialogue of a validator, command by command. */
const ride: readonly ((talk: CardTalk) => string)[] = [
  (talk) => readMac(talk),
  (talk) => value(talk),
  (talk) => debit(talk, 20),
  (talk) => write(talk, '01020304'),
  (talk) => commit(talk),
];

test.each([0, 1, 2, 3, 4])('remembers nothing of a ride torn off after %i commands', (answered) => {
  const card = aCard();
  const talk = aPurse(card);
  const before = card.snapshot();
  talk.authenticate(2);

  for (const step of ride.slice(0, answered)) step(talk);
  card.reset();

  expect(card.snapshot()).toEqual(before);
});

test('remembers all of a ride that was committed, whoever heard of it', () => {
  const card = aCard();
  const talk = aPurse(card);
  talk.authenticate(2);

  for (const step of ride) step(talk);
  card.reset();
  talk.raw(0x5a, transitAid);
  talk.authenticate(2);

  expect([value(talk), macOf(card)?.counter]).toEqual([le(30, 4), 1]);
});

test('aborts the transaction at any error', () => {
  const talk = aPurse();
  talk.authenticate(2);
  debit(talk, 20);
  talk.say({ code: 0x6c, header: '09' });
  // Authenticating as on EV1 would leave it alone.
  talk.authenticate(2, { generation: 'ev1' });

  expect(talk.say({ code: 0xc7, mode: 'plain' })).toBe('no-changes');
});

test('aborts the transaction when an application is selected', () => {
  const talk = aPurse();
  talk.authenticate(2);
  debit(talk, 20);
  talk.raw(0x5a, transitAid);
  talk.authenticate(2, { generation: 'ev1' });

  expect(talk.say({ code: 0xc7, mode: 'plain' })).toBe('no-changes');
});

test('does not bring a file back that was deleted before the commit', () => {
  const talk = aPurse();
  talk.authenticate(2);
  debit(talk, 20);
  talk.authenticate(0, { generation: 'ev1' });
  talk.say({ code: 0xdf, header: purse });

  const told = [talk.say({ code: 0xc7, mode: 'plain' }), talk.say({ code: 0x6f })];

  expect(told).toEqual(['', `${trips}0f`]);
});

test.each([
  ['keeps', 'ev1', ''],
  ['aborts', 'ev2', 'no-changes'],
] as const)('%s the transaction when a key is authenticated as in %s', (_, generation, status) => {
  const talk = aPurse();
  talk.authenticate(2);
  debit(talk, 20);
  talk.authenticate(3, { generation });

  expect(talk.say({ code: 0xc7, mode: generation === 'ev1' ? 'plain' : 'mac' })).toBe(status);
});

// MF2DL(H)x0 data sheet §10.3, put together by hand: no vector is published.
test('answers the commit with the counter and the MAC over the transaction', () => {
  const card = aCard();
  const talk = aPurse(card);
  talk.authenticate(2);
  const input = [
    `6c${purse}${le(50, 4)}`,
    `dc${purse}${le(20, 4)}`,
    `8b${trips}${le(0, 3)}${le(4, 3)}`,
    '01020304',
  ].map((part) => part.padEnd(32, '0'));
  const session = aesCmac(macKey, concat(bytesOf('5a0001008001000000'), someUid));
  const mac = aesCmac(session, bytesOf(input.join(''))).filter((_, index) => index % 2 === 1);

  const answers = ride.map((step) => step(talk));

  expect(answers.at(-1)).toBe(`01000000${hex(mac)}`);
  expect(readMac(talk)).toBe(answers.at(-1));
});

test('begins the MAC of the next transaction anew', () => {
  const ridden = aPurse();
  ridden.authenticate(2);
  for (const step of ride) step(ridden);
  debit(ridden, 5);
  const second = commit(ridden);
  const other = aPurse();
  other.authenticate(2);
  debit(other, 1);
  commit(other);
  debit(other, 5);

  expect(second).toBe(commit(other));
});

test('moves the MAC file with commits alone', () => {
  const step = fc.constantFrom<[string, (talk: CardTalk) => unknown]>(
    ['debit', (talk) => debit(talk, 1)],
    ['record', (talk) => write(talk, '0a0b0c0d')],
    ['abort', (talk) => talk.say({ code: 0xa7 })],
    ['read', (talk) => value(talk)],
    ['commit', (talk) => commit(talk)],
  );

  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const card = aCard();
      const talk = aPurse(card);
      talk.authenticate(2);
      let open = false;
      let commits = 0;
      for (const [name, act] of steps) {
        const ends = name === 'abort' || name === 'commit';
        // With nothing open both are an error, which ends the session.
        if (ends && !open) continue;
        act(talk);
        if (name === 'commit') commits += 1;
        open = !ends;
      }
      expect(macOf(card)?.counter).toBe(commits);
    }),
    { numRuns: 30 },
  );
});

test.each([
  ['ev2', '02', 'parameter-error'],
  ['ev2', '0100', 'length-error'],
  ['ev1', '00', 'length-error'],
] as const)('an %s card knows no option %s of the commit', (generation, option, status) => {
  const talk = withApplication(aCard({ generation }));
  talk.authenticate(0, { generation });
  talk.say({ code: 0xcc, header: `${purse}013022${le(0, 4)}${le(100, 4)}${le(50, 4)}00` });
  talk.authenticate(2, { generation });
  debit(talk, 20);

  expect(talk.say({ code: 0xc7, header: option })).toBe(status);
});

test('commits without a MAC file too, but cannot answer with one', () => {
  const talk = aPurse();
  talk.say({ code: 0xdf, header: '0f' });
  talk.authenticate(2);
  debit(talk, 20);
  const plain = [talk.say({ code: 0xc7 }), value(talk), talk.say({ code: 0xc7 })];
  talk.authenticate(2);
  debit(talk, 20);

  expect([...plain, commit(talk)]).toEqual(['', le(30, 4), 'no-changes', 'parameter-error']);
});

function macOf(card: DesfireCard) {
  const file = card.snapshot().applications.get(0xf54854)?.files.get(0x0f);
  return file?.kind === 'transaction-mac' ? file : undefined;
}
