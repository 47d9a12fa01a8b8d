import { CORRECTABLE, mayAdjust } from '../corrections/policy.ts'
import { REOPENERS } from '../periods/reopen.ts'
import type { ProposalKind } from '../proposals/policy.ts'
import { RATE_KEEPERS } from '../rates/record.ts'
import { READERS, ROLES } from '../people/actor.ts'
import { endOf, freeFor, freeToPay, holds, NOT_SUSPENDED, type WaitingKind } from './waiting-kind.ts'

const ADJUSTABLE = Object.keys(CORRECTABLE)
  .filter(mayAdjust)
  .map((kind) => `'${kind}'`)
  .join(', ')

const NO_AMOUNT = 'null::bigint as amount, null::text as currency'

const PROPOSED = `p.fund_id = :fundId and p.proposed_by <> :me and p.authority && :roles
  and not exists (select from proposal_decisions d where d.proposal_id = p.id)`

const UNREVOKED = `not exists (select from delegation_revocations v where v.delegation_id = g.id)`

/** What one person has begun and another must finish. */
export const TWO_PEOPLE_KINDS: readonly WaitingKind[] = [
  {
    kind: 'rule',
    roles: ['director', 'head_of_department'],
    // A rule that holds from a day is approved before that day is over, or lapses.
    sql: `
      select p.id, '/rules/' || p.id as link, null::text as code, p.reason as title, n.name as who, p.terms ->> 'subject' as word, ${NO_AMOUNT},
             p.proposed_at as since, ${endOf('p.occurred_on')} as due
        from proposals p join people n on n.id = p.proposed_by where p.kind = 'policy' and ${PROPOSED}`,
    says: (t) => t.waiting.rule,
  },
  {
    kind: 'proposal',
    roles: READERS,
    sql: `
      select p.id, '/funds/' || p.fund_id || '/treasury#' || p.id as link, coalesce(c.code, r.code) as code, p.reason as title, n.name as who,
             p.kind as word, p.functional as amount, null::text as currency, p.proposed_at as since, null::timestamptz as due
        from proposals p join people n on n.id = p.proposed_by
        left join contributions c on c.id = p.contribution_id left join requests r on r.id = p.request_id
       where p.kind <> 'policy' and ${PROPOSED} and (r.id is null or ${freeFor(null)})`,
    says: (t, word) => `${t.waiting.proposal}: ${t.treasury.kinds[word as ProposalKind]}`,
  },
  {
    kind: 'correction',
    roles: ['controller', 'director'],
    sql: `
      select c.id, '/corrections/' || c.id as link, c.entry_id::text as code, c.reason as title, n.name as who, null::text as word, ${NO_AMOUNT},
             c.proposed_at as since, null::timestamptz as due
        from corrections c join people n on n.id = c.proposed_by join entries e on e.id = c.entry_id
        left join payments y on y.id = e.source left join requests r on r.id = y.request_id
       where c.fund_id = :fundId and c.status = 'proposed' and c.proposed_by <> :me
         and not exists (select from named_people m where m.request_id = r.id and m.person_id = :me)
         and not exists (select from ties t where t.payee_id = r.payee_id and t.person_id = :me)
         and case when c.kind not in (${ADJUSTABLE}) then ${holds('director')}
                  -- Of what stands in a month that is closed softly, controllers alone.
                  when exists (select from jsonb_array_elements(c.shown -> 'entries') s
                                where period_state(c.fund_id, date_trunc('month', (s ->> 'occurredOn')::date)::date) = 'soft_closed') then ${holds('controller')}
                  else true end`,
    says: (t) => t.waiting.correction,
  },
  {
    kind: 'rate',
    roles: RATE_KEEPERS,
    sql: `
      select c.id, '/funds/' || c.fund_id || '/rates#' || c.id as link, c.currency || ' ' || to_char(c.month, 'YYYY-MM') as code, c.reason as title,
             n.name as who, null::text as word, ${NO_AMOUNT}, c.proposed_at as since, null::timestamptz as due
        from rate_changes c join people n on n.id = c.proposed_by
        join rates_in_force f on f.fund_id = c.fund_id and f.currency = c.currency and f.month = c.month
       where c.fund_id = :fundId and c.proposed_by <> :me and c.number = f.changes + 1`,
    says: (t) => t.waiting.rate,
  },
  {
    kind: 'reopening',
    roles: REOPENERS,
    sql: `
      select o.id, '/funds/' || o.fund_id || '/periods/' || to_char(o.month, 'YYYY-MM') as link, to_char(o.month, 'YYYY-MM') as code,
             o.reason as title, n.name as who, null::text as word, ${NO_AMOUNT}, o.proposed_at as since, null::timestamptz as due
        from reopenings o join people n on n.id = o.proposed_by
       where o.fund_id = :fundId and o.proposed_by <> :me and period_state(o.fund_id, o.month) <> 'open'
         and o.follows = (select coalesce(max(s.number), 0) from period_states s where s.fund_id = o.fund_id and s.month = o.month)
         and not exists (select from year_closings y where y.fund_id = o.fund_id and y.year = extract(year from o.month))`,
    says: (t) => t.waiting.reopening,
  },
  {
    kind: 'delegation',
    roles: ROLES,
    // It is of use from the moment at which it is to begin.
    sql: `
      select g.id, '/delegations/' || g.id as link, null::text as code, g.reason as title, n.name as who, g.role as word, g.up_to as amount,
             null::text as currency, g.made_at as since, g.starts_at as due
        from delegations g join people n on n.id = g.delegator_id
       where g.fund_id = :fundId and g.delegate_id = :me and g.ends_at > :at and ${UNREVOKED}
         and not exists (select from delegation_acceptances v where v.delegation_id = g.id)`,
    says: (t) => t.waiting.delegation,
  },
  {
    kind: 'break_glass',
    roles: ['director'],
    sql: `
      select b.id, '/break-glass/' || b.id as link, r.code, b.reason as title, n.name as who, null::text as word, ${NO_AMOUNT},
             b.begun_at as since, b.ends_at as due
        from break_glasses b join requests r on r.id = b.request_id join people n on n.id = b.begun_by
       where b.fund_id = :fundId and b.begun_by <> :me and b.ends_at > :at and r.status = 'submitted' and r.round = b.round
         and b.decided_hash = encode(sha256(r.content_hash || payee_details_hash(r.payee_id)), 'hex') and ${NOT_SUSPENDED}
         and not exists (select from break_glass_confirmations c where c.break_glass_id = b.id) and ${freeToPay(`'approver'`)}
         and not exists (select from decisions_that_count(r.id, r.round) c where :me in (c.decided_by, c.on_behalf_of))`,
    says: (t) => t.waiting.breakGlass,
  },
  {
    kind: 'break_glass_review',
    roles: ['fund_manager', 'head_of_department'],
    sql: `
      select b.id, '/break-glass/' || b.id as link, r.code, b.reason as title, n.name as who, null::text as word, ${NO_AMOUNT},
             c.confirmed_at as since, c.review_by as due
        from break_glasses b join break_glass_confirmations c on c.break_glass_id = b.id
        join requests r on r.id = b.request_id join people n on n.id = b.begun_by
       where b.fund_id = :fundId and :me not in (b.begun_by, c.confirmed_by) and array[b.role, 'head_of_department']::text[] && :roles
         and not exists (select from break_glass_reviews v where v.break_glass_id = b.id)`,
    says: (t) => t.waiting.breakGlassReview,
  },
]
