import { createHash } from 'node:crypto'
import { Router, raw, type Request, type Response } from 'express'
import type { Db, Trx } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { Refusal } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import type { Answer, Endpoint, Input } from './endpoint.ts'
import { firstAnswer, keepAnswer } from './idempotency.ts'
import { languageOf } from './problems.ts'
import { validate, validateParams } from './validate.ts'

/** A router over a list of endpoints: shape, then signed in, then the endpoint's own checks, in that order. */
export function serveEndpoints(db: Db, endpoints: readonly Endpoint[]): Router {
  const router = Router()
  for (const endpoint of endpoints) {
    const body = endpoint.bodyType
      ? [raw({ type: [endpoint.bodyType, 'application/octet-stream'], limit: '64mb' })]
      : []
    router[endpoint.method](endpoint.path, ...body, async (req, res, next) => {
      const { run } = endpoint
      if (run.kind === 'http') return void (await run.handler(req, res, next))
      const input = inputOf(endpoint, req)
      const actor = req.user as Actor | undefined
      if (!actor) throw new Refusal('not_signed_in')
      if (run.kind === 'read') return send(res, await run.handle(db, actor, input))
      send(res, await runChange(db, req, actor, (trx) => run.handle(trx, actor, input)))
    })
  }
  return router
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

/**
 * One transaction for the act, the change and the kept answer: all of it is there afterwards, or none. With an
 * Idempotency-Key, a repeat gets the first answer, and a repeat that comes while the first is running waits for it.
 */
async function runChange(
  db: Db,
  req: Request,
  actor: Actor,
  handle: (trx: Trx) => Promise<Answer>,
): Promise<Answer & { replayed?: boolean }> {
  const key = req.header('idempotency-key')
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Refusal('invalid_request', {
      errors: [{ field: 'Idempotency-Key', code: 'key.invalid', message: '1 to 200 visible ASCII characters' }],
    })
  }
  const hash = requestHash(req)
  const runOnce = (trx: Trx) => runAsAct(trx, req, actor, handle)
  if (key === undefined) return db.transaction(runOnce)

  try {
    return await db.transaction(async (trx) => {
      const first = await firstAnswer(trx, actor.personId, key, hash)
      if (first) return { ...first, replayed: true }
      const answer = await runOnce(trx)
      await keepAnswer(trx, actor.personId, key, answer)
      return answer
    })
  } catch (error) {
    // What the rules refused stays refused under this key: the transaction is gone, so the answer is kept in its own.
    if (error instanceof Refusal && !TRANSIENT.has(error.code)) req.refusedUnderKey = { key, hash }
    throw error
  }
}

/** Refusals that say "not like this" rather than "no": the same key may be sent again, put right. */
const TRANSIENT = new Set(['invalid_request', 'idempotency_key_reused', 'still_in_progress', 'not_signed_in'])

async function runAsAct(trx: Trx, req: Request, actor: Actor, handle: (trx: Trx) => Promise<Answer>): Promise<Answer> {
  const answer = await handle(trx)
  await recordAct(trx, {
    id: actor.act.id,
    fundId: actor.act.fundId,
    personId: actor.personId,
    tokenId: actor.tokenId,
    requestId: req.requestId,
    method: req.method,
    path: req.originalUrl.split('?')[0]!,
    address: req.ip ?? null,
    outcome: 'done',
    details: null,
  })
  return answer
}

function send(res: Response, answer: Answer & { replayed?: boolean }): void {
  if (answer.version !== undefined) res.set('ETag', `"v${answer.version}"`)
  if (answer.location) res.set('Location', `/api/v1${answer.location}`)
  if (answer.replayed) res.set('Idempotency-Replayed', 'true')
  if (answer.stream) {
    res.status(200).type(answer.stream.type).attachment(answer.stream.fileName)
    answer.stream.write(res).then(
      () => res.end(),
      (error: Error) => res.destroy(error),
    )
    return
  }
  if ((answer.status ?? 200) >= 400) res.type('application/problem+json') // a refusal that is told again
  if (answer.body === undefined) return void res.status(answer.status ?? 204).end()
  res.status(answer.status ?? 200).json(answer.body)
}

/** What makes two requests the same: method, path and body, the body as it was sent. */
function requestHash(req: Request): Buffer {
  const body = Buffer.isBuffer(req.body) ? req.body : JSON.stringify(req.body ?? null)
  return createHash('sha256').update(`${req.method} ${req.originalUrl}\n`).update(body).digest()
}
