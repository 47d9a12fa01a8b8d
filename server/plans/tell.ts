import { rows, type Db, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { inDays } from '../days.ts'
import type { MoneyText } from '../money.ts'
import { notify, type Teller } from '../notifications/notify.ts'
import type { LoadedPlan } from './load.ts'

/** So long before the day of its review those who wrote a plan are reminded of it. */
const AHEAD_DAYS = 7

type Due = Pick<LoadedPlan, 'id' | 'code' | 'fundId' | 'title' | 'processId' | 'reviewOn'> & { people: string[] }

/**
 * Reminds those who wrote an open plan, and the requesters of its entity, a week before it is to be reviewed; and tells them, the fund managers
 * and the directors when that day is past. Each is told once of either for each day, however often and by however many workers this is
 * called. Gives how many plans are due or past.
 */
export async function tellPlanReviews(db: Db, now: Date): Promise<number> {
  const on = dayOf(now)
  const due = await rows<Due>(
    db,
    `select c.id, c.code, c.fund_id as "fundId", v.title, v.process_id as "processId", c.review_on as "reviewOn", ${PEOPLE} as people
       from contingency_plans c join plan_versions v on v.plan_id = c.id and v.version = c.version
      where c.status = 'open' and c.review_on <= :until and c.expires_on >= :on order by c.id`,
    { until: inDays(on, AHEAD_DAYS), on },
  )
  for (const plan of due) await db.transaction((trx) => tellReview(trx, plan, now))
  return due.length
}

const PEOPLE = `
  array(select w.changed_by::text from plan_versions w where w.plan_id = c.id
        union select g.person_id from role_grants g
               where g.fund_id = c.fund_id and g.role = 'requester' and g.entity_id = c.entity_id and g.ended_at is null)`

async function tellReview(trx: Trx, plan: Due, now: Date): Promise<void> {
  const { id, code, fundId, title, processId, reviewOn: on, people } = plan
  const past = on < dayOf(now)
  await notify(
    trx,
    { personId: null, act: { id: null, at: now } },
    {
      ...{ fundId, processId, key: `${id}#${on}`, urgent: false, link: `/contingency-plans/${id}` },
      event: past ? ('plan_review_past' as const) : ('plan_review_due' as const),
      to: past ? { people, roles: ['fund_manager', 'director'] } : { people },
      facts: { code, title, on },
    },
  )
}

/** Tells the same people and the fund managers that a plan can be used no more, and what of its money is available again. */
export async function tellPlanExpired(
  trx: Trx,
  teller: Teller,
  plan: LoadedPlan,
  { amount, currency }: MoneyText,
): Promise<void> {
  const { id, code, fundId, title, processId, expiresOn } = plan
  const [found] = await rows<{ people: string[] }>(
    trx,
    `select ${PEOPLE} as people from contingency_plans c where c.id = :id`,
    { id },
  )
  await notify(trx, teller, {
    ...{ fundId, processId, event: 'plan_expired', key: id, urgent: false, link: `/contingency-plans/${id}` },
    to: { people: found!.people, roles: ['fund_manager'] },
    facts: { code, title, until: expiresOn, amount: `${amount} ${currency}` },
  })
}
