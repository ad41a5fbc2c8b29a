/**
 * Where a code is at fault, for details that do not tell it themselves: the symbol at which a text
 * stops to be one, or the template from which an object is missing.
 */
import { base64Decode, latin1 } from '../core/bytes.ts';
import { base45FlawAt } from '../core/encoding/base45.ts';
import { findTlv, readTlv } from '../core/encoding/ber-tlv.ts';
import type { ParseFault } from '../core/parsed.ts';
import { isQrisApplication } from '../core/qris/cpm-profile.ts';
import { halteTicketBeginning } from '../core/ticket/envelope.ts';
import { halteTicket } from '../core/token/halte-ticket.ts';
import { pretixSig1 } from '../core/token/pretix-sig1.ts';
import { qrisCpm } from '../core/token/qris-cpm.ts';

/** @param code what a scanner would have given. @returns the detail, with its place where one is known. */
export function placedDetail({ detail }: ParseFault, code: Uint8Array): string {
  if (/\bbyte \d|longer than/.test(detail)) return detail;
  const place = placeOf(code, detail);
  return place === undefined ? detail : `${detail}, ${place}`;
}

function placeOf(code: Uint8Array, detail: string): string | undefined {
  if (halteTicket.recognises(code)) return placeInTicket(code);
  if (qrisCpm.recognises(code)) return placeInPayment(latin1(code), detail);
  return pretixSig1.recognises(code) ? placeInAdmission(latin1(code)) : undefined;
}

function placeInTicket(code: Uint8Array): string | undefined {
  const from = halteTicketBeginning.length;
  const at = base45FlawAt(latin1(code.subarray(from)));
  return at === undefined ? undefined : `at character ${from + at}`;
}

/** Its base64 is written backwards. */
function placeInAdmission(text: string): string | undefined {
  const base64 = [...text].reverse().join('');
  if (base64Decode(base64) !== undefined) return undefined;
  return `at character ${Math.max(0, text.length - 1 - base64FlawAt(base64))}`;
}

function placeInPayment(text: string, detail: string): string | undefined {
  const code = base64Decode(text);
  if (code === undefined) return `at character ${base64FlawAt(text)}`;
  const { objects } = readTlv(code);
  if (detail.startsWith('tag 85')) return `at byte ${objects[0]?.offset ?? 0}`;
  if (detail.startsWith('tag 61')) return `at byte ${code.length}`;
  const application = objects.find(isQrisApplication) ?? findTlv(objects, '61');
  const transparent = findTlv(application?.inner ?? [], '63');
  const template = detail.startsWith('tag 9F74') ? transparent : application;
  return template && `in the template at byte ${template.offset}`;
}

/**
 * The first character that is not of RFC 4648 §4, or the one where the text ends too early or goes
 * on after its padding.
 */
function base64FlawAt(text: string): number {
  const stray = text.search(/[^A-Za-z0-9+/]/);
  const digits = stray < 0 ? text.length : stray;
  const isPadding = text[digits] === '=';
  if (stray >= 0 && !isPadding) return stray;
  const padding = { 0: 0, 2: 2, 3: 1 }[digits % 4] ?? 0;
  const padded = /^=*/.exec(text.slice(digits))?.[0].length ?? 0;
  if (digits % 4 === 1 || padded < padding) return digits + padded;
  // What is left are bits of the last digit that no byte has.
  return digits + padding < text.length ? digits + padding : digits - 1;
}
