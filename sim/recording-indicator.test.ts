import { expect, test } from 'vitest';
import { aSignal, indicatorContract } from './contracts/indicator.ts';
import { createRecordingIndicator, recordedSignalsMax } from './recording-indicator.ts';
import { createSimClock } from './sim-clock.ts';

indicatorContract('the recording', (clock) => {
  const indicator = createRecordingIndicator({ clock });
  return { indicator, trace: () => indicator.signals.map((signal) => JSON.stringify(signal)) };
});

test('drops the oldest signal past its limit', () => {
  const indicator = createRecordingIndicator({ clock: createSimClock() });
  for (let at = 0; at < recordedSignalsMax + 1; at += 1)
    indicator.show(aSignal({ lastByteAt: at }));

  expect(indicator.signals).toHaveLength(recordedSignalsMax);
  expect(indicator.signals[0]).toMatchObject({ lastByteAt: 1 });
});

test('lets a test wait until so many signals have been shown', async () => {
  const indicator = createRecordingIndicator({ clock: createSimClock() });
  const shown = indicator.shown(2).then(() => indicator.signals.length);

  indicator.show(aSignal());
  indicator.show(aSignal());

  expect(await shown).toBe(2);
  await expect(indicator.shown(1)).resolves.toBeUndefined();
});
