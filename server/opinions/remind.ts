import { rows, type Db } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { inDays } from '../days.ts'
import { notify } from '../notifications/notify.ts'

type Due = {
  id: string
  fundId: string
  advisorId: string
  dueOn: string
  code: string
  title: string
  processId: string | null
}

/**
 * Reminds members of the advisory board, from the day before, of an opinion that is due and can still be of use: the request waits for
 * decisions. Each is told once, however often and by however many workers this is called.
 */
export async function remindOfOpinions(db: Db, now: Date): Promise<void> {
  const on = dayOf(now)
  const due = await rows<Due>(
    db,
    `select o.id, o.fund_id as "fundId", o.advisor_id as "advisorId", o.due_on as "dueOn", r.code, r.title, r.process_id as "processId"
       from opinion_requests o join requests r on r.id = o.request_id and r.round = o.round
      where r.status = 'submitted' and o.due_on between :on and :until
        and (o.asked_at at time zone 'utc')::date < :on
        and not exists (select from opinions g where g.opinion_request_id = o.id) order by o.id`,
    { on, until: inDays(on, 1) },
  )
  for (const { id, fundId, advisorId, dueOn, code, title, processId } of due)
    await db.transaction((trx) =>
      notify(
        trx,
        { personId: null, act: { id: null, at: now } },
        {
          ...{ fundId, processId, event: 'opinion_due' as const, key: id, urgent: false, link: `/opinions/${id}` },
          to: { people: [advisorId] },
          facts: { code, title, until: dueOn },
        },
      ),
    )
}
