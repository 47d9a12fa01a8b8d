import { row, type Db, type Trx } from '../../db/connect.ts'
import { minorText } from '../money.ts'
import { notify, type Teller } from '../notifications/notify.ts'
import type { Actor } from '../people/actor.ts'
import type { LoadedRequest } from './load.ts'
import type { RequestStatus, Step, Verdict } from './policy.ts'
import { takersOf } from './takers.ts'

/** Tells those who can take one of the steps that are open now, nobody twice of one, and urgently in a fast lane. */
export async function tellOpenSteps(
  trx: Trx,
  teller: Teller,
  request: LoadedRequest,
  open: readonly Step[],
): Promise<void> {
  const { id, fundId, processId, code, title, round, lane } = request
  const { amount, payee } = await askedFor(trx, request)
  for (const step of open) {
    await notify(trx, teller, {
      ...{ fundId, processId, event: 'step_open', urgent: lane !== 'standard', link: `/requests/${id}` },
      key: `${id}#${round}#${step.step}#${step.role}`,
      to: { people: await takersOf(trx, request, step, teller.act.at) },
      facts: { code, title, amount, payee, role: step.role },
    })
  }
}

/** Tells those who asked what has been decided, and those who come next that it is their turn. */
export async function tellDecision(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  decision: { id: string; step: Step; verdict: Verdict; reason: string; status: RequestStatus; open: readonly Step[] },
): Promise<void> {
  const { step, verdict, reason, status } = decision
  const { fundId, processId, id, code, title, round } = request
  const about = { fundId, processId, urgent: false, link: `/requests/${id}`, to: await askersOf(trx, request) }
  const by = actor.name
  if (verdict === 'return')
    return notify(trx, actor, {
      ...about,
      ...{ event: 'request_returned', key: `${id}#${round}`, facts: { code, title, reason, by } },
    })
  if (verdict === 'reject')
    return notify(trx, actor, {
      ...about,
      ...{ event: 'request_rejected', key: `${id}#${round}`, facts: { code, title, reason, by } },
    })
  if (status === 'approved') {
    const { amount } = await askedFor(trx, request)
    return notify(trx, actor, {
      ...about,
      ...{ event: 'request_approved', key: `${id}#${round}`, facts: { code, title, amount } },
    })
  }
  await notify(trx, actor, {
    ...about,
    ...{ event: 'request_decided', key: decision.id, facts: { code, title, role: step.role, by } },
  })
  await tellOpenSteps(trx, actor, request, decision.open)
}

/** Tells those who asked that nothing is held for their request any more. */
export async function tellExpiry(trx: Trx, teller: Teller, request: LoadedRequest): Promise<void> {
  const { fundId, processId, id, code, title, round, reservedUntil } = request
  await notify(trx, teller, {
    ...{ fundId, processId, event: 'request_expired', urgent: false, link: `/requests/${id}`, key: `${id}#${round}` },
    to: await askersOf(trx, request),
    facts: { code, title, until: reservedUntil! },
  })
}

/** Who submitted the request in its current round. */
export async function askersOf(db: Db, { id, round }: { id: string; round: number }): Promise<{ people: string[] }> {
  return { people: await db('submissions').where({ request_id: id, round }).pluck('submitted_by') }
}

/** What is asked for and for whom, as facts. */
async function askedFor(db: Db, { id, currency }: LoadedRequest): Promise<{ amount: string; payee: string }> {
  const asked = await row<{ amount: string; payee: string }>(
    db,
    `select (select sum(amount) from budget_lines l where l.request_id = r.id)::text as amount, y.name as payee
       from requests r join payees y on y.id = r.payee_id where r.id = :id`,
    { id },
  )
  return { amount: `${minorText(asked!.amount, currency).amount} ${currency}`, payee: asked!.payee }
}
