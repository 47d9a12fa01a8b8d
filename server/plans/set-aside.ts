import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { availableSources } from '../funding/available.ts'
import { lockFunding } from '../funding/lock.ts'
import { chooseFunding, type FundingPart } from '../funding/policy.ts'
import { coverReserve } from '../funding/reserve.ts'
import { dayOf } from '../clock.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { movePlanStage } from '../ledger/stages.ts'
import { exceeds, minorUnits, moneyFrom, moneyText, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { asPlanLines, authorsOf, heldForPlan, heldTotal, lockPlan, planLines, planPayees, useOfPlan } from './load.ts'
import { isExpired, stillMissing } from './policy.ts'
import { mustBeOpen } from './prepare.ts'

/**
 * Sets money aside for a plan, so that nobody else can ask for it (event 10): all that the plan still lacks, or less. Decided by a fund
 * manager who wrote no word of the plan, on the version that they read. The contributions are chosen as for a request, by the earmark
 * and the fund's rule, of money that can still be spent on the plan's last day.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `plan_ended`, `version_changed`,
 * `plan_expired`, `two_people_needed` to its authors, `payee_not_verified`, `currency_mismatch`, `exceeds_plan` with what is missing, and
 * `insufficient_funds` with what is available under which earmark; then nothing is set aside.
 */
export async function setAside(
  trx: Trx,
  actor: Actor,
  { planId, version, amount: text }: { planId: string; version: number; amount?: MoneyText },
): Promise<{ id: string; planId: string; amount: MoneyText }> {
  const plan = await lockPlan(trx, planId)
  requireRole(actor, plan.fundId, ['fund_manager'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  mustBeOpen(plan)
  if (plan.version !== version) throw new Refusal('version_changed', { version: plan.version })
  const on = dayOf(actor.act.at)
  if (isExpired(plan, on)) throw new Refusal('plan_expired', { expiresOn: plan.expiresOn })
  if ((await authorsOf(trx, planId)).includes(actor.personId)) throw new Refusal('two_people_needed')
  const payees = await planPayees(trx, plan)
  const unverified = payees.filter(({ verified }) => !verified).map(({ name }) => name)
  if (unverified.length > 0) throw new Refusal('payee_not_verified', { payees: unverified })
  if (text && text.currency !== plan.currency) throw new Refusal('currency_mismatch', { expected: plan.currency })
  const held = heldTotal(await heldForPlan(trx, plan), plan.currency)
  const missing = stillMissing(asPlanLines(await planLines(trx, plan)), held)
  const amount = text ? moneyFrom(text) : missing
  if (exceeds(amount, missing) || amount.amount.isZero())
    throw new Refusal('exceeds_plan', { missing: moneyText(missing) })

  await lockFunding(trx, plan.fundId)
  const rule = await policyInForce(trx, { fundId: plan.fundId, subject: 'funding_rule', on })
  await coverReserve(trx, plan.fundId, amount)
  const sources = await availableSources(trx, { id: plan.fundId, currency: plan.currency })
  const funding = chooseFunding(amount, useOfPlan(plan, payees), sources, rule.terms.rule)
  if ('short' in funding) throw shortOf(amount, funding.short)

  // From here on everything must succeed.
  const id = newId('planSetAside')
  await trx('plan_set_asides').insert({
    id,
    fund_id: plan.fundId,
    plan_id: planId,
    version,
    amount: minorUnits(amount),
    rule_from: rule.effectiveFrom,
    decided_by: actor.personId,
    decided_at: actor.act.at,
    act_id: actor.act.id,
  })
  await trx('plan_funding').insert(funding.parts.map((part) => partRow(part, { setAsideId: id, fundId: plan.fundId })))
  await postEntry(
    trx,
    { fundId: plan.fundId, actId: actor.act.id },
    {
      kind: 'plan_set_aside',
      source: id,
      occurredOn: on,
      memo: plan.code,
      postings: movePlanStage(plan, { from: 'available', to: 'ready' }, funding.parts),
    },
  )
  return { id, planId, amount: moneyText(amount) }
}

function partRow(part: FundingPart, { setAsideId, fundId }: { setAsideId: string; fundId: string }) {
  return {
    fund_id: fundId,
    set_aside_id: setAsideId,
    contribution_id: part.contributionId,
    amount: minorUnits(part.amount),
    reason: JSON.stringify(part.reason),
  }
}

function shortOf(
  asked: Money,
  { available, byLevel }: { available: Money; byLevel: { level: string; available: Money }[] },
): Refusal {
  return new Refusal('insufficient_funds', {
    asked: moneyText(asked),
    available: moneyText(available),
    byEarmark: byLevel.map((one) => ({ level: one.level, available: moneyText(one.available) })),
  })
}
