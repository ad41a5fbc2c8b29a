/** The panel's page over HTTP: its files, what happens as server-sent events, and what is pressed. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../device/clock.ts';
import { qrPicture } from '../../device/console/terminal-qr.ts';
import { type PageFile, readPageFiles } from '../../device/display/page-files.ts';
import { driverActionIn } from '../../src/runtime/driver-request.ts';
import { textOf } from '../../src/runtime/request-text.ts';
import { linkStates, type PanelAct, type PanelWorld, plugs, speedMax } from './panel-world.ts';

export interface PanelServer extends AsyncDisposable {
  readonly url: string;
}

export interface PanelServerOptions {
  readonly port: number;
  /** Of the face that riders read. */
  readonly faceUrl: string;
}

/** Pages looking at once: each is told everything. */
const pagesMax = 16;
const actBytesMax = 4_096;
/** How often pages are told, when something has changed. */
const tellMs = 150;

/** Served under their paths in the repository, so that modules import each other as they lie there. */
const folders = ['sim/panel/page', 'device/display/page'];
const root = join(import.meta.dirname, '../..');
const start = '/sim/panel/page/index.html';

export async function openPanel(
  { world, clock }: { readonly world: PanelWorld; readonly clock: Clock },
  { port, faceUrl }: PanelServerOptions,
): Promise<PanelServer> {
  const files = await readAll(folders);
  const pages = new Set<ServerResponse>();
  const stopping = new AbortController();

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => send(response, 500, { error: String(error) }));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://panel');
    if (request.method === 'POST' && pathname === '/act') return acted(request, response);
    if (pathname === '/world') return listening(response);
    if (pathname === '/wallet') return send(response, 200, walletOf(world, faceUrl));
    if (pathname === '/') return void response.writeHead(302, { location: start }).end();
    const file = files.get(pathname);
    if (file === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' });
    response.end(file.bytes);
  }

  async function acted(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const act = actIn((await textOf(request, actBytesMax)) ?? '');
    if (act === undefined) return send(response, 400, { error: 'not an act of the panel' });
    send(response, 200, { answer: (await world.act(act)) ?? null });
  }

  function listening(response: ServerResponse): void {
    if (pages.size >= pagesMax) return void response.writeHead(503).end();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    pages.add(response);
    response.once('close', () => pages.delete(response));
  }

  async function tellAll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const data = pages.size > 0 ? JSON.stringify(await world.state()) : '';
      if (data !== '') for (const one of pages) one.write(`data: ${data}\n\n`);
      await clock.sleep(tellMs, stopping.signal);
    }
  }

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const telling = tellAll();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await telling;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readAll(names: readonly string[]): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const name of names) {
    for (const [path, file] of await readPageFiles(join(root, name))) {
      files.set(`/${name}${path}`, file);
    }
  }
  return files;
}

/** Codes as rows of modules, drawn as a phone shows them. */
function walletOf({ wallet }: PanelWorld, faceUrl: string): object {
  const media = wallet.map(({ id, kind, name, code }) => {
    const text = code?.();
    const rows = text === undefined ? undefined : qrPicture(text).modules.map(rowText);
    return { id, kind, name, rows };
  });
  return { faceUrl, media };
}

function rowText(row: readonly boolean[]): string {
  return row.map((isDark) => (isDark ? '#' : ' ')).join('');
}

const act = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('hold'), medium: z.string().max(64) }),
  z.strictObject({ do: z.literal('link'), to: z.enum(linkStates) }),
  z.strictObject({ do: z.literal('plug'), what: z.enum(plugs), in: z.boolean() }),
  z.strictObject({ do: z.literal('step-clock'), ms: z.number().int() }),
  z.strictObject({ do: z.literal('speed'), to: z.number().min(0).max(speedMax) }),
]);

/** What a driver presses is read as the control socket reads it. */
function actIn(text: string): PanelAct | undefined {
  const result = act.safeParse(jsonOf(text));
  if (result.success) return result.data;
  const action = driverActionIn(text);
  return 'ok' in action ? undefined : { do: 'drive', action };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
