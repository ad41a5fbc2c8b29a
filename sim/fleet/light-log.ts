/**
 * What the fleet's devices had durable in their ledgers, written down beside them, by hand and in a
 * form of its own: the history that the backend's database is held against. It knows no backend.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hex } from '../../src/core/bytes.ts';

/** A row that a device had durable; when it accepted a tap, the rider saw green. */
export interface LoggedRow {
  readonly device: string;
  readonly epoch: number;
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
  readonly isGreen: boolean;
  /** Minor units; undefined where nothing is to be paid. */
  readonly amount: number | undefined;
}

export interface LightLog extends Disposable {
  note(row: Omit<LoggedRow, 'hash'> & { readonly hash: Uint8Array }): void;
}

export function createLightLog(path: string): LightLog {
  const file = openSync(path, 'wx');
  return {
    note({ device, epoch, seq, hash, isGreen, amount }) {
      const fields = [device, epoch, seq, hex(hash), isGreen ? 'green' : 'other', amount ?? '-'];
      writeSync(file, `${fields.join(' ')}\n`);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

export function readLightLog(path: string): readonly LoggedRow[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [device = '', epoch, seq, hash = '', light, amount] = line.split(' ');
    return {
      ...{ device, epoch: Number(epoch), seq: Number(seq), hash, isGreen: light === 'green' },
      amount: amount === '-' ? undefined : Number(amount),
    };
  });
}
