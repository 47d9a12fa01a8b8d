import type { Knex } from 'knex'
import { permits, type Earmark } from '../../server/funding/policy.ts'

/**
 * The invariants of the fund's accounting that can be seen in its tables, each as a question whose every row is a violation.
 * The numbers are those of the fund's accounting rules.
 */
const QUESTIONS: Record<string, string> = {
  '1 every entry sums to zero per book and currency': `
    select p.entry_id from postings p join accounts a on a.id = p.account_id where a.fund_id = :fund
     group by p.entry_id, a.book, a.currency having sum(p.amount) <> 0`,
  '1 every entry sums to zero per book in the functional currency': `
    select p.entry_id from postings p join accounts a on a.id = p.account_id where a.fund_id = :fund
     group by p.entry_id, a.book having sum(p.functional) <> 0`,
  '2 per contribution the stages sum to the authority': `
    select a.contribution_id from postings p join accounts a on a.id = p.account_id where a.fund_id = :fund and a.stage is not null
     group by a.contribution_id having sum(p.amount) <> 0`,
  '3 no stage is below zero, and the kept balance is the sum of its postings': `
    select a.address from accounts a join balances b on b.account_id = a.id left join postings p on p.account_id = a.id
     where a.fund_id = :fund and a.contribution_id is not null
     group by a.id, a.address, b.amount having b.amount < 0 or b.amount <> coalesce(sum(p.amount), 0)`,
  '5 outstanding is agreed less applied less written off': `
    select c.code from contributions c join agreements g on g.contribution_id = c.id where c.fund_id = :fund
       and g.amount - coalesce((select sum(amount) from receipt_applications x where x.contribution_id = c.id), 0)
                    - coalesce((select sum(amount) from write_offs w where w.contribution_id = c.id), 0)
           <> coalesce((select sum(p.amount) from postings p join accounts a on a.id = p.account_id
                         where a.contribution_id = c.id and a.address like 'assets:receivable:%'), 0)`,
  '5 a receivable that is settled carries nothing': `
    select a.address from postings p join accounts a on a.id = p.account_id where a.fund_id = :fund and a.address like 'assets:receivable:%'
     group by a.address having sum(p.amount) = 0 and sum(p.functional) <> 0`,
  '6 nothing was recorded in a month after it was closed for good, unless it was opened again': `
    select e.id from entries e join period_states s on s.fund_id = e.fund_id and s.month = date_trunc('month', e.occurred_on) and s.state = 'hard_closed'
     where e.fund_id = :fund and e.recorded_at > s.changed_at and e.kind <> 'year_closed'
       and not exists (select from period_states o where o.fund_id = s.fund_id and o.month = s.month and o.number > s.number)`,
  'a revaluation and its reversal sum to zero on every account': `
    select e.source, p.account_id from entries e join postings p on p.entry_id = e.id
     where e.fund_id = :fund and e.kind in ('revaluation', 'revaluation_reversed')
     group by e.source, p.account_id having sum(p.amount) <> 0 or sum(p.functional) <> 0 or count(*) <> 2`,
  'what a revaluation gained and lost is what its items are worth less what they carried': `
    select v.id from revaluations v join revaluation_items i on i.revaluation_id = v.id where v.fund_id = :fund
     group by v.id having sum(i.value - i.carrying) <> -coalesce((
       select sum(p.functional) from entries e join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id
        where e.fund_id = :fund and e.kind = 'revaluation' and e.source = v.id and a.address like '%:exchange:unrealised'), 0)`,
  '7 what is committed, disbursed and reported of a contribution was asked for': `
    select f.request_id from request_funding f join requests r on r.id = f.request_id and r.round = f.round
      join accounts a on a.request_id = f.request_id and a.contribution_id = f.contribution_id and a.stage is not null
      join postings p on p.account_id = a.id
     where r.fund_id = :fund
     group by f.request_id, f.contribution_id, f.amount having sum(p.amount) > f.amount`,
  '7 no request holds money of a contribution that was not chosen for it': `
    select a.address from accounts a join balances b on b.account_id = a.id where a.fund_id = :fund and a.request_id is not null and b.amount <> 0
       and not exists (select from request_funding f where f.request_id = a.request_id and f.contribution_id = a.contribution_id)`,
  '8 every cent of cost of a request is covered by contributions': `
    select r.code from requests r where r.fund_id = :fund
       and coalesce((select sum(p.functional) from postings p join accounts a on a.id = p.account_id
                      where a.request_id = r.id and a.book = 'actual'), 0)
         + coalesce((select sum(w.amount) from recovery_write_offs w where w.request_id = r.id), 0)
         - coalesce((select sum(v.functional) from recoveries v where v.request_id = r.id and v.late), 0)
        <> coalesce((select sum(b.amount) from accounts a join balances b on b.account_id = a.id
                      where a.request_id = r.id and a.stage in ('disbursed', 'reported')), 0)`,
  '9 a receipt is never applied beyond what arrived': `
    select coalesce(x.takes_back, x.id) from receipts x
      left join lateral (select coalesce(sum(value), 0) as applied from receipt_applications where receipt_id = x.id) a on true
     where x.fund_id = :fund group by 1 having sum(a.applied) > sum(x.bank_value + x.bank_charge)`,
  '9 unapplied money is what arrived less what was applied': `
    select 1 from (select coalesce((select sum(bank_value + bank_charge) from receipts where fund_id = :fund), 0)
                        - coalesce((select sum(a.value) from receipt_applications a join receipts x on x.id = a.receipt_id where x.fund_id = :fund), 0) as open) o
     where o.open <> -coalesce((select sum(p.amount) from postings p join accounts a on a.id = p.account_id
                                 where a.fund_id = :fund and a.address like 'liabilities:unapplied:%'), 0)`,
  'cash and charges of receipts are what their rows say': `
    select * from (select coalesce(sum(bank_value), 0) as booked, coalesce(sum(bank_charge), 0) as kept from receipts where fund_id = :fund) r,
      (select coalesce(sum(p.amount) filter (where a.address like 'assets:cash:%'), 0) as cash,
              coalesce(sum(p.amount) filter (where a.address = 'expense:bank-charges'), 0) as charges
         from entries e left join correction_entries t on t.entry_id = e.id join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id
        where e.fund_id = :fund and coalesce(t.kind, e.kind) in ('receipt', 'unidentified_receipt')) l
     where r.booked <> l.cash or r.kept <> l.charges`,
  'charges of settlements are what their rows say, but for those that came back': `
    select s.payment_id from settlements s join payments y on y.id = s.payment_id where y.fund_id = :fund
       and s.charge <> (select coalesce(sum(p.amount), 0) from entries e left join correction_entries t on t.entry_id = e.id
                          join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id
                         where e.fund_id = :fund and a.address = 'expense:bank-charges'
                           and coalesce(t.kind, e.kind) = 'payment_settled' and coalesce(t.source, e.source) = s.payment_id)`,
  'an agreement is what its entries add up to': `
    select c.code from contributions c join agreements g on g.contribution_id = c.id where c.fund_id = :fund
       and (g.amount, g.functional) <> (select sum(p.amount), sum(p.functional) from accounts a join postings p on p.account_id = a.id
                                          join entries e on e.id = p.entry_id left join correction_entries t on t.entry_id = e.id
                                         where a.contribution_id = c.id and a.address like 'assets:receivable:%'
                                           and coalesce(t.kind, e.kind) in ('unconditional_agreement', 'conditional_agreement'))`,
  'a refund is owed until it is paid': `
    select 1 from (select coalesce(sum(f.amount), 0) as owed from refunds f
                    where f.fund_id = :fund and not exists (select from refund_payments y where y.refund_id = f.id)) r
     where r.owed <> -coalesce((select sum(p.amount) from postings p join accounts a on a.id = p.account_id
                                 where a.fund_id = :fund and a.address like 'liabilities:donor-refunds:%'), 0)`,
  'a contribution is settled when nothing is outstanding': `
    select c.code from contributions c join agreements g on g.contribution_id = c.id where c.fund_id = :fund
       and (c.status in ('received', 'written_off')) <> (coalesce((select sum(p.amount) from postings p join accounts a on a.id = p.account_id
              where a.contribution_id = c.id and a.address like 'assets:receivable:%'), 0) = 0)`,
  '10 all accounts of a book sum to zero': `
    select a.book from postings p join accounts a on a.id = p.account_id where a.fund_id = :fund group by a.book, a.currency having sum(p.amount) <> 0`,
  'only cash received gives authority, and interest on it, and what the reserve gave': `
    select c.code from contributions c join accounts a on a.contribution_id = c.id and a.stage = 'authority' join postings p on p.account_id = a.id
     where c.fund_id = :fund group by c.id, c.code
    having -sum(p.amount) > coalesce((select sum(x.functional) from receipt_applications x where x.contribution_id = c.id), 0)
                          + coalesce((select sum(h.amount) from interest_shares h where h.contribution_id = c.id and h.goes_to = 'contribution'), 0)
                          - coalesce((select sum(t.amount) from reserve_transfers t where t.contribution_id = c.id), 0)`,
  'what may still be spent, and what is owed, is there in cash': `
    with sums as (
      select sum(p.functional) filter (where a.address like 'assets:cash:%' or a.address like 'assets:in-transit:%') as cash,
             sum(p.functional) filter (where a.stage in ('support', 'available', 'ready', 'reserved', 'committed')) as spendable,
             -sum(p.functional) filter (where a.address similar to 'liabilities:(unapplied|in-transit|donor-refunds):%') as owed
        from postings p join accounts a on a.id = p.account_id where a.fund_id = :fund),
    held as (
      select coalesce(sum(x.authority), 0) as back from receipt_applications x join agreements g on g.contribution_id = x.contribution_id
        join contributions c on c.id = x.contribution_id
       where c.fund_id = :fund and g.conditional and not exists (select from conditions_met m where m.contribution_id = g.contribution_id)),
    kept as (select coalesce(sum(functional_charge), 0) as charges from receipts where fund_id = :fund)
    select * from sums, held, kept
     where coalesce(spendable, 0) + coalesce(owed, 0) + back > coalesce(cash, 0) + charges`,
  'what is doubted of a receivable is outstanding on it': `
    select c.code from contributions c join accounts a on a.contribution_id = c.id and a.address similar to 'assets:(receivable|allowance):%'
      join postings p on p.account_id = a.id
     where c.fund_id = :fund group by c.id, c.code
    having sum(p.amount) < 0 or coalesce(sum(p.amount) filter (where a.address like 'assets:allowance:%'), 0) > 0`,
  'an allowance is what was impaired and not taken back or written off, and carries nothing when it is used up': `
    select a.address from accounts a join postings p on p.account_id = a.id where a.fund_id = :fund and a.address like 'assets:allowance:%'
     group by a.address having sum(p.amount) = 0 and sum(p.functional) <> 0`,
  'the shares of interest are all of it': `
    select i.id from interest i join entries e on e.fund_id = i.fund_id and e.kind = 'interest' and e.source = i.id
      join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id and a.stage = 'available'
     where i.fund_id = :fund group by i.id, i.functional having sum(p.amount) <> i.functional`,
  'no day of an account earns interest twice': `
    select i.id from interest i join interest j on j.bank_account_id = i.bank_account_id and j.id <> i.id
       and i.period_from <= j.period_to and j.period_from <= i.period_to where i.fund_id = :fund`,
  'a conversion leaves no account below nothing, and no empty one carries anything': `
    select a.address from conversions k join bank_accounts b on b.id = k.from_account
      join accounts a on a.fund_id = k.fund_id and a.address = 'assets:cash:' || b.code join postings p on p.account_id = a.id
     where k.fund_id = :fund group by k.proposal_id, a.address
    having sum(p.amount) < 0 and not exists (select from payments y join settlements s on s.payment_id = y.id where y.fund_id = :fund)
       -- A receipt that never was leaves an account overdrawn that was emptied since: that is a fact, and shown.
       and not exists (select from receipts r where r.fund_id = :fund and r.takes_back is not null)`,
  'what was impaired is what its rows say': `
    select 1 from (select coalesce(sum(i.functional), 0) as impaired from impairments i join contributions c on c.id = i.contribution_id
                    where c.fund_id = :fund) r
     where r.impaired <> coalesce((select sum(p.functional) from postings p join accounts a on a.id = p.account_id
                                    where a.fund_id = :fund and a.address = 'expense:impairment'), 0)`,
  'what was written off is what its entries took from the receivable, and what was doubted of that went first': `
    select c.code from contributions c
      cross join lateral (select coalesce(sum(w.amount), 0) as amount, coalesce(sum(w.functional), 0) as functional
                            from write_offs w where w.contribution_id = c.id) w
      cross join lateral (select coalesce(sum(p.amount) filter (where a.address like 'assets:receivable:%'), 0) as amount,
                                 coalesce(sum(p.functional) filter (where a.address like 'assets:receivable:%'), 0) as functional,
                                 coalesce(sum(p.amount) filter (where a.address like 'assets:allowance:%'), 0) as used
                            from accounts a join postings p on p.account_id = a.id join entries e on e.id = p.entry_id
                            left join correction_entries t on t.entry_id = e.id
                           where a.contribution_id = c.id and coalesce(t.kind, e.kind) = 'write_off') l
     where c.fund_id = :fund and (w.amount <> -l.amount or w.functional <> -l.functional or l.used not between 0 and w.amount)`,
  'what was proposed and is in the books was approved by another person': `
    select x.proposal_id from (
      select proposal_id, act_id from conversions union all select proposal_id, act_id from interest where proposal_id is not null
      union all select proposal_id, act_id from write_offs where proposal_id is not null
      union all select proposal_id, act_id from impairments where proposal_id is not null
      union all select proposal_id, act_id from reserve_transfers) x
      join proposals p on p.id = x.proposal_id join acts t on t.id = x.act_id
     where p.fund_id = :fund and t.person_id = p.proposed_by`,
  'separation of duties: one person, one duty': `
    select d.request_id from (
      select request_id, decided_by as person, duty from decisions union select request_id, certified_by, duty from payments
      union select request_id, released_by, duty from releases union select request_id, settled_by, duty from settlements
      union select request_id, submitted_by, duty from submissions) d
     group by d.request_id, d.person having count(distinct duty) > 1`,
  'every entry has its act, and every act of an entry was done': `
    select e.id from entries e join acts t on t.id = e.act_id where e.fund_id = :fund and t.outcome <> 'done'`,
  'a payment that left was released by two people': `
    select p.id from payments p where p.fund_id = :fund and p.status in ('released', 'settled')
       and (select count(distinct released_by) from releases l where l.payment_id = p.id) <> 2`,
}

/** What is wrong with the fund's books: nothing, or the names of the rules that are broken, with where. */
export async function violations(db: Knex, fundId: string): Promise<string[]> {
  const found: string[] = []
  for (const [rule, question] of Object.entries(QUESTIONS)) {
    const { rows } = await db.raw(question, { fund: fundId })
    if (rows.length > 0) found.push(`${rule}: ${JSON.stringify(rows.slice(0, 3))}`)
  }
  return [...found, ...(await forbiddenUses(db, fundId))]
}

/** Invariant 8, the other half: the earmark of every contribution permits each use of it. What was given back unused is none. */
async function forbiddenUses(db: Knex, fundId: string): Promise<string[]> {
  const { rows } = await db.raw(
    `select c.code, c.earmark, p.region, p.country, p.phase, r.themes, r.payee_id as partner, s.submitted_at::date::text as on
       from request_funding f
       join submissions s on s.request_id = f.request_id and s.round = f.round
       join requests r on r.id = f.request_id join processes p on p.id = r.process_id
       join contributions c on c.id = f.contribution_id
      where r.fund_id = :fund and f.round = r.round
        and exists (select from accounts a join balances b on b.account_id = a.id
                     where a.request_id = f.request_id and a.contribution_id = f.contribution_id and b.amount <> 0)`,
    { fund: fundId },
  )
  return (rows as { code: string; earmark: Earmark; on: string }[])
    .filter((use) => !permits(use.earmark, use as never))
    .map(({ code }) => `8 the earmark of ${code} forbids a use of it`)
}
