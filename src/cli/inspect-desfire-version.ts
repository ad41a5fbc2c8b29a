/**
 * The answer to GetVersion of a DESFire card, frame by frame: hardware, software, production. After
 * the data sheet NXP MF2DLHX0, GetVersion; what stands beyond it is told as not known.
 */
import { hex } from '../core/bytes.ts';
import type { Field } from '../core/field.ts';

const parts = ['hardware', 'software'] as const;

const vendors: Readonly<Record<number, string>> = { 4: 'NXP' };

const types: Readonly<Record<number, string>> = {
  1: 'MIFARE DESFire',
  2: 'MIFARE Plus',
  3: 'MIFARE Ultralight',
  4: 'NTAG',
  8: 'MIFARE DESFire Light',
};

/** By the major number of the hardware, of a DESFire card. */
const generations: Readonly<Record<number, string>> = { 0: 'D40', 1: 'EV1', 18: 'EV2', 51: 'EV3' };

const protocols: Readonly<Record<number, string>> = { 5: 'ISO/IEC 14443-4' };

/** @param frame 0, 1 or 2. */
export function versionFields(frame: number, data: Uint8Array): readonly Field[] {
  const part = parts[frame];
  const fields = part === undefined ? productionFields(data) : partFields(part, data);
  // A frame that is cut off is told as far as it goes.
  const known = fields.filter(({ offset, bytes }) => bytes > 0 && offset + bytes <= data.length);
  const end = known.reduce((sum, { bytes }) => sum + bytes, 0);
  const rest = data.subarray(end);
  if (rest.length === 0) return known;
  return [
    ...known,
    { ...bytesField(rest, end), path: 'rest', name: 'not known to this version', secret: true },
  ];
}

function partFields(part: (typeof parts)[number], data: Uint8Array): readonly Field[] {
  const [vendor = 0, type = 0, subtype = 0, major = 0, minor = 0, size = 0, protocol = 0] = data;
  const generation = part === 'hardware' && type === 1 ? generations[major] : undefined;
  const one = { bytes: 1 };
  return [
    { ...one, path: `${part}.vendor`, name: 'vendor', offset: 0, value: named(vendor, vendors) },
    { ...one, path: `${part}.type`, name: 'type', offset: 1, value: named(type & 0x7f, types) },
    { ...one, path: `${part}.subtype`, name: 'subtype', offset: 2, value: byteText(subtype) },
    {
      ...{ path: `${part}.version`, name: 'version', offset: 3, bytes: 2 },
      value: [`${byteText(major)}.${byteText(minor)}`, generation].join(' ').trim(),
    },
    { ...one, path: `${part}.size`, name: 'storage size', offset: 5, value: sizeText(size) },
    {
      ...{ ...one, path: `${part}.protocol`, name: 'protocol', offset: 6 },
      value: named(protocol, protocols),
    },
  ];
}

function productionFields(data: Uint8Array): readonly Field[] {
  const [week = 0, year = 0] = data.subarray(12, 14);
  return [
    { ...bytesField(data.subarray(0, 7), 0), path: 'UID', name: 'card number', secret: true },
    { ...bytesField(data.subarray(7, 12), 7), path: 'batch', name: 'batch', secret: true },
    {
      ...{ path: 'produced', name: 'produced', offset: 12, bytes: 2 },
      value: `week ${weekText(week)} of ${`20${byteText(year)}`}`,
    },
  ];
}

function bytesField(data: Uint8Array, offset: number) {
  return { offset, bytes: data.length, value: hex(data).toUpperCase() };
}

/** Two decimal digits; the highest bit belongs to the key of the factory. */
function weekText(week: number): string {
  return byteText(week & 0x7f);
}

/** 2 GiB: no card has more. */
const sizeMax = 62;

/** A power of two in the upper seven bits; the lowest tells that it is more, less than twice that. */
function sizeText(size: number): string {
  if (size > sizeMax) return byteText(size);
  const bytes = 2 ** (size >> 1);
  return (size & 1) === 0 ? `${bytes} bytes` : `${bytes} to ${bytes * 2} bytes`;
}

function named(value: number, names: Readonly<Record<number, string>>): string {
  return [byteText(value), names[value]].join(' ').trim();
}

function byteText(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase();
}
