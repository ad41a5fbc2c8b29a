import { expect, test } from 'vitest';
import { hex, latin1 } from '../src/core/bytes.ts';
import { findTlv, parseTlv, type Tlv } from '../src/core/encoding/ber-tlv.ts';
import { wallets } from './city.ts';
import { createSimEntropy } from './sim-chance.ts';
import { syntheticQris } from './synthetic-qris.ts';
import { parsedValue } from './testing/builders.ts';

function templates(code: string): readonly Tlv[] {
  return parsedValue(parseTlv(new Uint8Array(Buffer.from(code, 'base64'))));
}

function application(code: string): readonly Tlv[] {
  return findTlv(templates(code), '61')?.inner ?? [];
}

/** The account number in decimal digits, without its padding. */
function accountOf(code: string): string {
  return hex(findTlv(application(code), '5A')?.value ?? new Uint8Array()).replace(/f$/, '');
}

function chequeOf(code: string): string {
  const cheque = findTlv(findTlv(application(code), '63')?.inner ?? [], '9F74');
  return latin1(cheque?.value ?? new Uint8Array());
}

/** ISO/IEC 7812-1 annex B. */
function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const weighted = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}

test('knows a real account number when it sees one', () => {
  expect(['4111111111111111', '5500005555555559', '79927398713'].map(passesLuhn)).toEqual([
    true,
    true,
    true,
  ]);
  expect(passesLuhn('4111111111111112')).toBe(false);
});

test.each(Object.entries(wallets))('makes an account of %s that can be nobody’s', (_, issuer) => {
  const account = accountOf(syntheticQris(issuer, createSimEntropy(1)));

  expect(account).toMatch(new RegExp(`^${issuer}0{10}\\d$`));
  expect(passesLuhn(account)).toBe(false);
});

test('makes the shape that wallets show', () => {
  const code = syntheticQris(wallets.gopay, createSimEntropy(1));

  expect(application(code).map(({ tag }) => tag)).toEqual(['4F', '50', '5A', '5F2D', '63']);
  expect(latin1(findTlv(application(code), '5F2D')?.value ?? new Uint8Array())).toBe('iden');
  expect(chequeOf(code)).toMatch(/^cheque:\d{20}$/);
});

test('makes the other shapes that the profile allows', () => {
  const shape = { account: 'both', common: true, chequeDigits: 57, language: 'jviden' } as const;
  const code = syntheticQris(wallets.gopay, createSimEntropy(1), shape);
  const common = findTlv(templates(code), '62')?.inner ?? [];

  expect(application(code).map(({ tag }) => tag)).toEqual(['4F', '50', '63']);
  expect(common.map(({ tag, value }) => [tag, hex(value)])).toEqual([
    ['57', '9360091400000000002d4912201f'],
    ['5A', '9360091400000000002f'],
    ['5F2D', Buffer.from('jviden').toString('hex')],
  ]);
  expect(chequeOf(code)).toMatch(/^cheque:\d{57}$/);
});

test('names the account in track 2 alone', () => {
  const code = syntheticQris(wallets.gopay, createSimEntropy(1), { account: '57' });

  expect(application(code).map(({ tag }) => tag)).toEqual(['4F', '50', '57', '5F2D', '63']);
});

test('makes another code each time, and the same under the same seed', () => {
  const draw = (seed: number) => {
    const entropy = createSimEntropy(seed);
    return [syntheticQris(wallets.ovo, entropy), syntheticQris(wallets.ovo, entropy)];
  };

  expect(new Set(draw(1)).size).toBe(2);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});
