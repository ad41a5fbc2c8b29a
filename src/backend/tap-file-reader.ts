/**
 * Reads a tap file (src/sync/tap-file.ts) that came on a stick, and says whose it is: nothing in it
 * is believed before its signature and the chain of its certificate hold. Expired certificates pass:
 * a stick comes from buses that were away, and what they show was theirs when it was written.
 */
import { createHash, type Hash, X509Certificate } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { equal } from '../core/bytes.ts';
import { decodeCbor } from '../core/crypto/cbor.ts';
import { parseCose, verifyCose } from '../core/crypto/cose-sign1.ts';
import { verifyingKey } from '../core/crypto/verifying-key.ts';
import {
  type FrameKind,
  frameHeadBytes,
  parseFrameHead,
  tapFileContext,
  tapFileMagic,
} from '../sync/tap-file.ts';
import { deviceId } from '../sync/wire.ts';

export type TapFileFault =
  | 'not-a-tap-file'
  | 'cut-short'
  | 'not-signed'
  | 'foreign-device'
  | 'not-opened';

export class TapFileError extends Error {
  readonly code: `taps/${TapFileFault}`;
  readonly hint: string;

  constructor(fault: TapFileFault, message: string, hint: string) {
    super(message);
    this.name = 'TapFileError';
    this.code = `taps/${fault}`;
    this.hint = hint;
  }
}

export interface TapFile {
  readonly device: string;
  /** Milliseconds since 1970, by the device's clock. */
  readonly exportedAt: number;
  readonly batches: number;
  /** Sealed, in the order of the file; the file is read once more for them. */
  sealedBatches(): AsyncIterable<Uint8Array>;
}

/** @param deviceCa PEM. @throws TapFileError; whatever the file system says. */
export async function readTapFile(path: string, deviceCa: string): Promise<TapFile> {
  const digest = createHash('sha256');
  let header: Header | undefined;
  let batches = 0;
  for await (const { kind, bytes, before } of framesIn(path, digest)) {
    if (kind === 'header') header = headerIn(bytes, deviceCa);
    else if (kind === 'batch') batches += 1;
    else if (header !== undefined) {
      checkSignature(bytes, header, { batches, digest: before() });
      const { device, exportedAt } = header;
      return { device, exportedAt, batches, sealedBatches: () => batchesIn(path) };
    }
  }
  const hint = 'export again: the stick was pulled too early; nothing is lost on the device';
  throw new TapFileError('cut-short', `${path} ends before its signature`, hint);
}

interface Frame {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
  /** Digest of all that stands before this frame. */
  before(): Uint8Array;
}

/** Frame by frame; ends where the file ends, even within a frame. */
async function* framesIn(path: string, digest: Hash): AsyncGenerator<Frame> {
  const file = await open(path, 'r');
  try {
    const magic = await next(file, tapFileMagic.length);
    if (magic === undefined || !equal(magic, tapFileMagic)) throw notATapFile(path);
    digest.update(magic);
    for (;;) {
      const head = await next(file, frameHeadBytes);
      if (head === undefined) return;
      const { kind, length } = parseFrameHead(head) ?? {};
      if (kind === undefined || length === undefined) throw notATapFile(path);
      const bytes = await next(file, length);
      if (bytes === undefined) return;
      yield { kind, bytes, before: () => new Uint8Array(digest.copy().digest()) };
      digest.update(head).update(bytes);
    }
  } finally {
    await file.close();
  }
}

async function* batchesIn(path: string): AsyncGenerator<Uint8Array> {
  for await (const { kind, bytes } of framesIn(path, createHash('sha256'))) {
    if (kind === 'batch') yield bytes;
  }
}

/** @returns undefined when the file has fewer bytes. */
async function next(file: FileHandle, length: number): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, null);
    if (bytesRead === 0) return undefined;
    filled += bytesRead;
  }
  return bytes;
}

interface Header {
  readonly device: string;
  readonly exportedAt: number;
  readonly certificate: X509Certificate;
}

function headerIn(bytes: Uint8Array, deviceCa: string): Header {
  const fields = decodeCbor(bytes);
  const { device, exportedAt, certificate } =
    fields instanceof Map ? Object.fromEntries(fields) : {};
  const id = deviceId.safeParse(device);
  const shown = certificate instanceof Uint8Array ? certificateIn(certificate) : undefined;
  if (!id.success || typeof exportedAt !== 'number' || shown === undefined) {
    throw notSigned('its header is not one of a device');
  }
  checkChain(shown, new X509Certificate(deviceCa), id.data);
  return { device: id.data, exportedAt, certificate: shown };
}

function certificateIn(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    // OpenSSL throws for whatever is no certificate.
    return undefined;
  }
}

function checkChain(shown: X509Certificate, ca: X509Certificate, device: string): void {
  const isOurs = shown.checkIssued(ca) && shown.verify(ca.publicKey);
  if (isOurs && shown.toLegacyObject().subject?.CN === device) return;
  const message = isOurs
    ? `the certificate in it is not ${device}'s`
    : 'the certificate in it is not of this device CA';
  const hint = 'bring the file to the backend that the device belongs to; look who made it';
  throw new TapFileError('foreign-device', message, hint);
}

/** An uncompressed point at the end of a SubjectPublicKeyInfo (RFC 5480 §2). */
const pointBytes = 65;

function checkSignature(
  bytes: Uint8Array,
  { device, certificate }: Header,
  { batches, digest }: { readonly batches: number; readonly digest: Uint8Array },
): void {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const key = verifyingKey('ES256', new Uint8Array(spki.subarray(-pointBytes)));
  const cose = parseCose(bytes);
  if (cose === undefined || key === undefined || !verifyCose(cose, key, tapFileContext)) {
    throw notSigned('its signature is not of the device that it names');
  }
  const fields = decodeCbor(cose.payload);
  const said = fields instanceof Map ? Object.fromEntries(fields) : {};
  const isSame = said.digest instanceof Uint8Array && equal(said.digest, digest);
  if (said.device !== device || said.batches !== batches || !isSame) {
    throw notSigned('what it holds is not what its device signed');
  }
}

function notSigned(message: string): TapFileError {
  const hint = 'export again from the device; keep this file if somebody may have changed it';
  return new TapFileError('not-signed', message, hint);
}

function notATapFile(path: string): TapFileError {
  const hint = '"halte taps export" makes such files on a device';
  return new TapFileError('not-a-tap-file', `${path} is not a file of taps`, hint);
}
