import { expect, test } from 'vitest';
import { findTlv, parseTlv, type Tlv } from '../src/core/token/ber-tlv.ts';
import { wallets } from './city.ts';
import { createSimEntropy } from './sim-chance.ts';
import { syntheticQris } from './synthetic-qris.ts';
import { parsedValue } from './testing/builders.ts';

function application(code: string): readonly Tlv[] {
  const objects = parsedValue(parseTlv(new Uint8Array(Buffer.from(code, 'base64'))));
  return findTlv(objects, '61')?.inner ?? [];
}

/** The account number in decimal digits, without its padding. */
function accountOf(code: string): string {
  const account = findTlv(application(code), '5A')?.value ?? new Uint8Array();
  return Buffer.from(account).toString('hex').replace(/f$/, '');
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
  const objects = application(syntheticQris(wallets.gopay, createSimEntropy(1)));
  const cheque = findTlv(findTlv(objects, '63')?.inner ?? [], '9F74');

  expect(objects.map(({ tag }) => tag)).toEqual(['4F', '50', '5A', '63']);
  expect(Buffer.from(cheque?.value ?? []).toString()).toMatch(/^cheque:\d{20}$/);
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
