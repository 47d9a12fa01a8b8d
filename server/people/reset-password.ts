import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { endSessions, hashPassword, newPassword } from './passwords.ts'

/**
 * Gives a person a new first password, told once, and ends the sessions and revokes the bearer tokens that the old one could open:
 * whoever had got hold of it is out. A service account's tokens are an administrator's. For whoever runs the service, on its
 * machine. Refuses `not_found` for an address that no active person has.
 */
export async function resetPassword(
  trx: Trx,
  { email }: { email: string },
): Promise<{ id: string; email: string; password: string }> {
  const person = await row<{ id: string; email: string }>(
    trx,
    `select id, email from people where email = lower(:email) and active and kind = 'person' for update`,
    { email },
  )
  if (!person) throw new Refusal('not_found')
  const password = newPassword()
  await trx('people')
    .where({ id: person.id })
    .update({ password_hash: await hashPassword(password), password_is_first: true })
  await trx('tokens').where({ person_id: person.id }).whereNull('revoked_at').update({ revoked_at: trx.fn.now() })
  await endSessions(trx, person.id)
  return { ...person, password }
}
