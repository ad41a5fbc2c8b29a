/**
 * A text as a QR code (ISO/IEC 18004) and the code as a picture: a PNG file, or lines of a terminal.
 * It knows nothing of what the text says. Error correction is M always, which scanners and the
 * limits of tickets count on.
 */
import { crc32, deflateSync } from 'node:zlib';
import encodeQR from 'qr';
import { concat, utf8 } from '../src/core/bytes.ts';

/** Light modules around every picture, ISO/IEC 18004 §6.3.8. */
const quietModules = 4;
/** Pixels of a module in a PNG: a hand's breadth on a screen, and nothing is blurred. */
const modulePixels = 8;
/** ISO/IEC 18004 table 5. */
const alphanumeric = /^[0-9A-Z $%*+\-./:]+$/;

export interface QrPicture {
  /** 1 to 40. */
  readonly version: number;
  readonly mode: 'alphanumeric' | 'byte';
  /** Modules on a side, without the quiet zone. */
  readonly size: number;
  /** Rows of modules, true being dark, with the quiet zone of four. */
  readonly modules: readonly (readonly boolean[])[];
}

/** The smallest code that holds it. @param text not empty. @throws Error past version 40. */
export function qrPicture(text: string): QrPicture {
  const mode = alphanumeric.test(text) ? 'alphanumeric' : 'byte';
  const modules = encodeQR(text, 'raw', { ecc: 'medium', encoding: mode, border: quietModules });
  const size = modules.length - 2 * quietModules;
  return { version: (size - 17) / 4, mode, size, modules };
}

/** Black on white whatever the terminal's own colours are: not every scanner reads the negative. */
const blackOnWhite = '\x1b[38;5;16;48;5;231m';
const plainAgain = '\x1b[0m';

/**
 * Two rows of modules a line, by half blocks. Without colour what is light is drawn, which is right
 * where letters are light on dark.
 */
export function terminalLines({ modules }: QrPicture, inColour: boolean): readonly string[] {
  const side = modules.length;
  const inked = (row: number, column: number) => modules[row]?.[column] === inColour;
  return Array.from({ length: Math.ceil(side / 2) }, (_, line) => {
    const blocks = Array.from({ length: side }, (_, column) =>
      halfBlock(inked(2 * line, column), inked(2 * line + 1, column)),
    ).join('');
    return inColour ? blackOnWhite + blocks + plainAgain : blocks;
  });
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper && lower) return '█';
  if (upper) return '▀';
  return lower ? '▄' : ' ';
}

/** A PNG of one bit a pixel (ISO/IEC 15948), quiet zone included. */
export function pngOf({ modules }: QrPicture): Uint8Array {
  const side = modules.length * modulePixels;
  const bitDepth = 1;
  const grey = 0;
  const header = concat(uint32(side), uint32(side), Uint8Array.of(bitDepth, grey, 0, 0, 0));
  const rows = modules.flatMap((row) => Array(modulePixels).fill(pixelRow(row)));
  return concat(
    Uint8Array.of(0x89, ...utf8('PNG\r\n\x1a\n')),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(concat(...rows))),
    chunk('IEND', new Uint8Array()),
  );
}

/** Filter 0, then a byte for each module: its eight pixels, white being 1. */
function pixelRow(modules: readonly boolean[]): Uint8Array {
  return Uint8Array.of(0, ...modules.map((isDark) => (isDark ? 0x00 : 0xff)));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const covered = concat(utf8(type), data);
  return concat(uint32(data.length), covered, uint32(crc32(covered)));
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
