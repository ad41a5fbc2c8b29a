import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aFolder } from '../../sim/testing/ledger-builders.ts';
import { askControl, isControlAnswering } from './control-client.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

/** A control socket whose validator answers so. */
async function aSocketThat(answers: RequestListener): Promise<string> {
  const path = join(aFolder(), 'control.sock');
  const server = createServer(answers).listen(path);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return path;
}

test('gives the answer of a validator', async () => {
  const path = await aSocketThat((request, response) => {
    response.end(JSON.stringify({ asked: `${request.method} ${request.url}` }));
  });

  expect(await isControlAnswering(path)).toBe(true);
  expect(await askControl(path, 'POST', '/drain')).toEqual({ asked: 'POST /drain' });
});

test('takes neither a missing nor a dead socket for a validator', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'file'), '');

  const answering = await Promise.all(
    ['nothing', 'file'].map((name) => isControlAnswering(join(folder, name))),
  );

  expect(answering).toEqual([false, false]);
});

test.each<[string, RequestListener, RegExp]>([
  ['refuses', (_request, response) => response.writeHead(500).end('{"why":1}'), /500: {"why":1}/],
  ['speaks nonsense', (_request, response) => response.end('<html>'), /broke off/],
  ['goes away', (request) => request.socket.destroy(), /does not answer/],
  [
    'goes away in the middle',
    (request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{');
      request.socket.end();
    },
    /broke off/,
  ],
])('names a validator that %s', async (_what, answers, message) => {
  const path = await aSocketThat(answers);

  await expect(askControl(path, 'GET', '/status')).rejects.toMatchObject({
    code: 'control/failed',
    message: expect.stringMatching(message),
    hint: expect.stringContaining('log'),
  });
});
