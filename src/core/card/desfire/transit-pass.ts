/**
 * The pass on a transit card: a product with its validity, a rider category, or both; and which
 * issue of the card it is. One length byte, then a CBOR map in its deterministic form, then zeros;
 * all zeros when there is nothing of it.
 */
import { type Cbor, decodeCbor, encodeCbor } from '../../crypto/cbor.ts';
import { faulty, type Parsed, parsed } from '../../parsed.ts';
import { isWholeSeconds } from '../../whole-seconds.ts';
import { passFile } from './transit-application.ts';

/** A product comes with both its times; something of it is there. */
export interface TransitPass {
  /** Fare product id of the operator, 1 to 32 characters. */
  readonly product?: string;
  /** Whole seconds since 1970: valid from `notBefore` up to, not including, `expires`. */
  readonly notBefore?: number;
  readonly expires?: number;
  /** 1 to 32 characters. */
  readonly riderCategory?: string;
  /**
   * {@link issueBytes} that were drawn when the card was personalised: the same piece of plastic,
   * given to another rider, is another card. Absent on cards of the first years.
   */
  readonly issue?: Uint8Array;
}

export const issueBytes = 8;

const productKey = 1;
const notBeforeKey = 2;
const expiresKey = 3;
const riderCategoryKey = 4;
const issueKey = 5;

/**
 * The whole content of the file: 96 bytes.
 * @throws RangeError when the pass is longer, which texts outside ASCII can make it.
 */
export function encodePass(pass: TransitPass | undefined): Uint8Array {
  const file = new Uint8Array(passFile.bytes);
  if (pass === undefined) return file;
  const claims: readonly (readonly [number, Cbor | undefined])[] = [
    [productKey, pass.product],
    [notBeforeKey, pass.notBefore],
    [expiresKey, pass.expires],
    [riderCategoryKey, pass.riderCategory],
    [issueKey, pass.issue],
  ];
  const map = new Map(claims.filter((claim): claim is [number, Cbor] => claim[1] !== undefined));
  const content = encodeCbor(map);
  file.set(content, 1);
  file[0] = content.length;
  return file;
}

/** Keys that a newer issuer adds are allowed and ignored. */
export function parsePass(file: Uint8Array): Parsed<TransitPass | undefined> {
  if (file.length !== passFile.bytes) return damaged(`${file.length} bytes`);
  const [length = 0] = file;
  if (length >= passFile.bytes) return damaged('its length at byte 0');
  const tail = file.subarray(1 + length).findIndex((byte) => byte !== 0);
  if (tail !== -1) return damaged(`not zero at byte ${1 + length + tail}`);
  if (length === 0) return parsed(undefined);
  const map = decodeCbor(file.subarray(1, 1 + length));
  return map instanceof Map ? passOf(map) : damaged('no map at byte 1');
}

function passOf(map: ReadonlyMap<string | number, Cbor>): Parsed<TransitPass> {
  const category = map.get(riderCategoryKey);
  if (category !== undefined && !isShortText(category)) return damaged('rider category');
  const issue = map.get(issueKey);
  if (issue !== undefined && !isIssue(issue)) return damaged('issue number');
  const held = {
    ...(category !== undefined && { riderCategory: category }),
    ...(issue !== undefined && { issue }),
  };
  const [product, notBefore, expires] = [productKey, notBeforeKey, expiresKey].map((key) =>
    map.get(key),
  );
  if (product === undefined && notBefore === undefined && expires === undefined) {
    return Object.keys(held).length > 0 ? parsed(held) : damaged('neither product nor category');
  }
  if (!isShortText(product)) return damaged('product');
  if (!isWholeSeconds(notBefore) || !isWholeSeconds(expires)) return damaged('validity');
  if (notBefore >= expires) return damaged('expires before it begins');
  return parsed({ product, notBefore, expires, ...held });
}

function isShortText(value: Cbor | undefined): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 32;
}

function isIssue(value: Cbor): value is Uint8Array {
  return value instanceof Uint8Array && value.length === issueBytes;
}

function damaged(what: string) {
  return faulty('malformed-token', `pass on card: ${what}`);
}
