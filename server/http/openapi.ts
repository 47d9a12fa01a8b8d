import type { ObjectSchema, Schema } from 'joi'
import { REFUSALS, type RefusalCode } from '../errors.ts'
import { ID_KINDS, type IdKind } from '../ids.ts'
import type { Endpoint } from './endpoint.ts'
import { exampleOf } from './example.ts'

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
      ? { requestBody: { required: true, content: { 'application/json': bodyOf(endpoint.body) } } }
      : {}),
    ...(endpoint.bodyType
      ? { requestBody: { required: true, content: { [endpoint.bodyType]: { schema: { type: 'string' } } } } }
      : {}),
    responses: {
      ...successes(endpoint),
      ...refusals(endpoint),
      default: {
        description: 'Something went wrong on our side',
        content: { 'application/problem+json': PROBLEM_REF },
      },
    },
  }
}

/** The answers of a success by their status: they differ in nothing else. */
function successes(endpoint: Endpoint): Record<string, unknown> {
  const answer = {
    description: endpoint.summary,
    content: { [endpoint.answerType ?? 'application/json']: {} },
    ...(endpoint.versioned ? { headers: { ETag: ETAG } } : {}),
  }
  return Object.fromEntries((endpoint.success ?? [usualSuccess(endpoint)]).map((status) => [status, answer]))
}

function usualSuccess({ method, run }: Endpoint): number {
  if (method === 'delete') return 204
  return method === 'post' && (run.kind === 'change' || run.kind === 'http') ? 201 : 200
}

/** Every code that a call of this endpoint can be refused with: what its description implies, and what it names. */
export function refusalsOf(endpoint: Endpoint): RefusalCode[] {
  const { run, open, withFirstPassword, body, bodyType, query, versioned, path, method, refuses = [] } = endpoint
  const changes = run.kind === 'change'
  const implied: (RefusalCode | false | undefined)[] = [
    'unavailable',
    givesFile(endpoint) && 'too_many_files',
    !open && 'not_signed_in',
    !open && !withFirstPassword && 'password_must_be_chosen',
    method !== 'get' && 'cross_site_request',
    (body ?? query) !== undefined && 'invalid_request',
    body !== undefined && 'malformed_json',
    (body ?? bodyType) !== undefined && 'body_too_large',
    path.includes('/:') && 'not_found',
    path.includes('/:') && 'role_not_allowed',
    'unavailable',
    run.kind !== 'http' && 'too_slow',
    changes && 'still_in_progress',
    changes && 'idempotency_key_reused',
    changes && versioned && 'version_missing',
    changes && versioned && 'version_changed',
  ]
  return [...new Set([...implied.filter((code) => code !== false && code !== undefined), ...refuses])]
}

/** Only so many files are written at once: what answers with one, or may be asked for one by its `format`. */
function givesFile({ answerType, query }: Endpoint): boolean {
  return answerType !== undefined || 'format' in ((query?.describe().keys ?? {}) as object)
}

/** The refusals by their status, each code with its words and with an answer as it looks. */
function refusals(endpoint: Endpoint): Record<string, unknown> {
  const byStatus = Object.groupBy(refusalsOf(endpoint), (code) => REFUSALS[code].status)
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes = []]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${REFUSALS[code].en}`).join('\n\n'),
        content: {
          'application/problem+json': {
            ...PROBLEM_REF,
            examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }])),
          },
        },
      },
    ]),
  )
}

function problemExample(code: RefusalCode) {
  const { status, en } = REFUSALS[code]
  const instance = '1cef7677-fd5b-4059-a05a-5b2df69297a7'
  const errors = [{ field: 'amount', code: 'any.required', message: 'amount is required' }]
  return {
    ...{ type: `/problems/${code}`, title: en, status, code, instance },
    ...(code === 'invalid_request' ? { errors } : {}),
  }
}

function bodyOf(body: ObjectSchema) {
  const schema = jsonSchema(body)
  return { schema, example: exampleOf(schema) }
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

const PROBLEM_REF = { schema: { $ref: '#/components/schemas/Problem' } }

const ETAG = {
  description: 'The version, to be sent back as If-Match.',
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
