import { row, rows, type Db } from '../../db/connect.ts'
import { minorText, moneyText, type MoneyText } from '../money.ts'
import { conditionsNow, tranchesAndLeft } from './load.ts'
import type { Condition } from './policy.ts'

export type TrancheTold = {
  number: number
  amount: MoneyText
  plannedOn: string
  /** What the contingency plan says of it. */
  note: string
  released: {
    grounds: 'first' | 'conditions' | 'waiver'
    at: string
    /** As they were. */
    conditions: Condition[]
    reason: string | null
    proposedBy: string | null
    decidedBy: string | null
  } | null
}

export type TranchePlanTold = {
  source: 'rule' | 'plan' | 'lane'
  risk: string
  days: number
  ruleFrom: string
  reportedBps: number
  /** What of the released tranches no payment has a claim on. */
  left: MoneyText
  tranches: TrancheTold[]
  /** What comes next, and how its conditions stand; null where everything was released. */
  next: { number: number; conditions: Condition[] } | null
}

/** How a request is paid, tranche by tranche, on a day; null before it is approved, and for what was approved before there were any. */
export async function tranchePlanTold(
  db: Db,
  request: { id: string; currency: string },
  on: string,
): Promise<TranchePlanTold | null> {
  const { id, currency } = request
  const standing = await tranchesAndLeft(db, request)
  const plan = await row<Pick<TranchePlanTold, 'source' | 'risk' | 'days' | 'ruleFrom' | 'reportedBps'>>(
    db,
    `select source, risk, days, rule_from as "ruleFrom", reported_bps as "reportedBps" from tranche_plans where request_id = :id`,
    { id },
  )
  if (!standing || !plan) return null
  const found = await rows<
    Omit<TrancheTold, 'amount' | 'released'> & NonNullable<TrancheTold['released']> & { amount: string }
  >(
    db,
    `select t.number, t.amount, t.planned_on as "plannedOn", t.note, r.grounds, r.released_at as at, r.conditions, p.reason,
            asked.name as "proposedBy", agreed.name as "decidedBy"
       from tranches t
       left join tranche_releases r using (request_id, number)
       left join proposals p on p.id = r.proposal_id
       left join people asked on asked.id = p.proposed_by
       left join proposal_decisions d on d.proposal_id = p.id
       left join people agreed on agreed.id = d.decided_by
      where t.request_id = :id order by t.number`,
    { id },
  )
  const next = standing.tranches.find(({ released }) => !released)
  return {
    ...plan,
    left: moneyText(standing.left),
    tranches: found.map(({ number, amount, plannedOn, note, ...released }) => ({
      ...{ number, amount: minorText(amount, currency), plannedOn, note },
      released: released.grounds ? released : null,
    })),
    next: next ? { number: next.number, conditions: await conditionsNow(db, request, on) } : null,
  }
}
