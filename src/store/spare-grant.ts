/**
 * The spare epoch grant of a device, in a small file beside its ledger and not within, so that it
 * outlives that. A grant is used at most once: that it is used is durable before anybody begins the
 * epoch. Where that is in doubt it counts as used, and the device goes on in a provisional epoch.
 */
import { readFileSync } from 'node:fs';
import { isCount } from '../core/ledger/backend-word.ts';
import { openEpochGrant } from '../core/ledger/epoch-grant.ts';
import { replaceFile } from './durable-file.ts';

export interface SpareGrant {
  readonly isHeld: boolean;
  /** Granted epochs up to here were begun or given up; 0 when none was. */
  readonly usedThrough: number;
  /**
   * Keeps a grant of the backend in place of an earlier one. @returns false, changing nothing, when
   * it is not for this device, is used, or cannot be stored now: the backend gives it again.
   */
  keep(bytes: Uint8Array): boolean;
  /** The epoch to begin, whose grant is used from here on, durably; undefined: there is none. */
  take(): number | undefined;
}

export interface SpareGrantOptions {
  readonly path: string;
  readonly device: string;
  /** Ed25519, 32 bytes; undefined without a backend: then nothing is believed. */
  readonly receiptKey: Uint8Array | undefined;
}

/** As the file has it. */
interface Kept {
  /** Base64. */
  readonly grant?: string | undefined;
  readonly usedThrough: number;
}

export function createSpareGrant({ path, device, receiptKey }: SpareGrantOptions): SpareGrant {
  function epochIn(bytes: Uint8Array, usedThrough: number): number | undefined {
    const grant = receiptKey && openEpochGrant(bytes, receiptKey);
    if (grant === undefined || grant.device !== device) return undefined;
    return grant.epoch > usedThrough ? grant.epoch : undefined;
  }

  function held({ grant, usedThrough }: Kept): number | undefined {
    return grant === undefined ? undefined : epochIn(bytesOf(grant), usedThrough);
  }

  return {
    get isHeld() {
      return held(read(path)) !== undefined;
    },
    get usedThrough() {
      return read(path).usedThrough;
    },
    keep(bytes) {
      const kept = read(path);
      const epoch = epochIn(bytes, kept.usedThrough);
      if (epoch === undefined) return false;
      if (epoch === held(kept)) return true;
      return write(path, { ...kept, grant: Buffer.from(bytes).toString('base64') });
    },
    take() {
      const epoch = held(read(path));
      if (epoch === undefined) return undefined;
      return write(path, { usedThrough: epoch }) ? epoch : undefined;
    },
  };
}

function bytesOf(grant: string): Uint8Array {
  return new Uint8Array(Buffer.from(grant, 'base64'));
}

/** A file that is not there, or not ours any more, holds nothing. */
function read(path: string): Kept {
  try {
    const { grant, usedThrough } = JSON.parse(readFileSync(path, 'utf8'));
    return {
      grant: typeof grant === 'string' ? grant : undefined,
      usedThrough: isCount(usedThrough) ? usedThrough : 0,
    };
  } catch {
    return { usedThrough: 0 };
  }
}

/** A full or failing disk must not keep a device from going on: it does so without a grant. */
function write(path: string, kept: Kept): boolean {
  try {
    replaceFile(path, `${JSON.stringify(kept)}\n`);
    return true;
  } catch {
    return false;
  }
}
