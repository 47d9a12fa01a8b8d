import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { usableCurrency } from '../funds/currencies.ts'
import { fundById } from '../funds/open.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'
import type { Rate } from './policy.ts'

/** Who records rates, and changes them two at a time. */
export const RATE_KEEPERS: readonly Role[] = ['treasurer', 'controller']

/**
 * Records an operational rate for a month that has none yet: units of the currency per unit of the fund's. What was set is changed by two
 * people (`proposeRateChange`).
 *
 * Refuses `not_found`, `role_not_allowed`, `currency_mismatch` for the fund's own currency, `currency_unknown`, `currency_not_in_use`,
 * `already_exists`.
 */
export async function recordRate(
  trx: Trx,
  actor: Actor,
  { fundId, currency, month, units, source }: { fundId: string } & Rate,
): Promise<void> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fundId, RATE_KEEPERS)
  if (currency === fund.currency) throw new Refusal('currency_mismatch', { field: 'currency' })
  await usableCurrency(trx, currency, `${month}-01`)
  const inserted = await trx('exchange_rates')
    .insert({ fund_id: fundId, currency, month: `${month}-01`, units, source, act_id: actor.act.id })
    .onConflict()
    .ignore()
    .returning('currency')
  if (inserted.length === 0) throw new Refusal('already_exists')
}
