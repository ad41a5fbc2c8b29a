import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createForeignCard } from '../../../sim/cards/foreign-card.ts';
import { createQrisTapPhone } from '../../../sim/cards/qris-tap-phone.ts';
import { createSimEntropy } from '../../../sim/sim-chance.ts';
import { syntheticQris } from '../../../sim/synthetic-qris.ts';
import { bytesOf, gopay, keyed, parsedValue } from '../../../sim/testing/builders.ts';
import { hex, utf8 } from '../bytes.ts';
import { faulty, type Parsed } from '../parsed.ts';
import { parseQrisCpm } from '../token/qris-cpm.ts';
import type { Token } from '../token/token.ts';
import { dialogueCommandsMax } from './dialogue.ts';
import { type QrisTapProfile, qrisTapRecordsMax, readQrisTap } from './qris-tap.ts';

interface Conversation {
  readonly sent: readonly string[];
  readonly result: Parsed<Token> | 'still asking';
}

/** Drives the dialogue against a card. */
function converse(card: (apdu: Uint8Array) => Uint8Array, profile?: QrisTapProfile): Conversation {
  const sent: string[] = [];
  let step = readQrisTap({ keyed, qrisTap: profile });
  while (step.step === 'send') {
    if (sent.length === dialogueCommandsMax) return { sent, result: 'still asking' };
    sent.push(hex(step.apdu));
    step = step.answer(card(step.apdu));
  }
  return { sent, result: step.step === 'end' ? step.result : 'still asking' };
}

/** Against answers in hex, one after the other. */
function script(...answers: readonly string[]): Conversation {
  const left = [...answers];
  return converse(() => bytesOf(left.shift() ?? ''));
}

const select = '00a4040007a0000006022020';
const firstRecord = '00b2010007a000000602202000';
const secondRecord = '00b2020007a000000602202000';

const code = utf8(syntheticQris(gopay, createSimEntropy(1)));

/** The dialogue as it stands in the code of a bank's terminal and of a phone's card emulation. */
test('reads a code of one record', () => {
  const { sent, result } = script('9000', `${hex(code)}9000`);

  expect(sent).toEqual([select, firstRecord]);
  expect(parsedValue(result as Parsed<Token>).issuer).toBe(gopay);
});

test('reads on when the status tells of another record', () => {
  const [first, rest] = [code.subarray(0, 100), code.subarray(100)].map(hex);

  const { sent, result } = script('9000', `${first}61ff`, `${rest}9000`);

  expect(sent).toEqual([select, firstRecord, secondRecord]);
  expect(result).toEqual(parseQrisCpm(code, keyed));
});

test.each([45, 100, 250])(
  'makes of a tap in pieces of %i the token of the QR code',
  (recordBytes) => {
    const text = syntheticQris(gopay, createSimEntropy(1), { chequeDigits: 57 });
    const deps = { entropy: createSimEntropy(1), nextCode: () => text };
    const phone = createQrisTapPhone(deps, { recordBytes });

    const { result } = converse((apdu) => phone.respond(apdu));
    const token = parsedValue(result as Parsed<Token>);

    expect(result).toEqual(parseQrisCpm(utf8(text), keyed));
    expect(token.secret?.reveal()).toEqual(utf8(text));
  },
);

test('gives the next tap of a phone another token of the same account', () => {
  const entropy = createSimEntropy(1);
  const phone = createQrisTapPhone({ entropy, nextCode: () => syntheticQris(gopay, entropy) });
  const tap = () => {
    phone.reset?.();
    return parsedValue(converse((apdu) => phone.respond(apdu)).result as Parsed<Token>);
  };

  const [first, second] = [tap(), tap()];

  expect(second.tokenKey).not.toEqual(first.tokenKey);
  expect(second.accountKey).toEqual(first.accountKey);
});

test('takes a card of another kind for unknown, and asks it no more', () => {
  const card = createForeignCard();

  expect(converse((apdu) => card.respond(apdu))).toEqual({
    sent: [select],
    result: faulty('unknown-card', 'SELECT answered 6a82'),
  });
});

test.each([
  ['0000', 'SELECT answered 0000'],
  ['6d00', 'SELECT answered 6d00'],
  ['61ff', 'SELECT answered 61ff'],
])('knows no phone that answers SELECT with %s', (answer, detail) => {
  expect(script(answer)).toEqual({ sent: [select], result: faulty('unknown-card', detail) });
});

test('allows a phone to tell about itself in the answer to SELECT', () => {
  expect(script('6f0784059000', `${hex(code)}9000`).result).toEqual(parseQrisCpm(code, keyed));
});

test.each([
  ['0000', 'READ RECORD 1 answered 0000'],
  ['6a83', 'READ RECORD 1 answered 6a83'],
  ['aabb6110', 'READ RECORD 1 answered 6110'],
  ['', 'no status word'],
  ['90', 'no status word'],
])('asks to try again when the first record is answered with "%s"', (answer, detail) => {
  expect(script('9000', answer)).toEqual({
    sent: [select, firstRecord],
    result: faulty('card-answer-invalid', detail),
  });
});

test('asks to try again when a later record is not there', () => {
  expect(script('9000', `${hex(code.subarray(0, 100))}61ff`, '0000').result).toEqual(
    faulty('card-answer-invalid', 'READ RECORD 2 answered 0000'),
  );
});

test('takes a text that is no code for what it is', () => {
  expect(script('9000', `${hex(utf8('not base64!'))}9000`).result).toEqual(
    faulty('malformed-token', 'not base64 at byte 3 of the text'),
  );
  expect(script('9000', '9000').result).toEqual(
    faulty('malformed-token', 'tag 85 is not CPV01 at byte 0'),
  );
});

test('takes the longest text and no longer one', () => {
  const answer = (bytes: number, status: string) => `${'41'.repeat(bytes)}${status}`;

  const longest = script('9000', answer(256, '61ff'), answer(256, '9000'));
  const longer = script('9000', answer(256, '61ff'), answer(256, '61ff'), answer(1, '9000'));

  expect(longest.result).toMatchObject({ fault: { reason: 'malformed-token' } });
  expect(longer.result).toEqual(faulty('card-answer-invalid', 'more than 512 bytes'));
});

test('takes no more records than a code has', () => {
  const records = Array<string>(qrisTapRecordsMax).fill('61ff');

  expect(script('9000', ...records.slice(1), `${hex(code)}9000`).result).toEqual(
    parseQrisCpm(code, keyed),
  );
  expect(script('9000', ...records)).toMatchObject({
    sent: { length: qrisTapRecordsMax + 1 },
    result: faulty('card-answer-invalid', 'more than 4 records'),
  });
});

test('ends within its bound of commands, whatever the card answers', () => {
  const data = fc.uint8Array({ maxLength: 300 });
  const status = fc.constantFrom('9000', '61ff', '0000', '').map(bytesOf);
  const answers = fc.array(fc.tuple(data, status), { maxLength: 8 });

  fc.assert(
    fc.property(answers, (scripted) => {
      const left = scripted.map((parts) => Buffer.concat(parts));

      const { sent, result } = converse(() => left.shift() ?? new Uint8Array());

      expect(result).toMatchObject({ ok: false });
      expect(sent.length).toBeLessThanOrEqual(qrisTapRecordsMax + 1);
    }),
    { numRuns: 500 },
  );
});

test('speaks as another profile tells it', () => {
  const profile: QrisTapProfile = {
    ...{ select: '00a4040005a000000602', readRecord: '80b2NN04' },
    ...{ done: '9100', more: '91af' },
  };
  const answers = ['9100', `${hex(code.subarray(0, 9))}91af`, `${hex(code.subarray(9))}9100`];

  const { sent, result } = converse(() => bytesOf(answers.shift() ?? ''), profile);

  expect(sent).toEqual(['00a4040005a000000602', '80b20104', '80b20204']);
  expect(result).toEqual(parseQrisCpm(code, keyed));
});
