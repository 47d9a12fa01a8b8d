import { rows, type Db } from '../../db/connect.ts'
import { notify } from '../notifications/notify.ts'
import type { Role } from '../people/actor.ts'

type Due = {
  id: string
  fundId: string
  requestId: string
  role: string
  reviewBy: Date
  code: string
  title: string
  processId: string | null
}

/**
 * Reminds those who are to review a break-glass, its owners and the heads of department, when a day is left for that. Each is told once,
 * however often and by however many workers this is called.
 */
export async function remindToReview(db: Db, now: Date): Promise<void> {
  const due = await rows<Due>(
    db,
    `select b.id, b.fund_id as "fundId", b.request_id as "requestId", b.role, c.review_by as "reviewBy", r.code, r.title, r.process_id as "processId"
       from break_glasses b
       join break_glass_confirmations c on c.break_glass_id = b.id
       join requests r on r.id = b.request_id
      where c.review_by > :now and c.review_by <= cast(:now as timestamptz) + interval '24 hours'
        and not exists (select from break_glass_reviews v where v.break_glass_id = b.id) order by b.id`,
    { now },
  )
  for (const { id, fundId, requestId, role, reviewBy, code, title, processId } of due)
    await db.transaction((trx) =>
      notify(
        trx,
        { personId: null, act: { id: null, at: now } },
        {
          ...{ fundId, processId, event: 'break_glass_review_due' as const, key: id, urgent: true },
          to: { roles: [role as Role, 'head_of_department'] },
          facts: { code, title, until: reviewBy.toISOString() },
          link: `/requests/${requestId}`,
        },
      ),
    )
}
