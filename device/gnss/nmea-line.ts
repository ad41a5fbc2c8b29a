/**
 * One line of a GNSS receiver as talker, kind and fields: NMEA 0183 (IEC 61162-1) sentences
 * `$GNRMC,…*hh`. The checksum must be there and right. What the fields say is read elsewhere.
 */

/** NMEA 0183 allows 82 characters; receivers with many digits send some more. */
export const sentenceCharsMax = 128;

export interface NmeaSentence {
  /** Of the system or device that speaks: GP, GL, GA, GB, BD, GQ, GI, GN, … Two characters. */
  readonly talker: string;
  /** Three letters, such as RMC. */
  readonly kind: string;
  /** After the kind, as they came; an empty field is one that the receiver does not know. */
  readonly fields: readonly string[];
}

export type NmeaFault =
  | 'no-sentence'
  | 'too-long'
  | 'no-checksum'
  | 'wrong-checksum'
  /** `$P…`: a maker's own sentence, with names and fields of its own. */
  | 'proprietary';

const headPattern = /^\$([A-Z][A-Z0-9])([A-Z]{3}),/;
const checksumPattern = /\*([0-9A-Fa-f]{2})$/;

/**
 * What stands before the last `$` is passed over: half a sentence that was cut off, or a binary
 * message of the receiver, which ends without a line end.
 * @param text latin1, without its `\r\n`. Never throws.
 */
export function readNmeaLine(text: string): NmeaSentence | NmeaFault {
  const start = text.lastIndexOf('$');
  if (start === -1) return 'no-sentence';
  const line = text.slice(start);
  if (line.length > sentenceCharsMax) return 'too-long';
  const checksum = checksumPattern.exec(line)?.[1];
  if (checksum === undefined) return 'no-checksum';
  const body = line.slice(1, -3);
  if (Number.parseInt(checksum, 16) !== checksumOf(body)) return 'wrong-checksum';
  if (body.startsWith('P')) return 'proprietary';
  const head = headPattern.exec(line);
  if (head === null) return 'no-sentence';
  const [, talker = '', kind = ''] = head;
  return { talker, kind, fields: body.slice(talker.length + kind.length + 1).split(',') };
}

/** Exclusive or of all characters between `$` and `*`, neither counted. */
export function checksumOf(body: string): number {
  let sum = 0;
  for (let i = 0; i < body.length; i += 1) sum ^= body.charCodeAt(i);
  return sum;
}
