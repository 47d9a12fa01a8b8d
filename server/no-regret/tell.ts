import { rows, type Db, type Trx } from '../../db/connect.ts'
import { minorText } from '../money.ts'
import { notify } from '../notifications/notify.ts'
import type { Actor, NewAct, Role } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'
import { openSteps, type DecisionTaken, type Step } from '../requests/policy.ts'
import { remindersOf } from './policy.ts'

/** Who cares that an advance was unwound, besides who asked for it: those who decided, and those who get the money back. */
const TOLD_OF_UNWINDING: readonly Role[] = [
  'fund_manager',
  'certifying_officer',
  'director',
  'treasurer',
  'reconciler',
  'controller',
]

/** Tells that an advance was unwound, in the transaction in which it was. */
export async function tellUnwound(trx: Trx, act: NewAct, request: LoadedRequest): Promise<void> {
  const asked = await trx('no_regret_advances').where({ request_id: request.id, round: request.round }).first('amount')
  const people = await trx('duties').where({ request_id: request.id, duty: 'requester' }).pluck('person_id')
  await notify(
    trx,
    { personId: null, act },
    {
      ...{ fundId: request.fundId, event: 'no_regret_unwound' as const, urgent: true, key: request.id },
      to: { people, roles: TOLD_OF_UNWINDING },
      facts: { code: request.code, title: request.title, amount: told(asked.amount, request.currency) },
      link: `/requests/${request.id}`,
      processId: request.processId,
    },
  )
}

/** Tells who asked, and who let the money move, that an advance has all its signatures; in the transaction of the last one. */
export async function tellRatified(trx: Trx, actor: Actor, request: LoadedRequest): Promise<void> {
  const { id, fundId, round, processId, code, title, currency } = request
  const asked = await trx('no_regret_advances').where({ request_id: id, round }).first('amount')
  const people = await trx('duties')
    .where({ request_id: id })
    .whereIn('duty', ['requester', 'approver'])
    .pluck('person_id')
  await notify(trx, actor, {
    ...{ fundId, processId, event: 'no_regret_ratified', key: id, urgent: false, link: `/requests/${id}` },
    to: { people },
    facts: { code, title, amount: told(asked.amount, currency) },
  })
}

/** As the catalogue of events has amounts: `40000.00 USD`. */
function told(units: string, of: string): string {
  const { amount, currency } = minorText(units, of)
  return `${amount} ${currency}`
}

type Waiting = Pick<LoadedRequest, 'id' | 'code' | 'fundId' | 'title' | 'processId' | 'currency' | 'round'> & {
  amount: string
  activatedAt: Date
  ratifyBy: Date
}

/**
 * Reminds those whose decision is missing that an advance is to be ratified: at half of its time, and shortly before its end. Each is told
 * once of either, however often and by however many workers this is called.
 */
export async function remindToRatify(db: Db, now: Date): Promise<void> {
  const waiting = await rows<Waiting>(
    db,
    `select r.id, r.code, r.fund_id as "fundId", r.title, r.process_id as "processId", f.currency, r.round, v.amount,
            a.activated_at as "activatedAt", a.ratify_by as "ratifyBy"
       from advance_activations a join requests r on r.id = a.request_id join funds f on f.id = r.fund_id
       join no_regret_advances v on v.request_id = r.id and v.round = r.round
      where a.ratify_by >= :now and a.activated_at + (a.ratify_by - a.activated_at) / 2 <= :now
        and not exists (select from advance_endings e where e.request_id = a.request_id)
      order by r.id`,
    { now },
  )
  for (const one of waiting) {
    const { last } = remindersOf(one)
    await db.transaction((trx) => remind(trx, one, now >= last ? 'last' : 'half', now))
  }
}

async function remind(trx: Trx, request: Waiting, which: 'half' | 'last', now: Date): Promise<void> {
  const { id, round, fundId, code, title, amount, currency, ratifyBy, processId } = request
  const key = { id, round }
  const steps = await rows<Step>(
    trx,
    `select step, role, quorum from approval_steps where request_id = :id and round = :round`,
    key,
  )
  const decisions = await rows<DecisionTaken>(
    trx,
    `select step, role, decided_by as "decidedBy", verdict from decisions_that_count(:id, :round)`,
    key,
  )
  await notify(
    trx,
    { personId: null, act: { id: null, at: now } },
    {
      ...{ fundId, event: 'ratification_due' as const, urgent: which === 'last', key: `${id}#${which}` },
      to: { roles: openSteps(steps, decisions).map(({ role }) => role as Role) },
      facts: { code, title, amount: told(amount, currency), until: ratifyBy.toISOString() },
      link: `/requests/${id}`,
      processId,
    },
  )
}
