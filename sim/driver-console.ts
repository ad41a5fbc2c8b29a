/** The twin of a driver's keypad or screen: a test or a journey presses, and waits for the answer. */
import type {
  DriverAction,
  DriverAnswer,
  DriverConsole,
  DriverRequest,
} from '../device/driver-console.ts';

export interface SimDriverConsole extends DriverConsole {
  /** Waits in line until the console is open. */
  press(action: DriverAction): Promise<DriverAnswer>;
}

export function createSimDriverConsole(): SimDriverConsole {
  let waiting: DriverRequest[] = [];
  let wake: () => void = () => {};

  return {
    name: 'sim-driver-console',
    press: (action) =>
      new Promise((reply) => {
        waiting.push({ action, reply });
        wake();
      }),
    async *open(signal) {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        const pressed = waiting;
        waiting = [];
        yield* pressed;
        if (waiting.length > 0 || signal.aborted) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
