import type { Trx } from '../../db/connect.ts'
import type { MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockPlan, type LoadedPlan } from './load.ts'
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
