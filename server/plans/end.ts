import { rows, type Db, type Trx } from '../../db/connect.ts'
import { recordAct } from '../acts/record.ts'
import { newId } from '../ids.ts'
import type { MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockPlan, type LoadedPlan } from './load.ts'
import { isExpired } from './policy.ts'
import { mustBeOpen, mustPlanFor, PLANNERS } from './prepare.ts'
import { giveBack } from './release.ts'

/**
 * Takes a plan back; what was set aside for it goes back to where it came from.
 * Refuses `not_found`, `role_not_allowed`, `plan_ended`.
 */
export async function withdrawPlan(
  trx: Trx,
  actor: Actor,
  { planId, reason }: { planId: string; reason: string },
): Promise<{ id: string; status: 'withdrawn'; givenBack: MoneyText }> {
  const plan = await lockPlan(trx, planId)
  requireRole(actor, plan.fundId, PLANNERS)
  mustPlanFor(actor, plan)
  mustBeOpen(plan)
  const givenBack = await endPlan(trx, actor.act, plan, { kind: 'withdrawn', reason })
  return { id: planId, status: 'withdrawn', givenBack }
}

/** Ends an open plan with the row that says how, and gives back what it still holds. Call with the plan locked. */
export async function endPlan(
  trx: Trx,
  act: { id: string; at: Date },
  plan: LoadedPlan,
  { kind, reason }: { kind: 'activated' | 'withdrawn' | 'expired'; reason: string },
): Promise<MoneyText> {
  await trx('plan_endings').insert({
    fund_id: plan.fundId,
    plan_id: plan.id,
    kind,
    reason,
    ended_at: act.at,
    act_id: act.id,
  })
  await trx('contingency_plans').where({ id: plan.id }).update({ status: kind })
  return giveBack(trx, act, plan, kind)
}

/**
 * Ends every open plan whose last day was before the day of `at`, each in a transaction of its own, and gives its money back. Any number
 * of servers may do this at once: a plan is ended by one of them. Gives how many it ended, and throws what went wrong with any of them
 * after the others have had their turn.
 */
export async function expirePlans(db: Db, at: Date): Promise<number> {
  const on = at.toISOString().slice(0, 10)
  const past = await rows<{ id: string }>(
    db,
    `select id from contingency_plans where status = 'open' and expires_on < :on order by id limit 500`,
    { on },
  )
  let ended = 0
  const failures: unknown[] = []
  for (const { id } of past) {
    try {
      ended += await expirePlan(db, id, at)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return ended
}

async function expirePlan(db: Db, planId: string, at: Date): Promise<number> {
  return db.transaction(async (trx) => {
    const plan = await lockPlan(trx, planId)
    if (plan.status !== 'open' || !isExpired(plan, at.toISOString().slice(0, 10))) return 0
    const act = { id: newId('act'), at }
    await endPlan(trx, act, plan, { kind: 'expired', reason: `could be used until ${plan.expiresOn}` })
    await recordAct(trx, {
      id: act.id,
      fundId: plan.fundId,
      personId: null,
      tokenId: null,
      requestId: 'schedule',
      method: 'SCHEDULE',
      path: `/contingency-plans/${planId}/expiry`,
      address: null,
      outcome: 'done',
      details: null,
    })
    return 1
  })
}
