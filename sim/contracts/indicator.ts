/** What every Indicator keeps to that leaves a trace: console, log and recording. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Indicator, Light, Signal } from '../../device/indicator.ts';
import type { SimClock } from '../sim-clock.ts';
import { createSimClock } from '../sim-clock.ts';

export interface IndicatorRig {
  readonly indicator: Indicator;
  /** One text per signal shown, holding its light, its field values and its milliseconds. */
  trace(): readonly string[];
  close?(): void;
}

export const aSignal = (over: Partial<Signal> = {}): Signal => ({
  light: 'green',
  fields: { medium: 'qr', fare: 'Rp 3.500' },
  text: { id: 'Silakan masuk', en: 'Welcome aboard' },
  lastByteAt: 0,
  ...over,
});

export function indicatorContract(name: string, makeRig: (clock: SimClock) => IndicatorRig): void {
  const setUp = () => {
    const clock = createSimClock({ monotonic: 1_000 });
    const rig = makeRig(clock);
    onTestFinished(() => rig.close?.());
    return { clock, ...rig };
  };

  describe(`${name} as an Indicator`, () => {
    test('has shown a signal by the time it returns, once, with its fields', () => {
      const { indicator, trace } = setUp();

      indicator.show(aSignal());

      expect(trace()).toHaveLength(1);
      for (const word of ['green', 'qr', 'Rp 3.500']) expect(trace()[0]).toContain(word);
    });

    test.each<Light>(['green', 'amber', 'red'])('shows %s', (light) => {
      const { indicator, trace } = setUp();

      indicator.show(aSignal({ light }));

      expect(trace()[0]).toContain(light);
    });

    test('keeps the order of signals', () => {
      const { indicator, trace } = setUp();

      for (const fare of ['Rp 1', 'Rp 2', 'Rp 3']) indicator.show(aSignal({ fields: { fare } }));

      expect(trace().map((line) => /Rp \d/.exec(line)?.[0])).toEqual(['Rp 1', 'Rp 2', 'Rp 3']);
    });

    test('tells the milliseconds from the last byte to now', async () => {
      const { clock, indicator, trace } = setUp();
      const lastByteAt = clock.monotonicNow();
      await clock.advance(12.5);

      indicator.show(aSignal({ lastByteAt }));

      expect(trace()[0]).toContain('12.5');
    });

    test('keeps a signal whose field has a line feed in it one signal', () => {
      const { indicator, trace } = setUp();

      indicator.show(aSignal({ fields: { code: 'one\ntwo\r\u001b[2J' } }));

      expect(trace()).toHaveLength(1);
      expect(trace()[0]).not.toContain('\u001b[2J');
    });

    test('shows a signal without any field', () => {
      const { indicator, trace } = setUp();

      indicator.show(aSignal({ fields: {} }));

      expect(trace()).toHaveLength(1);
    });
  });
}
