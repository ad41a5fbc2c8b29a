/**
 * A PostgreSQL server of our own for tests and benches: real binaries, a data folder and a port of its
 * own on loopback, commits as durable as in service. It may be killed, started again, followed by a
 * standby, and that one promoted. PostgreSQL refuses root, so root starts it as the user `postgres`.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PostgresServer extends AsyncDisposable {
  /** Such as `postgres://halte@127.0.0.1:40123/halte`. */
  readonly url: string;
  /** SIGKILL, as when the machine dies; what was committed is durable. */
  kill(): Promise<void>;
  /** After a kill. */
  start(): Promise<void>;
  /** One statement, as the owner; its first column as text. */
  ask(sql: string): Promise<string>;
  /** Another server that follows this one; from then on commits wait for it. */
  addStandby(): Promise<PostgresServer>;
}

const packaged = '/usr/lib/postgresql';
const startMsMax = 60_000;

/** @returns why there can be none here; undefined when there can. */
export function noPostgres(): string | undefined {
  try {
    binaries();
    account();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Debian keeps a folder for each version, and only clients on the PATH. */
function binaries(): string {
  const [newest] = readdirSync(packaged).sort((a, b) => Number(b) - Number(a));
  if (newest === undefined) throw new Error(`no PostgreSQL under ${packaged}`);
  return join(packaged, newest, 'bin');
}

/** Whoever may run the server. */
function account(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** @param place a folder of its own, removed by whoever made it. */
export async function startPostgres(place: string): Promise<PostgresServer> {
  const data = folderIn(place, 'primary');
  const options = ['-A', 'trust', '-U', 'halte', '-E', 'UTF8', '--no-locale', '--no-sync'];
  await run(join(binaries(), 'initdb'), ['-D', data, ...options], account());
  const server = await serve(place, data);
  await run(join(binaries(), 'createdb'), [...(await clientOptions(server)), 'halte']);
  return server;
}

function folderIn(place: string, name: string): string {
  const folder = join(place, name);
  const { uid, gid } = account();
  chmodSync(place, 0o755);
  mkdirSync(folder, { mode: 0o700 });
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

async function clientOptions({ url }: Pick<PostgresServer, 'url'>): Promise<readonly string[]> {
  return ['-h', '127.0.0.1', '-p', new URL(url).port, '-U', 'halte'];
}

async function serve(place: string, data: string): Promise<PostgresServer> {
  const port = await freePort();
  const url = `postgres://halte@127.0.0.1:${port}/halte`;
  const options = [
    ...['-p', String(port), '-h', '127.0.0.1', '-k', data],
    ...['-c', 'max_connections=60', '-c', 'shared_buffers=32MB', '-c', 'log_min_messages=fatal'],
  ];
  let server = spawn(join(binaries(), 'postgres'), ['-D', data, ...options], {
    ...{ ...account(), stdio: 'ignore' },
  });
  const isUp = async () =>
    run(join(binaries(), 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).then(
      () => true,
      () => false,
    );
  const waitUntilUp = async () => {
    const until = performance.now() + startMsMax;
    while (!(await isUp())) {
      if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
      if (performance.now() > until) throw new Error('PostgreSQL does not come up');
      await delay(50);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  };
  const ask = async (sql: string, database = 'halte') => {
    const psql = ['-h', '127.0.0.1', '-p', String(port), '-U', 'halte', '-d', database, '-At'];
    return (await run('psql', [...psql, '-c', sql])).stdout.trim();
  };
  await waitUntilUp();
  return {
    ...{ url, ask },
    kill: () => end('SIGKILL'),
    async start() {
      // Children of a killed server hold its memory for a moment.
      rmSync(join(data, 'postmaster.pid'), { force: true });
      server = spawn(join(binaries(), 'postgres'), ['-D', data, ...options], {
        ...{ ...account(), stdio: 'ignore' },
      });
      await waitUntilUp();
    },
    addStandby: () => follow(place, port, ask),
    [Symbol.asyncDispose]: () => end('SIGINT'),
  };
}

async function follow(
  place: string,
  port: number,
  ask: PostgresServer['ask'],
): Promise<PostgresServer> {
  const data = folderIn(place, 'standby');
  const from = ['-h', '127.0.0.1', '-p', String(port), '-U', 'halte'];
  const options = ['-R', '-X', 'stream', '--checkpoint=fast', '--no-sync'];
  await run(join(binaries(), 'pg_basebackup'), [...from, '-D', data, ...options], account());
  const standby = await serve(place, data);
  await ask("alter system set synchronous_standby_names = '*'");
  await ask('select pg_reload_conf()');
  const isFollowed = () =>
    ask("select count(*) from pg_stat_replication where sync_state = 'sync'");
  while ((await isFollowed()) !== '1') await delay(50);
  return standby;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
