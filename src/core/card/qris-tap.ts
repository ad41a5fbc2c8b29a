/**
 * The dialogue with a phone that pays by QRIS Tap: SELECT the QRIS application, READ RECORD until
 * the status says that the text is whole. The text is that of a QR code (token/qris-cpm.ts) and gives
 * the same token.
 *
 * No public standard: this is what a bank's terminal and a phone's card emulation were seen to say,
 * so it stands in a profile that can be replaced. Its trap is status 61FF, which means "read the next
 * record"; to ISO/IEC 7816-4 §5.6 it means that GET RESPONSE fetches 255 bytes. A reader that acts on
 * that by itself, as some do for T=0, gets no answer from the phone. Contactless cards are T=1 to
 * PC/SC, where pcscd hands the status on as it is (qris-tap.pcsc.test.ts); a reader's own firmware is
 * another matter.
 */
import { concat } from '../bytes.ts';
import type { KeyedHash } from '../crypto/keyed-hash.ts';
import { parseQrisCpm, qrisCpmTextMax } from '../token/qris-cpm.ts';
import type { Token } from '../token/token.ts';
import { statusText } from './apdu.ts';
import { type CardDialogue, end, fail, send } from './dialogue.ts';

/** What is said to a phone, in lower-case hexadecimal: as data, so that a device's configuration has it. */
export interface QrisTapProfile {
  /** Command APDU. A phone that answers it with any other status than `done` pays otherwise. */
  readonly select: string;
  /** Command APDU for a record; `NN` is its number, the first being 01. */
  readonly readRecord: string;
  /** Status of the last record, and of those before it. */
  readonly done: string;
  readonly more: string;
}

/** Two have been seen; a longer answer than these can hold is no code. */
export const qrisTapRecordsMax = 4;

/** READ RECORD repeats the application identifier as its data, and leaves P2 at zero. */
export const observedQrisTap: QrisTapProfile = {
  select: '00a4040007a0000006022020',
  readRecord: '00b2NN0007a000000602202000',
  done: '9000',
  more: '61ff',
};

export interface QrisTapOptions {
  readonly keyed: KeyedHash;
  /** Default: as observed. */
  readonly qrisTap?: QrisTapProfile | undefined;
}

export function readQrisTap(options: QrisTapOptions): CardDialogue<Token> {
  const { keyed, qrisTap: profile = observedQrisTap } = options;
  return send(bytesOf(profile.select), ({ status }) =>
    statusText(status) === profile.done
      ? readOn({ keyed, profile, record: 1, soFar: new Uint8Array() })
      : fail('unknown-card', `SELECT answered ${statusText(status)}`),
  );
}

interface Reading {
  readonly keyed: KeyedHash;
  readonly profile: QrisTapProfile;
  readonly record: number;
  readonly soFar: Uint8Array;
}

function readOn({ keyed, profile, record, soFar }: Reading): CardDialogue<Token> {
  const number = record.toString(16).padStart(2, '0');
  const command = bytesOf(profile.readRecord.replace('NN', number));
  return send(command, ({ data, status }) => {
    const answered = statusText(status);
    if (answered !== profile.done && answered !== profile.more) {
      return invalid(`READ RECORD ${record} answered ${answered}`);
    }
    const text = concat(soFar, data);
    if (text.length > qrisCpmTextMax) return invalid(`more than ${qrisCpmTextMax} bytes`);
    if (answered === profile.done) return end(parseQrisCpm(text, keyed));
    if (record === qrisTapRecordsMax) return invalid(`more than ${qrisTapRecordsMax} records`);
    return readOn({ keyed, profile, record: record + 1, soFar: text });
  });
}

function bytesOf(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

function invalid(detail: string): CardDialogue<Token> {
  return fail('card-answer-invalid', detail);
}
