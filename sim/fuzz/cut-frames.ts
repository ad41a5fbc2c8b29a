/**
 * What the framing of a serial line makes of bytes that come in pieces. An input is a terminator's
 * number, a piece's length, and the bytes of the line.
 */
import { isDeepStrictEqual } from 'node:util';
import { FrameBounds, frameBytesMax } from '../../device/serial/frame-bounds.ts';
import { holds } from './laws.ts';

/** Some of them overlap with themselves: there a wrong search loses a frame. */
const terminators = ['\r', '\n', '\r\n', '\r\r\n', '\n\n', '\r\n\r\r'].map((text) =>
  Uint8Array.from(text, (character) => character.charCodeAt(0)),
);

export function framesAlike(input: Uint8Array): void {
  const [choice = 0, pieceBytes = 0] = input;
  const bytes = input.subarray(2);
  const terminator = terminators[choice % terminators.length] ?? Uint8Array.of(0x0d);
  const whole = framed(bytes, terminator, bytes.length);
  const cut = framed(bytes, terminator, 1 + (pieceBytes % 64));
  holds(isDeepStrictEqual(cut, whole), 'frames depend on where the chunks were cut');
  const counted = whole.frameBytes + whole.discarded;
  holds(counted <= bytes.length, 'frames and discards are more than there was');
}

function framed(bytes: Uint8Array, terminator: Uint8Array, pieceBytes: number) {
  const events: string[] = [];
  let discarded = 0;
  const bounds = new FrameBounds(terminator, {
    onFrame: () => events.push('frame'),
    onFault: (fault) => events.push(fault),
    onDiscard: (byteCount) => {
      discarded += byteCount;
    },
  });
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    bounds._transform(bytes.subarray(at, at + pieceBytes), 'buffer', () => {});
    holds(bounds.heldBytes <= frameBytesMax, 'holds more than a frame');
  }
  const isMidFrame = bounds.isMidFrame;
  bounds.expire();
  for (let frame = bounds.read(); frame !== null; frame = bounds.read()) frames.push(frame);
  const output = Buffer.concat(frames);
  return { events, discarded, isMidFrame, output, frameBytes: output.length };
}
