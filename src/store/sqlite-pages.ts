/**
 * A database of SQLite as bare pages, for whoever must read one that SQLite refuses: which pages the
 * file and its write-ahead log hold, and whether they are what SQLite would have written. Knows the
 * file format (sqlite.org/fileformat2.html) as far as that; no tables, no rows.
 */

/** Every database of Halte has it; a header that says otherwise is damaged. */
export const pageBytes = 4_096;

/** What of a database file's beginning tells whose it is. */
export const databaseHeaderBytes = 100;
/**
 * Of a log this much is looked at before a start: twice what SQLite keeps of it. A longer one is
 * left by a file system that was full or a process that was killed; what lies behind is found by
 * the check of the chain.
 */
export const logCheckBytesMax = 16 * 1024 * 1024;

const logHeaderBytes = 32;
const frameHeaderBytes = 24;
const frameBytes = frameHeaderBytes + pageBytes;
const magic = 'SQLite format 3\0';

export interface DatabaseBytes {
  /** The database file. */
  readonly main: Uint8Array;
  /** Its write-ahead log; empty without one. */
  readonly log: Uint8Array;
}

export interface SqlitePages {
  /** Every page that was ever committed and is still there, older versions too. */
  all(): Iterable<Buffer>;
  /** The newest version of a page, counted from 1. */
  newest(number: number): Buffer | undefined;
}

export function sqlitePages({ main, log }: DatabaseBytes): SqlitePages {
  const file = asBuffer(main);
  const frames = committedFrames(asBuffer(log));
  const inLog = new Map(frames.map(({ page, content }) => [page, content]));
  const inFile = (number: number) => {
    const page = file.subarray((number - 1) * pageBytes, number * pageBytes);
    return number > 0 && page.length === pageBytes ? page : undefined;
  };
  return {
    *all() {
      for (let number = 1; number * pageBytes <= file.length; number += 1) {
        yield file.subarray((number - 1) * pageBytes, number * pageBytes);
      }
      for (const { content } of frames) yield content;
    },
    newest: (number) => inLog.get(number) ?? inFile(number),
  };
}

/**
 * What SQLite itself does not tell: a header that is not Halte's, or a log in whose midst it would
 * stop and forget the commits after it. A power cut tears the last commit at most, because each is
 * synced before the next begins.
 * @param bytes of the database its first `databaseHeaderBytes` are enough. @returns what is wrong
 */
export function damageOf({ main, log }: DatabaseBytes): string | undefined {
  if (main.length > 0 && !hasSoundHeader(asBuffer(main))) return 'the header of the database';
  const bytes = asBuffer(log);
  if (bytes.length <= logHeaderBytes) return undefined;
  if (!hasSoundLogHeader(bytes)) return 'the header of the write-ahead log';
  const sound = soundFrames(bytes);
  const commits = framesOf(bytes, saltsOf(bytes)).filter(
    ({ index, isCommit, isCurrent }) => index >= sound && isCommit && isCurrent,
  );
  return commits.length > 1 ? `the write-ahead log at frame ${sound + 1}` : undefined;
}

function hasSoundHeader(file: Buffer): boolean {
  if (file.length < databaseHeaderBytes || file.toString('latin1', 0, 16) !== magic) return false;
  const [write, read] = [file.readUInt8(18), file.readUInt8(19)];
  const fractions = file.subarray(20, 24).toString('hex');
  const isOurs = file.readUInt16BE(16) === pageBytes && fractions === '00402020';
  const format = file.readUInt32BE(44);
  const isReadable = format <= 4 && file.readUInt32BE(56) <= 1;
  return isOurs && isReadable && write === read && (write === 1 || write === 2);
}

interface Frame {
  readonly index: number;
  readonly page: number;
  readonly content: Buffer;
  readonly isCommit: boolean;
  /** Of the log's present turn; others are left from earlier ones, and in the file since. */
  readonly isCurrent: boolean;
}

function framesOf(log: Buffer, salts: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = logHeaderBytes; at + frameBytes <= log.length; at += frameBytes) {
    frames.push({
      index: frames.length,
      page: log.readUInt32BE(at),
      content: log.subarray(at + frameHeaderBytes, at + frameBytes),
      isCommit: log.readUInt32BE(at + 4) !== 0,
      isCurrent: log.subarray(at + 8, at + 16).equals(salts),
    });
  }
  return frames;
}

/** Up to the last commit of the present turn, however damaged what lies before it. */
function committedFrames(log: Buffer): readonly Frame[] {
  if (log.length < logHeaderBytes + frameBytes) return [];
  const frames = framesOf(log, saltsOf(log));
  const last = frames.findLastIndex(({ isCommit, isCurrent }) => isCommit && isCurrent);
  return frames.slice(0, last + 1);
}

/** Of a log whose header is damaged, those of its first frame. */
function saltsOf(log: Buffer): Buffer {
  const at = hasSoundLogHeader(log) ? 16 : logHeaderBytes + 8;
  return log.subarray(at, at + 8);
}

interface Sums {
  readonly first: number;
  readonly second: number;
}

/** The log's running checksum, over words of the byte order that the header's magic names. */
function sumsAfter(sums: Sums, part: Buffer, isBig: boolean): Sums {
  let { first, second } = sums;
  for (let at = 0; at + 8 <= part.length; at += 8) {
    const [one, two] = isBig
      ? [part.readUInt32BE(at), part.readUInt32BE(at + 4)]
      : [part.readUInt32LE(at), part.readUInt32LE(at + 4)];
    first = (first + one + second) >>> 0;
    second = (second + two + first) >>> 0;
  }
  return { first, second };
}

function isSumAt(log: Buffer, at: number, { first, second }: Sums): boolean {
  return log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;
}

const isBigEndian = (log: Buffer) => (log.readUInt8(3) & 1) === 1;
const noSums: Sums = { first: 0, second: 0 };

function headerSums(log: Buffer): Sums {
  return sumsAfter(noSums, log.subarray(0, 24), isBigEndian(log));
}

function hasSoundLogHeader(log: Buffer): boolean {
  return (log.readUInt32BE(0) | 1) === 0x377f0683 && isSumAt(log, 24, headerSums(log));
}

/** How many frames from the first SQLite would believe. */
function soundFrames(log: Buffer): number {
  const [isBig, salts] = [isBigEndian(log), saltsOf(log)];
  let sums = headerSums(log);
  for (const { index, content, isCurrent } of framesOf(log, salts)) {
    const at = logHeaderBytes + index * frameBytes;
    sums = sumsAfter(sumsAfter(sums, log.subarray(at, at + 8), isBig), content, isBig);
    if (!isCurrent || !isSumAt(log, at + 16, sums)) return index;
  }
  return Math.floor((log.length - logHeaderBytes) / frameBytes);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
