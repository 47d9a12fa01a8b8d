import { inDays } from '../days.ts'
import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import {
  minorUnits,
  moneyFrom,
  moneyText,
  smaller,
  splitByWeight,
  subtract,
  sum,
  zero,
  type Money,
  type MoneyText,
} from '../money.ts'
import { entitiesOf, requireRole, type Actor } from '../people/actor.ts'
import { planDeployment } from '../deployments/plan.ts'
import { draftRequest } from '../requests/draft.ts'
import { budgetLines } from '../requests/load.ts'
import { submitRequest } from '../requests/submit.ts'
import { endPlan } from './end.ts'
import {
  authorsOf,
  heldForPlan,
  heldTotal,
  lockPlan,
  planLines,
  planPayees,
  planTranches,
  type LoadedPlan,
  type PlanLineTold,
} from './load.ts'
import { isExpired } from './policy.ts'
import { mustBeOpen } from './prepare.ts'

/** As long as a requester may write. */
const LONGEST_LANE_REASON = 1000

/** What may be said at the moment of need; all of it has its answer in the plan, but the process of a plan for a place. */
export type Activation = {
  planId: string
  processId?: string
  payeeId?: string
  /** Numbers of the plan's lines; all that are left where none are named. */
  lines?: number[]
  startsOn?: string
}

export type Activated = {
  id: string
  code: string
  status: 'submitted'
  planId: string
  amount: MoneyText
  /** What of it was taken from what was set aside, and what from what was available. */
  fromReady: MoneyText
  fromAvailable: MoneyText
  /** What the plan still held and gave back, and what stays set aside for its lines that are left. */
  givenBack: MoneyText
  kept: MoneyText
}

/**
 * Turns a plan into a submitted request with everything filled in, in one transaction: money is taken first from what was set aside for
 * exactly this plan, the rest from what is available; the steps are those of the matrix in force. Whoever wrote the plan counts as
 * requester of it, so that nobody approves their own words. The plan ends with its last line, or at once where it gives back what is left.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to all but the entity's requesters, `plan_ended` and `plan_activated_already` with
 * the request that it has become, `plan_expired`, `incomplete_request` where a plan for a place is not told its process, `invalid_request` for a
 * process elsewhere, `payee_not_verified`, and what drafting and submitting refuse.
 */
export async function activatePlan(trx: Trx, actor: Actor, asked: Activation): Promise<Activated> {
  const plan = await lockPlan(trx, asked.planId)
  requireRole(actor, plan.fundId, ['requester'])
  if (!entitiesOf(actor, plan.fundId).includes(plan.entityId)) throw new Refusal('not_found')
  const all = await planLines(trx, plan)
  const used = all.find(({ requestId }) => requestId !== null)
  mustBeOpen(plan, used ? { requestId: used.requestId } : {})
  if (isExpired(plan, dayOf(actor.act.at))) throw new Refusal('plan_expired', { expiresOn: plan.expiresOn })
  const lines = linesAsked(all, asked.lines)
  const processId = await processAsked(trx, plan, asked.processId)
  const payeeId = await payeeAsked(trx, plan, asked.payeeId)

  const { startsOn = dayOf(actor.act.at) } = asked
  const request = await draftRequest(trx, actor, requestOf(plan, { processId, payeeId, lines, startsOn }))
  await authorsAsk(trx, { requestId: request.id, authors: await authorsOf(trx, plan.id) })
  const held = await heldForPlan(trx, plan)
  const before = heldTotal(held, plan.currency)
  const setAside = { code: plan.code, held }
  const version = await sendExperts(trx, actor, plan, { ...request, lines, startsOn })
  const amount = await costOf(trx, { id: request.id, currency: plan.currency })
  await keepTranches(trx, plan, { requestId: request.id, amount })
  await submitRequest(trx, actor, { requestId: request.id, version, setAside })

  const after = heldTotal(await heldForPlan(trx, plan), plan.currency)
  const fromReady = smaller(subtract(before, after), amount)
  const fromAvailable = subtract(amount, fromReady)
  await trx('plan_activations').insert({
    fund_id: plan.fundId,
    plan_id: plan.id,
    version: plan.version,
    request_id: request.id,
    from_ready: minorUnits(fromReady),
    from_available: minorUnits(fromAvailable),
    activated_by: actor.personId,
    activated_at: actor.act.at,
    act_id: actor.act.id,
  })
  const key = { fund_id: plan.fundId, plan_id: plan.id, version: plan.version, request_id: request.id }
  await trx('plan_lines_activated').insert(lines.map(({ line }) => ({ ...key, line })))
  const rest = await settleRest(
    trx,
    actor,
    plan,
    all.filter((one) => one.requestId === null && !lines.includes(one)),
  )
  return {
    ...{ id: request.id, code: request.code, status: 'submitted', planId: plan.id },
    ...{ amount: moneyText(amount), fromReady: moneyText(fromReady), fromAvailable: moneyText(fromAvailable) },
    ...rest,
  }
}

/** The lines that are asked for and not used yet. Refuses `not_found` for one that the plan does not have, `plan_activated_already`. */
function linesAsked(all: readonly PlanLineTold[], asked: readonly number[] | undefined): PlanLineTold[] {
  if (!asked) return all.filter(({ requestId }) => requestId === null)
  return asked.map((number) => {
    const found = all.find(({ line }) => line === number)
    if (!found) throw new Refusal('not_found', { field: 'lines' })
    if (found.requestId !== null) throw new Refusal('plan_activated_already', { requestId: found.requestId })
    return found
  })
}

/** The process of the plan, or that of a plan for a place, which is named when it is known and lies in the place. */
async function processAsked(trx: Trx, plan: LoadedPlan, asked: string | undefined): Promise<string> {
  const processId = asked ?? plan.processId
  if (!processId) throw new Refusal('incomplete_request', { missing: ['processId'] })
  if (processId === plan.processId) return processId
  const { country, region } = plan
  const there = await trx('processes').where({ id: processId, fund_id: plan.fundId, country, region }).first('id')
  if (!there || plan.processId)
    throw new Refusal('invalid_request', {
      errors: [{ field: 'processId', code: 'any.invalid', message: 'the plan is for another process or place' }],
    })
  return processId
}

async function payeeAsked(trx: Trx, plan: LoadedPlan, asked: string | undefined): Promise<string> {
  const payees = await planPayees(trx, plan)
  const payee = asked ? payees.find(({ id }) => id === asked) : payees[0]
  if (!payee) throw new Refusal('not_found', { field: 'payeeId' })
  if (!payee.verified) throw new Refusal('payee_not_verified', { payees: [payee.name] })
  return payee.id
}

type Chosen = { processId: string; payeeId: string; lines: PlanLineTold[]; startsOn: string }

function requestOf(plan: LoadedPlan, { processId, payeeId, lines, startsOn }: Chosen) {
  const { fundId, entityId, title, scenario, lane, mandateBasis, support, themes, durationDays } = plan
  const endsOn = inDays(startsOn, durationDays - 1)
  return {
    ...{
      fundId,
      entityId,
      title,
      purpose: scenario,
      processId,
      payeeId,
      mandateBasis,
      support,
      themes,
      startsOn,
      endsOn,
      lane,
    },
    // What the plan foresaw is why it is to go faster.
    ...(lane === 'standard' ? {} : { laneReason: scenario.slice(0, LONGEST_LANE_REASON) }),
    // Who is sent has lines of their own, costed as they are now.
    lines: lines
      .filter(({ expert }) => expert === null)
      .map(({ category, description, amount }) => ({ category, description, amount })),
  }
}

/** The experts whom the lines name become deployments of the request. Gives the request's version after them. */
async function sendExperts(
  trx: Trx,
  actor: Actor,
  plan: LoadedPlan,
  request: { id: string; version: number; lines: readonly PlanLineTold[]; startsOn: string },
): Promise<number> {
  const day = (after: number) => inDays(request.startsOn, after)
  let { version } = request
  for (const { expert } of request.lines) {
    if (!expert) continue
    const { expertId, mode, afterDays, days } = expert
    const planned = await planDeployment(trx, actor, {
      ...{ requestId: request.id, version, expertId, mode, country: plan.country },
      ...{ startsOn: day(afterDays), endsOn: day(afterDays + days - 1) },
    })
    version = planned.version
  }
  return version
}

/** What the request asks for: the lines of the plan, and experts at what they cost now. */
async function costOf(trx: Trx, request: { id: string; currency: string }) {
  const lines = await budgetLines(trx, request)
  return sum(
    lines.map(({ amount }) => moneyFrom(amount)),
    request.currency,
  )
}

/** The tranche plan goes with the request; where it is for a part of the lines, each tranche is that part of itself. */
async function keepTranches(
  trx: Trx,
  plan: LoadedPlan,
  { requestId, amount }: { requestId: string; amount: Money },
): Promise<void> {
  const tranches = await planTranches(trx, plan)
  if (tranches.length === 0) return
  const shares = splitByWeight(
    amount,
    tranches.map((one) => moneyFrom(one.amount)),
  )
  const parts = tranches.map(({ afterDays, condition }, i) => ({
    fund_id: plan.fundId,
    request_id: requestId,
    tranche: i + 1,
    after_days: afterDays,
    amount: minorUnits(shares[i]!),
    condition,
  }))
  await trx('request_tranches').insert(parts.filter(({ amount }) => amount !== '0'))
}

/** Rule 1: who wrote what is asked for is its requester, whoever presses the button. Who must keep away has no part in it anyway. */
async function authorsAsk(
  trx: Trx,
  { requestId, authors }: { requestId: string; authors: readonly string[] },
): Promise<void> {
  await trx.raw(
    `insert into duties (fund_id, request_id, person_id, duty, person_kind)
     select r.fund_id, r.id, p.id, 'requester', p.kind from requests r join people p on p.id = any(:authors)
      where r.id = :requestId and not exists (select from ties t where t.payee_id = r.payee_id and t.person_id = p.id)
     on conflict (request_id, person_id) do nothing`,
    { requestId, authors: [...authors] },
  )
}

/** What is left of a plan after a request took its part: an end, or the lines that are left and the money for them. */
async function settleRest(
  trx: Trx,
  actor: Actor,
  plan: LoadedPlan,
  left: readonly PlanLineTold[],
): Promise<Pick<Activated, 'givenBack' | 'kept'>> {
  if (plan.whenActivated === 'keep' && left.length > 0)
    return {
      givenBack: moneyText(zero(plan.currency)),
      kept: moneyText(heldTotal(await heldForPlan(trx, plan), plan.currency)),
    }
  const givenBack = await endPlan(trx, actor.act, plan, { kind: 'activated', reason: 'activated' })
  return { givenBack, kept: moneyText(zero(plan.currency)) }
}
