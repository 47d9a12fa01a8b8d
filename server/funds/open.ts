import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { minorUnitOf } from '../money.ts'
import { requireAdministrator, requireRole, type Actor } from '../people/actor.ts'
import { setDefaultPolicies } from './policies.ts'
import { dayOf } from '../clock.ts'
import { usableCurrency } from './currencies.ts'

export type NewFund = { code: string; name: string; nameArabic?: string; currency: string }

/** Opens a fund with the rules that ship. Refuses `role_not_allowed`, `currency_unknown`, `already_exists`. */
export async function openFund(trx: Trx, actor: Actor, fund: NewFund): Promise<{ id: string; code: string }> {
  requireAdministrator(actor)
  await usableCurrency(trx, fund.currency, dayOf(actor.act.at))
  const id = newId('fund')
  const inserted = await trx('funds')
    .insert({
      id,
      code: fund.code,
      name: fund.name,
      name_arabic: fund.nameArabic ?? null,
      currency: fund.currency,
      opened_on: dayOf(actor.act.at),
    })
    .onConflict('code')
    .ignore()
    .returning('id')
  if (inserted.length === 0) throw new Refusal('already_exists', { field: 'code' })
  actor.act.fundId = id
  await setDefaultPolicies(trx, id, minorUnitOf(fund.currency))
  return { id, code: fund.code }
}

export type Fund = {
  id: string
  code: string
  name: string
  nameArabic: string | null
  currency: string
  openedOn: string
}

/** The fund, or a refusal `not_found`. */
export async function fundById(db: Db, fundId: string): Promise<Fund> {
  const fund = await row<Fund>(
    db,
    `select id, code, name, name_arabic as "nameArabic", currency, opened_on as "openedOn" from funds where id = :fundId`,
    { fundId },
  )
  if (!fund) throw new Refusal('not_found')
  return fund
}

const OF_THE_FUND = {
  bank_accounts: { kind: 'bankAccount', roles: ['treasurer', 'controller'], versions: false },
  entities: { kind: 'entity', roles: ['fund_manager', 'controller'], versions: true },
  processes: { kind: 'process', roles: ['fund_manager', 'controller'], versions: true },
  donors: { kind: 'donor', roles: ['fund_manager', 'controller'], versions: false },
} as const

/**
 * Adds a row to one of the fund's lists: bank accounts, requesting entities, mediation processes, donors. An administrator
 * may too, who sets a fund up. Refuses `not_found`, `role_not_allowed`, and `already_exists`.
 */
export async function addToFund<Row extends Record<string, unknown>>(
  trx: Trx,
  actor: Actor,
  table: keyof typeof OF_THE_FUND,
  { fundId, ...columns }: { fundId: string } & Row,
): Promise<{ id: string } & Row> {
  await fundById(trx, fundId)
  if (actor.administrator) actor.act.fundId = fundId
  else requireRole(actor, fundId, OF_THE_FUND[table].roles)
  const id = newId(OF_THE_FUND[table].kind)
  const inserted = await trx(table)
    .insert({ id, fund_id: fundId, ...columns, ...(OF_THE_FUND[table].versions ? firstVersion(actor) : {}) })
    .onConflict()
    .ignore()
    .returning('id')
  if (inserted.length === 0) throw new Refusal('already_exists')
  return { id, ...columns } as unknown as { id: string } & Row
}

/** What is kept in versions says from the first one on who said so. */
const firstVersion = (actor: Actor) => ({
  changed_by: actor.personId,
  changed_at: actor.act.at,
  act_id: actor.act.id,
})
