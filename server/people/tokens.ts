import { createHash, randomBytes } from 'node:crypto'
import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Actor } from './actor.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * A bearer token for programs that work in this person's name, or, by an administrator, in a service account's. It is shown in
 * this answer and never again: only its hash is kept. Refuses `not_found` for another person's account and one that works here no
 * more, `password_must_be_chosen` to who has a first password only.
 */
export async function issueToken(
  trx: Trx,
  actor: Actor,
  { name, days, personId = actor.personId }: { name: string; days: number; personId?: string },
): Promise<{ id: string; name: string; token: string; expiresAt: string }> {
  // Locked, so that a password that is reset meanwhile, or a person who leaves, is seen.
  const holder = await row<{ kind: string; password_is_first: boolean }>(
    trx,
    'select kind, password_is_first from people where id = :personId and active for share',
    { personId },
  )
  const own = personId === actor.personId || (actor.administrator && holder?.kind === 'service')
  if (!holder || !own) throw new Refusal('not_found')
  if (holder.password_is_first) throw new Refusal('password_must_be_chosen')
  const id = newId('token')
  const token = `wst_${randomBytes(32).toString('base64url')}`
  const expiresAt = new Date(Date.now() + days * DAY_MS).toISOString()
  const token_hash = createHash('sha256').update(token).digest()
  await trx('tokens').insert({ id, person_id: personId, name, token_hash, expires_at: expiresAt })
  return { id, name, token, expiresAt }
}

/** Ends a token at once. A person revokes its own; an administrator anybody's. Refuses `not_found`. */
export async function revokeToken(trx: Trx, actor: Actor, { tokenId }: { tokenId: string }): Promise<void> {
  const own = actor.administrator ? { id: tokenId } : { id: tokenId, person_id: actor.personId }
  const revoked = await trx('tokens').where(own).whereNull('revoked_at').update({ revoked_at: trx.fn.now() })
  if (revoked === 0) throw new Refusal('not_found')
}
