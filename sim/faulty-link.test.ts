import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSystemClock } from '../device/os/system-clock.ts';
import { type FaultyLink, type LinkFaults, openFaultyLink } from './faulty-link.ts';

/** Real sockets: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

const clock = createSystemClock();

/** A server that says everything twice, behind a link with these faults. */
async function anEcho(faults: LinkFaults = {}): Promise<FaultyLink> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.write(Buffer.concat([chunk, chunk])));
    socket.on('end', () => socket.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const link = await openFaultyLink({ clock }, { host: '127.0.0.1', port }, faults);
  onTestFinished(async () => {
    await link[Symbol.asyncDispose]();
    server.close();
  });
  return link;
}

function dial({ port }: FaultyLink): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** @returns all that came back, or the code of the error that came instead. */
async function say(link: FaultyLink, words: string): Promise<string> {
  const socket = dial(link);
  socket.end(words);
  return text(socket).catch((error: NodeJS.ErrnoException) => error.code ?? 'no code');
}

test('lets everything through, both ways, when nothing is wrong', async () => {
  const link = await anEcho();

  expect(await say(link, 'halte')).toBe('haltehalte');
  expect(link.passed).toEqual({ connections: 1, up: 5, back: 10 });
});

test('takes its time both ways', async () => {
  const link = await anEcho({ latencyMs: 60 });
  const start = clock.monotonicNow();

  await say(link, 'halte');

  expect(clock.monotonicNow() - start).toBeGreaterThanOrEqual(120);
});

test('lets so many bytes a second through', async () => {
  const link = await anEcho({ bytesPerSecond: 1_000 });
  const start = clock.monotonicNow();

  await say(link, 'x'.repeat(100));

  expect(clock.monotonicNow() - start).toBeGreaterThanOrEqual(295);
});

test.each<[string, LinkFaults, string]>([
  ['a network that is down', { down: true }, 'ECONNRESET'],
  ['a request cut off by a reset', { up: { afterBytes: 2, how: 'reset' } }, 'ECONNRESET'],
  ['a reply cut off by a reset', { back: { afterBytes: 0, how: 'reset' } }, 'ECONNRESET'],
  ['a reply that ends too early', { back: { afterBytes: 3, how: 'end' } }, 'hal'],
])('shows %s', async (_, faults, expected) => {
  expect(await say(await anEcho(faults), 'halte')).toBe(expected);
});

test.each<[string, LinkFaults, string]>([
  ['connections that lead nowhere', { halfOpen: true }, ''],
  ['requests that vanish', { up: { afterBytes: 0, how: 'silence' } }, ''],
  [
    'replies that vanish after their beginning',
    { back: { afterBytes: 4, how: 'silence' } },
    'halt',
  ],
])('tells nobody of %s', async (_, faults, expected) => {
  const socket = dial(await anEcho(faults));
  let heard = '';
  let isOver = false;
  socket.on('data', (chunk) => (heard += chunk));
  socket.on('close', () => (isOver = true));
  socket.on('end', () => (isOver = true));

  socket.write('halte');
  await clock.sleep(200);

  expect({ heard, isOver }).toEqual({ heard: expected, isOver: false });
});

test('breaks off what is open, and takes the next connection', async () => {
  const link = await anEcho();
  const socket = dial(link);
  socket.write('h');
  await once(socket, 'data');

  link.breakOff();
  const [error] = await once(socket, 'error');

  expect(error.code).toBe('ECONNRESET');
  expect(await say(link, 'again')).toBe('againagain');
});

test('has other faults for connections from then on', async () => {
  const link = await anEcho({ down: true });
  await say(link, 'lost');

  link.setFaults({});

  expect(await say(link, 'halte')).toBe('haltehalte');
});
