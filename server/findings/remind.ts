import { rows, type Db } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { inDays } from '../days.ts'
import { notify } from '../notifications/notify.ts'
import { ESCALATES_AFTER_DAYS } from './policy.ts'

type Due = Record<'id' | 'fundId' | 'requestId' | 'code' | 'what' | 'mustAct' | 'recordedBy' | 'dueOn', string> & {
  processId: string | null
}

/**
 * Reminds who must act on a finding when its day has come, and tells those above a week later. Each is told once of either, however often
 * and by however many workers this is called. Gives how many findings are due.
 */
export async function remindFindings(db: Db, now: Date): Promise<number> {
  const today = dayOf(now)
  const due = await rows<Due>(
    db,
    `select f.id, f.fund_id as "fundId", f.request_id as "requestId", r.process_id as "processId", r.code, f.what, f.must_act as "mustAct",
            f.recorded_by as "recordedBy", f.due_on as "dueOn"
       from findings f join requests r on r.id = f.request_id
      where f.due_on <= :today and not exists (select from finding_endings e where e.finding_id = f.id)
      order by f.id`,
    { today },
  )
  for (const one of due) {
    const { id, fundId, requestId, processId, code, what, mustAct, recordedBy, dueOn } = one
    const isLate = inDays(dueOn, ESCALATES_AFTER_DAYS) <= today
    await db.transaction((trx) =>
      notify(
        trx,
        { personId: null, act: { id: null, at: now } },
        {
          ...{
            fundId,
            processId,
            event: 'finding_due' as const,
            urgent: isLate,
            link: `/requests/${requestId}#findings`,
          },
          key: `${id}#${isLate ? 'late' : 'due'}`,
          to: { people: isLate ? [mustAct, recordedBy] : [mustAct], roles: isLate ? ['director'] : [] },
          facts: { code, what, until: dueOn },
        },
      ),
    )
  }
  return due.length
}
