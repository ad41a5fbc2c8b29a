/** What every PositionSource keeps to. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PositionSource } from '../../device/position-source.ts';

export interface PositionRig {
  /** Has a position to give each second from its opening on, ten times at least. */
  readonly source: PositionSource;
  elapse(ms: number): Promise<void>;
  unplug(): void;
  replug(): void;
  close?(): void;
}

export function positionSourceContract(name: string, makeRig: () => PositionRig): void {
  const setUp = () => {
    const rig = makeRig();
    const abort = new AbortController();
    onTestFinished(() => {
      abort.abort();
      rig.close?.();
    });
    const open = () => rig.source.open(abort.signal)[Symbol.asyncIterator]();
    return { ...rig, abort, open };
  };

  describe(`${name} as a PositionSource`, () => {
    test('gives positions on the earth, at times that rise', async () => {
      const { open, elapse } = setUp();
      const positions = open();
      const both = [positions.next(), positions.next()] as const;
      await elapse(2_000);
      const [first, second] = [(await both[0]).value, (await both[1]).value];

      expect(Math.abs(first.latitude)).toBeLessThanOrEqual(90);
      expect(Math.abs(first.longitude)).toBeLessThanOrEqual(180);
      expect(second.receivedAt).toBeGreaterThan(first.receivedAt);
    });

    test('returns when the signal aborts', async () => {
      const { open, abort } = setUp();
      const next = open().next();

      abort.abort();

      expect(await next).toEqual({ done: true, value: undefined });
    });

    test('throws when the receiver is unplugged, and gives positions after a replug', async () => {
      const { open, elapse, unplug, replug } = setUp();
      const failure = open().next();
      unplug();
      await expect(failure).rejects.toMatchObject({ code: 'reader/unplugged' });
      replug();

      const next = open().next();
      await elapse(2_000);

      expect((await next).done).toBe(false);
    });
  });
}
