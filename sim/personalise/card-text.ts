/** Lines of text about a card: how far its making is, and what it says of itself in the end. */
import { hex } from '../../src/core/bytes.ts';
import type { TransitCard } from '../../src/core/card/desfire/read-transit-card.ts';
import type { PersonaliseProgress } from './personalise-card.ts';

const barLength = 20;

export function progressLine({ step, done, of }: PersonaliseProgress): string {
  const filled = Math.round((done / of) * barLength);
  const bar = '#'.repeat(filled).padEnd(barLength, '-');
  return `[${bar}] ${String(done).padStart(String(of).length)}/${of} ${step}`;
}

export function cardLines({
  uid,
  generation,
  balance,
  pass,
  trips,
  transaction,
}: TransitCard): string[] {
  const days = [pass?.notBefore, pass?.expires].map(
    (seconds) => seconds !== undefined && new Date(seconds * 1_000).toISOString().slice(0, 10),
  );
  return [
    `card      ${hex(uid)}, DESFire ${generation.toUpperCase()}`,
    `issue     ${pass?.issue === undefined ? 'none' : hex(pass.issue)}`,
    `balance   Rp${balance}`,
    `pass      ${pass?.product === undefined ? 'none' : `${pass.product}, ${days.join(' to ')}`}`,
    `category  ${pass?.riderCategory ?? 'none'}`,
    `trips     ${tripsText(trips)}`,
    ...(transaction === undefined ? [] : [`commits   ${transaction.counter}`]),
  ];
}

function tripsText([newest, ...older]: TransitCard['trips']): string {
  if (newest === undefined) return 'none';
  const last = newest === 'unknown' ? 'the last cannot be read' : `the last of Rp${newest.amount}`;
  return `${older.length + 1}, ${last}`;
}
