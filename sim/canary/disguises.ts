/**
 * A canary is something that must stay secret, planted to see whether it does. Here are the forms
 * in which it could turn up: as it is, in another character set, packed two digits to a byte, and
 * each of these in hexadecimal, in base64 or as a list of numbers.
 */
export interface Canary {
  readonly name: string;
  /** Text, or bytes that are none. */
  readonly secret: string | Uint8Array;
}

export interface Disguise {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Shorter ones turn up by chance. */
export const disguiseBytesMin = 6;

export function disguisesOf({ secret }: Canary): readonly Disguise[] {
  const forms = typeof secret === 'string' ? textForms(secret) : byteForms(secret);
  return forms
    .flatMap((form) => [form, ...writings(form)])
    .filter(({ bytes }) => bytes.length >= disguiseBytesMin);
}

function textForms(text: string): readonly Disguise[] {
  const littleEndian = Buffer.from(text, 'utf16le');
  return [
    { name: 'text', bytes: Buffer.from(text, 'latin1') },
    { name: 'UTF-16LE', bytes: littleEndian },
    { name: 'UTF-16BE', bytes: Buffer.from(littleEndian).swap16() },
    ...(/^\d+$/.test(text) ? [packed('BCD', text), packed('BCD, shifted', text.slice(1))] : []),
  ];
}

/** An odd digit at the end shares its byte with whatever follows, and is left out. */
function packed(name: string, digits: string): Disguise {
  return { name, bytes: Buffer.from(digits.slice(0, digits.length & ~1), 'hex') };
}

function byteForms(secret: Uint8Array): readonly Disguise[] {
  return [
    { name: 'bytes', bytes: secret },
    { name: 'bytes, backwards', bytes: Uint8Array.from(secret).reverse() },
  ];
}

function writings({ name, bytes }: Disguise): readonly Disguise[] {
  const hex = Buffer.from(bytes).toString('hex');
  const asText = (writing: string, text: string) => ({
    name: `${writing} of ${name}`,
    bytes: Buffer.from(text, 'latin1'),
  });
  return [
    asText('hexadecimal', hex),
    asText('upper-case hexadecimal', hex.toUpperCase()),
    ...[0, 1, 2].map((before) => asText(`base64 (${before})`, base64Within(bytes, before))),
    asText('list', bytes.join(',')),
  ];
}

/** What base64 of a longer whole contains for sure, when so many bytes (modulo 3) come before. */
function base64Within(bytes: Uint8Array, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
