import type { Trx } from '../../db/connect.ts'
import { rows } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Answer } from './endpoint.ts'

type KeptAnswer = { status: number; headers: { version?: number; location?: string }; body: unknown }

/**
 * Claims the key for this person, or gives the answer that the first request under it got. Claiming waits for another
 * request that holds the same key and has not ended. Refuses `idempotency_key_reused` where the request was another one.
 */
export async function firstAnswer(trx: Trx, personId: string, key: string, hash: Buffer): Promise<Answer | undefined> {
  await trx.raw(`set local lock_timeout = '15s'`)
  const claimed = await rows(
    trx,
    `insert into idempotency_keys (person_id, key, request_hash) values (:personId, :key, :hash)
     on conflict do nothing returning key`,
    { personId, key, hash },
  ).catch((error: { code?: string }) => {
    if (error.code === '55P03') throw new Refusal('still_in_progress')
    throw error
  })
  await trx.raw(`set local lock_timeout = 0`)
  if (claimed.length > 0) return undefined
  const [kept] = await rows<KeptAnswer & { same: boolean }>(
    trx,
    `select status, headers, body, request_hash = :hash as same from idempotency_keys where person_id = :personId and key = :key`,
    { personId, key, hash },
  )
  if (!kept) throw new Refusal('still_in_progress')
  if (!kept.same) throw new Refusal('idempotency_key_reused')
  return { status: kept.status, body: kept.body ?? undefined, ...kept.headers }
}

/** Keeps the answer with the change that it tells of, in the same transaction. */
export async function keepAnswer(trx: Trx, personId: string, key: string, answer: Answer): Promise<void> {
  const { version, location } = answer
  await trx('idempotency_keys')
    .where({ person_id: personId, key })
    .update({
      status: answer.status ?? (answer.body === undefined ? 204 : 200),
      headers: JSON.stringify({ ...(version ? { version } : {}), ...(location ? { location } : {}) }),
      body: answer.body === undefined ? null : JSON.stringify(withoutSecrets(answer)),
    })
}

/** A token or a password is kept nowhere, here neither. */
function withoutSecrets({ body, shownOnce = [] }: Answer): unknown {
  const told = Object.entries(body as Record<string, unknown>)
  return shownOnce.length === 0 ? body : Object.fromEntries(told.filter(([field]) => !shownOnce.includes(field)))
}

/** Keeps a refusal under its key, unless the key has got an answer meanwhile. */
export async function keepRefusal(
  trx: Trx,
  { personId, key, hash, status, body }: { personId: string; key: string; hash: Buffer; status: number; body: unknown },
): Promise<void> {
  await trx('idempotency_keys')
    .insert({ person_id: personId, key, request_hash: hash, status, headers: '{}', body: JSON.stringify(body) })
    .onConflict(['person_id', 'key'])
    .ignore()
}
