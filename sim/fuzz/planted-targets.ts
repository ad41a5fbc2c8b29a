/** Faults planted for the fuzzer's own tests: each must be found, the last has none. */
import { type FuzzTarget, inputBytesMax } from './fuzz-target.ts';

const kept: Uint8Array[] = [];

/** Nested, so that each byte that is right is news: four at once are past finding by chance. */
function opensLock(input: Uint8Array): boolean {
  if (input[3] === 0x9e) {
    if (input[1] === 0x37) {
      if (input[0] === 0x79) {
        if (input[2] === 0xb9) return true;
      }
    }
  }
  return false;
}

function isWord(input: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(input.subarray(0, 9)) === 'sesame-42';
}

function spin(rounds: number): number {
  let sum = 0;
  for (let round = 0; round < rounds; round += 1) sum = (sum * 31 + round) % 65_521;
  return sum;
}

export const targets: readonly FuzzTarget[] = [
  {
    name: 'crash',
    run(input) {
      if (opensLock(input)) throw new RangeError('the lock is open');
    },
  },
  {
    name: 'word',
    run(input) {
      if (isWord(input)) throw new RangeError('the word was said');
    },
  },
  {
    name: 'hang',
    run(input) {
      if (input[0] === 0x68 && input[1] === 0x21) spin(60_000_000);
    },
  },
  {
    name: 'standstill',
    run(input) {
      while (input[0] === 0x68 && input[1] === 0x21) spin(1_000);
    },
  },
  {
    name: 'growth',
    run(input) {
      if (input[0] === 0x67) kept.push(new Uint8Array(1_024));
    },
  },
  {
    name: 'allocation',
    run(input) {
      if (input[0] === 0x61) kept[0] = new Uint8Array(32 * 1024 * 1024);
    },
  },
  {
    name: 'scribble',
    run(input) {
      if (input[0] === 0x77) input[1] = 0;
    },
  },
  {
    name: 'innocent',
    run(input) {
      if (input.length > inputBytesMax) throw new RangeError('longer than inputs are');
      opensLock(Uint8Array.of(0, ...input));
      spin(input.indexOf(0xff) + 1);
    },
  },
];
