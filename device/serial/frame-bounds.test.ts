import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameBounds, frameBytesMax } from './frame-bounds.ts';

/** Feeds chunks and gives what came out, as one list: frames without terminator, and `!faults`. */
function framed(chunks: readonly Uint8Array[], terminator: string) {
  const events: string[] = [];
  let heldBytesMax = 0;
  let discarded = 0;
  const bounds = new FrameBounds(Buffer.from(terminator, 'latin1'), {
    onFrame: () => {},
    onFault: (fault) => events.push(`!${fault}`),
    onDiscard: (byteCount) => {
      discarded += byteCount;
    },
  });
  bounds.on('data', (frame: Buffer) => {
    events.push(frame.subarray(0, -terminator.length).toString('latin1'));
  });
  for (const chunk of chunks) {
    bounds.write(chunk);
    heldBytesMax = Math.max(heldBytesMax, bounds.heldBytes);
  }
  return { events, heldBytesMax, discarded, bounds };
}

const frame = (text: string, terminator = '\r\n') =>
  framed([Buffer.from(text, 'latin1')], terminator);

test('passes a terminator that follows a partial one of the same bytes', () => {
  expect(frame('data\r\r\n').events).toEqual(['data\r']);
  expect(frame('xaaab', 'aab').events).toEqual(['xa']);
});

test('accepts a frame at the limit whose terminator comes in halves', () => {
  const { events } = framed(
    [Buffer.from(`${'A'.repeat(frameBytesMax)}\r`), Buffer.from('\n')],
    '\r\n',
  );

  expect(events).toEqual(['A'.repeat(frameBytesMax)]);
});

test('refuses a frame at the limit when half a terminator turns out to be data', () => {
  const { events, discarded } = frame(`${'A'.repeat(frameBytesMax)}\rB\r\nnext\r\n`);

  expect(events).toEqual(['!frame-too-long', 'next']);
  expect(discarded).toBe(frameBytesMax + 2);
});

test('reports an overlong frame at its first byte too many, before any terminator', () => {
  expect(frame('A'.repeat(frameBytesMax)).events).toEqual([]);
  expect(frame('A'.repeat(frameBytesMax + 1)).events).toEqual(['!frame-too-long']);
});

test('ends a discard in silence without a second report', () => {
  const { events, bounds } = frame('A'.repeat(5_000));

  bounds.expire();
  bounds.write(Buffer.from('next\r\n'));

  expect(events).toEqual(['!frame-too-long', 'next']);
});

test('drops half a terminator in silence without a report', () => {
  const { events, bounds } = frame('\r');

  bounds.expire();

  expect(bounds.isMidFrame).toBe(false);
  expect(events).toEqual([]);
});

describe('for any bytes and any terminator', () => {
  const terminators = fc.constantFrom('\r\n', '\r', '\n', '##', 'aab', 'abab');
  // Pieces of terminators and runs about the limit, so that every path is met often.
  const pieces = fc.oneof(
    fc.constantFrom('\r', '\n', '\r\n', '#', 'a', 'b', 'aab', 'ab', ' '),
    fc.string({ unit: 'binary-ascii', maxLength: 20 }),
    fc.nat({ max: 1_100 }).map((length) => 'x'.repeat(length)),
  );
  const streams = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));
  const cuts = fc.array(fc.nat(), { maxLength: 40 });

  test('gives the same whatever the chunks, and never holds more than its limit', () => {
    const law = (text: string, terminator: string, at: readonly number[]) => {
      const bytes = Buffer.from(text, 'latin1');
      const { events, heldBytesMax } = framed(cut(bytes, at), terminator);

      expect(events).toEqual(framed([bytes], terminator).events);
      expect(heldBytesMax).toBeLessThanOrEqual(frameBytesMax);
    };

    fc.assert(fc.property(streams, terminators, cuts, law), { numRuns: 300 });
  });

  test('finds the frames that splitting the whole text at the terminator would find', () => {
    const law = (text: string, terminator: string) => {
      const frames = text.split(terminator).slice(0, -1);
      const expected = frames
        .filter((part) => part.length > 0)
        .map((part) => (part.length > frameBytesMax ? '!frame-too-long' : part));
      const { events } = framed([Buffer.from(text, 'latin1')], terminator);

      expect(events.slice(0, expected.length)).toEqual(expected);
      // Only the unfinished rest can add something: the report that it is too long already.
      expect(events.slice(expected.length)).toEqual(
        events.length > expected.length ? ['!frame-too-long'] : [],
      );
    };

    fc.assert(fc.property(streams, terminators, law), { numRuns: 300 });
  });
});

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length];
  const sorted = places.toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}
