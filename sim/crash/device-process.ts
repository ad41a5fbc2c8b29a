/** The real runtime as a process of its own, which can be killed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** What is kept of what the runtime says on standard error, to explain a surprise. */
const saidMax = 4_000;

export interface DeviceProcess {
  /** Aborts when the process has ended, however it ended. */
  readonly ended: AbortSignal;
  /** The last of what it said on standard error. */
  readonly said: () => string;
  /** Resolves with the exit code once it has ended; null after a kill. */
  signal(name: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

export interface DeviceProcessOptions {
  readonly config: string;
  /** Modules are compiled once for all lives: a killed process never writes the cache itself. */
  readonly compileCache: string;
  /** A command to run it under, such as strace with its options. */
  readonly under?: readonly string[];
}

/** Fills the cache by a run that ends by itself. */
export function warmUp(compileCache: string): void {
  spawnSync(process.execPath, [mainFile, '--version'], { env: environment(compileCache) });
}

export function startDevice({ config, compileCache, under = [] }: DeviceProcessOptions) {
  const command = [...under, process.execPath, mainFile, 'run', '--config', config];
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, args, {
    env: environment(compileCache),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return asDeviceProcess(child);
}

function environment(compileCache: string): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: compileCache };
}

function asDeviceProcess(child: ChildProcess): DeviceProcess {
  const end = new AbortController();
  const exited = once(child, 'exit').finally(() => end.abort());
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-saidMax);
  });
  return {
    ended: end.signal,
    said: () => said,
    async signal(name) {
      child.kill(name);
      await exited;
      return child.exitCode;
    },
  };
}
