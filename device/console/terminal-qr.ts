/**
 * A text as a QR code (ISO/IEC 18004), and the code as lines of a terminal. It knows nothing of what
 * the text says. Error correction is M always, which scanners and the limits of tickets count on.
 */
import encodeQR from 'qr';

/** Light modules around every picture, ISO/IEC 18004 §6.3.8. */
const quietModules = 4;
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
