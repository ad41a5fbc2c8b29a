/** What of a configured device tells riders: terminal, log and screen, opened together. */
import type { Clock } from '../../device/clock.ts';
import { createConsoleIndicator } from '../../device/console/console-indicator.ts';
import { createLogIndicator } from '../../device/console/log-indicator.ts';
import { type Display, openDisplay } from '../../device/display/display.ts';
import type { Indicator } from '../../device/indicator.ts';
import { messageOf } from '../../device/message-of.ts';
import type { DeviceConfig } from '../config/device-config.ts';
import type { RuntimeEvent } from '../runtime/runtime-event.ts';
import { CliError, type CliIo } from './cli-io.ts';

export interface DeviceIndicators extends AsyncDisposable {
  readonly indicators: readonly Indicator[];
  /** Screens say between taps whether there is a validator at all. */
  hear(event: RuntimeEvent): void;
}

interface IndicatorDeps {
  readonly clock: Clock;
  readonly io: CliIo;
}

type Configured = DeviceConfig['indicators'][number];

/** @throws CliError when one cannot be opened. */
export async function openIndicators(
  configured: readonly Configured[],
  deps: IndicatorDeps,
): Promise<DeviceIndicators> {
  const stack = new AsyncDisposableStack();
  const displays: Display[] = [];
  const indicators: Indicator[] = [];
  for (const options of configured) {
    if (options.type !== 'display') indicators.push(createIndicator(options, deps));
    else displays.push(stack.use(await displayAt(options.port)));
  }
  return {
    indicators: [...indicators, ...displays],
    hear({ event }) {
      const inService = serviceAfter(event);
      if (inService === undefined) return;
      for (const one of displays) one.setStatus({ inService, place: '' });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function serviceAfter(event: RuntimeEvent['event']): boolean | undefined {
  if (event === 'out-of-service') return false;
  return event === 'ready' || event === 'in-service' ? true : undefined;
}

function createIndicator(
  options: Exclude<Configured, { readonly type: 'display' }>,
  { clock, io }: IndicatorDeps,
): Indicator {
  if (options.type === 'console') {
    return createConsoleIndicator({ clock, write: io.out }, { colour: io.inColour });
  }
  try {
    return createLogIndicator({ clock }, options);
  } catch (error) {
    const hint = 'check the path of the log indicator: its folder must be there and writable';
    throw cannotOpen(error, hint);
  }
}

async function displayAt(port: number): Promise<Display> {
  try {
    return await openDisplay({ port });
  } catch (error) {
    throw cannotOpen(error, 'give the display another port, or stop the program that has it');
  }
}

function cannotOpen(error: unknown, hint: string): CliError {
  return new CliError('indicator/cannot-open', messageOf(error), hint);
}
