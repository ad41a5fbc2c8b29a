import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type QrPicture, qrPicture, terminalLines } from '../device/console/terminal-qr.ts';
import { halteTicketText } from '../src/core/ticket/issue.ts';
import {
  madeByQrencode,
  readByZbar,
  readPngByZbar,
  requireTools,
  versionByQrencode,
} from './mint/independent-qr.ts';
import { pngOf } from './qr-picture.ts';
import { aTicket } from './testing/builders.ts';

const symbols = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** ISO/IEC 18004 table 7, error correction M: the most that these versions hold. */
test.each([
  ['alphanumeric', 1, 20],
  ['alphanumeric', 10, 311],
  ['alphanumeric', 13, 483],
  ['alphanumeric', 40, 3_391],
  ['byte', 1, 14],
  ['byte', 10, 213],
  ['byte', 40, 2_331],
] as const)('holds in %s mode and version %i just %i characters', (mode, version, most) => {
  const letter = mode === 'byte' ? 'a' : 'A';

  const full = qrPicture(letter.repeat(most));

  expect(full).toMatchObject({ mode, version, size: 17 + 4 * version });
  expect(full.modules).toHaveLength(full.size + 8);
  if (version < 40) expect(qrPicture(letter.repeat(most + 1)).version).toBe(version + 1);
});

test('takes alphanumeric mode for its 45 symbols, and bytes for all else', () => {
  expect(qrPicture(symbols).mode).toBe('alphanumeric');
  expect(qrPicture(`${symbols}a`).mode).toBe('byte');
  expect(qrPicture('HALTE1:\n').mode).toBe('byte');
});

test('keeps four light modules on every side', () => {
  const { modules, size } = qrPicture('HALTE1:');
  const isQuiet = (at: number) => at < 4 || at >= size + 4;

  const dark = modules.flatMap((row, y) =>
    row.map((isDark, x) => isDark && (isQuiet(x) || isQuiet(y))),
  );

  expect(dark).not.toContain(true);
  expect(modules[4]?.slice(4, 11)).toEqual(Array(7).fill(true));
});

test('makes pictures that another program reads to the byte', { timeout: 10_000 }, (context) => {
  requireTools(context);
  const texts = fc.string({ unit: fc.constantFrom(...symbols), minLength: 20, maxLength: 480 });
  const others = fc.string({ unit: 'binary-ascii', minLength: 20, maxLength: 300 });

  fc.assert(
    fc.property(fc.oneof(texts, others.filter(hasNoNull)), (text) => {
      expect(readPngByZbar(pngOf(qrPicture(text)))).toBe(text);
    }),
    { numRuns: 8 },
  );
});

test('saves by alphanumeric mode what bytes would cost, and no less than another program', (context) => {
  requireTools(context);
  const text = halteTicketText(aTicket());

  const { version, mode } = qrPicture(text);

  expect(mode).toBe('alphanumeric');
  expect(version).toBe(versionByQrencode(text));
  expect(version).toBeLessThan(versionByQrencode(text, { asBytes: true }));
});

test('is read as the picture that another program made is', (context) => {
  requireTools(context);
  const text = halteTicketText(aTicket());

  expect(readByZbar(madeByQrencode(text))).toBe(text);
});

test.each([true, false])('draws every module in a terminal, in colour %s', (inColour) => {
  const picture = qrPicture(halteTicketText(aTicket()));

  const lines = terminalLines(picture, inColour);

  expect(modulesOf(lines, inColour)).toEqual(picture.modules);
  expect(lines.every((line) => line.startsWith('\x1b[38;5;16;48;5;231m') === inColour)).toBe(true);
});

/** Two rows of every line; the lower half of an odd last line lies beyond the picture. */
function modulesOf(lines: readonly string[], inColour: boolean): QrPicture['modules'] {
  const half = (shown: string) => (block: string) =>
    (block === '█' || block === shown) === inColour;
  const rows = lines.flatMap((line) => {
    const blocks = [...stripVTControlCharacters(line)];
    return [blocks.map(half('▀')), blocks.map(half('▄'))];
  });
  return rows.slice(0, rows[0]?.length);
}

function hasNoNull(text: string): boolean {
  return !text.includes('\0');
}
