/** A batch as the body of an upload: CBOR, compressed; the same bytes go by HTTPS and by stick. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Cbor, encodeCbor } from '../core/crypto/cbor.ts';
import type { UploadRequest } from './wire.ts';

const compress = promisify(gzip);

export function uploadBody(batch: UploadRequest): Promise<Uint8Array> {
  return compress(encodeCbor(new Map<string, Cbor>(Object.entries(batch))));
}
