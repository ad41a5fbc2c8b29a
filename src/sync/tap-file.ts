/**
 * The file in which a device's taps travel on a stick: who wrote it, its batches, each sealed to the
 * backend, and the device's signature over all of it. It knows neither ledgers nor disks: bytes go
 * in and out frame by frame, so that a file of any length takes no more memory than one frame.
 *
 *   "halte taps 1\n", then frames: kind (1 byte) ‖ length (4, big-endian) ‖ bytes
 *   header     CBOR map {device, exportedAt (ms since 1970), certificate (DER)}
 *   batch      the body of an upload (upload-body.ts), sealed (sealing.ts)
 *   signature  COSE_Sign1 over a CBOR map {device, batches, digest}: SHA-256 of all before it
 */

import { type SealingPurpose, sealedLengthMax } from './sealing.ts';
import { bodyBytesMax } from './wire.ts';

export const tapFileMagic: Uint8Array = Buffer.from('halte taps 1\n', 'ascii');

export const frameKinds = { header: 1, batch: 2, signature: 3 } as const;
export type FrameKind = keyof typeof frameKinds;

/** Compression of what does not compress adds a little. */
export const sealedBatch: SealingPurpose = {
  info: 'halte/sealed-batch/1',
  bytesMax: bodyBytesMax + 1_024,
};

const frameBytesMax = sealedLengthMax(sealedBatch.bytesMax);
/** External_aad of the signature: it passes for nothing else. */
export const tapFileContext = 'halte/tap-file/1';

const lengthBytes = 4;
export const frameHeadBytes = 1 + lengthBytes;

/** @returns the frame as it stands in the file. */
export function tapFileFrame(kind: FrameKind, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameHeadBytes + bytes.length);
  frame[0] = frameKinds[kind];
  new DataView(frame.buffer).setUint32(1, bytes.length);
  frame.set(bytes, frameHeadBytes);
  return frame;
}

export interface FrameHead {
  readonly kind: FrameKind;
  readonly length: number;
}

/** @returns undefined for what no tap file has: another kind, or more bytes than any frame. */
export function parseFrameHead(bytes: Uint8Array): FrameHead | undefined {
  if (bytes.length !== frameHeadBytes) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  const kinds = Object.keys(frameKinds) as FrameKind[];
  const kind = kinds.find((name) => frameKinds[name] === bytes[0]);
  return kind !== undefined && length <= frameBytesMax ? { kind, length } : undefined;
}
