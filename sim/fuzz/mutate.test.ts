import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimRandom } from '../sim-chance.ts';
import { bytesOfHex, hexOf, utf8 } from './byte-forms.ts';
import { inputBytesMax } from './fuzz-target.ts';
import { literalsIn } from './literals.ts';
import { mutate } from './mutate.ts';

const bytes = fc.uint8Array({ maxLength: inputBytesMax + 8 });

test('makes an input within its bound, the same under one seed, and leaves the old one', () => {
  const law = fc.property(bytes, bytes, fc.nat(), (input, other, seed) => {
    const before = input.slice();
    const change = () =>
      mutate(input, { random: createSimRandom(seed), dictionary: [utf8('word')], other });

    const changed = change();

    expect(changed.length).toBeLessThanOrEqual(inputBytesMax);
    expect(change()).toEqual(changed);
    expect(input).toEqual(before);
  });
  fc.assert(law, { numRuns: 300 });
});

test('brings every byte of a short input to every value sooner or later', () => {
  const random = createSimRandom(5);
  const seen = new Set<string>();
  for (let round = 0; round < 20_000; round += 1) {
    const [first] = mutate(bytesOfHex('00ff'), {
      random,
      dictionary: [utf8('w')],
      other: bytesOfHex('77'),
    });
    seen.add(`${first}`);
  }

  expect(seen.size).toBeGreaterThanOrEqual(256);
});

test('takes words, hexadecimal and numbers of a source for the dictionary', () => {
  const source = `if (text === 'HALTE1:' || tag === '9F74' || n > 0x0100) throw new Error('no such thing');`;

  const words = literalsIn(source).map(hexOf);

  expect(words).toEqual([hexOf(utf8('HALTE1:')), hexOf(utf8('9F74')), '9f74', '0100']);
});
