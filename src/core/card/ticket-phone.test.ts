import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTicketPhone, ticketAid } from '../../../sim/cards/ticket-phone.ts';
import {
  aHolderKey,
  aTicket,
  aTicketToken,
  bytesOf,
  holderKey,
  issuerKey,
  issuerKid,
  keyed,
  parsedValue,
  someClaims,
  someFacts,
  someNow,
  strangerKey,
} from '../../../sim/testing/builders.ts';
import { hex } from '../bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../crypto/cbor.ts';
import { signCose } from '../crypto/cose-sign1.ts';
import { faulty, type Parsed } from '../parsed.ts';
import { genuine } from '../rules/genuine.ts';
import { held } from '../rules/held.ts';
import { encodeClaims } from '../ticket/claims.ts';
import { ticketContext } from '../ticket/envelope.ts';
import { presentTicket } from '../ticket/presentation.ts';
import { ticketBytesMax } from '../token/halte-ticket.ts';
import type { Token } from '../token/token.ts';
import { dialogueCommandsMax } from './dialogue.ts';
import { readTicketPhone, ticketPhoneAid } from './ticket-phone.ts';

interface Conversation {
  readonly sent: readonly string[];
  readonly result: Parsed<Token> | 'still asking';
}

/** Drives the dialogue against a card. */
function converse(card: (apdu: Uint8Array) => Uint8Array): Conversation {
  const sent: string[] = [];
  let step = readTicketPhone({ keyed, challenge });
  while (step.step !== 'end') {
    if (step.step === 'key') throw new Error('a ticket phone has no card keys');
    if (sent.length === dialogueCommandsMax) return { sent, result: 'still asking' };
    sent.push(hex(step.apdu));
    step = step.answer(card(step.apdu));
  }
  return { sent, result: step.result };
}

/** Against answers in hex, one after the other. */
function script(...answers: readonly string[]): Conversation {
  const left = [...answers];
  return converse(() => bytesOf(left.shift() ?? ''));
}

const challenge = new Uint8Array(16).fill(0xc5);
const select = '00a4040007f048414c54450100';
const empty = new Uint8Array();

test('selects the application that the simulated phone has', () => {
  expect(hex(ticketPhoneAid)).toBe(hex(ticketAid));
});

test('reads a ticket of one piece', () => {
  const ticket = aTicket();
  const length = ticket.length.toString(16).padStart(2, '0');

  const { sent, result } = script(`0100${length}9000`, `${hex(ticket)}9000`);

  expect(sent).toEqual([select, `00b00000${length}`]);
  expect(result).toEqual({ ok: true, value: aTicketToken() });
});

test.each([
  [1, ['00b0000001']],
  [240, ['00b00000f0']],
  [241, ['00b00000f0', '00b000f001']],
  [480, ['00b00000f0', '00b000f0f0']],
  [ticketBytesMax, ['00b00000f0', '00b000f0f0', '00b001e020']],
])('asks for %i bytes in pieces of 240', (length, commands) => {
  const phone = createTicketPhone(new Uint8Array(length));

  const { sent, result } = converse((apdu) => phone.respond(apdu));

  expect(sent).toEqual([select, ...commands]);
  expect(result).toEqual(faulty('malformed-token', expect.stringMatching(/ at byte [01]$/)));
});

test('puts the pieces of a long ticket together in their order', () => {
  const claims = decodeCbor(encodeClaims(someClaims())) as Map<number, Cbor>;
  const payload = encodeCbor(new Map([...claims, [99, new Uint8Array(300).fill(9)]]));
  const ticket = signCose({ signer: issuerKey, kid: issuerKid }, payload, ticketContext);
  const phone = createTicketPhone(ticket);

  const { sent, result } = converse((apdu) => phone.respond(apdu));

  expect(sent).toHaveLength(3);
  const token = parsedValue(result as Parsed<Token>);
  expect(genuine(someFacts({ token }))).toBeUndefined();
});

const heldTicket = aTicket({ holder: aHolderKey() });

function judgeHolder({ result }: Conversation) {
  return held(someFacts({ token: parsedValue(result as Parsed<Token>) }));
}

test('has a ticket of a named holder proved for its challenge', () => {
  const phone = createTicketPhone(heldTicket, holderKey);

  const conversation = converse((apdu) => phone.respond(apdu));

  expect(conversation.sent.at(-1)).toBe(`0088000010${hex(challenge)}00`);
  expect(judgeHolder(conversation)).toBeUndefined();
});

test.each([
  ['with another key', createTicketPhone(heldTicket, strangerKey), 'holder-proof-invalid'],
  ['without any key', createTicketPhone(heldTicket), 'holder-proof-missing'],
])('tells a copied ticket on a phone %s', (_, phone, reason) => {
  expect(judgeHolder(converse((apdu) => phone.respond(apdu)))).toBe(reason);
});

test('takes no proof that was recorded from a code in place of an answer', () => {
  const recorded = presentTicket(heldTicket, holderKey, someNow);
  const phone = createTicketPhone(recorded);

  expect(converse((apdu) => phone.respond(apdu)).result).toEqual(
    faulty('malformed-token', 'no array of four at byte 0'),
  );
});

test('asks no proof of a ticket that names no holder', () => {
  const phone = createTicketPhone(aTicket(), holderKey);

  expect(converse((apdu) => phone.respond(apdu)).sent).toHaveLength(2);
});

test.each([
  ['6a82', 'SELECT answered 6a82'],
  ['6d00', 'SELECT answered 6d00'],
  ['0100109001', 'SELECT answered 9001'],
  ['0000', 'SELECT answered 0000'],
  ['0200109000', 'application version 2'],
])('knows no card that answers SELECT with %s', (answer, detail) => {
  expect(script(answer)).toEqual({ sent: [select], result: faulty('unknown-card', detail) });
});

test.each([
  ['', 'no status word'],
  ['90', 'no status word'],
  ['9000', 'SELECT answered no version and length'],
  ['019000', 'SELECT answered no version and length'],
  ['01009000', 'SELECT answered no version and length'],
])('asks to try again when SELECT is answered with "%s"', (answer, detail) => {
  expect(script(answer).result).toEqual(faulty('card-answer-invalid', detail));
});

test.each([
  ['0100009000', 'ticket of 0 bytes'],
  ['0102019000', 'ticket of 513 bytes'],
  ['01ffff9000', 'ticket of 65535 bytes'],
])('asks for nothing more when SELECT is answered with %s', (answer, detail) => {
  expect(script(answer)).toEqual({ sent: [select], result: faulty('malformed-token', detail) });
});

test('allows a newer phone to answer more to SELECT', () => {
  expect(script('010001aabbcc9000', 'ff9000').sent).toEqual([select, '00b0000001']);
});

test.each([
  ['', 'no status word'],
  ['9000', 'READ BINARY answered 9000'],
  ['aabb9000', 'READ BINARY answered 9000'],
  ['aabbccdd9000', 'READ BINARY answered 9000'],
  ['aabbcc6282', 'READ BINARY answered 6282'],
  ['6b00', 'READ BINARY answered 6b00'],
])('asks to try again when READ BINARY of three bytes is answered with "%s"', (answer, detail) => {
  const { sent, result } = script('0100039000', answer);

  expect(sent).toHaveLength(2);
  expect(result).toEqual(faulty('card-answer-invalid', detail));
});

test('asks to try again when a later piece is short', () => {
  const { result } = script('0100f39000', `${'00'.repeat(240)}9000`, '00009000');

  expect(result).toEqual(faulty('card-answer-invalid', 'READ BINARY answered 9000'));
});

test('ends within the bound of commands, whatever the card answers', () => {
  const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(bytesOf('010200')));
  const status = fc.constantFrom(bytesOf('9000'), bytesOf('6100'), empty);
  const answers = fc.array(fc.tuple(data, status), { maxLength: 8 });

  fc.assert(
    fc.property(answers, (scripted) => {
      const left = scripted.map((parts) => Buffer.concat(parts));

      expect(converse(() => left.shift() ?? empty).result).not.toBe('still asking');
    }),
    { numRuns: 500 },
  );
});

test('ends within the bound of commands with a card that gives what it is asked for', () => {
  fc.assert(
    fc.property(fc.nat(0xffff), fc.nat(255), (length, fill) => {
      const first = Uint8Array.of(1, length >> 8, length & 0xff, 0x90, 0);
      const { sent, result } = converse((apdu) =>
        apdu[1] === 0xa4
          ? first
          : Uint8Array.of(...new Uint8Array(apdu[4] ?? 0).fill(fill), 0x90, 0),
      );

      expect(sent.length).toBeLessThanOrEqual(4);
      expect(result).toMatchObject({ fault: { reason: 'malformed-token' } });
    }),
  );
});
