import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { add, exceeds, moneyText, type Money } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'
import { conditionsNow, tranchesAndLeft } from './load.ts'

/**
 * Lets a payment through that stays within the tranches that may be paid. Where it goes beyond, the next tranche is released if its
 * conditions are met, which is kept with their figures. Only grants are paid in tranches, and only by requests that have a plan of them.
 * The request must be locked. Refuses `tranche_not_due` with each condition and its figures.
 */
export async function mustBeDue(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { amount, category }: { amount: Money; category: string },
): Promise<void> {
  const plan = category === 'grants' ? await tranchesAndLeft(trx, request) : undefined
  if (!plan) return
  let { left } = plan
  for (const tranche of plan.tranches.filter(({ released }) => !released)) {
    if (!exceeds(amount, left)) return
    const conditions = await conditionsNow(trx, request, dayOf(actor.act.at))
    if (conditions.some(({ met }) => !met))
      throw new Refusal('tranche_not_due', { tranche: tranche.number, left: moneyText(left), conditions })
    await trx('tranche_releases').insert({
      fund_id: request.fundId,
      request_id: request.id,
      number: tranche.number,
      grounds: 'conditions',
      conditions: JSON.stringify(conditions),
      released_at: actor.act.at,
      act_id: actor.act.id,
    })
    left = add(left, tranche.amount)
  }
}

/**
 * A payment that turns out to be a grant counts against the tranches that were released, and releases none. Refuses `tranche_not_due`.
 */
export async function mustFitTranches(
  trx: Trx,
  request: LoadedRequest,
  { from, to, amount }: { from: string; to: string; amount: Money },
): Promise<void> {
  const plan = from !== 'grants' && to === 'grants' ? await tranchesAndLeft(trx, request) : undefined
  if (plan && exceeds(amount, plan.left)) throw new Refusal('tranche_not_due', { left: moneyText(plan.left) })
}
