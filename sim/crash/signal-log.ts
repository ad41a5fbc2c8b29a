/** Follows the file that the log indicator writes: the lights that riders have seen. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Light } from '../../device/indicator.ts';

export interface LoggedLight {
  readonly light: Light;
  readonly reason: string;
}

export interface SignalLog {
  /** Lights written since the last look. */
  newLights(): LoggedLight[];
  close(): void;
}

/** The file is made when it is not there. */
export function openSignalLog(path: string): SignalLog {
  const descriptor = openSync(path, 'a+');
  const buffer = Buffer.alloc(64 * 1024);
  let offset = 0;

  return {
    newLights() {
      const length = readSync(descriptor, buffer, 0, buffer.length, offset);
      const whole = buffer.subarray(0, length).lastIndexOf('\n') + 1;
      offset += whole;
      const lines = buffer.subarray(0, whole).toString().split('\n').filter(Boolean);
      return lines.map((line) => {
        const { light, fields } = JSON.parse(line) as { light: Light; fields: { reason: string } };
        return { light, reason: fields.reason };
      });
    },
    close: () => closeSync(descriptor),
  };
}
