import { row, rows, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import type { StagePart } from '../ledger/stages.ts'
import { isPositive, minorUnits, moneyFrom, smaller, subtract, sum, type MoneyText } from '../money.ts'
import type { NewAct } from '../people/actor.ts'
import { asPlanLines, heldForPlan, heldTotal, lockPlan, planLines } from './load.ts'
import { isExpired, stillMissing } from './policy.ts'

type FromPlan = { readonly id: string; readonly fundId: string; readonly currency: string; readonly round: number }

/** What of a request's money in its current round was set aside for the plan that it has come from, contribution by contribution. */
export async function setAsideFor(trx: Trx, request: FromPlan): Promise<StagePart[]> {
  const found = await rows<{ contributionId: string; code: string; amount: MoneyText }>(
    trx,
    `select c.id as "contributionId", c.code, f.reason -> 'fromPlan' -> 'amount' as amount
       from request_funding f join contributions c on c.id = f.contribution_id
      where f.request_id = :id and f.round = :round and f.reason -> 'fromPlan' is not null order by c.code`,
    { id: request.id, round: request.round },
  )
  return found.map((part) => ({ ...part, amount: moneyFrom(part.amount) }))
}

/**
 * What the plan that a request has come from takes back of what was set aside for it, now that the request has come to nothing: as much as the
 * plan lacks by now. Nothing where it does not stand any more as it was when the request used it: ended, expired, or changed.
 * Call with the request locked, after its status.
 */
export async function planTakesBack(
  trx: Trx,
  act: NewAct,
  request: FromPlan,
): Promise<{ code: string; parts: StagePart[] } | undefined> {
  const from = await row<{ planId: string; version: number }>(
    trx,
    `select plan_id as "planId", version from plan_activations where request_id = :id`,
    { id: request.id },
  )
  if (!from) return undefined
  const plan = await lockPlan(trx, from.planId)
  if (plan.status !== 'open' || plan.version !== from.version || isExpired(plan, dayOf(act.at))) return undefined
  const held = heldTotal(await heldForPlan(trx, plan), plan.currency)
  const parts: StagePart[] = []
  let missing = stillMissing(asPlanLines(await planLines(trx, plan)), held)
  for (const part of await setAsideFor(trx, request)) {
    const amount = smaller(part.amount, missing)
    if (!isPositive(amount)) continue
    parts.push({ ...part, amount })
    missing = subtract(missing, amount)
  }
  if (parts.length === 0) return undefined
  const amounts = parts.map(({ amount }) => amount)
  await trx('plan_returns').insert({
    fund_id: plan.fundId,
    plan_id: plan.id,
    version: plan.version,
    request_id: request.id,
    amount: minorUnits(sum(amounts, plan.currency)),
    returned_at: act.at,
    act_id: act.id,
  })
  return { code: plan.code, parts }
}
