/**
 * A transit card whose answers are edited on their way to the validator: the input says which, and
 * how. Whatever is edited, the validator must read what the card holds or nothing, and must not say
 * that a debit was committed, or was not, unless the card says the same.
 *
 * An input is one byte for the kind of card, and four for each edit: answer, kind, place, value.
 */
import { isDeepStrictEqual } from 'node:util';
import { equal } from '../../src/core/bytes.ts';
import {
  readTransitCard,
  type TransitCard,
} from '../../src/core/card/desfire/read-transit-card.ts';
import { encodePass } from '../../src/core/card/desfire/transit-pass.ts';
import { encodeTrip, type TripRecord } from '../../src/core/card/desfire/trip-record.ts';
import { type CardDialogue, dialogueCommandsMax } from '../../src/core/card/dialogue.ts';
import type { Parsed } from '../../src/core/parsed.ts';
import { createDesfireCard } from '../cards/desfire/desfire-card.ts';
import { blankMemory, type CardFile, type CardMemory, zeroKey } from '../cards/desfire/memory.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { holds } from './laws.ts';

const transitAid = 0xf54854;
const uid = Uint8Array.of(0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66);
const nonce = new Uint8Array(16).fill(0xa5);
const balance = 50_000;
const fare = 3_500;
const trip: TripRecord = {
  at: 1_793_577_600,
  amount: fare,
  deviceTag: Uint8Array.of(1, 2, 3, 4),
  epoch: 1,
  seq: 42,
  ride: { action: 'enter', transfers: 1, route: 7, stop: 8, legGroup: 9, product: 10 },
};
const tripBefore: TripRecord = { ...trip, at: trip.at - 86_400, seq: 7 };
const passFile = encodePass({ product: 'pass', notBefore: 1_793_000_000, expires: 1_809_000_000 });

export function debitsSafely(input: Uint8Array): void {
  const [kind = 0, ...edits] = input;
  const hasTrip = (kind & 2) !== 0;
  const generation = (kind & 1) === 0 ? 'ev2' : 'ev1';
  const memory = transitMemory(generation === 'ev2', hasTrip);
  const entropy = createSimEntropy(kind);
  const card = createDesfireCard({ uid, generation, entropy, memory });
  const talk = createEditedTalk(card.respond, edits);

  const read = talk.hold(readTransitCard({ uid, nonce }));
  if (edits.length === 0) holds(read?.ok === true, 'cannot read an honest card');
  if (!read?.ok) return;
  checkReading(read.value, hasTrip);
  const debited = talk.hold(read.value.debit({ amount: fare, trip }));
  const said = debited?.ok ? debited.value.result : 'unknown';
  if (edits.length === 0) holds(said === 'committed', 'cannot debit an honest card');
  checkResult(said, { isCommitted: isCommitted(card.snapshot()), isForged: talk.isForged() });
}

function checkReading(read: TransitCard, hasTrip: boolean): void {
  holds(read.balance === balance, 'reads another balance than the card holds');
  holds(equal(read.passFile, passFile), 'reads another pass than the card holds');
  // A refusal has no MAC: who edits one in can hide the trip, but cannot make one up.
  if (read.trips.length === 0) return;
  holds(hasTrip && isDeepStrictEqual(read.trips, [tripBefore]), 'reads a trip made up');
}

function checkResult(
  said: 'committed' | 'not-committed' | 'unknown',
  card: { readonly isCommitted: boolean; readonly isForged: boolean },
): void {
  if (said === 'committed') holds(card.isCommitted, 'says committed of a card that is not');
  if (said === 'not-committed' && !card.isForged) {
    holds(!card.isCommitted, 'says not committed of a card that is');
  }
}

/** The fare and the trip, both or neither. */
function isCommitted(memory: CardMemory): boolean {
  const files = memory.applications.get(transitAid)?.files;
  const [purse, trips] = [files?.get(2), files?.get(3)];
  holds(purse?.kind === 'value' && trips?.kind === 'cyclic', 'has no purse any more');
  const isTaken = purse.value === balance - fare;
  const isWritten = trips.records.some((record) => equal(record, encodeTrip(trip)));
  holds(isTaken === isWritten, 'commits one without the other');
  holds(isTaken || purse.value === balance, 'takes another amount');
  return isTaken;
}

interface EditedTalk {
  /** @returns undefined when the dialogue does not end. */
  hold<T>(dialogue: CardDialogue<T>): Parsed<T> | undefined;
  /** Whether an edit made a refusal of DESFire of what was none: nothing tells the two apart. */
  isForged(): boolean;
}

function createEditedTalk(
  respond: (apdu: Uint8Array) => Uint8Array,
  edits: readonly number[],
): EditedTalk {
  let answers = 0;
  let isForged = false;
  let last: Uint8Array = new Uint8Array();

  function answerTo(apdu: Uint8Array): Uint8Array {
    const edit = editOf(edits, answers);
    answers += 1;
    if (edit?.kind === 'lost') return new Uint8Array();
    const honest = respond(apdu);
    const edited = edit === undefined ? honest : editedAnswer(honest, edit, last);
    const refuses = edited.at(-2) === 0x91 && edited.at(-1) !== 0;
    if (refuses && edited.at(-1) !== honest.at(-1)) isForged = true;
    last = honest;
    return edited;
  }

  return {
    isForged: () => isForged,
    hold(dialogue) {
      let step = dialogue;
      for (let steps = 0; step.step !== 'end'; steps += 1) {
        holds(steps < dialogueCommandsMax, `goes on after ${dialogueCommandsMax} commands`);
        step = step.step === 'key' ? step.answer(zeroKey.value) : step.answer(answerTo(step.apdu));
      }
      return step.result;
    },
  };
}

const editKinds = ['flip', 'flip', 'cut', 'append', 'status', 'again', 'lost'] as const;

interface Edit {
  readonly kind: (typeof editKinds)[number];
  readonly at: number;
  readonly value: number;
}

/** The first edit that is meant for the answer. */
function editOf(edits: readonly number[], answer: number): Edit | undefined {
  for (let from = 0; from + 4 <= edits.length; from += 4) {
    const [which = 0, kind = 0, at = 0, value = 0] = edits.slice(from, from + 4);
    if (which % 32 === answer)
      return { kind: editKinds[kind % editKinds.length] ?? 'flip', at, value };
  }
  return undefined;
}

function editedAnswer(answer: Uint8Array, { kind, at, value }: Edit, last: Uint8Array): Uint8Array {
  switch (kind) {
    case 'flip':
      return answer.map((byte, place) => (place === at % answer.length ? byte ^ value : byte));
    case 'cut':
      return answer.slice(0, at);
    case 'append':
      return Uint8Array.of(...answer, value);
    case 'status':
      return Uint8Array.of(...answer.slice(0, -2), at, value);
    case 'again':
      return last;
    case 'lost':
      return new Uint8Array();
  }
}

function transitMemory(hasTransactionMac: boolean, hasTrip: boolean): CardMemory {
  const memory = blankMemory();
  const rights = { read: 2, write: 2, readWrite: 2, change: 0 };
  const files: [number, CardFile][] = [
    [1, { kind: 'standard', mode: 'full', rights, bytes: passFile }],
    [2, { kind: 'value', mode: 'mac', rights, value: balance, ...purseLimits }],
    [3, { kind: 'cyclic', mode: 'mac', rights, ...tripsOf(hasTrip) }],
  ];
  if (hasTransactionMac) {
    const mac = new Uint8Array(8);
    files.push([
      15,
      { kind: 'transaction-mac', mode: 'mac', rights, key: zeroKey, counter: 0, mac },
    ]);
  }
  const keys = Array.from({ length: 5 }, () => zeroKey);
  memory.applications.set(transitAid, { settings: 0x0b, keys, files: new Map(files) });
  return memory;
}

const purseLimits = { lower: 0, upper: 2_000_000, limitedCreditOn: false, limitedCredit: 0 };

function tripsOf(hasTrip: boolean) {
  return { recordBytes: 32, recordsMax: 11, records: hasTrip ? [encodeTrip(tripBefore)] : [] };
}
