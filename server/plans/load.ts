import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Earmark, Source, Use } from '../funding/policy.ts'
import { fromMinorUnits, minorText, moneyFrom, sum, type Money, type MoneyText } from '../money.ts'
import type { Lane, PlanLine, PlanStatus, WhenActivated } from './policy.ts'

export type LoadedPlan = {
  id: string
  code: string
  fundId: string
  currency: string
  entityId: string
  version: number
  status: PlanStatus
  title: string
  scenario: string
  watchItemId: string | null
  processId: string | null
  country: string
  region: string
  phase: string
  lane: Lane
  mandateBasis: string
  support: string[]
  themes: string[]
  durationDays: number
  expiresOn: string
  reviewOn: string
  whenActivated: WhenActivated
}

const PLAN = `select c.id, c.code, c.fund_id as "fundId", f.currency, c.entity_id as "entityId", c.version, c.status, v.title, v.scenario,
    v.watch_item_id as "watchItemId", v.process_id as "processId", v.country, v.region, v.phase, v.lane, v.mandate_basis as "mandateBasis",
    v.support, v.themes, v.duration_days as "durationDays", c.expires_on as "expiresOn", c.review_on as "reviewOn",
    v.when_activated as "whenActivated"
  from contingency_plans c join funds f on f.id = c.fund_id join plan_versions v on v.plan_id = c.id and v.version = c.version
 where c.id = :planId`

/** The plan with its row locked: whoever acts on it at the same time queues here, and then sees what the first did. Refuses `not_found`. */
export async function lockPlan(trx: Trx, planId: string): Promise<LoadedPlan> {
  if (!(await row(trx, `select from contingency_plans where id = :planId for update`, { planId })))
    throw new Refusal('not_found')
  return planById(trx, planId)
}

/** The plan as its version in force says. Refuses `not_found`. */
export async function planById(db: Db, planId: string): Promise<LoadedPlan> {
  const plan = await row<LoadedPlan>(db, PLAN, { planId })
  if (!plan) throw new Refusal('not_found')
  return plan
}

export type PlanLineTold = {
  line: number
  category: string
  description: string
  amount: MoneyText
  /** Who is to be sent or to work from afar for it. */
  expert: { expertId: string; name: string; mode: 'on_site' | 'remote'; afterDays: number; days: number } | null
  /** The request that has used it. */
  requestId: string | null
}

type Ref = { readonly id: string; readonly version: number; readonly currency: string }

export async function planLines(db: Db, plan: Ref): Promise<PlanLineTold[]> {
  const found = await rows<Omit<PlanLineTold, 'amount'> & { amount: string }>(
    db,
    `select l.line, l.category, l.description, l.amount, u.request_id as "requestId",
            case when l.expert_id is not null then json_build_object(
              'expertId', l.expert_id, 'name', e.name, 'mode', l.mode, 'afterDays', l.after_days, 'days', l.days) end as expert
       from plan_lines l left join experts e on e.id = l.expert_id left join plan_lines_in_use u on u.plan_id = l.plan_id and u.version = l.version and u.line = l.line
      where l.plan_id = :id and l.version = :version order by l.line`,
    { id: plan.id, version: plan.version },
  )
  return found.map((one) => ({ ...one, amount: minorText(one.amount, plan.currency) }))
}

/** As the rules look at lines. */
export function asPlanLines(lines: readonly PlanLineTold[]): PlanLine[] {
  return lines.map(({ line, amount, requestId }) => ({ line, requestId, amount: moneyFrom(amount) }))
}

export type TrancheTold = { afterDays: number; amount: MoneyText; condition: string }

export async function planTranches(db: Db, plan: Ref): Promise<TrancheTold[]> {
  const found = await rows<{ afterDays: number; amount: string; condition: string }>(
    db,
    `select after_days as "afterDays", amount, condition from plan_tranches where plan_id = :id and version = :version order by tranche`,
    { id: plan.id, version: plan.version },
  )
  return found.map((one) => ({ ...one, amount: minorText(one.amount, plan.currency) }))
}

export type PlanPayee = { id: string; name: string; country: string; verified: boolean }

/** In the plan's order. */
export async function planPayees(db: Db, plan: { id: string; version: number }): Promise<PlanPayee[]> {
  return rows<PlanPayee>(
    db,
    `select y.id, y.name, y.country, exists (select from payee_verifications s where s.payee_id = y.id) as verified
       from plan_payees n join payees y on y.id = n.payee_id
      where n.plan_id = :id and n.version = :version order by n.place`,
    { id: plan.id, version: plan.version },
  )
}

/** Everybody who wrote a version of the plan. */
export async function authorsOf(db: Db, planId: string): Promise<string[]> {
  return (await db('plan_versions').where({ plan_id: planId }).distinct('changed_by').pluck('changed_by')) as string[]
}

/** What each contribution holds for the plan, in the order of the contributions' codes, with what its donor binds it to now. */
export async function heldForPlan(db: Db, plan: { fundId: string; code: string; currency: string }): Promise<Source[]> {
  const found = await rows<{
    contributionId: string
    code: string
    earmark: Earmark
    available: string
    firstReceivedOn: string
  }>(
    db,
    `select c.id as "contributionId", c.code, c.earmark, b.amount as available, c.pledged_on as "firstReceivedOn"
       from accounts a join balances b on b.account_id = a.id join contributions c on c.id = a.contribution_id
      where a.fund_id = :fundId and a.plan_code = :code and b.amount > 0 order by c.code`,
    { fundId: plan.fundId, code: plan.code },
  )
  return found.map((one) => ({ ...one, available: fromMinorUnits(one.available, plan.currency) }))
}

export function heldTotal(held: readonly Source[], currency: string): Money {
  return sum(
    held.map(({ available }) => available),
    currency,
  )
}

/** What the plan's money would be used for, on its last day: what is set aside can be spent as long as the plan can be used. */
export function useOfPlan(plan: LoadedPlan, payees: readonly { id: string }[]): Use {
  const { region, country, phase, themes, expiresOn } = plan
  return { region, country, phase, themes, partner: payees[0]?.id ?? null, on: expiresOn }
}
