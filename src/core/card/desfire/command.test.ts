import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../../sim/testing/builders.ts';
import { hex } from '../../bytes.ts';
import { type CardDialogue, end } from '../dialogue.ts';
import { answerBytesMax, answerFramesMax, exchange, type NativeAnswer } from './command.ts';

/** @param card gives the answer to each command; an empty one when it has no more. */
function converse(data: Uint8Array, card: (apdu: Uint8Array) => Uint8Array | undefined) {
  const sent: string[] = [];
  let step: CardDialogue<NativeAnswer> = exchange(0xad, data, (answer) =>
    end({ ok: true, value: answer }),
  );
  while (step.step === 'send') {
    sent.push(hex(step.apdu));
    step = step.answer(card(step.apdu) ?? new Uint8Array());
  }
  const answer = step.step === 'end' && step.result.ok ? step.result.value : undefined;
  return { sent, answer };
}

function script(...answers: readonly string[]) {
  const left = answers.map(bytesOf);
  return converse(bytesOf('0f'), () => left.shift());
}

test('wraps a command with data, and one without', () => {
  expect(script('9100').sent).toEqual(['90ad0000010f00']);
  expect(converse(new Uint8Array(), () => undefined).sent).toEqual(['90ad000000']);
});

test('puts the frames of an answer together', () => {
  const { sent, answer } = script('010291af', '91af', '039100');

  expect(sent).toEqual(['90ad0000010f00', '90af000000', '90af000000']);
  expect(answer).toEqual({ status: 'ok', said: '9100', data: bytesOf('010203') });
});

test.each([
  ['9100', 'ok'],
  ['910c', 'no-changes'],
  ['911c', 'illegal-command'],
  ['911e', 'integrity-error'],
  ['917e', 'length-error'],
  ['919d', 'permission-denied'],
  ['91a0', 'application-not-found'],
  ['91ae', 'authentication-error'],
  ['91be', 'boundary-error'],
  ['91ca', 'command-aborted'],
  ['91f0', 'file-not-found'],
  ['91ee', 'other'],
  ['9000', 'other'],
  ['6d00', 'other'],
] as const)('understands %s as %s', (answered, status) => {
  expect(script(answered).answer).toMatchObject({ status, said: answered });
});

test.each(['', '91'])('takes "%s" for no answer', (answered) => {
  expect(script(answered).answer).toMatchObject({ status: 'other', said: 'no status word' });
});

test('takes no refusal in a later frame for a refusal of the command', () => {
  expect(script('0191af', '91ae').answer).toEqual({
    status: 'other',
    said: '91ae in a later frame',
    data: new Uint8Array(),
  });
});

test(`takes ${answerFramesMax} frames and asks for no more`, () => {
  const full = Array.from({ length: answerFramesMax - 1 }, () => '0091af');

  expect(script(...full, '009100').answer).toMatchObject({ status: 'ok' });
  const { sent, answer } = script(...full, '0091af', '9100');
  expect(sent).toHaveLength(answerFramesMax);
  expect(answer).toMatchObject({ status: 'other', said: 'too many frames' });
});

test(`takes ${answerBytesMax} bytes and no more`, () => {
  const full = '00'.repeat(answerBytesMax);

  expect(script(`${full}9100`).answer?.data).toHaveLength(answerBytesMax);
  expect(script(`${full}009100`).answer).toMatchObject({ said: 'too many bytes' });
  expect(script(`${full}91af`, '009100').answer).toMatchObject({ said: 'too many bytes' });
});

test('ends within its bounds, whatever the card answers', () => {
  const status = fc.constantFrom(bytesOf('91af'), bytesOf('9100'), bytesOf('91'), new Uint8Array());
  const frame = fc.tuple(fc.uint8Array({ maxLength: 300 }), status);
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
      const left = frames.map((parts) => Buffer.concat(parts));
      const { sent, answer } = converse(new Uint8Array(), () => left.shift());

      expect(sent.length).toBeLessThanOrEqual(answerFramesMax);
      expect(answer?.data.length).toBeLessThanOrEqual(answerBytesMax);
    }),
  );
});
