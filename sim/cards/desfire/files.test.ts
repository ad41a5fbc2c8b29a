import { expect, test } from 'vitest';
import { aCard, type CardTalk, le, withApplication } from './card-talk.ts';
import type { CommMode } from './memory.ts';

const modes = { plain: '00', mac: '01', full: '03' } as const;

/** Files 1 and 2 of 64 bytes: read 1, write 2, read&write 3, change 0; the second is a backup file. */
function withDataFiles(mode: CommMode, generation: 'ev1' | 'ev2' = 'ev2'): CardTalk {
  const talk = withApplication(aCard({ generation }));
  talk.authenticate(0, { generation });
  for (const [code, number] of [
    [0xcd, '01'],
    [0xcb, '02'],
  ] as const) {
    const header = `${number}${modes[mode]}3012${le(64, 3)}`;
    talk.say({ code, header, mode: generation === 'ev1' ? 'plain' : 'mac' });
  }
  return talk;
}

const data = '00112233445566778899aabbccddeeff0123';
const header = `01${le(5, 3)}${le(18, 3)}`;

const both = (['ev1', 'ev2'] as const).flatMap((generation) =>
  (['plain', 'mac', 'full'] as const).map((mode) => [generation, mode] as const),
);

test.each(both)('writes and reads an %s file in %s mode', (generation, mode) => {
  const talk = withDataFiles(mode, generation);
  talk.authenticate(3, { generation });

  expect(talk.say({ code: 0x3d, header, data, mode })).toBe('');
  expect(talk.say({ code: 0xbd, header, mode, answerBytes: 18 })).toBe(data);
});

test('answers in one frame what EV2 readers ask for, and in several what older ones do', () => {
  const talk = withDataFiles('full');
  const reading = { header: `01${le(0, 3)}${le(64, 3)}`, mode: 'full' } as const;
  talk.authenticate(1);
  const zeros = '00'.repeat(64);

  expect(talk.say({ code: 0xad, ...reading })).toBe(zeros);
  expect(talk.say({ code: 0xbd, ...reading })).toBe(zeros);
});

test('takes a long command in several frames', () => {
  const talk = withApplication(aCard(), '0f');
  talk.raw(0xcd, `0100eeee${le(64, 3)}`);
  const bytes = Array.from({ length: 64 }, (_, n) => le(n, 1)).join('');

  const frames = [
    talk.raw(0x3d, `01${le(0, 3)}${le(64, 3)}${bytes.slice(0, 60)}`),
    talk.raw(0xaf, bytes.slice(60, 120)),
    talk.raw(0xaf, bytes.slice(120)),
  ];

  expect(frames).toEqual(['91af', '91af', '9100']);
  expect(talk.raw(0xbd, `01${le(0, 3)}${le(0, 3)}`)).toBe(`${bytes.slice(0, 118)}91af`);
  expect(talk.raw(0xaf)).toBe(`${bytes.slice(118)}9100`);
});

test.each([
  ['ev1', '917e'],
  ['ev2', '9100'],
] as const)('an %s card answers a frame of 60 bytes with %s', (generation, status) => {
  const talk = withApplication(aCard({ generation }), '0f');
  talk.raw(0xcd, `0100eeee${le(64, 3)}`);

  expect(talk.raw(0x3d, `01${le(0, 3)}${le(53, 3)}${'00'.repeat(53)}`)).toBe(status);
});

test('refuses a chained command that brings too much, or asks for more than any card has', () => {
  const talk = withApplication(aCard(), '0f');
  talk.raw(0xcd, `0100eeee${le(64, 3)}`);
  talk.raw(0x3d, `01${le(0, 3)}${le(8, 3)}00`);

  expect(talk.raw(0xaf, '00'.repeat(8))).toBe('917e');
  expect(talk.raw(0x3d, `01${le(0, 3)}ffffff00`)).toBe('91be');
});

test.each([
  ['the key that may read', 1, 0xbd, '00'],
  ['the key that may write', 2, 0x3d, ''],
  ['the key that may do both', 3, 0xbd, '00'],
])('allows %s', (_, key, code, answer) => {
  const talk = withDataFiles('mac');
  talk.authenticate(key);
  const written = code === 0x3d ? '55' : '';

  expect(talk.say({ code, header: `01${le(0, 3)}${le(1, 3)}`, data: written })).toBe(answer);
});

test.each([
  ['reading to the key that may write', 2, 0xbd],
  ['writing to the key that may read', 1, 0x3d],
  ['reading to the master key', 0, 0xbd],
])('denies %s', (_, key, code) => {
  const talk = withDataFiles('mac');
  talk.authenticate(key);
  const written = code === 0x3d ? '55' : '';

  expect(talk.say({ code, header: `01${le(0, 3)}${le(1, 3)}`, data: written })).toBe(
    'authentication-error',
  );
});

test('denies everybody what nobody may, and speaks plainly where everybody may', () => {
  const talk = withApplication(aCard(), '0f');
  talk.raw(0xcd, `0103ffff${le(16, 3)}`);
  talk.raw(0xcd, `0203eeee${le(16, 3)}`);

  expect(talk.raw(0xbd, `01${le(0, 3)}${le(1, 3)}`)).toBe('919d');
  expect(talk.raw(0xbd, `02${le(0, 3)}${le(1, 3)}`)).toBe('009100');
  talk.authenticate(0);
  const header = `02${le(0, 3)}${le(1, 3)}`;
  expect(talk.say({ code: 0xbd, header, mode: 'plain', answerBytes: 1 })).toBe('00');
});

test.each([
  ['past the end', `01${le(60, 3)}${le(5, 3)}`],
  ['from the end', `01${le(64, 3)}${le(0, 3)}`],
])('reads nothing %s', (_, beyond) => {
  const talk = withDataFiles('mac');
  talk.authenticate(1);

  expect(talk.say({ code: 0xbd, header: beyond })).toBe('boundary-error');
});

test.each([0x3d, 0x8d])('writes nothing past the end with command %i', (code) => {
  const talk = withDataFiles('mac');
  talk.authenticate(2);

  expect(talk.say({ code, header: `01${le(63, 3)}${le(2, 3)}`, data: '1234' })).toBe(
    'boundary-error',
  );
});

test('shows what was written to a backup file after the commit', () => {
  const talk = withDataFiles('mac');
  const reading = { code: 0xbd, header: `02${le(0, 3)}${le(2, 3)}`, answerBytes: 2 };
  talk.authenticate(3);
  talk.say({ code: 0x3d, header: `02${le(0, 3)}${le(2, 3)}`, data: '1234' });
  const before = talk.say(reading);
  talk.say({ code: 0xc7 });

  expect([before, talk.say(reading)]).toEqual(['0000', '1234']);
});

test.each([
  [0xcd, '0103301220000000', 'length-error'],
  [0xcd, '01023012000000', 'parameter-error'],
  [0xcd, '01053012200000', 'parameter-error'],
  [0xcd, '20033012200000', 'parameter-error'],
  [0xc0, '0101301220000004000000', 'length-error'],
  [0xc0, '01013012200000010000', 'parameter-error'],
  [0xc1, '01013012000000010000', 'parameter-error'],
  [0xcc, '010130120a000000050000000500000000', 'parameter-error'],
  [0xcc, '0101301200000000050000000600000000', 'parameter-error'],
])('command %i does not create %s', (code, settings, status) => {
  const talk = withApplication(aCard());
  talk.authenticate(0);

  expect(talk.say({ code, header: settings })).toBe(status);
});

test('describes, lists, changes and deletes its files', () => {
  const talk = withDataFiles('mac');
  talk.say({ code: 0xcc, header: `03013012${le(0, 4)}${le(100, 4)}${le(7, 4)}01` });
  talk.say({ code: 0xc0, header: `04013012${le(32, 3)}${le(11, 3)}` });
  const key = 'ab'.repeat(16);
  talk.say({ code: 0xce, header: '0f00f02f02', data: `${key}01`, mode: 'full' });

  const listed = talk.say({ code: 0x6f });
  const described = ['01', '02', '03', '04', '0f'].map((number) =>
    talk.say({ code: 0xf5, header: number }),
  );
  const changed = talk.say({ code: 0x5f, header: '01', data: '001101', mode: 'full' });

  expect(listed).toBe('010203040f');
  expect(described).toEqual([
    '00013012400000',
    '01013012400000',
    '0201301200000000640000000000000001',
    '040130122000000b0000000000',
    '0500f02f0201',
  ]);
  expect([changed, talk.say({ code: 0xf5, header: '01' })]).toEqual(['', '00001101400000']);
  expect(talk.say({ code: 0xdf, header: '01' })).toBe('');
  expect(talk.say({ code: 0x6f })).toBe('0203040f');
});

test('changes the settings of a file for the key that may, and no other', () => {
  const talk = withApplication(aCard());
  talk.authenticate(0);
  talk.say({ code: 0xcd, header: `01013112${le(16, 3)}` });
  const change = { code: 0x5f, header: '01', data: '003112', mode: 'full' } as const;
  const refused = talk.say(change);
  talk.authenticate(1);

  expect([refused, talk.say(change)]).toEqual(['authentication-error', '']);
});

test.each(['f023', '302f'])('takes no writing rights on a transaction MAC file: %s', (rights) => {
  const talk = withApplication(aCard());
  talk.authenticate(0);
  const data = `${'ab'.repeat(16)}01`;

  const status = talk.say({ code: 0xce, header: `0f00${rights}02`, data, mode: 'full' });

  expect(status).toBe('parameter-error');
});

test('creates no second file of a number, and no second transaction MAC file', () => {
  const talk = withDataFiles('mac');
  const key = `${'ab'.repeat(16)}01`;
  talk.say({ code: 0xce, header: '0f00f02f02', data: key, mode: 'full' });
  const second = talk.say({ code: 0xce, header: '0e00f02f02', data: key, mode: 'full' });
  talk.authenticate(0);

  expect(second).toBe('other');
  expect(talk.say({ code: 0xcd, header: `01013012${le(1, 3)}` })).toBe('other');
});

test('keeps files apart from the card itself', () => {
  const talk = withApplication(aCard());
  talk.raw(0x5a, '000000');

  expect([talk.raw(0x6f), talk.raw(0xcd, `0100eeee${le(1, 3)}`)]).toEqual(['919d', '919d']);
});
