import { READERS } from '../people/actor.ts'
import { MAY_SEE_REQUEST } from '../processes/may-see.ts'
import { endOf, freeFor, freeToPay, NOT_SUSPENDED, type WaitingKind } from './waiting-kind.ts'

const REQUEST = (since: string, due: string) => `
  select r.id, '/requests/' || r.id as link, r.code, r.title, y.name as who, null::text as word,
         (select sum(l.amount) from budget_lines l where l.request_id = r.id) as amount, null::text as currency, ${since} as since, ${due} as due
    from requests r left join payees y on y.id = r.payee_id`

const PAYMENT = (since: string) => `
  select p.id, '/requests/' || r.id as link, p.code, r.title, y.name as who, null::text as word, p.amount, null::text as currency,
         ${since} as since, k.due
    from payments p join requests r on r.id = p.request_id join payees y on y.id = p.payee_id`

const CLOCK = (step: string) => `left join steps_due k on k.request_id = r.id and k.step = ${step}`

/** Of the steps of the request `r` one at least is of a role that this person holds or was lent: most requests end here. */
const MINE = `exists (select from approval_steps x where x.request_id = r.id and x.round = r.round
    and x.role = any(cast(:roles as text[]) || array(
      select g.role::text from delegations g where g.fund_id = :fundId and g.delegate_id = :me and delegation_in_force(g.id, :at))))`

const APPROVING = `case m.role when 'certifying_officer' then 'certifier' else 'approver' end`

/**
 * Steps whose quorum is open, of those the lowest number of each request, that this person may take by their own role or by what was
 * delegated to them.
 */
const toDecide = (request: string, of: string, standing: string) => `
  ${request}
  join (select s.request_id, s.round, s.step, s.role, min(s.step) over (partition by s.request_id) as lowest
          from approval_steps s join requests r on r.id = s.request_id and r.round = s.round
         where r.fund_id = :fundId and ${of} and ${MINE}
           -- What counts is looked up only where somebody has decided at all.
           and case when exists (select from decisions d where d.request_id = s.request_id)
                    then (select count(*) from decisions_that_count(s.request_id, s.round) c
                           where c.step = s.step and c.role = s.role and c.verdict = 'approve')
                    else 0 end < s.quorum) m
    on m.request_id = r.id and m.step = m.lowest
  ${standing}
  where ${NOT_SUSPENDED} and ${freeToPay(APPROVING)}
    and (m.role = any(:roles)
      or exists (select from delegations g
                  where g.fund_id = :fundId and g.delegate_id = :me and g.role = m.role
                    and delegation_in_force(g.id, :at) and delegation_reaches(g.id, m.request_id, m.round)
                    and ${freeToPay(APPROVING, 'g.delegator_id')}
                    and not exists (select from decisions_that_count(m.request_id, m.round) c where g.delegator_id in (c.decided_by, c.on_behalf_of))))
    and case when exists (select from decisions d where d.request_id = r.id and :me in (d.decided_by, d.on_behalf_of))
             then not exists (select from decisions_that_count(r.id, r.round) c where :me in (c.decided_by, c.on_behalf_of))
             else true end`

/** What requests and their payments wait for, with the time that their clocks leave. */
export const REQUEST_KINDS: readonly WaitingKind[] = [
  {
    kind: 'decide',
    // Whoever reads the fund may have been delegated a step.
    roles: READERS,
    sql: toDecide(
      REQUEST('r.submitted_at', 'k.due'),
      `(r.status = 'submitted' or reopened_by_details(r.id, :at))`,
      CLOCK(`'approval_' || m.step`),
    ),
    says: (t) => t.waiting.decide,
  },
  {
    kind: 'ratify',
    roles: READERS,
    sql: toDecide(
      REQUEST('a.activated_at', 'a.ratify_by'),
      `exists (select from advance_activations a where a.request_id = r.id)`,
      `join advance_activations a on a.request_id = r.id and a.ratify_by > :at
         and not exists (select from advance_endings e where e.request_id = r.id)`,
    ),
    says: (t) => t.waiting.ratify,
  },
  {
    kind: 'certify',
    roles: ['certifying_officer'],
    sql: `${REQUEST('r.submitted_at', 'k.due')} ${CLOCK(`'certification'`)}
      where r.fund_id = :fundId and r.status in ('approved', 'active', 'reporting') and not reopened_by_details(r.id, :at)
        and ${NOT_SUSPENDED} and ${freeToPay(`'certifier'`)}
        and (exists (select from payments p where p.request_id = r.id and p.status = 'returned')
          or (select coalesce(sum(b.amount), 0) from accounts a join balances b on b.account_id = a.id where a.request_id = r.id and a.stage = 'committed')
           > (select coalesce(sum(p.amount), 0) from payments p where p.request_id = r.id and p.status in ('certified', 'returned')))`,
    says: (t) => t.waiting.certify,
  },
  {
    kind: 'release',
    roles: ['treasurer', 'bank_signatory'],
    sql: `${PAYMENT('p.certified_at')} ${CLOCK(`'release'`)}
      where p.fund_id = :fundId and p.status = 'certified' and ${NOT_SUSPENDED} and ${freeToPay(`'releaser'`)}
        and not exists (select from payment_signatures l where l.payment_id = p.id and l.signed_by = :me)`,
    says: (t) => t.waiting.release,
  },
  {
    kind: 'settle',
    roles: ['reconciler'],
    sql: `${PAYMENT(`(select max(l.released_at) from releases l where l.payment_id = p.id)`)} ${CLOCK(`'settlement'`)}
      where p.fund_id = :fundId and p.status = 'released' and ${freeFor(`'reconciler'`)}`,
    says: (t) => t.waiting.settle,
  },
  {
    // The bank keeps more than the limit, and somebody has tried to record it: that attempt is what asks for a controller.
    kind: 'charge',
    roles: ['controller'],
    sql: `
      select p.id, '/requests/' || r.id || '#charge-' || p.id as link, p.code, r.title, y.name as who, null::text as word, p.amount,
             null::text as currency, max(x.at) as since, null::timestamptz as due
        from acts x
        join payments p on p.id = substring(x.path from 'pay_[0-9a-z]{26}') and p.fund_id = x.fund_id
        join requests r on r.id = p.request_id join payees y on y.id = p.payee_id
       where x.fund_id = :fundId and x.outcome = 'charge_above_limit'
         and (p.status = 'released' or (p.status = 'settled' and x.path like '%/returns')) and ${freeFor(`'charge_approver'`)}
         and not exists (select from charge_approvals v where v.payment_id = p.id and v.approved_at > x.at)
       group by p.id, r.id, y.id`,
    says: (t) => t.waiting.charge,
  },
  {
    kind: 'returned',
    roles: ['requester'],
    sql: `${REQUEST(`(select max(d.decided_at) from decisions d where d.request_id = r.id and d.verdict = 'return')`, 'null::timestamptz')}
      where r.fund_id = :fundId and r.status = 'returned' and r.entity_id = any(:mine) and ${MAY_SEE_REQUEST}`,
    says: (t) => t.waiting.returned,
  },
  {
    kind: 'draft',
    roles: ['requester'],
    sql: `${REQUEST('r.created_at', 'null::timestamptz')}
      where r.fund_id = :fundId and r.status = 'draft' and r.entity_id = any(:mine) and ${MAY_SEE_REQUEST}`,
    says: (t) => t.waiting.draft,
  },
  {
    kind: 'recover',
    roles: ['reconciler'],
    sql: `
      select r.id, '/requests/' || r.id as link, r.code, r.title, y.name as who, null::text as word, s.outstanding as amount, null::text as currency,
             (select e.ended_at from advance_endings e where e.request_id = r.id) as since, null::timestamptz as due
        from recovery_standings s join requests r on r.id = s.request_id join payees y on y.id = r.payee_id
       where s.fund_id = :fundId and s.outstanding > 0 and ${freeFor(`'reconciler'`)}`,
    says: (t) => t.waiting.recover,
  },
  {
    kind: 'advise',
    roles: ['advisor'],
    // Of what is confidential, a first page tells no more than that there is a question.
    sql: `
      select q.id, '/opinions/' || q.id as link, case when c.confidentiality = 'open' then r.code end as code,
             case when c.confidentiality = 'open' then r.title end as title, n.name as who, null::text as word, null::bigint as amount,
             null::text as currency, q.asked_at as since, ${endOf('q.due_on')} as due
        from opinion_requests q join requests r on r.id = q.request_id left join processes c on c.id = r.process_id
        left join people n on n.id = q.asked_by
       where q.fund_id = :fundId and q.advisor_id = :me and ${freeFor(null)}
         and not exists (select from opinions o where o.opinion_request_id = q.id)`,
    says: (t) => t.waiting.advise,
  },
]
