import { expect, test } from 'vitest';
import { respondThroughReader } from '../../../sim/card-reader-layer.ts';
import type { CardModel } from '../../../sim/cards/card-model.ts';
import { createForeignCard } from '../../../sim/cards/foreign-card.ts';
import { createTicketPhone } from '../../../sim/cards/ticket-phone.ts';
import { createUidCard } from '../../../sim/cards/uid-card.ts';
import { aTicket, bytesOf, keyed } from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { readCard } from './read-card.ts';

const challenge = new Uint8Array(16).fill(0xc5);
const uid = bytesOf('04112233445566');

/** What is said to a card, and what comes of it. There are no keys. */
function converse(card: CardModel) {
  const sent: string[] = [];
  let step = readCard(card.atr, { keyed, challenge });
  while (step.step !== 'end') {
    if (step.step === 'key') step = step.answer(undefined);
    else {
      sent.push(hex(step.apdu));
      step = step.answer(respondThroughReader(card, step.apdu));
    }
  }
  const { result } = step;
  return { sent, said: result.ok ? result.value.format : result.fault.reason, result };
}

test.each(['ultralight', 'classic-1k'] as const)('asks of a %s card its UID alone', (kind) => {
  const { sent, said } = converse(createUidCard(uid, kind));

  expect(sent).toEqual(['ffca000000']);
  expect(said).toBe('uid-card');
});

test('knows a UID card by the keyed hash of its UID', () => {
  const { result } = converse(createUidCard(uid));

  expect(result).toMatchObject({
    value: { tokenKey: keyed('card', uid), proof: { kind: 'identifier' } },
  });
});

test('reads a ticket phone without asking for its UID', () => {
  const { sent, said } = converse(createTicketPhone(aTicket()));

  expect(sent).not.toContain('ffca000000');
  expect(said).toBe('halte-ticket');
});

test('asks for a UID last of all, after every application that it knows', () => {
  const { sent, said } = converse(createUidCard(uid, 'iso-14443-4'));

  expect(sent).toEqual([
    '00a4040007f048414c54450100',
    '00a4040007a0000006022020',
    'ffca000000',
    '905a00000354' + '48f500',
  ]);
  expect(said).toBe('uid-card');
});

test('tells a phone without a ticket to open its app, for its UID is new each time', () => {
  expect(converse(createUidCard(bytesOf('08aabbcc'), 'iso-14443-4')).said).toBe('open-your-app');
});

test.each(['04aabb', '08aabbcc00', ''])('takes %s for no UID', (bytes) => {
  expect(converse(createUidCard(bytesOf(bytes))).said).toBe('card-answer-invalid');
});

test('does not know a card whose reader tells no UID', () => {
  expect(converse(createForeignCard()).said).toBe('unknown-card');
});

/** RIDs of payment schemes, EMVCo registry, and the name of the payment environment. */
const paymentNames = ['a000000003', 'a000000004', 'a000000025', '325041592e', '315041592e'];

test('never selects a payment application, whatever the card is', () => {
  const cards = [
    createForeignCard(),
    createUidCard(uid),
    createUidCard(uid, 'iso-14443-4'),
    createTicketPhone(aTicket()),
  ];

  const said = cards.flatMap((card) => converse(card).sent).join(' ');

  expect(paymentNames.filter((name) => said.includes(name))).toEqual([]);
});
