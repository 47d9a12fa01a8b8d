import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import type { MoneyText } from '../money.ts'
import { entitiesOf, holdsRole, requireRole, type Actor, type Role } from '../people/actor.ts'
import { checkContent, writeVersion, type Place, type PlanContent } from './content.ts'
import { lockPlan, planLines, planPayees, planTranches, type LoadedPlan } from './load.ts'
import { giveBack } from './release.ts'

/** Who writes plans: an entity for itself, and the fund for any of them. */
export const PLANNERS: readonly Role[] = ['requester', 'fund_manager', 'director']
const OF_THE_FUND: readonly Role[] = ['fund_manager', 'director']

/**
 * Writes a contingency plan for an entity. It holds no money until somebody else sets it aside.
 * Refuses `not_found`, `role_not_allowed` to all but requesters of the entity and who manages the fund, and what `checkContent` refuses.
 */
export async function preparePlan(
  trx: Trx,
  actor: Actor,
  { fundId, entityId, ...content }: Omit<PlanContent, 'place'> & { place?: Place; fundId: string; entityId: string },
): Promise<{ id: string; code: string; version: number }> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fundId, PLANNERS)
  mustPlanFor(actor, { fundId, entityId })
  if (!(await trx('entities').where({ id: entityId, fund_id: fundId }).first('id')))
    throw new Refusal('not_found', { field: 'entityId' })
  const checked = await checkContent(trx, actor, { fundId, currency: fund.currency, entityId }, content)

  const id = newId('plan')
  const numbered = await row<{ n: string }>(trx, `select nextval('plan_numbers')::text as n`)
  const code = `P${dayOf(actor.act.at).slice(2, 4)}-${numbered!.n.padStart(5, '0')}`
  await trx('contingency_plans').insert({
    id,
    fund_id: fundId,
    code,
    entity_id: entityId,
    expires_on: checked.expiresOn,
    review_on: checked.reviewOn,
    created_by: actor.personId,
    created_at: actor.act.at,
  })
  await writeVersion(trx, actor, { id, fundId, version: 1 }, { ...checked, reason: 'prepared' })
  return { id, code, version: 1 }
}

/**
 * Changes what an open plan says; what is left out stays. All that was set aside goes back, for it was decided on for what the plan
 * said before, and whoever changes a plan is an author of it from now on.
 * Refuses `not_found`, `role_not_allowed`, `plan_ended`, `version_changed`, and what `checkContent` refuses.
 */
export async function changePlan(
  trx: Trx,
  actor: Actor,
  { planId, version, reason, ...changes }: Partial<PlanContent> & { planId: string; version: number; reason: string },
): Promise<{ id: string; version: number; givenBack: MoneyText }> {
  const plan = await lockPlan(trx, planId)
  requireRole(actor, plan.fundId, PLANNERS)
  mustPlanFor(actor, plan)
  mustBeOpen(plan)
  if (plan.version !== version) throw new Refusal('version_changed', { version: plan.version })
  const before = await contentOf(trx, plan)
  // A place that is named takes the process away, and the other way round.
  const elsewhere = changes.place && changes.processId === undefined ? { processId: null } : {}
  const checked = await checkContent(trx, actor, plan, { ...before, ...elsewhere, ...changes })

  const givenBack = await giveBack(trx, actor.act, plan, 'changed')
  await writeVersion(trx, actor, { ...plan, version: version + 1 }, { ...checked, reason })
  await trx('contingency_plans')
    .where({ id: planId })
    .update({ version: version + 1, expires_on: checked.expiresOn, review_on: checked.reviewOn })
  return { id: planId, version: version + 1, givenBack }
}

/**
 * Says that a plan was looked at and still holds, and when it is to be looked at next. It changes no word of it, so its money stays.
 * Refuses `not_found`, `role_not_allowed`, `plan_ended`, `invalid_request` for a day after the plan's last.
 */
export async function reviewPlan(
  trx: Trx,
  actor: Actor,
  { planId, reviewOn, note }: { planId: string; reviewOn: string; note: string },
): Promise<{ planId: string; reviewOn: string }> {
  const plan = await lockPlan(trx, planId)
  requireRole(actor, plan.fundId, PLANNERS)
  mustPlanFor(actor, plan)
  mustBeOpen(plan)
  if (reviewOn > plan.expiresOn)
    throw new Refusal('invalid_request', {
      errors: [{ field: 'reviewOn', code: 'day.order', message: 'reviewOn is after expiresOn' }],
    })
  const before = await row<{ number: number }>(
    trx,
    `select coalesce(max(number), 0) as number from plan_reviews where plan_id = :planId`,
    { planId },
  )
  await trx('plan_reviews').insert({
    fund_id: plan.fundId,
    plan_id: planId,
    version: plan.version,
    number: before!.number + 1,
    review_on: reviewOn,
    note,
    reviewed_by: actor.personId,
    reviewed_at: actor.act.at,
    act_id: actor.act.id,
  })
  await trx('contingency_plans').where({ id: planId }).update({ review_on: reviewOn })
  return { planId, reviewOn }
}

/** An entity plans for itself; to others its plans are not there. Refuses `not_found`. */
export function mustPlanFor(actor: Actor, { fundId, entityId }: { fundId: string; entityId: string }): void {
  if (!holdsRole(actor, fundId, OF_THE_FUND) && !entitiesOf(actor, fundId).includes(entityId))
    throw new Refusal('not_found', { field: 'entityId' })
}

/** Refuses `plan_ended`. */
export function mustBeOpen(plan: LoadedPlan, more: Record<string, unknown> = {}): void {
  if (plan.status !== 'open') throw new Refusal('plan_ended', { ended: plan.status, ...more })
}

async function contentOf(trx: Trx, plan: LoadedPlan): Promise<PlanContent> {
  const { country, region, phase } = plan
  return {
    ...plan,
    place: { country, region, phase },
    lines: await planLines(trx, plan),
    tranches: await planTranches(trx, plan),
    payeeIds: (await planPayees(trx, plan)).map(({ id }) => id),
  }
}
