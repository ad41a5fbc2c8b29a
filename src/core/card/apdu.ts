/** Command and response APDUs of ISO/IEC 7816-4, the few forms that Halte's dialogues send. */
import { concat } from '../bytes.ts';

export interface CardResponse {
  readonly data: Uint8Array;
  /** Status word, such as 0x9000. */
  readonly status: number;
}

/** SELECT by application identifier (ISO/IEC 7816-4 §11.2.2). @param aid 5 to 16 bytes. */
export function selectApdu(aid: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0x00, 0xa4, 0x04, 0x00, aid.length), aid, Uint8Array.of(0x00));
}

/** READ BINARY (ISO/IEC 7816-4 §11.3.3). @param offset 0 to 32,767. @param length 1 to 255. */
export function readBinaryApdu(offset: number, length: number): Uint8Array {
  return Uint8Array.of(0x00, 0xb0, offset >> 8, offset & 0xff, length);
}

/** @returns undefined when there are not even two status bytes. */
export function parseResponse(bytes: Uint8Array): CardResponse | undefined {
  const [high, low] = bytes.subarray(-2);
  if (high === undefined || low === undefined) return undefined;
  return { data: bytes.subarray(0, -2), status: high * 256 + low };
}

/**
 * INTERNAL AUTHENTICATE (ISO/IEC 7816-4 §11.5.2) without a named algorithm or key.
 * @param challenge 1 to 255 bytes.
 */
export function internalAuthenticateApdu(challenge: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0x00, 0x88, 0x00, 0x00, challenge.length);
  return concat(header, challenge, Uint8Array.of(0x00));
}

/** Asks the reader, not the card: GET DATA of PC/SC part 3 §3.2.2.1.3, UID. */
export const getUidApdu: Uint8Array = Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00);

/** Normal processing, ISO/IEC 7816-4 table 6. */
export const statusOk = 0x9000;

/** Four digits of hexadecimal. */
export function statusText(status: number): string {
  return status.toString(16).padStart(4, '0');
}
