import { rows, type Db } from '../../db/connect.ts'
import { fromMinorUnits } from '../money.ts'
import type { Candidates, EntryScored } from './score.ts'

/** How many of each kind are looked at: a fund with more than that open at once finds the rest by its list. */
const MOST = 500

/** What the entries could be: what is open in the fund now, as far as amounts, codes or names can speak for it. */
export async function candidatesFor(
  db: Db,
  fund: { id: string; currency: string },
  entries: readonly EntryScored[],
): Promise<Candidates> {
  if (entries.length === 0) return { contributions: [], payments: [], ledger: [], entries: [], recoveries: [] }
  return {
    contributions: await contributionsOpen(db, fund.id),
    payments: await paymentsOpen(db, fund.id),
    ledger: await cashOnNoStatement(db, fund.id, entries),
    entries: await waitingBeside(db, fund.id),
    recoveries: await recoveriesOpen(db, fund),
  }
}

async function contributionsOpen(db: Db, fundId: string): Promise<Candidates['contributions']> {
  const found = await rows<{
    id: string
    code: string
    donor: string
    outstanding: string
    currency: string
    from: string
  }>(
    db,
    `select c.id, c.code, d.name as donor, a.currency, sum(p.amount)::text as outstanding, g.signed_on as "from"
       from contributions c join donors d on d.id = c.donor_id join agreements g on g.contribution_id = c.id
       join accounts a on a.fund_id = c.fund_id and a.contribution_id = c.id and a.address = 'assets:receivable:' || c.code and a.currency = g.currency
       join postings p on p.account_id = a.id
      where c.fund_id = :fundId and c.status in ('agreed', 'received')
      group by c.id, d.name, a.currency, g.signed_on having sum(p.amount) > 0 order by g.signed_on desc, c.id desc limit :most`,
    { fundId, most: MOST },
  )
  return found.map(({ outstanding, currency, ...one }) => ({
    ...one,
    outstanding: fromMinorUnits(outstanding, currency),
  }))
}

async function paymentsOpen(db: Db, fundId: string): Promise<Candidates['payments']> {
  const found = await rows<{
    id: string
    code: string
    payee: string
    status: string
    instructed: string
    currency: string
    bankAccountId: string
    from: string
  }>(
    db,
    `select p.id, p.code, y.name as payee, p.status, p.instructed, b.currency, b.id as "bankAccountId",
            (l.released_at at time zone 'UTC')::date::text as "from"
       from payments p join payees y on y.id = p.payee_id join bank_accounts b on b.id = p.bank_account_id
       join releases l on l.payment_id = p.id and l.place = 2
      where p.fund_id = :fundId and p.status in ('released', 'settled') order by p.status, p.id desc limit :most`,
    { fundId, most: MOST },
  )
  return found.map(({ instructed, currency, ...one }) => ({ ...one, instructed: fromMinorUnits(instructed, currency) }))
}

async function cashOnNoStatement(
  db: Db,
  fundId: string,
  entries: readonly EntryScored[],
): Promise<Candidates['ledger']> {
  const days = entries.map(({ bookedOn }) => bookedOn).sort()
  const found = await rows<{
    id: string
    bankAccountId: string
    amount: string
    currency: string
    on: string
    memo: string
    kind: string
  }>(
    db,
    `select m.entry_id as id, m.bank_account_id as "bankAccountId", m.free as amount, b.currency, m.occurred_on as "on", m.memo, m.kind
       from cash_on_no_statement m join bank_accounts b on b.id = m.bank_account_id
      where m.fund_id = :fundId and m.occurred_on between cast(:first as date) - 30 and cast(:last as date) + 30
        and not exists (select from entries c where c.kind = 'correction' and (c.reverses = m.entry_id or c.id = m.entry_id))
      order by m.entry_id desc limit :most`,
    { fundId, first: days[0], last: days.at(-1), most: MOST },
  )
  return found.map(({ amount, currency, ...one }) => ({ ...one, amount: fromMinorUnits(amount, currency) }))
}

async function recoveriesOpen(db: Db, fund: { id: string; currency: string }): Promise<Candidates['recoveries']> {
  const found = await rows<{ requestId: string; code: string; payee: string; outstanding: string; from: string }>(
    db,
    `select s.request_id as "requestId", r.code, y.name as payee, s.outstanding,
            (select min(d.due_from)::text from recoverables d where d.request_id = s.request_id) as "from"
       from recovery_standings s join requests r on r.id = s.request_id join payees y on y.id = r.payee_id
      where s.fund_id = :fundId and s.outstanding > 0 order by s.request_id desc limit :most`,
    { fundId: fund.id, most: MOST },
  )
  return found.map(({ outstanding, ...one }) => ({ ...one, outstanding: fromMinorUnits(outstanding, fund.currency) }))
}

export type ScoredRow = Omit<EntryScored, 'amount' | 'charge'> & { amount: string; charge: string; currency: string }

/** The columns of an entry `e` on account `b` that scores are made of. */
export const SCORED = `e.id, e.bank_account_id as "bankAccountId", e.amount, e.charge, b.currency, e.booked_on as "bookedOn", e.value_on as "valueOn",
  e.end_to_end_id as "endToEndId", e.counterparty, e.remittance, e.code, e.reversal, e.servicer_reference as "servicerReference"`

export function scoredRow({ amount, charge, currency, ...one }: ScoredRow): EntryScored {
  return { ...one, amount: fromMinorUnits(amount, currency), charge: fromMinorUnits(charge, currency) }
}

async function waitingBeside(db: Db, fundId: string): Promise<EntryScored[]> {
  const found = await rows<ScoredRow>(
    db,
    `select ${SCORED} from statement_entries e join bank_accounts b on b.id = e.bank_account_id
      where e.fund_id = :fundId and not exists (select from statement_uses_that_count u where u.entry_id = e.id)
      order by e.booked_on desc, e.id desc limit :most`,
    { fundId, most: MOST },
  )
  return found.map(scoredRow)
}
