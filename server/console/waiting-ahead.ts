import { RECEIVERS } from '../contributions/receive.ts'
import { WATCH_READERS } from '../watch/queries.ts'
import { SEEN } from '../watch/seen.ts'
import { endOf, holds, type WaitingKind } from './waiting-kind.ts'

const NO_AMOUNT = 'null::bigint as amount, null::text as currency'

/** Money that is promised, payees, and what was planned for a day that has come. */
export const AHEAD_KINDS: readonly WaitingKind[] = [
  {
    kind: 'verify',
    roles: ['payee_clerk', 'compliance_officer'],
    sql: `
      select p.id, '/payees/' || p.id as link, null::text as code, p.name as title, n.name as who, null::text as word, ${NO_AMOUNT},
             a.recorded_at as since, null::timestamptz as due
        from payees p join payee_accounts a on a.id = account_waiting(p.id) join people n on n.id = a.recorded_by
       where p.fund_id = :fundId and a.recorded_by <> :me`,
    says: (t) => t.waiting.verify,
  },
  {
    kind: 'agree',
    roles: ['fund_manager', 'controller'],
    sql: `
      select c.id, '/contributions/' || c.id as link, c.code, null::text as title, d.name as who, null::text as word, c.pledged_amount as amount,
             c.pledged_currency as currency, c.pledged_on::timestamptz as since, null::timestamptz as due
        from contributions c join donors d on d.id = c.donor_id where c.fund_id = :fundId and c.status = 'pledged'`,
    says: (t) => t.waiting.agree,
  },
  {
    kind: 'receive',
    roles: ['treasurer'],
    sql: `
      select c.id, '/contributions/' || c.id as link, c.code, null::text as title, d.name as who, null::text as word, g.amount, g.currency,
             g.signed_on::timestamptz as since, null::timestamptz as due
        from contributions c join donors d on d.id = c.donor_id join agreements g on g.contribution_id = c.id
       where c.fund_id = :fundId and c.status = 'agreed'`,
    says: (t) => t.waiting.receive,
  },
  {
    kind: 'identify',
    roles: RECEIVERS,
    sql: `
      select r.id, '/funds/' || r.fund_id || '/receipts#' || r.id as link, null::text as code, r.reference as title, null::text as who, null::text as word,
             r.bank_value + r.bank_charge - coalesce(u.applied, 0) as amount, b.currency, r.received_on::timestamptz as since, null::timestamptz as due
        from receipts r join bank_accounts b on b.id = r.bank_account_id
        left join lateral (select sum(a.value) as applied from receipt_applications a where a.receipt_id = r.id) u on true
       where r.fund_id = :fundId and r.takes_back is null and r.bank_value + r.bank_charge > coalesce(u.applied, 0)
         and not exists (select from receipts t where t.takes_back = r.id)`,
    says: (t) => t.waiting.identify,
  },
  {
    kind: 'watch',
    roles: WATCH_READERS,
    sql: `
      select w.id, '/watch-items/' || w.id as link, null::text as code, w.country as title, null::text as who, v.severity as word, ${NO_AMOUNT},
             v.changed_at as since, ${endOf('v.review_on')} as due
        from watch_items w
        join lateral (select * from watch_item_versions v where v.watch_item_id = w.id order by v.version desc limit 1) v on true
        left join processes p on p.id = w.process_id
       where w.fund_id = :fundId and v.owner_id = :me and not v.closed and v.review_on <= cast(:on as date) and ${SEEN}`,
    says: (t) => t.waiting.watch,
  },
  {
    kind: 'plan',
    roles: ['requester', 'fund_manager', 'director'],
    sql: `
      select c.id, '/contingency-plans/' || c.id as link, c.code, v.title, e.name as who, null::text as word, ${NO_AMOUNT},
             v.changed_at as since, ${endOf('c.review_on')} as due
        from contingency_plans c join plan_versions v on v.plan_id = c.id and v.version = c.version
        join entities e on e.id = c.entity_id left join processes p on p.id = v.process_id
       where c.fund_id = :fundId and c.status = 'open' and c.review_on <= cast(:on as date) and ${SEEN}
         and (c.entity_id = any(:mine) or ${holds('fund_manager', 'director')})`,
    says: (t) => t.waiting.plan,
  },
]
