import { createHash } from 'node:crypto'
import type { Request } from 'express'
import type { Db, Trx } from '../../db/connect.ts'
import { recordAct, recordLooks, type Act } from '../acts/record.ts'
import { Refusal } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import type { Answer } from './endpoint.ts'
import { firstAnswer, keepAnswer } from './idempotency.ts'

/**
 * One transaction for the act, the change and the kept answer: all of it is there afterwards, or none. With a key, a repeat
 * gets the first answer, and a repeat that comes while the first is running waits for it. A program sends the key in the
 * header Idempotency-Key, a form in a hidden field.
 */
export async function inAct(
  db: Db,
  req: Request,
  actor: Actor,
  handle: (trx: Trx) => Promise<Answer>,
  key: string | undefined = req.header('idempotency-key'),
): Promise<Answer & { replayed?: boolean }> {
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Refusal('invalid_request', {
      errors: [{ field: 'Idempotency-Key', code: 'key.invalid', message: '1 to 200 visible ASCII characters' }],
    })
  }
  const runOnce = (trx: Trx) => runAsAct(trx, req, actor, handle)
  if (key === undefined) return db.transaction(runOnce)
  const hash = requestHash(req)

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
  // What the database looks at again goes by the same time as the rules.
  await trx.raw(`select set_config('wasata.act_at', ?, true)`, [actor.act.at.toISOString()])
  const answer = await handle(trx)
  await recordAct(trx, actOf(req, actor, actor.act.details ?? null))
  return answer
}

/** Keeps that somebody read this, and what was asked for, before the first of it goes out. */
export async function keepReading(db: Db, req: Request, actor: Actor, asked: Record<string, unknown>): Promise<void> {
  await db.transaction(async (trx) => {
    await recordAct(trx, actOf(req, actor, asked))
    await recordLooks(trx, { ...actor.act, personId: actor.personId }, actor.act.looks ?? [])
  })
}

/** Keeps what was looked at of confidential processes, where anything was, before it goes out. */
export async function keepLooks(db: Db, req: Request, actor: Actor): Promise<void> {
  if (actor.act.looks?.length) await keepReading(db, req, actor, {})
}

/** As `keepLooks`, where the act is kept already: a form that was refused and is shown again. */
export async function keepLooksBeside(db: Db, actor: Actor): Promise<void> {
  const { looks = [] } = actor.act
  if (looks.length > 0)
    await db.transaction((trx) => recordLooks(trx, { ...actor.act, personId: actor.personId }, looks))
}

function actOf(req: Request, actor: Actor, details: Act['details']): Act {
  return {
    id: actor.act.id,
    fundId: actor.act.fundId,
    personId: actor.personId,
    tokenId: actor.tokenId,
    requestId: req.requestId,
    method: req.method,
    path: req.originalUrl.split('?')[0]!,
    address: req.ip ?? null,
    outcome: 'done',
    details,
  }
}

/** What makes two requests the same: method, path and body, the body as it was sent. */
function requestHash(req: Request): Buffer {
  const body = Buffer.isBuffer(req.body) ? req.body : JSON.stringify(req.body ?? null)
  return createHash('sha256').update(`${req.method} ${req.originalUrl}\n`).update(body).digest()
}
