/**
 * What of a damaged ledger can be told, decided from the rows that were found in it: which go on
 * under their old epoch, which can only be told of, and which are missing. Pure; a row is believed
 * when the chain holds for it, and nothing else.
 */
import { equal } from '../core/bytes.ts';
import { genesisHash, rowHash } from '../core/ledger/chain.ts';
import { decodeRow } from '../core/ledger/row.ts';
import type { Carved, CarvedAnchor, CarvedRow } from './row-carver.ts';

export interface SalvagedEpoch {
  readonly epoch: number;
  /** The backend holds all up to here; 0 when it may hold nothing. */
  readonly durableSeq: number;
  readonly durableHash: Uint8Array;
  /** They follow without a hole: to be sent as if nothing had happened. */
  readonly rows: readonly CarvedRow[];
  /** Behind a hole. */
  readonly stranded: readonly StrandedRow[];
  readonly gaps: readonly SeqRange[];
}

export interface StrandedRow extends CarvedRow {
  /** false: it reads as a row, and the row that would prove it is missing. */
  readonly isVerified: boolean;
  /** Hash of the row before; of what is verified. */
  readonly previous?: Uint8Array | undefined;
}

export interface SeqRange {
  readonly from: number;
  readonly through: number;
}

/** A receipt as the ledger stored it: its bytes contain the tip. */
export interface KeptReceipt {
  readonly epoch: number;
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/** A row that nothing proves is one of ours only this near to rows that are. */
const unprovenReach = 64;

interface Judged extends CarvedRow {
  readonly standing: 'verified' | 'unproven' | 'refuted';
  readonly previous?: Uint8Array;
}

export function salvageEpochs(
  { rows, anchors }: Carved,
  receipts: readonly KeptReceipt[],
  device: string,
): readonly SalvagedEpoch[] {
  const byEpoch = Map.groupBy(rows, ({ epoch }) => epoch);
  const salvaged = [...byEpoch].map(([epoch, found]) => {
    const own = anchors.filter((anchor) => anchor.epoch === epoch);
    const kept = receipts.filter((receipt) => receipt.epoch === epoch);
    return salvageEpoch({ device, epoch, found, anchors: own, receipts: kept });
  });
  return salvaged.filter((epoch) => epoch !== undefined);
}

interface EpochFinds {
  readonly device: string;
  readonly epoch: number;
  readonly found: readonly CarvedRow[];
  readonly anchors: readonly CarvedAnchor[];
  readonly receipts: readonly KeptReceipt[];
}

function salvageEpoch(finds: EpochFinds): SalvagedEpoch | undefined {
  const { epoch, receipts } = finds;
  const chain = createChain(finds);
  const start = startOf(finds, chain);
  const judged = withoutStrays(judge(chain, start), start);
  if (!judged.some(({ standing }) => standing === 'verified') && finds.anchors.length === 0) {
    return undefined;
  }
  const held = judged.findLast(
    ({ seq, hash, standing }) =>
      standing === 'verified' &&
      receipts.some((receipt) => receipt.seq === seq && contains(receipt.bytes, hash)),
  );
  const durable = held ?? start ?? { seq: 0, hash: genesisHash };
  const unsent = judged.filter(({ seq }) => seq > durable.seq);
  const isAnchored = held !== undefined || start !== undefined;
  const whole = isAnchored ? wholeRun(unsent, durable.seq) : 0;
  const stranded = unsent
    .slice(whole)
    .filter(({ standing }) => standing !== 'refuted')
    .map(({ standing, ...row }) => ({ ...row, isVerified: standing === 'verified' }));
  return {
    ...{ epoch, durableSeq: durable.seq, durableHash: durable.hash, stranded },
    rows: unsent.slice(0, whole),
    gaps: isAnchored ? gapsIn(unsent, durable.seq) : gapsIn(unsent, (unsent[0]?.seq ?? 1) - 1),
  };
}

interface Chain {
  readonly seqs: readonly number[];
  at(seq: number): readonly CarvedRow[];
  /** What the hash of the row must be after this one. */
  hashOf(row: CarvedRow, previous: Uint8Array): Uint8Array;
  /** Whether a row follows that was written after one with this hash. */
  isFollowed(seq: number, hash: Uint8Array): boolean;
}

function createChain({ device, epoch, found }: EpochFinds): Chain {
  const bySeq = Map.groupBy(found, ({ seq }) => seq);
  const at = (seq: number) => bySeq.get(seq) ?? [];
  const hashOf = (row: CarvedRow, previous: Uint8Array) =>
    rowHash({ device, epoch, seq: row.seq }, previous, row.bytes);
  return {
    ...{ seqs: [...bySeq.keys()].sort((a, b) => a - b), at, hashOf },
    isFollowed: (seq, hash) => at(seq + 1).some((row) => equal(hashOf(row, hash), row.hash)),
  };
}

/** The place before the first row that is held: the highest one that the row after it confirms. */
function startOf({ epoch, anchors }: EpochFinds, chain: Chain): CarvedAnchor | undefined {
  const genesis = { epoch, seq: 0, hash: genesisHash };
  const last = chain.seqs.at(-1) ?? 0;
  const confirmed = [...anchors, genesis]
    .sort((a, b) => b.seq - a.seq)
    .find(({ seq, hash }) => seq <= last && chain.isFollowed(seq, hash));
  // The first row of all may be the damaged one.
  const isFromTheFirst = anchors.every(({ seq }) => seq === 0) && chain.seqs.at(0) !== undefined;
  return confirmed ?? (isFromTheFirst ? genesis : undefined);
}

function judge(chain: Chain, start: CarvedAnchor | undefined): Judged[] {
  const judged: Judged[] = [];
  let before: { readonly seq: number; readonly hashes: readonly Uint8Array[] } = {
    seq: start?.seq ?? 0,
    hashes: start === undefined ? [] : [start.hash],
  };
  for (const seq of chain.seqs.filter((known) => known > (start?.seq ?? 0))) {
    const previous = before.seq === seq - 1 ? before.hashes : [];
    const candidates = chain.at(seq);
    const proven = provenOf(candidates, previous, chain);
    const row = proven ?? unprovenOf(candidates, previous, chain);
    if (row !== undefined) judged.push(row);
    before = { seq, hashes: proven ? [proven.hash] : candidates.map(({ hash }) => hash) };
  }
  return judged;
}

/** Proven by its own hash; or, where that is damaged, by the row after it. */
function provenOf(
  candidates: readonly CarvedRow[],
  previous: readonly Uint8Array[],
  chain: Chain,
): Judged | undefined {
  const tries = candidates.flatMap((row) =>
    previous.map((before) => ({ row, previous: before, own: chain.hashOf(row, before) })),
  );
  const proven =
    tries.find(({ row, own }) => equal(own, row.hash)) ??
    tries.find(({ row, own }) => chain.isFollowed(row.seq, own));
  if (proven === undefined) return undefined;
  const { row, own } = proven;
  return { ...row, hash: own, previous: proven.previous, standing: 'verified' };
}

/** Where the row after it confirms the hash and not the bytes, the bytes are known to be wrong. */
function unprovenOf(
  candidates: readonly CarvedRow[],
  previous: readonly Uint8Array[],
  chain: Chain,
): Judged | undefined {
  const row = candidates.find(({ bytes }) => decodeRow(bytes) !== undefined) ?? candidates[0];
  if (row === undefined) return undefined;
  const isWrong = previous.length > 0 && chain.isFollowed(row.seq, row.hash);
  const isReadable = decodeRow(row.bytes) !== undefined;
  return { ...row, standing: isWrong || !isReadable ? 'refuted' : 'unproven' };
}

/** A damaged number can name any place: far from what is proven it is no row. */
function withoutStrays(judged: readonly Judged[], start: CarvedAnchor | undefined): Judged[] {
  const last = judged.findLast(({ standing }) => standing === 'verified')?.seq ?? start?.seq ?? 0;
  return judged.filter(({ seq }) => seq <= last + unprovenReach);
}

/** How many rows follow each other from there on, each proven. */
function wholeRun(rows: readonly Judged[], from: number): number {
  const end = rows.findIndex(
    ({ seq, standing }, index) => seq !== from + 1 + index || standing !== 'verified',
  );
  return end < 0 ? rows.length : end;
}

function gapsIn(rows: readonly Judged[], from: number): SeqRange[] {
  const gaps: SeqRange[] = [];
  let known = from;
  for (const { seq } of rows.filter(({ standing }) => standing !== 'refuted')) {
    if (seq > known + 1) gaps.push({ from: known + 1, through: seq - 1 });
    known = seq;
  }
  const last = rows.at(-1)?.seq ?? known;
  if (last > known) gaps.push({ from: known + 1, through: last });
  return gaps;
}

function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  return Buffer.from(bytes).includes(Buffer.from(part));
}
