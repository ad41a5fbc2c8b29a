/**
 * What a driver or dispatcher assigned, in a small file of the data folder: a box that lost its
 * power on the road is on its line again. It holds for the service day in which it was given.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../device/message-of.ts';
import type { Assigned, AssignmentMemory } from '../runtime/assignment-memory.ts';
import { replaceFile } from '../store/durable-file.ts';

class AssignmentError extends Error {
  readonly code = 'assignment/cannot-keep';
  readonly hint = 'it holds until the next restart; check that dataDir is writable and not full';

  constructor(path: string, cause: unknown) {
    super(`${path}: ${messageOf(cause)}`, { cause });
    this.name = 'AssignmentError';
  }
}

const order = z.string().max(256);

const schema = z.union([
  z.strictObject({
    routeId: z.string().max(256),
    directionId: z.literal([0, 1]).optional(),
    tripId: z.string().max(256).optional(),
    by: z.enum(['driver', 'dispatcher']),
    until: z.number().int(),
    order: order.optional(),
  }),
  z.strictObject({ order }),
]);

type Written = z.infer<typeof schema>;

export function createAssignmentFile(dataDir: string): AssignmentMemory {
  const path = join(dataDir, 'assignment.json');
  return {
    recall() {
      const written = readWritten(path);
      return written === undefined ? {} : assignedOf(written);
    },
    keep(assigned) {
      const written = writtenOf(assigned);
      try {
        if (written === undefined) rmSync(path, { force: true });
        else replaceFile(path, JSON.stringify(written));
      } catch (error) {
        throw new AssignmentError(path, error);
      }
    },
  };
}

function writtenOf({ given, order }: Assigned): Written | undefined {
  const named = order === undefined ? {} : { order };
  if (given !== undefined) {
    const { assignment, by, until } = given;
    return { ...assignment, by, until, ...named };
  }
  return order === undefined ? undefined : { order };
}

function assignedOf(written: Written): Assigned {
  const named = written.order === undefined ? {} : { order: written.order };
  if (!('routeId' in written)) return named;
  const { by, until, routeId, directionId, tripId } = written;
  const assignment = {
    routeId,
    ...(directionId === undefined ? {} : { directionId }),
    ...(tripId === undefined ? {} : { tripId }),
  };
  return { given: { assignment, by, until }, ...named };
}

/** A file that is not there, or not ours any more, says nothing: the driver is asked again. */
function readWritten(path: string): Written | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
