import { expect, test } from 'vitest';
import { createSimCardField } from './card-field.ts';
import { createForeignCard } from './cards/foreign-card.ts';
import { createTicketPhone } from './cards/ticket-phone.ts';
import {
  type CardReaderStand,
  cardReaderContract,
  openSession,
  selectTicket,
} from './contracts/token-reader-card.ts';
import { createSimClock } from './sim-clock.ts';

cardReaderContract('the simulated card field', (): CardReaderStand => {
  const clock = createSimClock();
  const field = createSimCardField({ clock });
  return {
    reader: field,
    clock,
    async present(card, { tearAfterApdus, silent } = {}) {
      field.present(card, {
        ...(tearAfterApdus !== undefined && { tearAfterApdus }),
        ...(silent === true && { apduMs: Number.POSITIVE_INFINITY }),
      });
    },
    presentUnreadable: async () => field.failConnect(),
    remove: async () => field.remove(),
    elapse: (ms) => clock.advance(ms),
  };
});

function aField() {
  const clock = createSimClock({ monotonic: 1_000 });
  const field = createSimCardField({ clock });
  return { clock, field, session: openSession(field) };
}

test('takes as long for an answer as the card is said to take', async () => {
  const { clock, field, session } = aField();
  field.present(createForeignCard(), { apduMs: 30 });
  const { channel } = await session.nextCard();
  let answered = false;

  const answer = channel.transceive(selectTicket, 2_000).then(() => {
    answered = true;
  });
  await clock.advance(29);
  expect(answered).toBe(false);
  await clock.advance(1);

  await answer;
  expect(clock.monotonicNow()).toBe(1_030);
  expect(clock.sleepers).toBe(0);
});

test('reads two slots at once and keeps their conversations apart', async () => {
  const { field, session } = aField();
  field.present(createTicketPhone(Buffer.from('left')), { slot: 'left' });
  field.present(createForeignCard(), { slot: 'right' });
  const [left, right] = [await session.nextCard(), await session.nextCard()];

  const answers = await Promise.all([
    left.channel.transceive(selectTicket, 2_000),
    right.channel.transceive(selectTicket, 2_000),
  ]);
  field.remove('left');

  expect([left.reader, right.reader]).toEqual(['left', 'right']);
  expect(answers.map((answer) => answer.length)).toEqual([5, 2]);
  expect(left.channel.gone.aborted).toBe(true);
  expect(right.channel.gone.aborted).toBe(false);
});

test('loses its cards when unplugged, and reads the held ones when plugged in again', async () => {
  const { field, session } = aField();
  field.present(createForeignCard());
  const { channel } = await session.nextCard();

  field.unplug();
  field.present(createTicketPhone(Buffer.from('held')));
  field.replug();

  expect(channel.gone.aborted).toBe(true);
  expect((await session.nextCard()).atr).toEqual(createTicketPhone(Buffer.from('')).atr);
});

test('ends with service-unreachable while the service is stopped, and opens after it', async () => {
  const { field, session } = aField();
  field.present(createForeignCard());
  const { channel } = await session.nextCard();

  field.stopService();

  const unreachable = expect.objectContaining({ code: 'reader/service-unreachable' });
  await expect(session.next()).rejects.toThrow(unreachable);
  expect(channel.gone.aborted).toBe(true);
  await expect(openSession(field).next()).rejects.toThrow(unreachable);
  field.startService();
  expect(await openSession(field).nextCard()).toMatchObject({ reader: field.name });
});

test('lets a session that is over leave the next one alone', async () => {
  const { field, session } = aField();
  field.present(createForeignCard());
  await session.nextCard();
  session.abort();

  const second = openSession(field);
  const { channel } = await second.nextCard();
  await session.close();

  expect(channel.gone.aborted).toBe(false);
});

test('tells two cards that are held at once from one, and reads the next one', async () => {
  const { field, session } = aField();

  field.collide();
  expect(field.reportsCollision).toBe(true);
  expect(await session.next()).toMatchObject({ medium: 'unreadable', fault: 'card-collision' });
  field.present(createForeignCard());

  expect((await session.nextCard()).medium).toBe('nfc');
});
