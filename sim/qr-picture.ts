/** A QR code as a picture: a PNG file (ISO/IEC 15948). */
import { crc32, deflateSync } from 'node:zlib';
import type { QrPicture } from '../device/console/terminal-qr.ts';
import { concat, utf8 } from '../src/core/bytes.ts';

/** Pixels of a module in a PNG: a hand's breadth on a screen, and nothing is blurred. */
const modulePixels = 8;
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
