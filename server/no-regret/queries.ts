import { row, type Db } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { policyInForce } from '../funds/policies.ts'
import { momentText } from '../ledger/as-of.ts'
import { fromMinorUnits, moneyText, subtract, type MoneyText } from '../money.ts'
import { isOverdue } from './policy.ts'

/** How a request in the no-regret lane stands. */
export type AdvanceTold = {
  /** `asked`: submitted; `active`: money may move, to be ratified; `ended`: refused, taken back or lapsed before it was active. */
  status: 'draft' | 'asked' | 'active' | 'ratified' | 'unwound' | 'ended'
  /** Of the process, over all its requests, now. */
  ceiling: CeilingTold | null
  /** Its time is over, and it has not been unwound yet. */
  isOverdue: boolean
  ratificationHours: number
  activatedAt: string | null
  activatedBy: string | null
  ratifyBy: string | null
  endedAt: string | null
  cause: 'approved' | 'rejected' | 'overdue' | null
  reason: string
}

export type CeilingTold = { ceiling: MoneyText; open: MoneyText; left: MoneyText }

/** What the process has left for the no-regret lane, by the rule in force on that day. */
export async function ceilingOf(
  db: Db,
  { fundId, processId, currency, on }: { fundId: string; processId: string; currency: string; on: string },
): Promise<CeilingTold> {
  const { terms } = await policyInForce(db, { fundId, subject: 'lanes', on })
  const found = await row<{ total: string }>(
    db,
    `select coalesce(sum(amount), 0)::text as total from open_advances where process_id = :processId`,
    { processId },
  )
  const ceiling = fromMinorUnits(terms.noRegret.ceiling, currency)
  const open = fromMinorUnits(found!.total, currency)
  return { ceiling: moneyText(ceiling), open: moneyText(open), left: moneyText(subtract(ceiling, open)) }
}

/** Null in the other lanes. */
export async function advanceTold(
  db: Db,
  request: {
    id: string
    fundId: string
    lane: string
    status: string
    round: number
    processId: string | null
    currency: string
  },
  at: Date,
): Promise<AdvanceTold | null> {
  if (request.lane !== 'no_regret') return null
  const { fundId, processId, currency } = request
  const on = dayOf(at)
  const { terms } = await policyInForce(db, { fundId, subject: 'lanes', on })
  const found = await row<
    Pick<AdvanceTold, 'activatedAt' | 'activatedBy' | 'ratifyBy' | 'endedAt' | 'cause'> & {
      hours: number
      outcome: 'ratified' | 'unwound' | null
      reason: string | null
    }
  >(
    db,
    `select v.ratification_hours as hours, ${momentText('a.activated_at')} as "activatedAt", n.name as "activatedBy",
            ${momentText('a.ratify_by')} as "ratifyBy", ${momentText('e.ended_at')} as "endedAt", e.outcome, e.cause, e.reason
       from no_regret_advances v
       left join advance_activations a on a.request_id = v.request_id
       left join decisions d on d.id = a.decision_id
       left join people n on n.id = d.decided_by
       left join advance_endings e on e.request_id = v.request_id
      where v.request_id = :id and v.round = :round`,
    { id: request.id, round: request.round },
  )
  const ratifyBy = found?.ratifyBy ?? null
  return {
    status: found?.outcome ?? (found?.activatedAt ? 'active' : (STATUS[request.status] ?? 'ended')),
    isOverdue: ratifyBy !== null && !found!.outcome && isOverdue({ ratifyBy: new Date(ratifyBy) }, at),
    ceiling: processId === null ? null : await ceilingOf(db, { fundId, processId, currency, on }),
    ratificationHours: found?.hours ?? terms.noRegret.ratificationHours,
    activatedAt: found?.activatedAt ?? null,
    activatedBy: found?.activatedBy ?? null,
    ratifyBy,
    endedAt: found?.endedAt ?? null,
    cause: found?.cause ?? null,
    reason: found?.reason ?? '',
  }
}

const STATUS: Readonly<Record<string, AdvanceTold['status']>> = {
  draft: 'draft',
  submitted: 'asked',
  returned: 'asked',
}
