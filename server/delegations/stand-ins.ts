import { rows, type Db } from '../../db/connect.ts'
import type { Away, StandIn } from './queries.ts'

/**
 * Who stands in for these people in the fund at that moment: those to whom they have delegated and who have accepted, in the order of the
 * ids of the delegations. With `requestId` only what reaches that request, as it was last submitted. Reminders go to the delegate where
 * the owner is away (`awayUntil`), escalations always.
 */
export async function standsInFor(
  db: Db,
  fundId: string,
  personIds: readonly string[],
  at: Date,
  { requestId = '' }: { requestId?: string } = {},
): Promise<StandIn[]> {
  if (personIds.length === 0) return []
  return rows<StandIn>(
    db,
    `select d.delegator_id as "personId", away.until as "awayUntil", d.id as "delegationId", d.delegate_id as "delegateId",
            p.name as "delegateName", d.role, d.ends_at as until
       from delegations d
       join people p on p.id = d.delegate_id and p.active
       left join lateral (select max(a.ends_at) as until from absences a
                           where a.fund_id = d.fund_id and a.person_id = d.delegator_id and a.starts_at <= :at and :at < a.ends_at
                             and not exists (select from absence_returns r where r.absence_id = a.id)) away on true
      where d.fund_id = :fundId and d.delegator_id = any(:personIds) and delegation_in_force(d.id, :at)
        and (:requestId = '' or exists (select from requests r where r.id = :requestId and delegation_reaches(d.id, r.id, r.round)))
      order by d.id`,
    { fundId, personIds: [...personIds], at, requestId },
  )
}

/** Those of the holders of these roles in the fund who are away at that moment, and until when, by name. */
export async function awayAt(
  db: Db,
  { fundId, roles, at }: { fundId: string; roles: readonly string[]; at: Date },
): Promise<Away[]> {
  return rows<Away>(
    db,
    `select a.person_id as "personId", p.name, max(a.ends_at) as until
       from absences a join people p on p.id = a.person_id and p.active
      where a.fund_id = :fundId and a.starts_at <= :at and :at < a.ends_at
        and not exists (select from absence_returns r where r.absence_id = a.id)
        and exists (select from role_grants g where g.fund_id = a.fund_id and g.person_id = a.person_id and g.role = any(:roles) and g.ended_at is null)
      group by a.person_id, p.name order by p.name, a.person_id`,
    { fundId, roles: [...roles], at },
  )
}
