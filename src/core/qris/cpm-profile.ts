/**
 * What the QRIS profile asks of a consumer-presented code beyond being one: which objects are there,
 * each once, and how long. Whether an acquirer would take it shows only when it is charged; these
 * checks keep out what none would.
 */
import { hex, latin1 } from '../bytes.ts';
import { findTlv, type Tlv } from '../encoding/ber-tlv.ts';
import { faulty, type Parsed, parsed } from '../parsed.ts';
import { cpmTags } from './cpm-tags.ts';

/** Application identifier of QRIS. */
const qrisAdf = 'a0000006022020';

/** Compared in any case: a public sample has it in small letters. */
const qrisLabel = 'QRISCPM';

export function isQrisApplication({ tag, inner }: Tlv): boolean {
  const adf = findTlv(inner, '4F');
  return tag === '61' && adf !== undefined && hex(adf.value) === qrisAdf;
}

/** What is wrong with the QRIS application and the data common to all, or undefined. */
export function profileFlaw(application: Tlv, common: readonly Tlv[]): string | undefined {
  const label = findTlv(application.inner, '50');
  if (label === undefined) return missing('50', application);
  if (latin1(label.value).toUpperCase() !== qrisLabel) {
    return `tag 50 is not ${qrisLabel} at byte ${label.offset}`;
  }
  return objectsFlaw([application, ...common]);
}

/** What the issuer will honour once: tag 9F74 in the application's own data. */
export function chequeOf(application: Tlv): Parsed<Uint8Array> {
  const transparent = findTlv(application.inner, '63');
  if (transparent === undefined) return faulty('malformed-token', missing('63', application));
  const cheque = findTlv(transparent.inner, '9F74');
  return cheque === undefined
    ? faulty('malformed-token', missing('9F74', transparent))
    : parsed(cheque.value);
}

function missing(tag: string, { offset }: Tlv): string {
  return `tag ${tag} is missing in the template at byte ${offset}`;
}

/** Each known object once per template, so that no two readers of a code read it differently. */
function objectsFlaw(objects: readonly Tlv[]): string | undefined {
  const seen = new Set<string>();
  for (const object of objects) {
    if (!cpmTags.has(object.tag)) continue;
    if (seen.has(object.tag)) return `tag ${object.tag} again at byte ${object.offset}`;
    seen.add(object.tag);
    const flaw = lengthFlaw(object) ?? objectsFlaw(object.inner);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function lengthFlaw({ tag, value: { length }, offset }: Tlv): string | undefined {
  const [fewest, most] = cpmTags.get(tag)?.bytes ?? [0, Number.POSITIVE_INFINITY];
  if (length >= fewest && length <= most) return undefined;
  const allowed = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
  return `tag ${tag} has ${length} bytes, not ${allowed}, at byte ${offset}`;
}
