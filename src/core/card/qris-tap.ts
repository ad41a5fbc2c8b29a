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
import { statusOk, statusText } from './apdu.ts';
import { type CardDialogue, end, fail, send } from './dialogue.ts';

export interface QrisTapProfile {
  /** Command APDU. A phone that answers it with any other status than `done` pays otherwise. */
  readonly select: Uint8Array;
  /** Command APDU for a record, the first being 1. */
  readonly readRecord: (record: number) => Uint8Array;
  /** Status of the last record, and of those before it. */
  readonly done: number;
  readonly more: number;
}

/** Two have been seen; a longer answer than these can hold is no code. */
export const qrisTapRecordsMax = 4;

const qrisAid = Uint8Array.of(0xa0, 0x00, 0x00, 0x06, 0x02, 0x20, 0x20);

/** READ RECORD repeats the application identifier as its data, and leaves P2 at zero. */
const observedProfile: QrisTapProfile = {
  select: concat(Uint8Array.of(0x00, 0xa4, 0x04, 0x00, qrisAid.length), qrisAid),
  readRecord: (record) => {
    const header = Uint8Array.of(0x00, 0xb2, record, 0x00, qrisAid.length);
    return concat(header, qrisAid, Uint8Array.of(0x00));
  },
  done: statusOk,
  more: 0x61ff,
};

export interface QrisTapOptions {
  readonly keyed: KeyedHash;
  /** Default: as observed. */
  readonly profile?: QrisTapProfile;
}

export function readQrisTap(options: QrisTapOptions): CardDialogue<Token> {
  const { keyed, profile = observedProfile } = options;
  return send(profile.select, ({ status }) =>
    status === profile.done
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
  return send(profile.readRecord(record), ({ data, status }) => {
    if (status !== profile.done && status !== profile.more) {
      return invalid(`READ RECORD ${record} answered ${statusText(status)}`);
    }
    const text = concat(soFar, data);
    if (text.length > qrisCpmTextMax) return invalid(`more than ${qrisCpmTextMax} bytes`);
    if (status === profile.done) return end(parseQrisCpm(text, keyed));
    if (record === qrisTapRecordsMax) return invalid(`more than ${qrisTapRecordsMax} records`);
    return readOn({ keyed, profile, record: record + 1, soFar: text });
  });
}

function invalid(detail: string): CardDialogue<Token> {
  return fail('card-answer-invalid', detail);
}
