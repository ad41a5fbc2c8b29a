/** Writes a tap file (tap-file.ts): seals each batch to the backend, and signs as this device. */
import { createHash, X509Certificate } from 'node:crypto';
import { type Cbor, encodeCbor } from '../core/crypto/cbor.ts';
import { type Signer, signCose } from '../core/crypto/cose-sign1.ts';
import type { Sealer } from './sealing.ts';
import { tapFileContext, tapFileFrame, tapFileMagic } from './tap-file.ts';
import { uploadBody } from './upload-body.ts';
import type { UploadRequest } from './wire.ts';

export interface TapFileAuthor {
  readonly device: string;
  /** PEM: whose key signs. */
  readonly certificate: string;
  /** ES256 with the certificate's key. */
  readonly signer: Signer;
  /** For batches, to the backend. */
  readonly sealer: Sealer;
}

/** @param exportedAt milliseconds since 1970. @returns the file's bytes, in pieces. */
export async function* tapFileOf(
  batches: AsyncIterable<UploadRequest>,
  { device, certificate, signer, sealer }: TapFileAuthor,
  exportedAt: number,
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  const written = (bytes: Uint8Array) => {
    digest.update(bytes);
    return bytes;
  };
  const { raw } = new X509Certificate(certificate);
  yield written(tapFileMagic);
  const header = { device, exportedAt, certificate: new Uint8Array(raw) };
  yield written(tapFileFrame('header', mapOf(header)));
  let count = 0;
  for await (const batch of batches) {
    count += 1;
    yield written(tapFileFrame('batch', sealer.seal(await uploadBody(batch))));
  }
  const statement = mapOf({ device, batches: count, digest: new Uint8Array(digest.digest()) });
  // The certificate names the key: a key id would say the same again.
  const signature = signCose({ signer, kid: Uint8Array.of(0) }, statement, tapFileContext);
  yield tapFileFrame('signature', signature);
}

function mapOf(fields: Readonly<Record<string, Cbor>>): Uint8Array {
  return encodeCbor(new Map(Object.entries(fields)));
}
