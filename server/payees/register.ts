import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { isCountry, readAccount, type BankDetails } from './bank-details.ts'
import { refuseFaults, type Contact } from './accounts.ts'
import { recordAccount } from './change.ts'
import { isLatin, suggestLatin } from './latin.ts'

export type NewPayee = {
  /** In its own script. */
  readonly name: string
  /** As it reads in Latin letters; needed where the name is in another script. */
  readonly latinName?: string | null
  readonly kind: 'partner' | 'person' | 'supplier'
  readonly country: string
  /** Other names under which they are known. */
  readonly aliases?: readonly string[]
  readonly registration?: { readonly number: string; readonly registry: string; readonly country: string } | null
  readonly account: BankDetails
  readonly contact: Contact
}

/**
 * Registers who can be paid, with their names, their registration and their first bank details. Until a second person has verified them
 * nothing is paid to them.
 *
 * Refuses `not_found`, `role_not_allowed` to all but payee clerks, and `invalid_request` with everything that is wrong with the account; with
 * a suggestion, where nobody has said how a name in another script reads in Latin letters.
 */
export async function registerPayee(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    name,
    latinName,
    kind,
    country,
    aliases = [],
    registration,
    account,
    contact,
  }: NewPayee & { fundId: string },
): Promise<{ id: string; name: string; latinName: string }> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, ['payee_clerk'])
  const read = readAccount(account)
  refuseFaults(read.faults)
  if (registration && !isCountry(registration.country)) throw unknownCountry('registration.country')
  const latin = latinOf(name, latinName)
  const id = newId('payee')
  await trx('payees').insert({
    recorded_at: actor.act.at,
    id,
    fund_id: fundId,
    name,
    latin_name: latin,
    kind,
    country,
    registration_number: registration?.number ?? null,
    registry: registration?.registry ?? null,
    registration_country: registration?.country ?? null,
    recorded_by: actor.personId,
    act_id: actor.act.id,
  })
  for (const alias of new Set(aliases)) await recordAlias(trx, actor, { payeeId: id, name: alias })
  await recordAccount(trx, actor, { fundId, payeeId: id, version: 1, details: account, number: read.number, contact })
  await notify(trx, actor, {
    ...{ fundId, event: 'payee_waits', key: id, urgent: false, link: `/payees/${id}` },
    to: { roles: ['payee_clerk', 'compliance_officer'] },
    facts: { payee: name, by: actor.name },
  })
  return { id, name, latinName: latin }
}

/** Adds another name under which a payee is known. Once is enough. Refuses `not_found`, `role_not_allowed`. */
export async function addAlias(
  trx: Trx,
  actor: Actor,
  { payeeId, name, latinName }: { payeeId: string; name: string; latinName?: string },
): Promise<{ payeeId: string; name: string }> {
  const payee = await trx('payees').where({ id: payeeId }).first('fund_id')
  if (!payee) throw new Refusal('not_found')
  requireRole(actor, payee.fund_id, ['payee_clerk', 'compliance_officer'])
  await recordAlias(trx, actor, { payeeId, name, ...(latinName ? { latinName } : {}) })
  return { payeeId, name }
}

async function recordAlias(
  trx: Trx,
  actor: Actor,
  { payeeId, name, latinName }: { payeeId: string; name: string; latinName?: string },
): Promise<void> {
  await trx('payee_aliases')
    .insert({
      payee_id: payeeId,
      name,
      latin_name: latinName ?? (suggestLatin(name) || '-'),
      recorded_by: actor.personId,
      recorded_at: actor.act.at,
      act_id: actor.act.id,
    })
    .onConflict(['payee_id', 'name'])
    .ignore()
}

function unknownCountry(field: string): Refusal {
  const message = 'this is not a country of ISO 3166'
  return new Refusal('invalid_request', { errors: [{ field, code: 'country.unknown', message }] })
}

/** A name in Latin letters reads as it is, but for its accents; of another, somebody says how it reads, for the bank sees that. */
function latinOf(name: string, given: string | null | undefined): string {
  if (given) return given
  const suggestion = suggestLatin(name)
  if (isLatin(name) && suggestion) return suggestion
  const message = 'say how the name reads in Latin letters'
  throw new Refusal('invalid_request', { errors: [{ field: 'latinName', code: 'latin.confirm', message, suggestion }] })
}

/** Declares a tie of one's own to a payee: from then on one keeps away from its money. Refuses `not_found`. */
export async function declareTie(
  trx: Trx,
  actor: Actor,
  { payeeId, nature }: { payeeId: string; nature: string },
): Promise<{ payeeId: string; nature: string }> {
  const payee = await trx('payees').where({ id: payeeId }).first('fund_id')
  if (!payee) throw new Refusal('not_found')
  requireRole(
    actor,
    payee.fund_id,
    actor.grants.filter((grant) => grant.fundId === payee.fund_id).map((grant) => grant.role),
  )
  await trx('ties')
    .insert({ person_id: actor.personId, payee_id: payeeId, nature, act_id: actor.act.id })
    .onConflict(['person_id', 'payee_id'])
    .ignore()
  return { payeeId, nature }
}
