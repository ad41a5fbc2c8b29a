/** What the office signed, as the fuzzer gives it to its readers: metadata, files of lists. */
import { createHash } from 'node:crypto';
import { concat } from '../../src/core/bytes.ts';
import { encodeHeader, encodeRecord } from '../../src/store/security-list-format.ts';
import { type ListFile, parseListFile } from '../../src/store/security-list-parser.ts';
import { parseMetadata, roleNames } from '../../src/targets/metadata.ts';

/** Each role's reader is given everything: which role it is of is the attacker's word. */
export function metadataOf(bytes: Uint8Array): unknown {
  return roleNames.map((role) => parseMetadata(role, bytes));
}

/** A list whose digest is made for it: mutation alone does not get past one. */
export function listBody(body: Uint8Array): ListFile | undefined {
  return listFile(sealed(body));
}

export function listFile(bytes: Uint8Array): ListFile | undefined {
  const parsed = parseListFile(bytes);
  return parsed.ok ? parsed.value : undefined;
}

export function encodeListBody({ header, records }: ListFile): Uint8Array {
  return concat(encodeHeader(header), ...records.map(encodeRecord));
}

export function encodeListFile(list: ListFile): Uint8Array {
  return sealed(encodeListBody(list));
}

function sealed(body: Uint8Array): Uint8Array {
  return concat(body, createHash('sha256').update(body).digest());
}
