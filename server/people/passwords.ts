import { hash, verify } from '@node-rs/argon2'
import { randomBytes } from 'node:crypto'
import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Actor } from './actor.ts'
import { isObvious } from './policy.ts'

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST)
}

/** Twenty characters that can be read aloud and typed: about 100 bits. */
export function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const picked = [...randomBytes(20)].map((byte) => letters[byte % letters.length]!)
  return [0, 5, 10, 15].map((from) => picked.slice(from, from + 5).join('')).join('-')
}

/** Who this is, or undefined. Unknown people cost as much time as wrong passwords, so that nobody can ask who exists. */
export async function checkPassword(db: Db, email: string, password: string): Promise<string | undefined> {
  const person = await row<{ id: string; password_hash: string | null }>(
    db,
    `select id, password_hash from people where email = lower(:email) and active and kind = 'person'`,
    { email: email.trim() },
  )
  decoy ??= hashPassword(newPassword())
  const right = await verify(person?.password_hash ?? (await decoy), password)
  return right && person?.password_hash ? person.id : undefined
}

/** Refuses `password_too_easy` for what anybody would try first. */
export function refuseObvious(actor: Actor, { old, chosen }: { old: string; chosen: string }): void {
  if (isObvious(chosen, { name: actor.name, email: actor.email, old })) throw new Refusal('password_too_easy')
}

/**
 * Puts a password of the person's own in the place of the one they have, and ends all their sessions but the one they are in.
 * Of two at once with the same old password the second finds it changed. Refuses `wrong_credentials` where the old one is wrong,
 * and to a service account, which has none.
 */
export async function choosePassword(
  trx: Trx,
  actor: Actor,
  { old, chosen, sessionId }: { old: string; chosen: string; sessionId: string },
): Promise<void> {
  const kept = await row<{ password_hash: string | null }>(
    trx,
    'select password_hash from people where id = :id and active for update',
    { id: actor.personId },
  )
  if (!kept?.password_hash || !(await verify(kept.password_hash, old))) throw new Refusal('wrong_credentials')
  await trx('people')
    .where({ id: actor.personId })
    .update({ password_hash: await hashPassword(chosen), password_is_first: false })
  await endSessions(trx, actor.personId, { except: sessionId })
}

/** Ends a person's sessions at once. */
export async function endSessions(trx: Trx, personId: string, { except = '' } = {}): Promise<void> {
  await trx.raw(`delete from sessions where sess #>> '{passport,user}' = :personId and sid <> :except`, {
    personId,
    except,
  })
}

let decoy: Promise<string> | undefined
