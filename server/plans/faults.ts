import { rows, type Db } from '../../db/connect.ts'
import { permits, type Earmark, type Use } from '../funding/policy.ts'
import type { PlanFault } from './policy.ts'

/**
 * What keeps open plans from being used as they stand on a day: by plan, in the order of `PLAN_FAULTS`, each once. An expert is not
 * available who is off the roster, not free on all of the days that would begin on that day, or held by another request; a rate has changed
 * where the fee is another than that by which the plan was costed; an earmark forbids where money is set aside that its donor has since
 * bound to something else.
 */
export async function faultsOf(
  db: Db,
  { fundId, on, plans }: { fundId: string; on: string; plans: readonly string[] },
): Promise<Map<string, PlanFault[]>> {
  const found = await rows<
    Record<Exclude<PlanFault, 'earmark_forbids'>, boolean> & Use & { id: string; held: Earmark[] }
  >(
    db,
    `select c.id, c.expires_on < cast(:on as date) as expired, c.review_on < cast(:on as date) as review_past,
            exists (select from plan_payees y where y.plan_id = c.id and y.version = c.version
                       and not exists (select from payee_verifications s where s.payee_id = y.payee_id)) as payee_unverified,
            exists (${EXPERTS} and not ${AVAILABLE}) as expert_unavailable,
            exists (${EXPERTS} and (e.daily_fee::text, e.fee_currency) is distinct from (x.said ->> 'daily_fee', x.said ->> 'fee_currency')) as rate_changed,
            v.region, v.country, v.phase, v.themes, c.expires_on as on,
            (select y.payee_id from plan_payees y where y.plan_id = c.id and y.version = c.version order by y.place limit 1) as partner,
            coalesce((select json_agg(k.earmark) from accounts a join balances b on b.account_id = a.id join contributions k on k.id = a.contribution_id
                       where a.fund_id = c.fund_id and a.plan_code = c.code and b.amount > 0), '[]') as held
       from contingency_plans c join plan_versions v on v.plan_id = c.id and v.version = c.version
      where c.fund_id = :fundId and c.status = 'open' and c.id = any(:plans)`,
    { fundId, on, plans: [...plans] },
  )
  return new Map(
    found.map(({ id, held, ...one }) => {
      const faults: [PlanFault, boolean][] = [
        ['expired', one.expired],
        ['review_past', one.review_past],
        ['payee_unverified', one.payee_unverified],
        ['expert_unavailable', one.expert_unavailable],
        ['rate_changed', one.rate_changed],
        ['earmark_forbids', held.some((earmark) => !permits(earmark, one))],
      ]
      return [id, faults.flatMap(([fault, holds]) => (holds ? [fault] : []))]
    }),
  )
}

const EXPERTS = `select from plan_lines l join experts e on e.id = l.expert_id
   join expert_versions x on x.expert_id = l.expert_id and x.version = l.expert_version
  where l.plan_id = c.id and l.version = c.version`

// As if the plan were used on that day.
const DAYS = `daterange(cast(:on as date) + l.after_days, cast(:on as date) + l.after_days + l.days)`
const AVAILABLE = `(e.on_roster and case l.mode when 'on_site' then e.on_site else e.remote end @> ${DAYS}
   and not exists (select from deployments d where d.expert_id = e.id and d.held_until is not null
                      and daterange(d.starts_on, d.held_until, '[]') && ${DAYS}))`
