import { row, type Db } from '../../db/connect.ts'
import { boundsOf, momentText, WITHIN } from '../ledger/as-of.ts'
import type { Earmark } from '../funding/policy.ts'
import type { ReportLineKind } from './figures.ts'

/** What the books say of one donor's contributions. Amounts are whole minor units as text, functional unless they say otherwise. */
export type Sources = {
  contributions: ContributionSource[]
  lines: LineSource[]
  missions: MissionSource[]
  /** What left for missions in a calendar year, less what came back in it. */
  disbursed: { year: string; amount: string }[]
}

export type ContributionSource = Record<
  | 'id'
  | 'code'
  | 'fiscalYear'
  | 'pledgedAmount'
  | 'pledgedCurrency'
  | 'pledged'
  | 'agreed'
  | 'outstanding'
  | 'outstandingOriginal'
  | 'writtenOff'
  | 'received'
  | 'bankCharges'
  | 'exchangeDifference'
  | 'authority'
  | 'support'
  | 'available'
  | 'ready'
  | 'reserved'
  | 'committed'
  | 'disbursed'
  | 'reported'
  | 'toBeRecovered'
  | 'recoveryGivenUp',
  string
> & {
  isAgreed: boolean
  isCancelled: boolean
  /** The kind of the last entry on the receivable. */
  last: string | null
  conditional: boolean | null
  agreedAmount: string | null
  agreedCurrency: string | null
  /** As it was known then; partners by name. */
  earmark: Earmark
}

export type LineSource = {
  contribution: string
  on: string
  kind: ReportLineKind
  reference: string
  original: string | null
  currency: string | null
  rate: string | null
  amount: string
  /** What `original` was worth in the fund's currency, charges and differences included. */
  worth: string | null
}

export type MissionSource = Record<'contribution' | 'reserved' | 'committed' | 'disbursed' | 'reported', string> & {
  process: string | null
  name: string | null
  region: string | null
}

/**
 * Reads everything that a donor's report is made of, as of both axes of time, from postings and from what each receipt was
 * applied to. One statement, so that all of it is of one moment and none of it costs a query per contribution.
 */
export async function sourcesOf(
  db: Db,
  {
    fund,
    donorId,
    ...asOf
  }: {
    fund: { id: string; currency: string }
    donorId: string
    occurredOn: string
    recordedAt: string
    position?: number | undefined
  },
): Promise<Sources> {
  const found = await row<Sources>(
    db,
    `with ${OWN}, ${POSTED}, ${APPLIED}, ${SUMS}, ${LINES}, ${MISSIONS}
     select coalesce((select json_agg(s order by s.pledged_on, s.code) from sums s), '[]') as contributions,
            coalesce((select json_agg(l order by l.on, l.entry_id, l.place) from lines l), '[]') as lines,
            coalesce((select json_agg(m) from missions m), '[]') as missions,
            coalesce((select json_agg(y) from (
              select extract(year from occurred_on)::text as year, sum(functional)::text as amount
                from posted where stage in ('disbursed', 'reported') group by 1) y), '[]') as disbursed`,
    { fundId: fund.id, fundCurrency: fund.currency, donorId, ...boundsOf(asOf) },
  )
  return found!
}

/** The moment that a report speaks of: the given one, or now, and never one that is still to come. UTC to the microsecond. */
export async function momentOf(db: Db, recordedAt?: string): Promise<string> {
  const found = await row<{ moment: string }>(
    db,
    `select ${momentText(`least(cast(:given as timestamptz), clock_timestamp())`)} as moment`,
    { given: recordedAt ?? 'infinity' },
  )
  return found!.moment
}

const OWN = `own as materialized (
  select * from contributions where fund_id = :fundId and donor_id = :donorId)`

// `account` is the first two parts of an address, which say what the account is.
// An entry of a correction is told as what it is about; the agreement is the one that was known then.
const POSTED = `posted as materialized (
  select a.contribution_id, split_part(a.address, ':', 1) || ':' || split_part(a.address, ':', 2) as account, a.stage, a.request_id,
         a.address like 'budget:disbursed:%:recoverable:%' as recoverable,
         p.entry_id, p.occurred_on, p.amount, p.functional, e.reverses, coalesce(t.kind, e.kind) as kind, coalesce(t.source, e.source) as source,
         coalesce(t.takes_back, false) as takes_back, coalesce(t.original, p.entry_id) as original
    from own
    join accounts a on a.contribution_id = own.id
    join postings p on p.account_id = a.id
    join entries e on e.id = p.entry_id
    left join correction_entries t on t.entry_id = e.id
   where ${WITHIN}
     -- What a receivable would be worth at a month's end is undone on the next day and is no part of what a donor gave.
     and e.kind not in ('revaluation', 'revaluation_reversed')),
known_agreements as materialized (
  select k.* from own
    join agreements g on g.contribution_id = own.id
    left join lateral (select b.said from rows_before_correction b
                        where b.key = g.contribution_id and b.table_name = 'agreements' and b.replaced_at > cast(:knownAt as timestamptz)
                        order by b.replaced_at limit 1) b on true
    cross join lateral jsonb_populate_record(g, b.said) k)`

// What of which receipt settled a receivable. A receipt that was applied as it came is one entry with its application, and one act;
// what of it was applied later is an entry of its own. The charge is the bank's part of what was applied: what was not applied
// of a receipt bears its own. A rate is of the bank account's currency, or as published of what was sent.
const APPLIED = `settled as materialized (
  select p.entry_id, p.occurred_on, x.* from posted p
    join receipt_applications x on x.receipt_id = p.source and x.contribution_id = p.contribution_id
    join receipts r on r.id = x.receipt_id and r.act_id = x.act_id
   where p.account = 'assets:receivable' and p.kind = 'receipt'
  union all
  select p.entry_id, p.occurred_on, x.* from posted p join receipt_applications x on x.id = p.source
   where p.account = 'assets:receivable' and p.kind = 'receipt_applied'),
applied as materialized (
  select s.contribution_id, s.entry_id, s.occurred_on, r.reference, s.amount, g.currency, s.functional as worth, s.authority as received,
         s.authority - s.functional as charge, s.functional - s.carrying as difference,
         case when g.currency <> :fundCurrency and g.currency = r.sent_currency and b.currency in (r.sent_currency, :fundCurrency)
              then trim_scale(r.rate)::text end as rate
    from settled s
    join receipts r on r.id = s.receipt_id
    join bank_accounts b on b.id = r.bank_account_id
    join known_agreements g on g.contribution_id = s.contribution_id)`

const stageSum = (stage: string) => `coalesce(sum(functional) filter (where stage = '${stage}'), 0)::text as "${stage}"`
const accountSum = (account: string, kinds?: string[]) =>
  `coalesce(sum(functional) filter (where account = '${account}'${
    kinds ? ` and kind in (${kinds.map((kind) => `'${kind}'`).join(', ')})` : ''
  }), 0)::text`

const SUMS = `by_account as (
  select contribution_id,
         ${accountSum('budget:pledged', ['pledge', 'pledge_cancelled'])} as pledged,
         ${accountSum('assets:receivable', ['unconditional_agreement', 'conditional_agreement'])} as agreed,
         ${accountSum('assets:receivable')} as outstanding,
         ${accountSum('assets:receivable', ['write_off'])} as "writtenOff",
         coalesce(sum(amount) filter (where account = 'assets:receivable'), 0)::text as "outstandingOriginal",
         coalesce(-sum(functional) filter (where stage = 'authority'), 0)::text as authority,
         ${['support', 'available', 'ready', 'reserved', 'committed', 'disbursed', 'reported'].map(stageSum).join(', ')},
         coalesce(sum(functional) filter (where recoverable), 0)::text as "toBeRecovered",
         coalesce(-sum(functional) filter (where recoverable and kind = 'recovery_written_off'), 0)::text as "recoveryGivenUp",
         bool_or(kind in ('unconditional_agreement', 'conditional_agreement')) as "isAgreed",
         bool_or(kind = 'pledge_cancelled') as "isCancelled",
         (array_agg(kind order by original desc) filter (where account = 'assets:receivable' and not takes_back
           and not exists (select from posted r where r.reverses = posted.entry_id)))[1] as last
    from posted group by contribution_id),
by_receipt as (
  select contribution_id, sum(received) as received, sum(charge) as charge, sum(difference) as difference
    from applied group by contribution_id),
sums as (
  select o.id, o.code, o.fiscal_year::text as "fiscalYear", o.pledged_on, o.pledged_amount::text as "pledgedAmount",
         o.pledged_currency as "pledgedCurrency", g.conditional, g.amount::text as "agreedAmount", g.currency as "agreedCurrency",
         earmark_told(o.id, cast(:knownAt as timestamptz), cast(:position as int)) as earmark, a.*,
         coalesce(r.received, 0)::text as received, coalesce(r.charge, 0)::text as "bankCharges",
         coalesce(r.difference, 0)::text as "exchangeDifference"
    from own o
    join by_account a on a.contribution_id = o.id
    left join by_receipt r on r.contribution_id = o.id
    left join known_agreements g on g.contribution_id = o.id and a."isAgreed")`

const LINE = `p.contribution_id as contribution, p.occurred_on as on, p.entry_id`

const LINES = `lines as (
  select ${LINE}, 1 as place, 'pledge' as kind, '' as reference, o.pledged_amount::text as original, o.pledged_currency as currency,
         trim_scale(o.pledge_rate)::text as rate, p.functional::text as amount, p.functional::text as worth
    from posted p join own o on o.id = p.contribution_id where p.account = 'budget:pledged' and p.kind = 'pledge'
  union all
  select ${LINE}, 1, 'pledge_cancelled', k.reason, (-o.pledged_amount)::text, o.pledged_currency, null, p.functional::text, null
    from posted p join own o on o.id = p.contribution_id join pledge_cancellations k on k.contribution_id = o.id
   where p.account = 'budget:pledged' and p.kind = 'pledge_cancelled'
  union all
  select ${LINE}, 1, 'agreement', g.reference, p.amount::text, g.currency, trim_scale(g.rate)::text, p.functional::text, p.functional::text
    from posted p join known_agreements g on g.contribution_id = p.contribution_id
   where p.account = 'assets:receivable' and p.kind in ('unconditional_agreement', 'conditional_agreement')
  union all
  select ${LINE}, 1, 'condition_met', m.evidence, p.amount::text, g.currency, trim_scale(g.rate)::text, p.functional::text, p.functional::text
    from posted p join known_agreements g on g.contribution_id = p.contribution_id join conditions_met m on m.contribution_id = p.contribution_id
   where p.account = 'liabilities:conditional' and p.kind = 'condition_met'
  union all
  select ${LINE}, e.place, e.kind, p.reference, e.original::text, e.currency, e.rate, e.amount::text, e.worth::text
    from applied p
    cross join lateral (values (1, 'receipt', p.amount, p.currency, p.rate, p.received, p.worth),
                               (2, 'bank_charge', null, null, null, p.charge, null),
                               (3, 'exchange_difference', null, null, null, p.difference, null)
                       ) as e (place, kind, original, currency, rate, amount, worth)
   where e.place = 1 or e.amount <> 0
  union all
  select ${LINE}, 1, 'write_off', w.reason, p.amount::text, g.currency, null, p.functional::text, null
    from posted p join write_offs w on w.id = p.source join known_agreements g on g.contribution_id = p.contribution_id
   where p.account = 'assets:receivable' and p.kind = 'write_off'
  union all
  select ${LINE}, 1, 'refund', f.reason, null, null, null, (-p.functional)::text, null
    from posted p join refunds f on f.id = p.source where p.stage = 'authority' and p.kind = 'refund_decided'
  union all
  select ${LINE}, 1, case p.kind when 'interest' then 'interest' else 'reserve_transfer' end, '', null, null, null, (-p.functional)::text, null
    from posted p where p.stage = 'authority' and p.kind in ('interest', 'reserve_replenished', 'reserve_released'))`

const MISSIONS = `asked as (
  select contribution_id, request_id, ${['reserved', 'committed', 'disbursed', 'reported'].map(stageSum).join(', ')}
    from posted where request_id is not null group by contribution_id, request_id),
told as materialized (
  select r.request_id, m.* from (select distinct request_id from asked) r
    left join lateral mission_told(r.request_id, cast(:knownAt as timestamptz), cast(:position as int)) m on true),
missions as (
  select a.contribution_id as contribution, t.process_id as process, t.name, t.region, a.reserved, a.committed, a.disbursed, a.reported
    from asked a join told t on t.request_id = a.request_id)`
