import { expect, test } from 'vitest';
import { utf8 } from '../src/core/bytes.ts';
import { decideTap } from '../src/core/decide.ts';
import { pretixSig1 } from '../src/core/token/pretix-sig1.ts';
import { createPretixOffice } from './pretix-office.ts';
import { createSimEntropy } from './sim-chance.ts';
import { keyed, parsedValue, someRules, someSituation } from './testing/builders.ts';

function shown(text: string) {
  return pretixSig1.fields(utf8(text)).map(({ path, value }) => [path, value]);
}

test('issues tickets that its own key makes genuine', () => {
  const office = createPretixOffice(createSimEntropy(1));
  const rules = someRules({ trustedKeys: [office.trustedKey] });

  const token = parsedValue(pretixSig1.parse(utf8(office.issue({ item: 3 })), keyed));

  expect(decideTap(token, someSituation({ rules })).reason).toBe('ticket-valid');
});

test('gives every ticket a seed of its own, and every run the same', () => {
  const tickets = () => {
    const office = createPretixOffice(createSimEntropy(1));
    return [office.issue({ item: 3 }), office.issue({ item: 3 })];
  };
  const [first, second] = tickets();

  expect(first).not.toBe(second);
  expect(tickets()).toEqual([first, second]);
});

test('says in the ticket only what was ordered', () => {
  const office = createPretixOffice({ bytes: (length) => new Uint8Array(length) });
  const order = { item: 300, subevent: 14, until: 1_675_465_200_000 };

  expect(shown(office.issue(order)).slice(1, -1)).toEqual([
    ['payload.1', 'AAAAAAAAA'],
    ['payload.2', '300'],
    ['payload.4', '14'],
    ['payload.6', '1675465200'],
  ]);
});
