import type { ObjectSchema, Schema } from 'joi'
import { REFUSALS } from '../errors.ts'
import { ID_KINDS, type IdKind } from '../ids.ts'
import type { Endpoint } from './endpoint.ts'

/** The OpenAPI 3.1 document of the endpoints, made from the very schemas that validate. */
export function openApiDocument(endpoints: readonly Endpoint[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Wasata',
      version: '1',
      description:
        'The money of a rapid-response fund for mediation. Money is text with a currency, never a JSON number. Every POST honours Idempotency-Key. Lists come in keyset pages: send `next` back as `after`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }, { session: [] }],
    tags: [...new Set(endpoints.map((endpoint) => endpoint.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'wasata' },
      },
      schemas: { Problem: PROBLEM },
    },
  }
}

function operation(endpoint: Endpoint): Record<string, unknown> {
  const changes = endpoint.run.kind === 'change'
  return {
    operationId: `${endpoint.method}${endpoint.path.replaceAll(/[/:]+(\w)|-(\w)/g, (_all, a, b) => String(a ?? b).toUpperCase())}`,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    ...(endpoint.open ? { security: [] } : {}),
    parameters: [
      ...[...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => pathParameter(name!)),
      ...(endpoint.query ? queryParameters(endpoint.query) : []),
      ...(changes && endpoint.method === 'post' ? [IDEMPOTENCY_KEY] : []),
      ...(changes && endpoint.versioned ? [IF_MATCH] : []),
    ],
    ...(endpoint.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(endpoint.body) } } } }
      : {}),
    ...(endpoint.bodyType
      ? { requestBody: { required: true, content: { [endpoint.bodyType]: { schema: { type: 'string' } } } } }
      : {}),
    responses: {
      [changes && endpoint.method === 'post' ? '201' : '200']: {
        description: endpoint.summary,
        content: { [endpoint.answerType ?? 'application/json']: {} },
      },
      default: {
        description: 'Refused: problem details (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function pathParameter(name: string) {
  const prefix = ID_KINDS[name as IdKind]
  const schema = prefix ? { type: 'string', pattern: `^${prefix}_[0-9a-hjkmnp-tv-z]{26}$` } : { type: 'string' }
  return { name, in: 'path', required: true, schema }
}

function queryParameters(query: ObjectSchema) {
  const schema = jsonSchema(query)
  const required = (schema.required ?? []) as string[]
  return Object.entries((schema.properties ?? {}) as Record<string, object>).map(([name, property]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: property,
  }))
}

/** Joi's own JSON Schema 2020-12, which is the dialect of OpenAPI 3.1. */
function jsonSchema(schema: Schema): Record<string, unknown> {
  const standard = (
    schema as unknown as { '~standard': { jsonSchema: { input: (o: object) => Record<string, unknown> } } }
  )['~standard']
  const { $schema: _dialect, ...rest } = standard.jsonSchema.input({ target: 'draft-2020-12' })
  return rest
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same request gets the first answer again, and changes nothing twice.',
  schema: { type: 'string', maxLength: 200 },
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: "The ETag that was read, so that nobody's change is overwritten.",
  schema: { type: 'string', pattern: '^"v\\d+"$' },
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: [...Object.keys(REFUSALS), 'internal'] },
    instance: { type: 'string', description: 'The id of this request, as in the log and in the act.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}
