/** Conversations with cards that were published, played to the model byte by byte. */
import { expect, test } from 'vitest';
import { bytesOf } from '../../testing/builders.ts';
import { aCard, scriptedEntropy, talkTo } from './card-talk.ts';
import type { DesfireCard } from './desfire-card.ts';
import { type Application, blankMemory, zeroKey } from './memory.ts';

const aid = 0x00ae16;

function cardWith(keys: readonly string[], draws: readonly string[], ev1 = true): DesfireCard {
  const { applications } = blankMemory();
  const key = (value: string) => ({ value: bytesOf(value), version: 0x10 });
  const application: Application = { settings: 0x0f, keys: keys.map(key), files: new Map() };
  applications.set(aid, application);
  const generation = ev1 ? 'ev1' : 'ev2';
  return aCard({ generation, entropy: scriptedEntropy(...draws), memory: { applications } });
}

/** Lines of `command payload > response`, as they went over the air without their wrapping. */
function replay(card: DesfireCard, trace: string): void {
  const talk = talkTo(card);
  for (const line of trace.trim().split('\n')) {
    const [sent = '', expected] = line.trim().split(' > ');
    const [code = '', payload] = sent.split(' ');
    expect(`${sent} > ${talk.raw(Number.parseInt(code, 16), payload)}`).toBe(
      `${sent} > ${expected}`,
    );
  }
}

const zeros = '00'.repeat(16);

// NXP AN12196 §5.6.
test('authenticates as in the EV2 dialogue of NXP', () => {
  const card = aCard({
    entropy: scriptedEntropy('b9e2fc789b64bf237cccaa20ec7e6e48', '9d00c4df'),
  });

  replay(
    card,
    `71 0000 > a04c124213c186f22399d33ac2a3021591af
     af 35c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d > 3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f081206639100`,
  );
});

// Elmü's library for the PN532, test output of a DESFire EV1: authentication, then the change of
// the key that was authenticated.
test('changes the own key as in the trace of an EV1 card', () => {
  const card = cardWith([zeros, zeros], ['c05ddd714fd788a6b7b754f3c4d066e8']);

  replay(
    card,
    `5a 16ae00 > 9100
     aa 00 > b969fdfe56fd91fc9de6f6f213b8fd1e91af
     af 36aad7df6e436ba08d18613830a70d5ad43e3d3f4a8d47541eee623a934e4774 > 800db680bc146bd121d6578f2d2e20599100
     c4 00e9f85e219496c2b58c1090dc3935fae9e840cf61b383d9531946256b1f110c10 > 9100`,
  );

  expect(card.snapshot().applications.get(aid)?.keys[0]).toEqual({
    value: bytesOf('00102030405060708090a0b0b0a09080'),
    version: 0x10,
  });
});

// The same output: a file made, described, written, read and deleted, in plain mode, with the MACs
// that an EV1 card gives nevertheless.
test('works on a file as in the trace of an EV1 card', () => {
  const key = '10182028303840485058606870788088';
  const card = cardWith([zeros, key], ['626ffbd45caf334acca45599304f5b17']);
  const pattern = Array.from({ length: 80 }, (_, n) => n.toString(16).padStart(2, '0')).join('');

  replay(
    card,
    `5a 16ae00 > 9100
     aa 01 > b351cb2465d4f33ac627fd6e87a168f291af
     af 044b6cac343a0865895149649ca8dde1f5ac4ec67bd208900af02f049e05f0b0 > a2ee144b1012fbeb7b2f11132d95a4549100
     cd 05001100500000 > a75316ad1596b9539100
     6f > 052d5ff67ffec9d2d39100
     f5 05 > 000011005000002aac7517024e09dc9100
     3d 05000000340000${pattern.slice(0, 104)} > 765c9daa50ecb62f9100
     3d 053400001c0000${pattern.slice(104)} > 3e0aed986b8b0f379100
     bd 05000000300000 > ${pattern.slice(0, 96)}4c65f1f842262bac9100
     bd 05300000200000 > ${pattern.slice(96)}f02205cf913c03c99100
     df 05 > 1bef0d32b6d1d7f99100`,
  );
});

test('takes the zero key for granted nowhere: the trace fails with another key', () => {
  const card = cardWith([zeros, zeros], ['626ffbd45caf334acca45599304f5b17']);
  const talk = talkTo(card);
  talk.raw(0x5a, '16ae00');

  expect(talk.raw(0xaa, '01')).not.toBe('b351cb2465d4f33ac627fd6e87a168f291af');
  expect(zeroKey.value).toEqual(bytesOf(zeros));
});
