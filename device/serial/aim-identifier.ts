/**
 * The symbology identifier that scanners can put before the data: `]`, the letter of the code
 * and a modifier, such as `]Q1` for a QR code (ISO/IEC 15424 §4).
 */

export interface IdentifiedFrame {
  readonly symbology?: string;
  readonly bytes: Uint8Array;
}

const identifierBytes = 3;
const identifierPattern = /^\][A-Za-z][0-9A-Za-z]/;

/** Takes the identifier off when there is one; any symbology, for the reader does not judge. */
export function splitAimIdentifier(frame: Uint8Array): IdentifiedFrame {
  const head = Buffer.from(frame.subarray(0, identifierBytes)).toString('latin1');
  if (!identifierPattern.test(head)) return { bytes: frame };
  return { symbology: head, bytes: frame.subarray(identifierBytes) };
}
