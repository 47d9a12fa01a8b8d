import { Router, raw, type Request, type RequestHandler, type Response } from 'express'
import type { Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import { inAct, keepLooks, keepReading } from './act.ts'
import type { Answer, Endpoint, Input } from './endpoint.ts'
import { FILE_LIMITS, fileWriter } from './files.ts'
import { languageOf } from './problems.ts'
import { validate, validateParams } from './validate.ts'

/**
 * A router over a list of endpoints. Signed in comes before shape, since nobody's body is worth reading; then the endpoint's
 * own checks in their order. Nothing of it is for a cache: figures change without their version, which is that of what can be edited.
 */
export function serveEndpoints(db: Db, endpoints: readonly Endpoint[], limits = FILE_LIMITS): Router {
  const router = Router()
  const writeFile = fileWriter(limits)
  router.use(neverCached)
  for (const endpoint of endpoints) {
    const body = endpoint.bodyType ? [raw({ type: [endpoint.bodyType, ...FILE_TYPES], limit: '16mb' })] : []
    const known: RequestHandler[] = endpoint.open ? [] : [requireSignIn(endpoint)]
    router[endpoint.method](endpoint.path, ...known, ...body, async (req, res, next) => {
      const { run } = endpoint
      const input = inputOf(endpoint, req)
      if (run.kind === 'http') return void (await run.handler(req, res, next))
      const actor = req.user as Actor
      if (run.kind === 'change') return send(res, await inAct(db, req, actor, (trx) => run.handle(trx, actor, input)))
      const answer = await run.handle(db, actor, input)
      if (endpoint.kept) await keepReading(db, req, actor, input.query)
      else if (!endpoint.open) await keepLooks(db, req, actor)
      return answer.stream ? writeFile(res, answer.stream) : send(res, answer)
    })
  }
  return router
}

/** What a file may be called besides its own type: what it is shows when it is read. */
const FILE_TYPES = ['application/octet-stream', 'text/xml', 'text/csv']

const neverCached: RequestHandler = (req, res, next) => {
  delete req.headers['if-none-match']
  res.set('Cache-Control', 'no-store')
  next()
}

function requireSignIn({ withFirstPassword = false }: Endpoint): RequestHandler {
  return (req, _res, next) => {
    if (!req.user) throw new Refusal('not_signed_in')
    if (req.user.passwordIsFirst && !withFirstPassword) throw new Refusal('password_must_be_chosen')
    next()
  }
}

function inputOf(endpoint: Endpoint, req: Request): Input {
  const language = languageOf(req)
  const params = validateParams(req.params as Record<string, string>)
  const query = endpoint.query ? validate(endpoint.query, req.query, language) : {}
  const body = endpoint.body ? validate(endpoint.body, req.body, language) : endpoint.bodyType ? req.body : {}
  const headers = req.headers as Record<string, string | undefined>
  return { params, query, body, language, headers, version: versionOf(endpoint, req) }
}

function versionOf(endpoint: Endpoint, req: Request): number {
  if (!endpoint.versioned || endpoint.run.kind !== 'change') return 0
  const given = /^"v(\d{1,9})"$/.exec(req.header('if-match') ?? '')?.[1]
  if (!given) throw new Refusal('version_missing')
  return Number.parseInt(given, 10)
}

function send(res: Response, answer: Answer & { replayed?: boolean }): void {
  if (answer.version !== undefined) res.set('ETag', `"v${answer.version}"`)
  if (answer.location) res.set('Location', `/api/v1${answer.location}`)
  if (answer.replayed) res.set('Idempotency-Replayed', 'true')
  if ((answer.status ?? 200) >= 400) res.type('application/problem+json') // a refusal that is told again
  if (answer.body === undefined) return void res.status(answer.status ?? 204).end()
  res.status(answer.status ?? 200).json(answer.body)
}
