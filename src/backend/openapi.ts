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
        'How fare validators deliver taps and ask about payments, and how an office looks at them. Devices authenticate with mutual TLS, the office with keys.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: pathsOf(operations),
    components: {
      securitySchemes: {
        deviceCertificate: { type: 'mutualTLS' },
        officeKey: { type: 'http', scheme: 'bearer', description: 'of `halte keys add`' },
      },
    },
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
  const { who, roles, body, query, answers, path } = operation;
  const parameters = [...inPath(path), ...inQuery(query)];
  const refusals: Record<number, Answer> = {
    ...(body && { 400: { description: 'Not in the protocol', schema: wireError } }),
    ...strangers[who],
  };
  const responses = Object.entries({ ...refusals, ...answers });
  return {
    ...{ operationId, summary, description },
    ...(who === 'device' && { security: [{ deviceCertificate: [] }] }),
    ...(who === 'office' && { security: [{ officeKey: ['admin', ...(roles ?? [])] }] }),
    ...(parameters.length > 0 && { parameters }),
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

/** What callers hear who may not do it. */
const strangers: Readonly<Record<Operation['who'], Readonly<Record<number, Answer>>>> = {
  anyone: {},
  device: { 401: { description: 'No valid device certificate', schema: wireError } },
  office: {
    401: { description: 'No key of this backend', schema: wireError },
    403: { description: 'A key of another role', schema: wireError },
  },
};

function inPath(path: string): readonly object[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function inQuery(query: z.ZodType | undefined): readonly object[] {
  const { properties = {} } = query === undefined ? {} : schemaOf(query);
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
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
function schemaOf(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
  return json;
}
