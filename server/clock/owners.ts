/** Who a step waits for: the role, and the people who may take it. */
export type Owner = { role: string; people: { id: string; name: string }[] }

/**
 * SQL for the owners of a step that is open, as JSON: the roles whose part is still to be done, each with its holders in whose way
 * nothing stands (another duty in the request, being named in it, a tie, the payee's bank details, having done their part already).
 * Needs a row `r` of requests and a row `s` with `round`, `step`, `payment_id` and `returned`.
 */
export const OWNERS_OF_STEP = `
  (select coalesce(json_agg(json_build_object('role', w.role, 'people', (
            select coalesce(json_agg(json_build_object('id', p.id, 'name', p.name) order by p.name, p.id), '[]')
              from people p
             where p.active and p.kind = 'person'
               and exists (select from role_grants g where g.fund_id = r.fund_id and g.person_id = p.id and g.role = w.role and g.ended_at is null
                              and (w.role <> 'requester' or g.entity_id = r.entity_id))
               and not exists (select from duties u where u.request_id = r.id and u.person_id = p.id and u.duty <> w.duty)
               and not exists (select from named_people n where n.request_id = r.id and n.person_id = p.id)
               and not exists (select from ties t where t.payee_id = r.payee_id and t.person_id = p.id)
               and not (s.step like 'approval%' and not s.returned
                        and exists (select from decisions_that_count(r.id, s.round) c where c.decided_by = p.id))
               and not exists (select from payments y join payment_signatures l on l.payment_id = y.id
                                where y.request_id = r.id and y.status = 'certified' and l.signed_by = p.id
                                  and (s.payment_id is null or y.id = s.payment_id))
               and not (w.duty in ('certifier', 'approver', 'releaser') and keeps_away(p.id, r.payee_id)))) order by w.role), '[]')
     from (select 'requester' as role, 'requester' as duty where s.returned
           union all
           select a.role, case a.role when 'certifying_officer' then 'certifier' else 'approver' end from approval_steps a
            where not s.returned and a.request_id = r.id and a.round = s.round and 'approval_' || a.step = s.step
              and a.quorum > (select count(distinct c.decided_by) from decisions_that_count(r.id, a.round) c
                               where c.step = a.step and c.role = a.role and c.verdict = 'approve')
           union all
           select v.role, v.duty from (values ('certification', 'certifying_officer', 'certifier'), ('release', 'treasurer', 'releaser'),
                                              ('release', 'bank_signatory', 'releaser'), ('settlement', 'reconciler', 'reconciler')) as v (step, role, duty)
            where not s.returned and v.step = s.step) w)`
