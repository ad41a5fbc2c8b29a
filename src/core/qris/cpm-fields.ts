/**
 * Every object of a consumer-presented code with its meaning, for `halte inspect`. An object of an
 * unknown tag counts as secret: nobody knows what a wallet puts there.
 */
import { hex, latin1 } from '../bytes.ts';
import { readTlv, type Tlv } from '../encoding/ber-tlv.ts';
import type { Field } from '../field.ts';
import { accountOf, issuerOf } from './cpm-account.ts';
import { type CpmFormat, type CpmTag, cpmTags } from './cpm-tags.ts';
import { walletNames } from './wallet-names.ts';

const issuerBytes = 4;

const unknownTag: CpmTag = { name: 'not known to this version', format: 'b', secret: true };

/** @param code what the base64 text stands for. Total: as far as it can be read. */
export function cpmFields(code: Uint8Array): readonly Field[] {
  return readTlv(code).objects.flatMap((object) => fieldsOf(object, object.tag));
}

function fieldsOf(object: Tlv, path: string): readonly Field[] {
  const { name, format, secret } = cpmTags.get(object.tag) ?? unknownTag;
  const { offset, value } = object;
  const field = { path, name, offset, bytes: value.length, value: shown(format, object) };
  return [
    secret ? { ...field, secret } : field,
    ...issuerFields(object, path),
    ...object.inner.flatMap((inner) => fieldsOf(inner, `${path}.${inner.tag}`)),
  ];
}

/** The issuer is no secret, though it stands at the beginning of one: so it has a place of its own. */
function issuerFields(object: Tlv, path: string): readonly Field[] {
  const account = accountOf([object], object.offset);
  const issuer = account.ok ? issuerOf(account.value) : undefined;
  if (issuer === undefined) return [];
  const value = [issuer, walletNames.get(issuer)].join(' ').trim();
  const place = `${path}.NNS`;
  return [{ path: place, name: 'issuer (NNS)', offset: object.offset, bytes: issuerBytes, value }];
}

function shown(format: CpmFormat, { value, inner }: Tlv): string {
  const digits = hex(value).toUpperCase();
  switch (format) {
    case 'ans':
      return isPrintable(value) ? latin1(value) : digits;
    case 'cn':
      return digits.replace(/F$/, '');
    case 'template':
      return inner.length === 1 ? '1 object' : `${inner.length} objects`;
    case 'b':
    case 'n':
      return digits;
  }
}

/** Other bytes would reach the terminal of whoever looks at the code. */
function isPrintable(value: Uint8Array): boolean {
  return value.every((byte) => byte >= 0x20 && byte < 0x7f);
}
