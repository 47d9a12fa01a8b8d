import { rows, type Db, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { inDays } from '../days.ts'
import { notify } from '../notifications/notify.ts'
import type { Actor, Role } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'
import type { LoadedReport } from './load.ts'

/** Tells those who review what was spent that a report waits for them. */
export async function tellSubmitted(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { id, number, lines }: LoadedReport & { lines: number },
): Promise<void> {
  await notify(trx, actor, {
    ...{ ...about(request), event: 'report_submitted', key: `${id}#${number}`, link: `/expenditure-reports/${id}` },
    to: { roles: ['certifying_officer', 'fund_manager'] },
    facts: { code: request.code, title: request.title, lines: `${lines}`, by: actor.name },
  })
}

/** Tells those who wrote a report that it is through, or has come back. */
export async function tellReviewed(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { id, number, status }: Pick<LoadedReport, 'id' | 'number' | 'status'>,
): Promise<void> {
  await notify(trx, actor, {
    ...about(request),
    event: status === 'accepted' ? 'report_accepted' : 'report_queried',
    ...{ key: `${id}#${number}#${actor.act.id}`, link: `/expenditure-reports/${id}` },
    to: { people: await askersAndWriters(trx, request.id) },
    facts: { code: request.code, title: request.title, by: actor.name },
  })
}

type Late = Pick<LoadedRequest, 'id' | 'fundId' | 'code' | 'title' | 'processId'> & {
  number: number
  dueOn: string
  escalateDays: number
  blockDays: number
}

/**
 * Reminds those who owe a report on its day, tells those above them when it is late by the days of the rule, and everybody when it keeps the
 * payee from its next tranche (WORKFLOW, "Afterwards"). Each is told once of each, however often and by however many workers this is called.
 */
export async function remindOfReports(db: Db, at: Date): Promise<void> {
  const on = dayOf(at)
  const late = await rows<Late>(
    db,
    `select r.id, r.fund_id as "fundId", r.code, r.title, r.process_id as "processId", s.number, s.due_on as "dueOn",
            s.escalate_days as "escalateDays", s.block_days as "blockDays"
       from report_standings s join requests r on r.id = s.request_id
      where s.open and s.due_on <= :on order by s.due_on, r.id limit 500`,
    { on },
  )
  for (const one of late) await db.transaction((trx) => remind(trx, one, at))
}

const ABOVE: readonly Role[] = ['certifying_officer', 'fund_manager']

async function remind(trx: Trx, { number, dueOn, escalateDays, blockDays, ...request }: Late, at: Date): Promise<void> {
  const on = dayOf(at)
  const people = await askersAndWriters(trx, request.id)
  const stages = [
    { event: 'report_due', from: dueOn, roles: [], urgent: false },
    { event: 'report_late', from: inDays(dueOn, escalateDays), roles: ABOVE, urgent: false },
    { event: 'report_blocks', from: inDays(dueOn, blockDays), roles: [...ABOVE, 'director'] as Role[], urgent: true },
  ] as const
  for (const { event, from, roles, urgent } of stages) {
    if (on < from) continue
    await notify(
      trx,
      { personId: null, act: { id: null, at } },
      {
        ...{ ...about(request), event, key: `${request.id}#${number}#${dueOn}`, urgent, to: { people, roles } },
        facts: { code: request.code, title: request.title, on: dueOn },
        link: `/requests/${request.id}`,
      },
    )
  }
}

const about = ({ fundId, processId }: Pick<LoadedRequest, 'fundId' | 'processId'>) => ({
  fundId,
  processId,
  urgent: false,
})

/** Who asked for the money or has written of it. */
async function askersAndWriters(trx: Trx, requestId: string): Promise<string[]> {
  return trx('duties').where({ request_id: requestId, duty: 'requester' }).pluck('person_id')
}
