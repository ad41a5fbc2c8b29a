/**
 * GET /v1/targets/…: the repository of signed targets, as `halte rules publish` wrote it. The files
 * are handed out as they are: their signatures speak for them, the backend does not.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createFolderSource } from '../targets/folder-source.ts';
import type { TargetsShelf, TargetsSource } from '../targets/targets-source.ts';
import { deviceOf } from './device-identity.ts';
import { ServerError } from './server-error.ts';

/** Nothing else is looked for in the repository's folders. */
const names: Readonly<Record<TargetsShelf, RegExp>> = {
  metadata: /^(timestamp|[1-9]\d{0,15}\.(root|snapshot|targets))\.json$/,
  files: /^[0-9a-f]{64}\.[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
};

/** @param folder a repository; it may be published to while it is served. */
export function addTargetsRoutes(server: FastifyInstance, folder: string): void {
  const repository = createFolderSource(folder);
  const onRequest = async (request: FastifyRequest) => void deviceOf(request);
  for (const shelf of ['metadata', 'files'] as const) {
    const type = shelf === 'metadata' ? 'application/json' : 'application/octet-stream';
    server.get(`/v1/targets/${shelf}/:name`, { onRequest }, async (request, reply) => {
      const { name } = request.params as { readonly name: string };
      const bytes = await found(repository, shelf, name);
      return reply.type(type).send(Readable.from(bytes, { objectMode: false }));
    });
  }
}

async function found(
  repository: TargetsSource,
  shelf: TargetsShelf,
  name: string,
): Promise<AsyncIterable<Uint8Array>> {
  const bytes = names[shelf].test(name) ? await repository.open(shelf, name) : undefined;
  if (bytes !== undefined) return bytes;
  throw new ServerError(404, {
    code: 'targets/missing',
    message: 'the repository has no such file',
    hint: 'a device asks for the next root until there is none; see "halte rules publish"',
  });
}
