/**
 * What a card's answers in a trace say where their meaning is public: its UID, the version of a
 * DESFire card, and the file control information after SELECT. What protects a session, and the
 * records of other people's applications, are not read here.
 */
import { hex, latin1 } from '../core/bytes.ts';
import { parseResponse } from '../core/card/apdu.ts';
import type { Exchange } from '../core/card/apdu-trace.ts';
import { readTlv, type Tlv } from '../core/encoding/ber-tlv.ts';
import type { Field } from '../core/field.ts';
import { versionFields } from './inspect-desfire-version.ts';

const moreFrames = 0x91af;

/** @returns the fields of each answer, in the order of the trace; most have none. */
export function answersOf(trace: readonly Exchange[]): readonly (readonly Field[])[] {
  // Which frame of a version the card sends next; a version has three.
  let frame = 0;
  return trace.map(({ command, response }) => {
    const answer = response && parseResponse(response);
    const isVersion = isDesfire(command, 0x60) || (frame > 0 && isDesfire(command, 0xaf));
    const at = isDesfire(command, 0x60) ? 0 : frame;
    frame = isVersion && answer?.status === moreFrames ? at + 1 : 0;
    if (answer === undefined) return [];
    return isVersion ? versionFields(at, answer.data) : fieldsOf(command, answer.data);
  });
}

function isDesfire([cla, ins, p1, p2]: Uint8Array, instruction: number): boolean {
  return cla === 0x90 && ins === instruction && p1 === 0 && p2 === 0;
}

function fieldsOf([cla, ins, p1]: Uint8Array, data: Uint8Array): readonly Field[] {
  if (data.length === 0) return [];
  if (cla === 0xff && ins === 0xca) return [p1 === 0 ? uidField(data) : historicalField(data)];
  return (cla ?? 0) >> 4 === 0 && ins === 0xa4 ? fileControlFields(data) : [];
}

function uidField(data: Uint8Array): Field {
  return { path: 'UID', name: 'card number', ...whole(data), secret: true };
}

function historicalField(data: Uint8Array): Field {
  return { path: 'ATS', name: 'historical bytes', ...whole(data) };
}

function whole(data: Uint8Array): Pick<Field, 'offset' | 'bytes' | 'value'> {
  return { offset: 0, bytes: data.length, value: hex(data).toUpperCase() };
}

/** Of ISO/IEC 7816-4, and of EMV Contactless Book B for the directory of a payment card. */
const fileControlNames: Readonly<Record<string, string>> = {
  '6F': 'file control information (FCI)',
  '84': 'name of the application (DF name)',
  A5: 'proprietary template of the FCI',
  BF0C: 'discretionary data of the issuer',
  '61': 'directory entry',
  '4F': 'application identifier (ADF name)',
  '50': 'application label',
  '87': 'application priority',
  '88': 'short file identifier of the directory',
  '5F2D': 'language preference',
  '5F55': 'country of the issuer',
  '9F0A': 'application selection registered data',
  '9F11': 'code table of the issuer',
  '9F12': 'preferred name of the application',
  '9F29': 'extended selection',
  '9F2A': 'kernel identifier',
  '9F38': 'what the application wants to know (PDOL)',
  '9F4D': 'log entry',
};

const texts: ReadonlySet<string> = new Set(['50', '5F2D', '5F55', '9F12']);

/** The outer template is opened here: with it the directory of a payment card is five levels deep. */
function fileControlFields(data: Uint8Array): readonly Field[] {
  const [outer] = readTlv(data).objects;
  if (outer?.tag !== '6F') return [];
  const inner = readTlv(outer.value).objects;
  return [
    fieldOf({ ...outer, inner }, outer.tag, 0),
    ...inner.flatMap((object) => objectFields(object, outer.tag, outer.offset)),
  ];
}

function objectFields(object: Tlv, within: string, from: number): readonly Field[] {
  const path = `${within}.${object.tag}`;
  return [
    fieldOf(object, path, from),
    ...object.inner.flatMap((inner) => objectFields(inner, path, from)),
  ];
}

/** @param from where the bytes begin in which the object's offset counts. */
function fieldOf(object: Tlv, path: string, from: number): Field {
  const { tag, offset, value } = object;
  const place = { path, offset: from + offset, bytes: value.length };
  const name = fileControlNames[tag];
  const said = { ...place, value: valueText(object) };
  return name === undefined
    ? { ...said, name: 'not known to this version', secret: true }
    : { ...said, name };
}

function valueText({ tag, value, inner }: Tlv): string {
  if (inner.length > 0) return inner.length === 1 ? '1 object' : `${inner.length} objects`;
  const digits = hex(value).toUpperCase();
  const text = latin1(value);
  if (texts.has(tag) && /^[ -~]+$/.test(text)) return text;
  return tag === '84' && /^[ -~]+$/.test(text) ? `${digits} ${text}` : digits;
}
