import { row, type Db, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { usableCurrency } from '../funds/currencies.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { minorUnits, moneyFrom, type MoneyText } from '../money.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'
import { isLatin, multirangeOf, type Availability, type LanguageLevel } from './policy.ts'

/** Who keeps the roster. */
export const ROSTER_KEEPERS: readonly Role[] = ['fund_manager', 'controller']

export type ExpertSaid = {
  name: string
  /** Transliterated; may be left out where the name is in Latin letters itself. */
  latinName?: string
  /** Where the expert works with the service as well. */
  personId?: string | null
  themes: string[]
  languages: { language: string; level: LanguageLevel }[]
  regions?: string[]
  countries?: string[]
  nationalities?: string[]
  availability: Availability[]
  dailyFee: MoneyText
  travel: { class: string; ceiling?: MoneyText | null }
  email?: string | null
  phone?: string | null
  onRoster?: boolean
}

/**
 * Puts an expert on the roster. Nobody puts themselves there.
 * Refuses `not_found`, `role_not_allowed`, `about_yourself`, `currency_unknown`, `currency_not_in_use`, `already_exists` for a person
 * who is on the roster, `invalid_request` for a name in another script without its transliteration.
 */
export async function addExpert(
  trx: Trx,
  actor: Actor,
  { fundId, ...said }: { fundId: string } & ExpertSaid,
): Promise<{ id: string; version: 1 }> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, ROSTER_KEEPERS)
  const id = newId('expert')
  await mustHold(trx, actor, { id, fundId, said })
  await trx('experts').insert({
    id,
    fund_id: fundId,
    ...columnsOf({ latinName: said.name, ...said }),
    ...whoAndWhy(actor, 'Put on the roster'),
  })
  return { id, version: 1 }
}

/**
 * Changes what the roster says of an expert, as its next version. What was costed before stays as it was costed.
 * Refuses as `addExpert` does, and `version_changed`.
 */
export async function changeExpert(
  trx: Trx,
  actor: Actor,
  { expertId, version, reason, ...said }: { expertId: string; version: number; reason: string } & Partial<ExpertSaid>,
): Promise<{ id: string; version: number }> {
  const expert = await row<{ fundId: string; version: number; personId: string | null }>(
    trx,
    `select fund_id as "fundId", version, person_id as "personId" from experts where id = :expertId for update`,
    { expertId },
  )
  if (!expert) throw new Refusal('not_found')
  requireRole(actor, expert.fundId, ROSTER_KEEPERS)
  if (expert.personId === actor.personId) throw new Refusal('about_yourself')
  if (expert.version !== version) throw new Refusal('version_changed', { version: expert.version })
  await mustHold(trx, actor, { id: expertId, fundId: expert.fundId, said })
  const latinName = said.name && !said.latinName ? { latinName: said.name } : {}
  await trx('experts')
    .where({ id: expertId })
    .update({ ...columnsOf({ ...said, ...latinName }), version: version + 1, ...whoAndWhy(actor, reason) })
  return { id: expertId, version: version + 1 }
}

async function mustHold(
  db: Db,
  actor: Actor,
  { id, fundId, said }: { id: string; fundId: string; said: Partial<ExpertSaid> },
): Promise<void> {
  if (said.personId === actor.personId) throw new Refusal('about_yourself')
  if (said.name && !said.latinName && !isLatin(said.name)) throw wrong('latinName', 'name.transliterated')
  if (said.latinName && !isLatin(said.latinName)) throw wrong('latinName', 'name.transliterated')
  const backwards = said.availability?.findIndex(({ from, to }) => to < from) ?? -1
  if (backwards >= 0) throw wrong(`availability.${backwards}.to`, 'day.order')
  for (const { currency } of [said.dailyFee, said.travel?.ceiling].filter((one) => one !== undefined && one !== null))
    await usableCurrency(db, currency, dayOf(actor.act.at))
  if (!said.personId) return
  const person = await db('role_grants').where({ person_id: said.personId, fund_id: fundId }).first('person_id')
  if (!person) throw new Refusal('not_found', { field: 'personId' })
  const taken = await db('experts').where({ fund_id: fundId, person_id: said.personId }).whereNot({ id }).first('id')
  if (taken) throw new Refusal('already_exists', { field: 'personId' })
}

function wrong(field: string, code: string): Refusal {
  const message = code === 'day.order' ? 'the last day is before the first' : 'a name in Latin letters is needed'
  return new Refusal('invalid_request', { errors: [{ field, code, message }] })
}

function columnsOf(said: Partial<ExpertSaid>): Record<string, unknown> {
  const { dailyFee, travel, availability } = said
  const columns = {
    person_id: said.personId,
    name: said.name,
    latin_name: said.latinName,
    themes: said.themes,
    languages: said.languages && JSON.stringify(said.languages),
    regions: said.regions,
    countries: said.countries,
    nationalities: said.nationalities,
    on_site: availability && multirangeOf(availability, 'onSite'),
    remote: availability && multirangeOf(availability, 'remote'),
    daily_fee: dailyFee && minorUnits(moneyFrom(dailyFee)),
    fee_currency: dailyFee?.currency,
    travel_class: travel?.class,
    travel_ceiling: travel && (travel.ceiling ? minorUnits(moneyFrom(travel.ceiling)) : null),
    travel_ceiling_currency: travel && (travel.ceiling?.currency ?? null),
    email: said.email,
    phone: said.phone,
    on_roster: said.onRoster,
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

const whoAndWhy = (actor: Actor, reason: string) => ({
  reason,
  changed_by: actor.personId,
  changed_at: actor.act.at,
  act_id: actor.act.id,
})
