/**
 * EV2 secure messaging with AES (MF2DL(H)x0 data sheet §9.1): a command counter, a transaction
 * identifier, and both directions under keys of their own.
 */
import { concat, equal } from '../../../src/core/bytes.ts';
import {
  blockBytes,
  cmac,
  decryptCbc,
  encryptCbc,
  padBit,
  truncatedMac,
  unpadBit,
  xor,
  zeroBlock,
} from './card-crypto.ts';
import { cardStatus, refuse } from './card-status.ts';
import { littleEndian } from './fields.ts';
import type { Challenges, Protection, ReceivedCommand, SecureSession } from './secure-session.ts';

const macBytes = 8;
const counterMax = 0xffff;

export interface Ev2SessionKeys {
  readonly enc: Uint8Array;
  readonly mac: Uint8Array;
}

/** §9.1.7. */
export function ev2SessionKeys(key: Uint8Array, { rndA, rndB }: Challenges): Ev2SessionKeys {
  const context = concat(
    rndA.subarray(0, 2),
    xor(rndA.subarray(2, 8), rndB.subarray(0, 6)),
    rndB.subarray(6),
    rndA.subarray(8),
  );
  const derive = (...label: number[]) =>
    cmac(key, concat(Uint8Array.of(...label, 0x00, 0x01, 0x00, 0x80), context));
  return { enc: derive(0xa5, 0x5a), mac: derive(0x5a, 0xa5) };
}

export interface Ev2SessionStart {
  readonly keyNumber: number;
  readonly keys: Ev2SessionKeys;
  /** 4 bytes; stays when a further key is authenticated within the session. */
  readonly identifier: Uint8Array;
  /** Default: 0. */
  readonly counter?: number;
}

export function createEv2Session(start: Ev2SessionStart): SecureSession {
  const { keyNumber, keys, identifier } = start;
  let counter = start.counter ?? 0;

  function mac(code: number, data: Uint8Array): Uint8Array {
    const input = concat(Uint8Array.of(code), littleEndian(counter, 2), identifier, data);
    return truncatedMac(cmac(keys.mac, input));
  }

  function iv(...label: number[]): Uint8Array {
    const input = concat(Uint8Array.from(label), identifier, littleEndian(counter, 2));
    return encryptCbc(keys.enc, zeroBlock, concat(input, new Uint8Array(8)));
  }

  function withoutMac({ code, payload }: ReceivedCommand): Uint8Array {
    if (payload.length < macBytes) refuse('lengthError');
    const body = payload.slice(0, -macBytes);
    if (!equal(mac(code, body), payload.slice(-macBytes))) refuse('integrityError');
    return body;
  }

  function deciphered(body: Uint8Array, headerBytes: number): Uint8Array {
    const data = body.slice(headerBytes);
    if (data.length === 0 || data.length % blockBytes !== 0) refuse('lengthError');
    const clear = unpadBit(decryptCbc(keys.enc, iv(0xa5, 0x5a), data)) ?? refuse('integrityError');
    return concat(body.subarray(0, headerBytes), clear);
  }

  return {
    keyNumber,
    renew: (next, key, challenges) =>
      createEv2Session({
        keyNumber: next,
        keys: ev2SessionKeys(key, challenges),
        identifier,
        counter,
      }),
    payloadBytes: ev2PayloadBytes,
    unprotect(command, { mode, carries, headerBytes }) {
      if (counter === counterMax) refuse('commandAborted');
      const body = mode === 'plain' ? command.payload : withoutMac(command);
      const enciphered = mode === 'full' && carries === 'command';
      const clear = enciphered ? deciphered(body, headerBytes) : body;
      counter += 1;
      return clear;
    },
    protect(data, { mode, carries }) {
      if (mode === 'plain') return data;
      const enciphered = mode === 'full' && carries === 'response' && data.length > 0;
      const body = enciphered ? encryptCbc(keys.enc, iv(0x5a, 0xa5), padBit(data)) : data;
      return concat(body, mac(cardStatus.ok, body));
    },
  };
}

function ev2PayloadBytes({ mode, headerBytes, dataBytes }: Protection): number {
  if (mode === 'plain') return headerBytes + dataBytes;
  if (mode === 'mac') return headerBytes + dataBytes + macBytes;
  // Padding always adds something.
  return headerBytes + (Math.floor(dataBytes / blockBytes) + 1) * blockBytes + macBytes;
}
