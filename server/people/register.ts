import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { requireAdministrator, type Actor, type Role } from './actor.ts'
import { hashPassword, newPassword } from './passwords.ts'

export type NewPerson = {
  name: string
  email: string
  kind?: 'person' | 'service'
  language?: 'en' | 'ar'
  administrator?: boolean
}

/**
 * Registers a person, with a first password that is told once, or a service account, which has tokens only.
 * Refuses `role_not_allowed` to all but administrators, `already_exists` for an e-mail address that is in use.
 */
export async function registerPerson(
  trx: Trx,
  actor: Actor,
  person: NewPerson,
): Promise<{ id: string; name: string; email: string; password?: string }> {
  requireAdministrator(actor)
  return addPerson(trx, person)
}

/**
 * As `registerPerson`, for the first administrator of an empty service, whom nobody can have registered. `passwordStays` is for
 * the demonstration alone, whose passwords no administrator has seen: everybody else's is a first one.
 */
export async function addPerson(
  trx: Trx,
  { name, email, kind = 'person', language = 'en', administrator = false }: NewPerson,
  { passwordStays = false } = {},
): Promise<{ id: string; name: string; email: string; password?: string }> {
  const id = newId('person')
  const password = kind === 'person' ? newPassword() : undefined
  const row = {
    id,
    kind,
    name,
    email: email.toLowerCase(),
    language,
    administrator,
    password_hash: password ? await hashPassword(password) : null,
    password_is_first: password !== undefined && !passwordStays,
  }
  const inserted = await trx('people').insert(row).onConflict('email').ignore().returning('id')
  if (inserted.length === 0) throw new Refusal('already_exists', { field: 'email' })
  return { id, name, email: row.email, ...(password ? { password } : {}) }
}

export type NewGrant = { personId: string; role: Role; donorId?: string; entityId?: string }

/**
 * Gives a person a role in a fund. A donor's role names the donor, a requester's the entity.
 * Refuses `role_not_allowed`, `not_found`, and `administrator_has_no_financial_role`.
 */
export async function grantRole(
  trx: Trx,
  actor: Actor,
  { fundId, personId, role, donorId, entityId }: NewGrant & { fundId: string },
): Promise<void> {
  requireAdministrator(actor)
  const person = await trx('people').where({ id: personId }).first('administrator')
  if (!person || !(await trx('funds').where({ id: fundId }).first('id'))) throw new Refusal('not_found')
  actor.act.fundId = fundId
  if (donorId && !(await trx('donors').where({ id: donorId, fund_id: fundId }).first('id')))
    throw new Refusal('not_found')
  if (entityId && !(await trx('entities').where({ id: entityId, fund_id: fundId }).first('id')))
    throw new Refusal('not_found')
  if (person.administrator) throw new Refusal('administrator_has_no_financial_role')
  const grant = { fund_id: fundId, person_id: personId, role, donor_id: donorId ?? null, entity_id: entityId ?? null }
  await trx.raw(
    `insert into role_grants (fund_id, person_id, role, donor_id, entity_id, granted_by)
     values (:fund_id, :person_id, :role, :donor_id, :entity_id, :by) on conflict do nothing`,
    { ...grant, by: actor.personId },
  )
}

/** Ends a role that a person holds. Refuses `role_not_allowed`, and `not_found` where the person does not hold it. */
export async function endRole(
  trx: Trx,
  actor: Actor,
  { fundId, personId, role }: { fundId: string; personId: string; role: Role },
): Promise<void> {
  requireAdministrator(actor)
  if (!(await trx('funds').where({ id: fundId }).first('id'))) throw new Refusal('not_found')
  actor.act.fundId = fundId
  const ended = await trx('role_grants')
    .where({ fund_id: fundId, person_id: personId, role })
    .whereNull('ended_at')
    .update({ ended_at: trx.fn.now(), ended_by: actor.personId })
  if (ended === 0) throw new Refusal('not_found')
}
