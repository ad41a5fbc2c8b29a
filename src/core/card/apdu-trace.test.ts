import { expect, test } from 'vitest';
import { createTicketPhone } from '../../../sim/cards/ticket-phone.ts';
import {
  aHolderKey,
  aTicket,
  bytesOf,
  holderKey,
  keyed,
  parsedValue,
} from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { faulty, parsed } from '../parsed.ts';
import {
  binaryOf,
  challengeOf,
  type Exchange,
  parseApduTrace,
  replayDialogue,
  traceDigitsMax,
  traceLinesMax,
} from './apdu-trace.ts';
import { askKey, type CardDialogue, end, send } from './dialogue.ts';
import { readTicketPhone } from './ticket-phone.ts';

const challenge = bytesOf('000102030405060708090a0b0c0d0e0f');
const ticket = aTicket({ holder: aHolderKey() });

/** What a phone with a ticket and a validator say to each other. */
function talk(): readonly Exchange[] {
  const phone = createTicketPhone(ticket, holderKey);
  const exchanges: Exchange[] = [];
  let step = readTicketPhone({ keyed, challenge });
  while (step.step === 'send') {
    const response = Uint8Array.from(phone.respond(step.apdu));
    exchanges.push({ command: step.apdu, response });
    step = step.answer(response);
  }
  return exchanges;
}

function exchanges(...pairs: readonly [string, string?][]): readonly Exchange[] {
  return pairs.map(([command, response]) => ({
    command: bytesOf(command),
    ...(response !== undefined && { response: bytesOf(response) }),
  }));
}

/** Sends the commands one after the other, whatever is answered; its result is all the answers. */
function asks(commands: readonly string[], answers: readonly string[] = []): CardDialogue<string> {
  const [command, ...rest] = commands;
  if (command === undefined) return end(parsed(answers.join(' ')));
  return send(bytesOf(command), ({ data }) => asks(rest, [...answers, hex(data)]));
}

test('reads commands and answers, in either case and with any spaces', () => {
  const trace = parseApduTrace('> 00 B0 00 00 02\n< 0a0b 9000\r\n\n>ffca000000\n');

  expect(trace).toEqual(parsed(exchanges(['00b0000002', '0a0b9000'], ['ffca000000'])));
});

test.each([
  ['an answer first', '< 9000', 'line 1 is an answer without a command'],
  ['two answers', '> 00\n< 9000\n< 9000', 'line 3 is an answer without a command'],
  ['half a byte', '> 00\n< 900', 'line 2 is not whole bytes in hexadecimal'],
  ['no bytes', '>\n', 'line 1 is not whole bytes in hexadecimal'],
  ['other letters', '\n> 0g', 'line 2 is not whole bytes in hexadecimal'],
  ['no direction', '> 00\n9000', 'line 2 begins with neither > nor <'],
  ['nothing', '\n \n', 'line 2 is the last, and none has a command'],
])('names the line with %s', (_, text, detail) => {
  expect(parseApduTrace(text)).toEqual(faulty('unknown-format', detail));
});

test('takes the longest line and the most lines, and no more', () => {
  const lines = (count: number) => Array.from({ length: count }, () => '> 00').join('\n');

  expect(parseApduTrace(`> ${'0'.repeat(traceDigitsMax)}`).ok).toBe(true);
  expect(parseApduTrace(`> ${'0'.repeat(traceDigitsMax + 2)}`)).toEqual(
    faulty('unknown-format', `line 1 has more than ${traceDigitsMax} digits`),
  );
  expect(parseApduTrace(`${lines(traceLinesMax)}\n`).ok).toBe(true);
  expect(parseApduTrace(lines(traceLinesMax + 1))).toEqual(
    faulty('unknown-format', `line ${traceLinesMax + 1} is too many: at most ${traceLinesMax}`),
  );
});

test('finds the ticket, its proof and the challenge in the trace of a phone', () => {
  const trace = talk();

  const replay = replayDialogue(
    readTicketPhone({ keyed, challenge: challengeOf(trace) ?? new Uint8Array() }),
    trace,
  );

  expect(challengeOf(trace)).toEqual(challenge);
  expect(hex(binaryOf(trace))).toBe(hex(ticket));
  const token = parsedValue('result' in replay ? replay.result : faulty('card-gone', 'unasked'));
  expect(token.holder?.proof?.signature).toHaveLength(64);
});

test('answers one command asked twice as the card did, in order', () => {
  const trace = exchanges(['00b0000001', '0a9000'], ['00b0000001', '0b9000']);

  expect(replayDialogue(asks(['00b0000001', '00b0000001']), trace)).toEqual({
    result: parsed('0a 0b'),
  });
});

test('knows a command again that was recorded without its Le of zero', () => {
  const trace = exchanges(['00a4040002aabb', '0c9000']);

  expect(replayDialogue(asks(['00a4040002aabb00']), trace)).toEqual({ result: parsed('0c') });
});

test('answers the selection of what nobody selected as a card that does not have it', () => {
  const asked = (status: number) => end(parsed(status));

  expect(
    replayDialogue(
      send(bytesOf('00a4040002aabb00'), ({ status }) => asked(status)),
      [],
    ),
  ).toEqual({ result: parsed(0x6a82) });
  expect(
    replayDialogue(
      send(bytesOf('905a000003aabbcc00'), ({ status }) => asked(status)),
      [],
    ),
  ).toEqual({ result: parsed(0x91a0) });
});

test('says what a validator would ask and the trace does not tell', () => {
  expect(replayDialogue(asks(['ffca000000']), [])).toEqual({ unasked: 'GET DATA UID' });
});

test('ends as a card that is gone where a command has no answer', () => {
  expect(replayDialogue(asks(['ffca000000']), exchanges(['ffca000000']))).toEqual({
    result: faulty('card-gone', 'no answer to GET DATA UID'),
  });
});

test('has no keys, and an end to dialogues without one', () => {
  const wanted = { key: 'debit', version: 0, diversification: bytesOf('00') };
  const endless = (): CardDialogue<string> => send(bytesOf('00a40400'), endless);

  expect(
    replayDialogue(
      askKey(wanted, () => endless()),
      [],
    ),
  ).toEqual({
    unasked: 'a key of the card',
  });
  expect(replayDialogue(endless(), [])).toMatchObject({
    result: { fault: { reason: 'card-answer-invalid' } },
  });
});

test('puts READ BINARY together only where one follows on the other', () => {
  const trace = exchanges(
    ['00b0000002', '0a0b9000'],
    ['00b0000402', '0e0f9000'],
    ['00b0000202', '6b00'],
    ['00b0000201', '0c9000'],
  );

  expect(hex(binaryOf(trace))).toBe('0a0b0c');
  expect(challengeOf(trace)).toBeUndefined();
});
