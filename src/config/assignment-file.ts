/**
 * What a driver or dispatcher assigned, in a small file of the data folder: a box that lost its
 * power on the road is on its line again. It holds for the service day in which it was given.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../device/message-of.ts';
import type { AssignmentMemory, Given } from '../runtime/assignment-memory.ts';
import { replaceFile } from '../store/durable-file.ts';

class AssignmentError extends Error {
  readonly code = 'assignment/cannot-keep';
  readonly hint = 'it holds until the next restart; check that dataDir is writable and not full';

  constructor(path: string, cause: unknown) {
    super(`${path}: ${messageOf(cause)}`, { cause });
    this.name = 'AssignmentError';
  }
}

const schema = z.strictObject({
  routeId: z.string().max(256),
  directionId: z.literal([0, 1]).optional(),
  tripId: z.string().max(256).optional(),
  by: z.enum(['driver', 'dispatcher']),
  until: z.number().int(),
});

export function createAssignmentFile(dataDir: string): AssignmentMemory {
  const path = join(dataDir, 'assignment.json');
  return {
    recall() {
      const written = readWritten(path);
      if (written === undefined) return undefined;
      const { by, until, routeId, directionId, tripId } = written;
      const assignment = {
        routeId,
        ...(directionId === undefined ? {} : { directionId }),
        ...(tripId === undefined ? {} : { tripId }),
      };
      return { assignment, by, until };
    },
    keep(given) {
      try {
        if (given === undefined) rmSync(path, { force: true });
        else replaceFile(path, JSON.stringify(writtenOf(given)));
      } catch (error) {
        throw new AssignmentError(path, error);
      }
    },
  };
}

function writtenOf({ assignment, by, until }: Given): z.input<typeof schema> {
  return { ...assignment, by, until };
}

/** A file that is not there, or not ours any more, says nothing: the driver is asked again. */
function readWritten(path: string): z.infer<typeof schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
