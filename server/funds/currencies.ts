import { row, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { atRate, type Money } from '../money.ts'

/** Refuses `currency_unknown`, and `currency_not_in_use` outside the currency's time: the withdrawn ones live in history only. */
export async function usableCurrency(db: Db, code: string, on: string): Promise<void> {
  const found = await row<{ in_use: boolean }>(
    db,
    `select coalesce(valid_from, '-infinity') <= :on and :on <= coalesce(valid_to, 'infinity') as in_use from currencies where code = :code`,
    { code, on },
  )
  if (!found) throw new Refusal('currency_unknown', { currency: code })
  if (!found.in_use) throw new Refusal('currency_not_in_use', { currency: code, on })
}

export type Valued = { functional: Money; rate: string | null; source: string | null }

/**
 * What an amount is in the fund's currency at the operational rate in force on that day: that of its month, or of the
 * latest month before. Never re-rated afterwards. Refuses `rate_missing`.
 */
export async function valueOn(
  db: Db,
  { fundId, fundCurrency, amount, on }: { fundId: string; fundCurrency: string; amount: Money; on: string },
): Promise<Valued> {
  if (amount.currency === fundCurrency) return { functional: amount, rate: null, source: null }
  const rate = await rateOn(db, { fundId, currency: amount.currency, on })
  return { functional: atRate(amount, rate.units, fundCurrency), rate: rate.units, source: rate.source }
}

/** The operational rate in force: units of the currency per unit of the fund's. Refuses `rate_missing`. */
export async function rateOn(
  db: Db,
  { fundId, currency, on }: { fundId: string; currency: string; on: string },
): Promise<{ units: string; source: string }> {
  const rate = await row<{ units: string; source: string }>(
    db,
    `select trim_scale(units)::text as units, source from rates_in_force
      where fund_id = :fundId and currency = :currency and month <= :on order by month desc limit 1`,
    { fundId, currency, on },
  )
  if (!rate) throw new Refusal('rate_missing', { currency, month: on.slice(0, 7) })
  return rate
}
