import { rows, type Db } from '../../db/connect.ts'
import { fromMinorUnits } from '../money.ts'
import type { Held, InterestTerm } from './policy.ts'

/**
 * What each contribution held over the days of a period, by value date: its cash that had not left yet, in whichever account of the
 * fund it lay. Each day counts with the balance at its end, the first and the last included; a day below zero, which late facts can
 * make, counts as nothing. By code; those that held nothing are left out.
 */
export async function heldOver(
  db: Db,
  fund: { id: string; currency: string },
  { from, to }: { from: string; to: string },
): Promise<Held[]> {
  const found = await rows<{ id: string; code: string; term: InterestTerm; days: number; balanceDays: string }>(
    db,
    `with moved as (
       select a.contribution_id as id, greatest(p.occurred_on, cast(:from as date)) as day, sum(p.amount) as amount
         from accounts a join postings p on p.account_id = a.id
        where a.fund_id = :fundId and a.contribution_id is not null and p.occurred_on <= cast(:to as date)
          and a.stage in ('support', 'available', 'ready', 'reserved', 'committed')
        group by 1, 2),
     spans as (
       select id, greatest(sum(amount) over w, 0) as balance,
              coalesce(lead(day) over w, cast(:to as date) + 1) - day as days
         from moved window w as (partition by id order by day))
     select c.id, c.code, coalesce(g.interest, 'reserve') as term, sum(s.days) filter (where s.balance > 0)::int as days,
            sum(s.balance * s.days)::text as "balanceDays"
       from spans s join contributions c on c.id = s.id left join agreements g on g.contribution_id = c.id
      group by c.id, c.code, g.interest having sum(s.balance * s.days) > 0 order by c.code`,
    { fundId: fund.id, from, to },
  )
  return found.map(({ id, balanceDays, ...held }) => ({
    contributionId: id,
    ...held,
    balanceDays: fromMinorUnits(balanceDays, fund.currency),
  }))
}
