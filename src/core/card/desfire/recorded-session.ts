/**
 * What a recorded DESFire session hides from whoever has not the card's key: the validator's random
 * number, with which the same dialogue can be held again. It opens nothing by itself.
 */
import { equal } from '../../bytes.ts';
import { aesBlockBytes, decryptCbc, zeroBlock } from '../../crypto/aes.ts';
import { parseResponse, statusOk } from '../apdu.ts';
import type { Exchange } from '../apdu-trace.ts';
import { rotated } from './credentials.ts';

/** AuthenticateEV2First, AuthenticateAES, and the frame that goes on. */
const [ev2First, aes, goOn] = [0x71, 0xaa, 0xaf] as const;

/** As GET DATA gave it, PC/SC part 3 §3.2.2.1.3. */
export function uidIn(trace: readonly Exchange[]): Uint8Array | undefined {
  const asked = trace.find(({ command }) => command[0] === 0xff && command[1] === 0xca);
  const answer = asked?.response && parseResponse(asked.response);
  return answer?.status === statusOk ? answer.data : undefined;
}

/**
 * Of the first authentication in the trace that got as far as the validator's proof: RndA leads the
 * two blocks of the second command. EV2 begins each message with an empty vector, EV1 goes on with
 * the last block of the one before. @param key 16 bytes.
 * @returns undefined where no authentication fits the key.
 */
export function recordedNonce(trace: readonly Exchange[], key: Uint8Array): Uint8Array | undefined {
  for (const [index, { command, response }] of trace.entries()) {
    const answer = response && parseResponse(response);
    const proof = trace[index + 1]?.command;
    const begins = command[0] === 0x90 && (command[1] === ev2First || command[1] === aes);
    if (!begins || answer?.data.length !== aesBlockBytes) continue;
    if (proof?.[1] !== goOn || proof.length < 5 + 2 * aesBlockBytes) continue;
    const iv = command[1] === aes ? answer.data : zeroBlock;
    const numbers = decryptCbc(key, iv, proof.slice(5, 5 + 2 * aesBlockBytes));
    const cards = rotated(decryptCbc(key, zeroBlock, answer.data));
    if (equal(numbers.subarray(aesBlockBytes), cards)) return numbers.slice(0, aesBlockBytes);
  }
  return undefined;
}
