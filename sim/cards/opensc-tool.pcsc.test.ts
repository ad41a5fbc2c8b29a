/**
 * The card models before a peer that is none of ours: OpenSC's opensc-tool sends commands through
 * pcscd, and its print of the answers is compared with the standards, not with what Halte reads.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { syntheticQris } from '../synthetic-qris.ts';
import { aTicket, bytesOf, gopay } from '../testing/builders.ts';
import { holdPcscd, listening, pcscdIsHere } from '../testing/pcsc-stand.ts';
import { aTransitCard } from '../testing/transit-cards.ts';
import type { CardModel } from './card-model.ts';
import { createQrisTapPhone } from './qris-tap-phone.ts';
import { createTicketPhone } from './ticket-phone.ts';
import { createUidCard } from './uid-card.ts';

const run = promisify(execFile);
const patience = { timeout: 5_000, interval: 50 };
const uid = bytesOf('04665544332211');

const hasPcscd = await pcscdIsHere('card models before opensc-tool');
const isHere = hasPcscd && (await openscIsHere());

async function openscIsHere(): Promise<boolean> {
  try {
    await run('opensc-tool', ['--version']);
    return true;
  } catch {
    process.stderr.write('tests before opensc-tool are skipped: apt-get install opensc\n');
    return false;
  }
}

async function opensc(...options: readonly string[]): Promise<string> {
  return (await run('opensc-tool', ['--reader', '0', ...options])).stdout;
}

/** The default driver adds no command of its own. @returns each answer in hexadecimal. */
async function converse(...apdus: readonly string[]): Promise<string[]> {
  const sending = apdus.flatMap((apdu) => ['--send-apdu', apdu]);
  const print = await opensc('--card-driver', 'default', ...sending);
  return print.split('Sending: ').slice(1).map(answerIn);
}

const statusLine = /^Received \(SW1=0x(..), SW2=0x(..)\)/m;

function answerIn(print: string): string {
  const [line = '', high = '', low = ''] = statusLine.exec(print) ?? expect.fail(print);
  const dump = print.slice(print.indexOf(line)).split('\n').slice(1);
  return `${dump.map(bytesIn).join('')}${high}${low}`.toLowerCase();
}

/** Three characters a byte in hexadecimal, then one a byte in ASCII, which may look the same. */
function bytesIn(line: string): string {
  return line.slice(0, (line.length / 4) * 3).replaceAll(' ', '');
}

describe.skipIf(!isHere)('with pcscd and opensc-tool', { timeout: 20_000 }, () => {
  const [slot] = holdPcscd();

  async function hold(model: CardModel): Promise<readonly string[]> {
    const { card, heard } = listening(model);
    await slot.remove();
    await slot.insert(card);
    await expect.poll(() => opensc('--list-readers'), patience).toMatch(/^0 +Yes/m);
    return heard;
  }

  test.each([
    // NXP AN10833: the ATS of a DESFire card is 06 75 77 81 02 80.
    ['a DESFire card', () => aTransitCard({ uid }), '3b:81:80:01:80:80'],
    // PC/SC part 3 §3.1.3.2.3.2: ISO 14443 A part 3, MIFARE Ultralight.
    [
      'an Ultralight',
      () => createUidCard(uid),
      '3b:8f:80:01:80:4f:0c:a0:00:00:03:06:03:00:03:00:00:00:00:68',
    ],
  ])('is told ATR and UID of %s, and the card is not asked', async (_, aCard, atr) => {
    const heard = await hold(await aCard());

    expect((await opensc('--atr')).trim()).toBe(atr);
    expect(await converse('ffca000000', 'ffca010000')).toEqual([`${hex(uid)}9000`, '6a81']);
    expect(heard).toEqual([]);
  });

  test('reads a ticket phone to the last byte, and nothing beyond', async () => {
    const ticket = aTicket();
    const apdus = ['00a4040007f048414c54450100', '00b0000000', '00b0000503', '00b0020000'];
    const heard = await hold(createTicketPhone(ticket));

    const answers = await converse(...apdus);

    expect(answers).toEqual([
      `01${ticket.length.toString(16).padStart(4, '0')}9000`,
      `${hex(ticket)}9000`,
      `${hex(ticket.subarray(5, 8))}9000`,
      '6b00',
    ]);
    expect(heard).toEqual(apdus);
  });

  const qrisCode = syntheticQris(gopay, createSimEntropy(1));
  const aQrisPhone = (recordBytes: number) =>
    createQrisTapPhone({ entropy: createSimEntropy(2), nextCode: () => qrisCode }, { recordBytes });
  const selectQris = '00a4040007a0000006022020';
  const qrisRecord = (record: string) => `00b2${record}0007a000000602202000`;

  test('reads a QRIS code in one record, of a phone that refuses a second', async () => {
    await hold(aQrisPhone(250));

    const answers = await converse(selectQris, qrisRecord('01'), qrisRecord('02'));

    expect(answers).toEqual(['9000', `${hex(utf8(qrisCode))}9000`, '0000']);
  });

  test('asks on status 61FF with GET RESPONSE as ISO/IEC 7816-4 would, and gets nothing', async () => {
    const heard = await hold(aQrisPhone(100));

    await expect(converse(selectQris, qrisRecord('01'))).rejects.toThrow('Card command failed');

    expect(heard).toEqual([selectQris, qrisRecord('01'), '00c00000ff']);
  });

  test.each([
    // NXP AN10833: vendor 04, type 01, hardware major 33 is EV3, 12 EV2 and 01 EV1, protocol 05.
    ['ev3', /^04010133....05/, '0f'],
    ['ev2', /^04010112....05/, '0f'],
    ['ev1', /^04010101....05/, ''],
  ] as const)('lists what an %s card lets everybody list', async (generation, version, macFile) => {
    await hold(await aTransitCard({ uid, generation }));

    const [hardware, software, production, ...answers] = await converse(
      '9060000000',
      '90af000000',
      '90af000000',
      '906a000000',
      '905a0000035448f500',
      '906f000000',
      '90640000010200',
    );

    expect(hardware).toMatch(version);
    expect(hardware).toMatch(/^.{14}91af$/);
    expect(software).toMatch(/^0401.{10}91af$/);
    // UID, batch, week and year.
    expect(production).toMatch(new RegExp(`^${hex(uid)}.{14}9100$`));
    expect(answers).toEqual(['5448f59100', '9100', `010302${macFile}9100`, '019100']);
  });

  test('gets nothing out of a transit card without a key', async () => {
    const card = await aTransitCard({ uid });
    const before = card.snapshot();
    await hold(card);

    // GetValue, Debit and ReadData of the application; FormatPICC of the card: authentication error.
    const answers = await converse(
      ...['905a0000035448f500', '906c0000010200', '90dc000005020100000000'],
      ...['90ad0000070100000060000000', '905a00000300000000', '90fc000000'],
    );

    expect(answers).toEqual(['9100', '91ae', '91ae', '91ae', '9100', '91ae']);
    expect(card.snapshot()).toEqual(before);
  });
});
