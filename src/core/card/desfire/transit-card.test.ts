import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, parsedValue } from '../../../../sim/testing/builders.ts';
import {
  aTrip,
  cardRead,
  converse,
  createCard,
  cutting,
  order,
  read,
} from '../../../../sim/testing/transit-dialogue.ts';
import { concat } from '../../bytes.ts';
import { dialogueCommandsMax } from '../dialogue.ts';
import { encodeTrip } from './trip-record.ts';

/** Rude in any way that has a status word or not, now and then. */
const rudeness = fc.oneof(
  { weight: 4, arbitrary: fc.constant('as the card' as const) },
  fc.uint8Array({ maxLength: 70 }),
  fc
    .tuple(fc.uint8Array({ maxLength: 130 }), fc.constantFrom('9100', '91af', '91be', '91ae'))
    .map(([data, status]) => concat(data, bytesOf(status))),
);

test('ends within the bound of commands, whatever a card answers', () => {
  const answers = fc.array(rudeness, { maxLength: 80 });
  const generations = fc.constantFrom('ev1' as const, 'ev2' as const, 'ev3' as const);
  fc.assert(
    fc.property(generations, answers, (generation, script) => {
      const card = createCard({ generation });
      let at = 0;
      const respond = (apdu: Uint8Array) => {
        const rude = script[at++];
        return rude === undefined || rude === 'as the card' ? card.respond(apdu) : rude;
      };
      const reading = read(respond);
      const debit = reading.result.ok
        ? converse(reading.result.value.debit(order), respond)
        : undefined;

      expect(reading.sent.length + (debit?.sent.length ?? 0)).toBeLessThan(dialogueCommandsMax);
    }),
    { numRuns: 60 },
  );
});

test('never says that a debit was committed, or was not, when the card says the contrary', () => {
  fc.assert(
    fc.property(fc.array(rudeness, { maxLength: 5 }), (script) => {
      const card = createCard();
      const { debit } = cardRead(card.respond);
      let at = 0;
      const { result } = converse(debit(order), (apdu) => {
        const answer = card.respond(apdu);
        const rude = script[at++];
        return rude === undefined || rude === 'as the card' || isStatusOnly(rude) ? answer : rude;
      });

      if (!result.ok) return;
      const taken = card.balance() === 16_500;
      expect(result.value.result).toBe(taken ? 'committed' : 'not-committed');
    }),
    { numRuns: 80 },
  );
});

/** A card that commits and then says that it did not is past what any reader can tell. */
function isStatusOnly(rude: Uint8Array): boolean {
  return rude.length >= 2 && rude.at(-2) === 0x91 && rude.at(-1) !== 0 && rude.at(-1) !== 0xaf;
}

test.each([
  ['without a trip', []],
  ['with all it keeps', Array.from({ length: 10 }, (_, seq) => encodeTrip(aTrip({ seq })))],
])('stays within the bound of commands in the smallest frames: a card %s', (_, trips) => {
  const respond = cutting(createCard({ trips }).respond);
  const reading = read(respond);
  const debit = converse(parsedValue(reading.result).debit(order), respond);

  expect(debit.result).toMatchObject({ value: { result: 'committed' } });
  expect(reading.sent.length + debit.sent.length).toBeLessThan(dialogueCommandsMax);
});
