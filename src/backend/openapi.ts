/** The OpenAPI document, made from the operations and the zod schemas that they read with. */
import { z } from 'zod';
import { wireError } from '../sync/wire.ts';
import type { Answer, Operation } from './operation.ts';

export function openApiDocument(operations: readonly Operation[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Halte backend',
      version: '1',
      description:
        'How fare validators deliver taps and ask about payments. Devices authenticate with mutual TLS.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: pathsOf(operations),
    components: { securitySchemes: { deviceCertificate: { type: 'mutualTLS' } } },
  };
}

function pathsOf(operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: described(operation),
    };
  }
  return paths;
}

function described({ operationId, summary, description, ...operation }: Operation): object {
  const { who, body, answers, path } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const refusals: Record<number, Answer> = {
    ...(body && { 400: { description: 'Not in the protocol', schema: wireError } }),
    ...(who === 'device' && {
      401: { description: 'No valid device certificate', schema: wireError },
    }),
  };
  const responses = Object.entries({ ...refusals, ...answers });
  return {
    ...{ operationId, summary, description },
    ...(who === 'device' && { security: [{ deviceCertificate: [] }] }),
    ...(names.length > 0 && { parameters: names.map(inPath) }),
    ...(body && {
      requestBody: {
        required: true,
        content: { [body.mediaType]: { schema: schemaOf(body.schema) } },
      },
    }),
    responses: Object.fromEntries(
      responses.map(([status, answer]) => [status, responseOf(answer)]),
    ),
  };
}

function inPath(name: string | undefined): object {
  return { name, in: 'path', required: true, schema: { type: 'string' } };
}

function responseOf(answer: Answer): object {
  const { description } = answer;
  return 'schema' in answer
    ? { description, content: { 'application/json': { schema: schemaOf(answer.schema) } } }
    : { description, content: { [answer.mediaType]: {} } };
}

/**
 * JSON Schema knows no bytes: what zod cannot express keeps the words of its metadata. Objects stay
 * open to what a newer backend adds; `readOnly` would say that a client must not send a field.
 */
function schemaOf(schema: z.ZodType): object {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
  return json;
}
