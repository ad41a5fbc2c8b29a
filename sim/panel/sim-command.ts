/** `halte sim`: a bus that can be touched, in a browser. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../device/clock.ts';
import { openDisplay } from '../../device/display/display.ts';
import { messageOf } from '../../device/message-of.ts';
import { CliError, type CliIo, type ExitCode } from '../../src/cli/cli-io.ts';
import { openPanel } from './panel-server.ts';
import { startPanelWorld } from './panel-world.ts';

export interface SimOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly seed: number;
}

export async function sim(
  { port, seed }: SimOptions,
  { io, clock }: { readonly io: CliIo; readonly clock: Clock },
): Promise<ExitCode> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'halte-sim-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const face = stack.use(await openDisplay({ port: 0 }));
  const world = stack.use(await startPanelWorld({ clock }, { seed, folder, indicators: [face] }));
  face.setStatus({ inService: true, place: 'Koridor I' });
  const panel = stack.use(await opened());
  io.out(`the bus is at ${panel.url}`);
  io.out('→ open it in a browser and click what you want to hold to the validator; Ctrl-C ends it');
  await until(io.stopping);
  return 0;

  async function opened() {
    try {
      return await openPanel({ world, clock }, { port, faceUrl: face.url });
    } catch (error) {
      const hint = 'choose another with --port; 0 takes any free one';
      throw new CliError('sim/cannot-listen', messageOf(error), hint);
    }
  }
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
