/**
 * EV1 secure messaging with AES, as known from the open readers for these cards (its data sheet is
 * not public): one session key, and an initial vector that runs on through every CMAC and every
 * ciphertext of both directions.
 */
import { concat, equal } from '../../../src/core/bytes.ts';
import {
  blockBytes,
  cmac,
  crc32,
  decryptCbc,
  encryptCbc,
  padZeros,
  zeroBlock,
} from './card-crypto.ts';
import { cardStatus, refuse } from './card-status.ts';
import type { Protection, ReceivedCommand, SecureSession } from './secure-session.ts';

const macBytes = 8;
const crcBytes = 4;

/** First and last quarter of both challenges. */
export function ev1SessionKey(rndA: Uint8Array, rndB: Uint8Array): Uint8Array {
  return concat(rndA.subarray(0, 4), rndB.subarray(0, 4), rndA.subarray(12), rndB.subarray(12));
}

export function createEv1Session(keyNumber: number, key: Uint8Array): SecureSession {
  let iv = zeroBlock;

  /** Moves the vector on, whether or not the CMAC is sent. */
  function mac(...parts: Uint8Array[]): Uint8Array {
    iv = cmac(key, concat(...parts), iv);
    return iv.slice(0, macBytes);
  }

  function withoutMac({ code, payload }: ReceivedCommand): Uint8Array {
    if (payload.length < macBytes) refuse('lengthError');
    const body = payload.slice(0, -macBytes);
    const expected = mac(Uint8Array.of(code), body);
    if (!equal(expected, payload.slice(-macBytes))) refuse('integrityError');
    return body;
  }

  /** Data ‖ CRC over command, header and data ‖ trailer ‖ zeros. */
  function deciphered({ code, payload }: ReceivedCommand, protection: Protection): Uint8Array {
    const { headerBytes, dataBytes, trailerBytes = 0 } = protection;
    const header = payload.slice(0, headerBytes);
    const sent = payload.slice(headerBytes);
    if (payload.length !== ev1PayloadBytes(protection)) refuse('lengthError');
    const clear = decryptCbc(key, iv, sent);
    iv = sent.slice(-blockBytes);
    const data = clear.subarray(0, dataBytes);
    const trailer = clear.subarray(dataBytes + crcBytes, dataBytes + crcBytes + trailerBytes);
    const crc = crc32(concat(Uint8Array.of(code), header, data));
    if (!equal(padZeros(concat(data, crc, trailer)), clear)) refuse('integrityError');
    return concat(header, data, trailer);
  }

  function enciphered(data: Uint8Array): Uint8Array {
    const crc = crc32(concat(data, Uint8Array.of(cardStatus.ok)));
    const sent = encryptCbc(key, iv, padZeros(concat(data, crc)));
    iv = sent.slice(-blockBytes);
    return sent;
  }

  return {
    keyNumber,
    payloadBytes: ev1PayloadBytes,
    unprotect(command, protection) {
      const { mode, carries } = protection;
      if (mode === 'full' && carries === 'command') return deciphered(command, protection);
      if (mode === 'mac' && carries === 'command') return withoutMac(command);
      mac(Uint8Array.of(command.code), command.payload);
      return command.payload;
    },
    protect(data, { mode, carries }) {
      if (mode === 'full' && carries === 'response') return enciphered(data);
      return concat(data, mac(data, Uint8Array.of(cardStatus.ok)));
    },
  };
}

function ev1PayloadBytes(protection: Protection): number {
  const { mode, headerBytes, dataBytes, trailerBytes = 0 } = protection;
  if (mode === 'plain') return headerBytes + dataBytes;
  if (mode === 'mac') return headerBytes + dataBytes + macBytes;
  const blocks = Math.ceil((dataBytes + crcBytes + trailerBytes) / blockBytes);
  return headerBytes + blocks * blockBytes;
}
