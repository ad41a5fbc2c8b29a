/** What the machine knows of itself: room where the ledger is, and how warm it is. */
import { readFileSync, statfsSync } from 'node:fs';

export interface HostVitals {
  readonly storageFreeBytes?: number;
  /** Whole degrees Celsius. */
  readonly temperatureC?: number;
}

/** Of the first zone, thousandths of a degree: kernel documentation, thermal sysfs. */
const thermalZone = '/sys/class/thermal/thermal_zone0/temp';

/** @param folder whose file system it is. What cannot be known is left out. */
export function readHostVitals(folder: string): HostVitals {
  return { ...freeOf(folder), ...temperature() };
}

function freeOf(folder: string): HostVitals {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return { storageFreeBytes: bavail * bsize };
  } catch {
    return {};
  }
}

function temperature(): HostVitals {
  try {
    const value = Math.round(Number(readFileSync(thermalZone, 'utf8')) / 1_000);
    return Number.isSafeInteger(value) ? { temperatureC: value } : {};
  } catch {
    // Many machines have no such zone.
    return {};
  }
}
