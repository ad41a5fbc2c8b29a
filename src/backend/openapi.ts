/** The OpenAPI document, made from the same zod schemas that the wire uses. */
import { z } from 'zod';
import { uploadAccepted, uploadConflict, uploadRequest, wireError } from '../sync/wire.ts';
import {
  authoriseAnswer,
  authoriseRequest,
  voidAnswer,
  voidRequest,
} from '../sync/wire-authorise.ts';

const refusals = {
  400: answer('Not in the protocol', wireError),
  401: answer('No valid device certificate', wireError),
};

export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Halte backend',
      version: '1',
      description:
        'How fare validators deliver taps and ask about payments. Devices authenticate with mutual TLS.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: {
      '/v1/taps': {
        post: {
          operationId: 'uploadTaps',
          summary: 'Upload one batch of ledger rows; idempotent by (device, epoch, seq)',
          description: 'The body may be compressed: Content-Encoding gzip.',
          security: [{ deviceCertificate: [] }],
          requestBody: cborBody(uploadRequest),
          responses: {
            200: answer('Durable up to durableSeq', uploadAccepted),
            ...refusals,
            403: answer("Another device's batch", wireError),
            409: answer('The batch does not continue what is held', uploadConflict),
            413: answer('Too large: send less at once', wireError),
            415: answer('Neither CBOR nor gzip of it', wireError),
            503: answer('Not stored: try again', wireError),
          },
        },
      },
      '/v1/authorize': {
        post: {
          operationId: 'authorise',
          summary: 'Ask about a payment while the rider waits; idempotent by its reference',
          security: [{ deviceCertificate: [] }],
          requestBody: cborBody(authoriseRequest),
          responses: {
            200: answer('What the payment provider said', authoriseAnswer),
            ...refusals,
            503: answer('`authorize/no-provider`, or not stored: nothing is charged', wireError),
            504: answer('`authorize/unknown`: it is taken back', wireError),
          },
        },
      },
      '/v1/authorize/void': {
        post: {
          operationId: 'voidAuthorisation',
          summary: 'Take a payment back, or forbid one that has not come; idempotent',
          security: [{ deviceCertificate: [] }],
          requestBody: cborBody(voidRequest),
          responses: {
            200: answer('Nothing stays charged', voidAnswer),
            ...refusals,
            409: answer('`authorize/tap-recorded`: the payment stands', wireError),
            503: answer('Not stored: try again', wireError),
          },
        },
      },
      '/v1/targets/metadata/{name}': {
        get: targetsOperation('targetsMetadata', 'One file of TUF metadata', 'application/json'),
      },
      '/v1/targets/files/{name}': {
        get: targetsOperation('targetsFile', 'One signed target', 'application/octet-stream'),
      },
      '/v1/health': {
        get: {
          operationId: 'health',
          summary: 'Whether the backend runs, and its time',
          responses: { 200: answer('It runs', health) },
        },
      },
    },
    components: { securitySchemes: { deviceCertificate: { type: 'mutualTLS' } } },
  };
}

const health = z.object({ status: z.literal('ok'), serverTime: z.number().int() });

/** What the bytes mean is for their signatures to say: The Update Framework, specification 1.0. */
function targetsOperation(operationId: string, summary: string, mediaType: string) {
  return {
    operationId,
    summary,
    security: [{ deviceCertificate: [] }],
    parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }],
    responses: {
      200: { description: 'The bytes as they were published', content: { [mediaType]: {} } },
      401: answer('No valid device certificate', wireError),
      404: answer('The repository has no such file', wireError),
    },
  };
}

function cborBody(schema: z.ZodType) {
  return { required: true, content: { 'application/cbor': { schema: schemaOf(schema) } } };
}

function answer(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema: schemaOf(schema) } } };
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
