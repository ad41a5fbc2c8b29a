/**
 * The screen that riders look at: serves the face to the browser beside it, and tells it each signal
 * as it comes. It draws nothing itself; a page that is gone or slow holds up no tap.
 */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { qrPicture } from '../console/terminal-qr.ts';
import type { Indicator, Signal } from '../indicator.ts';
import { readPageFiles } from './page-files.ts';

export interface DisplayOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly host?: string;
}

export interface DisplayStatus {
  /** False while no tap can be taken. */
  readonly inService: boolean;
  /** Line and stop, in words. */
  readonly place: string;
}

export interface Display extends Indicator, AsyncDisposable {
  readonly url: string;
  /** What the face shows between taps. */
  setStatus(status: DisplayStatus): void;
}

/** Pages listening at once: the screen, and somebody who looks at it from elsewhere. */
export const pagesMax = 8;
/** A page that is this far behind is cut off; its browser comes again by itself. */
const waitingBytesMax = 64 * 1024;

export const pageFolder: string = fileURLToPath(new URL('page', import.meta.url));

/** Listens until disposed. @throws what the system says when the port cannot be had. */
export async function openDisplay({ port, host = '127.0.0.1' }: DisplayOptions): Promise<Display> {
  const files = await readPageFiles(pageFolder);
  const pages = new Set<ServerResponse>();
  let status: DisplayStatus = { inService: false, place: '' };

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://display');
    if (pathname === '/signals') return listening(response);
    const file = files.get(pathname === '/' ? '/index.html' : pathname);
    if (file === undefined || request.method !== 'GET') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' });
    response.end(file.bytes);
  });

  function listening(response: ServerResponse): void {
    if (pages.size >= pagesMax) return void response.writeHead(503).end();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 500\n\n');
    pages.add(response);
    response.once('close', () => pages.delete(response));
    tell(response, 'status', status);
  }

  function tellAll(event: string, data: object): void {
    for (const page of pages) tell(page, event, data);
  }

  await listenAt(server, port, host);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}/`,
    show: (signal) => tellAll('signal', shownOf(signal)),
    setStatus(next) {
      status = next;
      tellAll('status', next);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listenAt(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

/** JSON has no line feed of its own, so an event is one line. */
function tell(page: ServerResponse, event: string, data: object): void {
  page.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  if (page.writableLength > waitingBytesMax) page.destroy();
}

/** A code as rows of modules: the page draws, it does not encode. */
function shownOf({ light, fields, text, code }: Signal) {
  const rows = code === undefined ? undefined : qrPicture(code).modules.map(rowText);
  return { light, fields, text, code: rows };
}

function rowText(row: readonly boolean[]): string {
  return row.map((isDark) => (isDark ? '#' : ' ')).join('');
}
