import { row, rows, type Db } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { policyInForce } from '../funds/policies.ts'
import { momentText } from '../ledger/as-of.ts'
import { fromMinorUnits, minorText, moneyText, subtract, type MoneyText } from '../money.ts'
import { standingOf } from './load.ts'
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
  recovery: RecoveryTold | null
}

export type CeilingTold = { ceiling: MoneyText; open: MoneyText; left: MoneyText }

export type RecoveryTold = {
  /** Who owes it. */
  payee: string
  due: MoneyText
  received: MoneyText
  writtenOff: MoneyText
  outstanding: MoneyText
  /** Released before the request was unwound, and not yet on the bank's statement nor back. */
  onItsWay: MoneyText
  recoveries: {
    id: string
    receivedOn: string
    received: MoneyText
    settles: MoneyText
    reference: string
    recordedBy: string
  }[]
  writeOffs: { id: string; writtenOffOn: string; amount: MoneyText; reason: string }[]
}

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
    recovery: found?.outcome === 'unwound' ? await recoveryTold(db, request) : null,
  }
}

const STATUS: Readonly<Record<string, AdvanceTold['status']>> = {
  draft: 'draft',
  submitted: 'asked',
  returned: 'asked',
}

async function recoveryTold(db: Db, request: { id: string; currency: string }): Promise<RecoveryTold | null> {
  const { currency } = request
  const told = (units: string) => minorText(units, currency)
  const standing = await standingOf(db, request)
  const way = await row<{ payee: string; onItsWay: string }>(
    db,
    `select y.name as payee, coalesce((select sum(amount) from payments p where p.request_id = r.id and p.status = 'released'), 0)::text as "onItsWay"
       from requests r join payees y on y.id = r.payee_id where r.id = :id`,
    { id: request.id },
  )
  if (!standing && way!.onItsWay === '0') return null
  const recoveries = await rows<{
    id: string
    receivedOn: string
    received: string
    currency: string
    functional: string
    reference: string
    recordedBy: string
  }>(
    db,
    `select v.id, v.received_on as "receivedOn", v.received, b.currency, v.functional, v.reference, n.name as "recordedBy"
       from recoveries v join bank_accounts b on b.id = v.bank_account_id join people n on n.id = v.recorded_by
      where v.request_id = :id order by v.id`,
    { id: request.id },
  )
  const writeOffs = await rows<{ id: string; writtenOffOn: string; amount: string; reason: string }>(
    db,
    `select id, written_off_on as "writtenOffOn", amount, reason from recovery_write_offs where request_id = :id order by id`,
    { id: request.id },
  )
  return {
    payee: way!.payee,
    due: standing ? moneyText(standing.due) : told('0'),
    received: standing ? moneyText(standing.received) : told('0'),
    writtenOff: standing ? moneyText(standing.givenUp) : told('0'),
    outstanding: standing ? moneyText(standing.outstanding) : told('0'),
    onItsWay: told(way!.onItsWay),
    recoveries: recoveries.map(({ received, functional, currency: of, ...one }) => ({
      ...one,
      received: minorText(received, of),
      settles: told(functional),
    })),
    writeOffs: writeOffs.map((one) => ({ ...one, amount: told(one.amount) })),
  }
}

export type RecoverableListed = {
  requestId: string
  code: string
  title: string
  payee: string
  due: MoneyText
  received: MoneyText
  writtenOff: MoneyText
  outstanding: MoneyText
}

/** What is to be recovered in a fund, request by request, the oldest first; one more than `limit`. `after` is the id of the last one read. */
export async function listRecoverables(
  db: Db,
  {
    fundId,
    currency,
    open,
    after = '',
    limit,
  }: { fundId: string; currency: string; open: boolean; after?: string; limit: number },
): Promise<RecoverableListed[]> {
  const found = await rows<
    Record<'requestId' | 'code' | 'title' | 'payee' | 'due' | 'received' | 'givenUp' | 'outstanding', string>
  >(
    db,
    `select r.id as "requestId", r.code, r.title, y.name as payee, s.due, s.received, s.given_up as "givenUp", s.outstanding
       from recovery_standings s join requests r on r.id = s.request_id join payees y on y.id = r.payee_id
      where s.fund_id = :fundId and (not :open or s.outstanding > 0) and r.id > :after
      order by r.id limit :most`,
    { fundId, open, after, most: limit + 1 },
  )
  const told = (units: string) => minorText(units, currency)
  return found.map(({ due, received, givenUp, outstanding, ...one }) => ({
    ...one,
    due: told(due),
    received: told(received),
    writtenOff: told(givenUp),
    outstanding: told(outstanding),
  }))
}
