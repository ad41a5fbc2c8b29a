/**
 * Native DESFire commands inside ISO/IEC 7816-4 APDUs: 90 INS 00 00 [Lc data] 00 one way, data and
 * 91xx the other. It knows how APDUs are cut, not what they say.
 */
import { response } from '../card-model.ts';
import { cardStatus, refuse } from './card-status.ts';
import type { ReceivedCommand } from './secure-session.ts';

export const wrappingClass = 0x90;
const wrappedStatus = 0x9100;

/** @throws CardRefusal when lengths and bytes do not go together. */
export function wrappedCommand(apdu: Uint8Array): ReceivedCommand {
  const [, code = 0, p1, p2, lc] = apdu;
  if (p1 !== 0 || p2 !== 0 || apdu.at(-1) !== 0) refuse('lengthError');
  // Without data there is no Lc: the fifth byte is Le.
  if (apdu.length === 5) return { code, payload: new Uint8Array(0) };
  if (lc === undefined || lc === 0 || apdu.length !== lc + 6) refuse('lengthError');
  return { code, payload: apdu.slice(5, 5 + lc) };
}

export function completed(data: Uint8Array): Uint8Array {
  return response(wrappedStatus | cardStatus.ok, data);
}

export function continued(data: Uint8Array): Uint8Array {
  return response(wrappedStatus | cardStatus.additionalFrame, data);
}

export function refused(status: number): Uint8Array {
  return response(wrappedStatus | status);
}
