import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { usableCurrency } from '../funds/currencies.ts'
import { fundById } from '../funds/open.ts'
import { fromMinorUnits, minorText, minorUnits, moneyFrom, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'

/**
 * Sets what a night in a country is given from a month on; without a country it is the default for all that have none of their own.
 * Refuses `not_found`, `role_not_allowed`, `already_exists`, `currency_unknown`, `currency_not_in_use`.
 */
export async function setSubsistence(
  trx: Trx,
  actor: Actor,
  asked: { fundId: string; country?: string; month: string; rate: MoneyText; source: string },
): Promise<{ country: string | null; month: string; rate: MoneyText }> {
  const { fundId, country = '', month, rate, source } = asked
  await fundById(trx, fundId)
  requireRole(actor, fundId, ['treasurer', 'controller'])
  await usableCurrency(trx, rate.currency, dayOf(actor.act.at))
  const inserted = await trx('subsistence_rates')
    .insert({
      ...{ fund_id: fundId, country, month: `${month}-01`, rate: minorUnits(moneyFrom(rate)), currency: rate.currency },
      ...{ source, recorded_by: actor.personId, recorded_at: actor.act.at, act_id: actor.act.id },
    })
    .onConflict(['fund_id', 'country', 'month'])
    .ignore()
    .returning('month')
  if (inserted.length === 0) throw new Refusal('already_exists', { field: 'month' })
  return { country: country || null, month, rate }
}

/**
 * What a night in that month is given: the latest rate of the country set for it or a month before, else the default.
 * Refuses `subsistence_rate_missing`.
 */
export async function subsistenceIn(
  db: Db,
  { fundId, country, month }: { fundId: string; country: string; month: string },
): Promise<Money> {
  const found = await row<{ rate: string; currency: string }>(
    db,
    `select rate, currency from subsistence_rates
      where fund_id = :fundId and country in (:country, '') and month <= cast(:first as date)
      order by (country <> '') desc, month desc limit 1`,
    { fundId, country, first: `${month}-01` },
  )
  if (!found) throw new Refusal('subsistence_rate_missing', { country, month })
  return fromMinorUnits(found.rate, found.currency)
}

export type SubsistenceRate = { country: string | null; month: string; rate: MoneyText; source: string }

/** Every rate that was set, by country, the default first, and the latest month first. */
export async function listSubsistence(db: Db, fundId: string): Promise<SubsistenceRate[]> {
  const found = await rows<Omit<SubsistenceRate, 'rate'> & { rate: string; currency: string }>(
    db,
    `select nullif(country, '') as country, to_char(month, 'YYYY-MM') as month, rate, currency, source from subsistence_rates
      where fund_id = :fundId order by subsistence_rates.country, subsistence_rates.month desc`,
    { fundId },
  )
  return found.map(({ rate, currency, ...one }) => ({ ...one, rate: minorText(rate, currency) }))
}
