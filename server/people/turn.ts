import { row, rows, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireAdministrator, type Actor } from './actor.ts'
import { endSessions } from './passwords.ts'

type Turned = { id: string; active: boolean; reason: string }

/**
 * Sends a person away, or a service account, or brings one back (`active`). Nothing of them is deleted: their roles, acts and
 * signatures stay; their sessions end and their tokens are revoked at once, and none of those comes back with them.
 *
 * Refuses `role_not_allowed` to all but administrators, `not_found`, `not_signed_in` to an administrator who was sent away
 * meanwhile, `person_state_unchanged`, and `last_administrator`.
 */
export async function turnPerson(
  trx: Trx,
  actor: Actor,
  { personId, active, reason }: { personId: string; active: boolean; reason: string },
): Promise<Turned> {
  requireAdministrator(actor)
  // All administrators together, so that two who send each other away queue here.
  const locked = await rows<{ id: string; kind: string; active: boolean; administrator: boolean }>(
    trx,
    `select id, kind, active, administrator from people where id = :personId or administrator order by id for no key update`,
    { personId },
  )
  const person = locked.find(({ id }) => id === personId)
  if (!person) throw new Refusal('not_found')
  if (!locked.some(({ id, active: here }) => id === actor.personId && here)) throw new Refusal('not_signed_in')
  if (person.active === active) throw new Refusal('person_state_unchanged', { active })
  const left = locked.filter((one) => one.administrator && one.active && one.kind === 'person' && one.id !== personId)
  if (!active && person.administrator && left.length === 0) throw new Refusal('last_administrator')
  const last = await row<{ number: number }>(
    trx,
    'select coalesce(max(number), 0) as number from person_states where person_id = :personId',
    { personId },
  )

  // From here on everything must succeed.
  await trx('person_states').insert({
    person_id: personId,
    number: last!.number + 1,
    active,
    reason,
    changed_by: actor.personId,
    act_id: actor.act.id,
  })
  await trx('people').where({ id: personId }).update({ active })
  await endSessions(trx, personId)
  await trx('tokens').where({ person_id: personId }).whereNull('revoked_at').update({ revoked_at: trx.fn.now() })
  return { id: personId, active, reason }
}
