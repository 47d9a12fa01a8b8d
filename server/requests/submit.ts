import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { setTargets } from '../clock/targets.ts'
import { availableSources } from '../funding/available.ts'
import { chooseFunding, type FundingPart, type Source, type Use } from '../funding/policy.ts'
import { allMustBeFree } from '../deployments/free.ts'
import { lockFunding } from '../funding/lock.ts'
import { coverReserve } from '../funding/reserve.ts'
import { inDays } from '../days.ts'
import { dayOf } from '../clock.ts'
import { policyInForce } from '../funds/policies.ts'
import { postEntry } from '../ledger/post.ts'
import { moveStage, reserveReady } from '../ledger/stages.ts'
import { minorUnits, moneyFrom, moneyText, smaller, subtract, sum, type Money } from '../money.ts'
import { checkCeiling, lanesFor, recordAdvance, type LanesInForce } from '../no-regret/ask.ts'
import { entitiesOf, requireRole, type Actor } from '../people/actor.ts'
import { joinParts, takeSetAside, type SetAside } from '../plans/policy.ts'
import { setAsideFor } from '../plans/take-back.ts'
import { riskOfPayee } from '../payees/queries.ts'
import { askByMatrix } from '../opinions/ask.ts'
import { stepsAndDecisions } from './decide.ts'
import { budgetLines, contentOf, lockRequest, takeDuty, type LoadedRequest } from './load.ts'
import { keepDecisions, matrixFor } from './keep.ts'
import { missingFields, openSteps, stepsFor, stepsToRatify } from './policy.ts'
import { releaseToChooseAgain } from './release-reservation.ts'
import { tellOpenSteps } from './tell.ts'

/**
 * Submits a draft or a returned request: reserves the money, fixes the approval steps by the matrix and the payee's risk, and keeps
 * exactly what was submitted, all in one transaction. Submitted anew, it keeps the approvals that what has changed does not touch.
 * A request that a plan has become takes first what was `setAside` for that plan.
 *
 * Refuses `not_found`, `role_not_allowed`, `not_editable`, `version_changed`, `incomplete_request` with what is missing, what
 * `takeDuty` refuses, `lane_not_open`, `no_regret_ceiling` with what the process has left, `expert_double_booked` where somebody whom it sends is held by another,
 * and `insufficient_funds` with what is available under which earmark; then nothing is held.
 */
export async function submitRequest(
  trx: Trx,
  actor: Actor,
  { requestId, version, setAside }: { requestId: string; version: number; setAside?: SetAside },
): Promise<{ id: string; status: 'submitted'; round: number; version: number; keptDecisions: number }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['requester'])
  if (!entitiesOf(actor, request.fundId).includes(request.entityId)) throw new Refusal('not_found')
  if (request.status !== 'draft' && request.status !== 'returned')
    throw new Refusal('not_editable', { current: request.status })
  if (request.version !== version) throw new Refusal('version_changed', { version: request.version })
  const amount = await amountOfComplete(trx, request)
  await allMustBeFree(trx, requestId)
  await takeDuty(trx, actor, { requestId, duty: 'requester' })

  const on = dayOf(actor.act.at)
  const lanes = await lanesFor(trx, request, on)
  await lockFunding(trx, request.fundId)
  if (request.lane === 'no_regret') await checkCeiling(trx, request, { amount, lanes })
  const chosen = await chooseParts(trx, actor, request, { amount, on, setAside })

  // From here on everything must succeed.
  const submission = await recordSubmission(trx, actor, request, {
    amount,
    on,
    ruleFrom: chosen.ruleFrom,
    parts: chosen.parts,
    lanes,
  })
  if (request.lane === 'no_regret') await recordAdvance(trx, actor, request, { amount, round: submission.round, lanes })
  await askByMatrix(trx, actor, { ...request, round: submission.round }, { amount, on })
  await postEntry(
    trx,
    { fundId: request.fundId, actId: actor.act.id },
    {
      kind: 'request_submitted',
      source: `${requestId}#${submission.round}`,
      occurredOn: on,
      memo: request.code,
      postings: [
        ...(setAside ? reserveReady(request, setAside, chosen.fromReady) : []),
        ...moveStage(request, { from: 'available', to: 'reserved' }, chosen.fromAvailable),
      ],
    },
  )
  const inRound = { ...request, round: submission.round }
  const { steps, decisions } = await stepsAndDecisions(trx, inRound)
  await tellOpenSteps(trx, actor, inRound, openSteps(steps, decisions))
  return { id: requestId, status: 'submitted', ...submission }
}

type Chosen = {
  /** One for each contribution, with the reason. */
  parts: FundingPart[]
  fromReady: FundingPart[]
  fromAvailable: FundingPart[]
  ruleFrom: string
}

/**
 * Which contributions hold the request: first what was set aside for the plan that it comes from, then what is available. Submitted
 * anew it holds what it had of the plan's again, as far as it needs it. Refuses `insufficient_funds`. Call with the funding locked.
 */
async function chooseParts(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { amount, on, setAside }: { amount: Money; on: string; setAside: SetAside | undefined },
): Promise<Chosen> {
  await releaseToChooseAgain(trx, actor.act, request)
  const rule = await policyInForce(trx, { fundId: request.fundId, subject: 'funding_rule', on })
  const available = await availableSources(trx, { id: request.fundId, currency: request.currency })
  const use = await useOf(trx, request, on)
  const before = setAside ?? (await heldBefore(trx, request, available))
  const aside = takeSetAside(amount, use, before?.held ?? [])
  await coverReserve(trx, request.fundId, setAside ? aside.rest : amount)
  const left = setAside ? available : without(available, aside.parts)
  const funding = chooseFunding(aside.rest, use, left, rule.terms.rule)
  if ('short' in funding) {
    const { available: there, byLevel } = funding.short
    throw new Refusal('insufficient_funds', {
      asked: moneyText(aside.rest),
      available: moneyText(there),
      byEarmark: byLevel.map((one) => ({ level: one.level, available: moneyText(one.available) })),
    })
  }
  const parts = before ? joinParts(before, aside.parts, funding.parts) : funding.parts
  const ruleFrom = rule.effectiveFrom
  return setAside
    ? { parts, fromReady: aside.parts, fromAvailable: funding.parts, ruleFrom }
    : { parts, fromReady: [], fromAvailable: parts, ruleFrom }
}

/** What the last round had of the money that was set aside for its plan; it is available by now. */
async function heldBefore(
  trx: Trx,
  request: LoadedRequest,
  available: readonly Source[],
): Promise<SetAside | undefined> {
  const parts = await setAsideFor(trx, request)
  if (parts.length === 0) return undefined
  const { code } = await trx('plan_activations')
    .join('contingency_plans', 'contingency_plans.id', 'plan_activations.plan_id')
    .where({ request_id: request.id })
    .first('code')
  const held = parts.flatMap(({ contributionId, amount }) => {
    const source = available.find((one) => one.contributionId === contributionId)
    return source ? [{ ...source, available: smaller(source.available, amount) }] : []
  })
  return { code, held }
}

/** What is available beside what is taken. */
function without(sources: readonly Source[], taken: readonly FundingPart[]): Source[] {
  return sources.map((source) => {
    const part = taken.find(({ contributionId }) => contributionId === source.contributionId)
    return part ? { ...source, available: subtract(source.available, part.amount) } : source
  })
}

/** What the lines add up to, once everything is filled in. */
async function amountOfComplete(trx: Trx, request: LoadedRequest): Promise<Money> {
  const lines = await budgetLines(trx, request)
  const missing = missingFields({ ...request, lines })
  if (missing.length > 0) throw new Refusal('incomplete_request', { missing })
  return sum(
    lines.map((line) => moneyFrom(line.amount)),
    request.currency,
  )
}

async function useOf(trx: Trx, request: LoadedRequest, on: string): Promise<Use> {
  const process = await trx('processes').where({ id: request.processId! }).first('region', 'country', 'phase')
  return { ...process, themes: request.themes, partner: request.payeeId, on }
}

async function recordSubmission(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  {
    amount,
    on,
    ruleFrom,
    parts,
    lanes,
  }: { amount: Money; on: string; ruleFrom: string; parts: FundingPart[]; lanes: LanesInForce },
): Promise<{ round: number; version: number; keptDecisions: number }> {
  const matrix = await matrixFor(trx, request, { amount, on })
  const risk = await riskOfPayee(trx, request.payeeId!, on)
  const reservation = await policyInForce(trx, { fundId: request.fundId, subject: 'reservation', on })
  const reservedUntil = earliest([inDays(on, reservation.terms.days), ...parts.map((part) => part.reason.spendBy)])
  const { content, hash } = await contentOf(trx, request)
  const round = request.round + 1
  const key = { request_id: request.id, round }
  const full = stepsFor(amount, matrix.terms, risk)
  const steps = request.lane === 'no_regret' ? stepsToRatify(lanes.terms.noRegret.steps, full) : full
  await trx('submissions').insert({
    ...key,
    submitted_by: actor.personId,
    amount: minorUnits(amount),
    content_hash: hash,
    content: JSON.stringify(content),
    matrix_from: matrix.effectiveFrom,
    risk,
    rule_from: ruleFrom,
    reserved_until: reservedUntil,
    submitted_at: actor.act.at,
    act_id: actor.act.id,
  })
  await trx('approval_steps').insert(steps.map((step) => ({ ratifies: false, ...key, ...step })))
  // One decision lets the money of an advance move, so none of an earlier round does.
  const keptDecisions = request.lane === 'no_regret' ? 0 : await keepDecisions(trx, request, { steps, content })
  await setTargets(trx, request, { round, amount, steps, on })
  await trx('request_funding').insert(
    parts.map((part) => ({
      ...key,
      contribution_id: part.contributionId,
      amount: minorUnits(part.amount),
      reason: JSON.stringify(part.reason),
    })),
  )
  await trx('requests')
    .where({ id: request.id })
    .update({
      status: 'submitted',
      round,
      version: request.version + 1,
      content_hash: hash,
      reserved_until: reservedUntil,
      submitted_at: actor.act.at,
    })
  return { round, version: request.version + 1, keptDecisions }
}

/** A reservation never outlives the first spend-by date among the contributions that hold it. */
function earliest(days: (string | null)[]): string {
  return days.filter((day) => day !== null).sort()[0]!
}
