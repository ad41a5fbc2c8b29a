/**
 * GET /v1/targets/…: the repository of signed targets, as `halte rules publish` wrote it. The files
 * are handed out as they are: their signatures speak for them, the backend does not. What the bytes
 * mean: The Update Framework, specification 1.0.
 */
import { wireError } from '../../sync/wire.ts';
import { createFolderSource } from '../../targets/folder-source.ts';
import type { TargetsShelf, TargetsSource } from '../../targets/targets-source.ts';
import { deviceOperation, type Operation } from '../operation.ts';
import { ServerError } from '../server-error.ts';

interface Shelf {
  readonly operationId: string;
  readonly summary: string;
  readonly mediaType: string;
  /** Nothing else is looked for in the repository's folders. */
  readonly names: RegExp;
}

const shelves: Readonly<Record<TargetsShelf, Shelf>> = {
  metadata: {
    operationId: 'targetsMetadata',
    summary: 'One file of TUF metadata',
    mediaType: 'application/json',
    names: /^(timestamp|[1-9]\d{0,15}\.(root|snapshot|targets))\.json$/,
  },
  files: {
    operationId: 'targetsFile',
    summary: 'One signed target',
    mediaType: 'application/octet-stream',
    names: /^[0-9a-f]{64}\.[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  },
};

/** @param folder a repository; it may be published to while it is served. */
export function targetsOperations(folder: string): readonly Operation[] {
  const repository = createFolderSource(folder);
  return [shelfOperation(repository, 'metadata'), shelfOperation(repository, 'files')];
}

function shelfOperation(repository: TargetsSource, shelf: TargetsShelf): Operation {
  const { names, mediaType, ...named } = shelves[shelf];
  const answers = {
    200: { description: 'The bytes as they were published', mediaType },
    404: { description: 'The repository has no such file', schema: wireError },
  };
  return deviceOperation(
    { ...named, method: 'GET', path: `/v1/targets/${shelf}/{name}`, answers },
    async ({ params: { name = '' } }) => {
      const bytes = names.test(name) ? await repository.open(shelf, name) : undefined;
      if (bytes === undefined) throw missing();
      return { status: 200, mediaType, bytes };
    },
  );
}

function missing(): ServerError {
  return new ServerError(404, {
    code: 'targets/missing',
    message: 'the repository has no such file',
    hint: 'a device asks for the next root until there is none; see "halte rules publish"',
  });
}
