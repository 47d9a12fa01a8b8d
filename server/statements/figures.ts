import { row, rows, type Db } from '../../db/connect.ts'
import { bankAccountOf } from '../contributions/load.ts'
import { Refusal } from '../errors.ts'
import { add, fromMinorUnits, minorText, moneyText, subtract, sum, type MoneyText } from '../money.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'

/** Why bank and ledger differ, item by item; each with its sign as the bank has more. */
export type Item = {
  reason: 'before_statements' | 'missing_statement' | 'waiting' | 'proposed' | 'no_statement' | 'other_day' | 'cancels'
  amount: MoneyText
  /** Day of the bank, and of the ledger. */
  bankDay: string | null
  ledgerDay: string | null
  entryId: string | null
  reference: string | null
  ledgerEntryId: string | null
  kind: string | null
  memo: string | null
}

export type Reconciliation = {
  account: { id: string; code: string; currency: string }
  on: string
  /** By the statements; null where none has begun by then. */
  bank: MoneyText | null
  ledger: MoneyText
  difference: MoneyText | null
  explained: MoneyText
  /** Released and neither debited nor come back: not part of either balance. */
  inTransit: MoneyText
  lastStatement: string | null
  items: Item[]
}

/**
 * The balance of an account at the end of a day by the bank and by the ledger, and all that lies between the two, item by item. The items add
 * up to the difference. Refuses `not_found`, `role_not_allowed`.
 */
export async function reconcileAccount(
  db: Db,
  actor: Actor,
  { bankAccountId, on }: { bankAccountId: string; on: string },
): Promise<Reconciliation> {
  const found = await row<{ fundId: string }>(
    db,
    `select fund_id as "fundId" from bank_accounts where id = :bankAccountId`,
    {
      bankAccountId,
    },
  )
  if (!found) throw new Refusal('not_found')
  requireRole(actor, found.fundId, READERS)
  return reconciled(db, { fundId: found.fundId, bankAccountId, on })
}

/** As `reconcileAccount`, for whoever may read. */
export async function reconciled(
  db: Db,
  { fundId, bankAccountId, on }: { fundId: string; bankAccountId: string; on: string },
): Promise<Reconciliation> {
  const { id, code, currency } = await bankAccountOf(db, fundId, bankAccountId)
  const asked = { account: id, fundId, on }
  const figures = await row<Figures>(db, FIGURES, asked)
  const { bank, ledger, transit, entries, opening, ledgerBefore, lastStatement, firstDay } = figures!
  const money = (units: string) => fromMinorUnits(units, currency)
  const told = {
    account: { id, code, currency },
    on,
    ledger: minorText(ledger, currency),
    inTransit: minorText(transit, currency),
  }
  if (bank === null || firstDay === null)
    return { ...told, bank: null, difference: null, explained: moneyText(money('0')), lastStatement, items: [] }
  const before = subtract(money(opening!), money(ledgerBefore))
  const missing = subtract(money(bank), add(money(opening!), money(entries)))
  const found = await rows<ItemRow>(db, ITEMS, { ...asked, firstDay })
  const items = [
    item('before_statements', moneyText(before), { bankDay: firstDay }),
    item('missing_statement', moneyText(missing), {}),
    ...found.map(({ amount, ...one }) => ({ ...one, amount: minorText(amount, currency) })),
  ].filter(({ amount }) => /[1-9]/.test(amount.amount))
  const explained = sum(
    items.map(({ amount }) => fromMinorUnits(unitsOf(amount), currency)),
    currency,
  )
  const difference = moneyText(subtract(money(bank), money(ledger)))
  return { ...told, bank: minorText(bank, currency), difference, explained: moneyText(explained), lastStatement, items }
}

/** The accounts of a fund at the end of a day, each as `reconcileAccount` but without its items. */
export async function reconcileFund(
  db: Db,
  fundId: string,
  on: string,
): Promise<(Omit<Reconciliation, 'items'> & { itemCount: number })[]> {
  const accounts = await db('bank_accounts').where({ fund_id: fundId }).orderBy('code').pluck('id')
  const told = []
  for (const bankAccountId of accounts) {
    const { items, ...one } = await reconciled(db, { fundId, bankAccountId, on })
    told.push({ ...one, itemCount: items.length })
  }
  return told
}

export type ReconciledDay = { on: string; bank: MoneyText | null; ledger: MoneyText; difference: MoneyText | null }

/** Both balances at the end of each day of a period, the latest first. */
export async function reconciledDays(
  db: Db,
  { fundId, bankAccountId, from, to }: { fundId: string; bankAccountId: string; from: string; to: string },
): Promise<ReconciledDay[]> {
  const { id, currency } = await bankAccountOf(db, fundId, bankAccountId)
  const found = await rows<{ on: string; bank: string | null; ledger: string }>(
    db,
    `select d.day::date::text as "on", bank_balance(:account, d.day::date)::text as bank,
            coalesce(sum(l.amount) over (order by d.day), 0)::text as ledger
       from generate_series(cast(:from as date), cast(:to as date), interval '1 day') d (day)
       left join lateral (
         select sum(m.amount) as amount from cash_moved m
          where m.bank_account_id = :account and m.occurred_on <= d.day::date
            and (m.occurred_on = d.day::date or d.day = cast(:from as date))) l on true
      order by d.day desc`,
    { account: id, from, to },
  )
  return found.map(({ on, bank, ledger }) => ({
    on,
    ledger: minorText(ledger, currency),
    bank: bank === null ? null : minorText(bank, currency),
    difference:
      bank === null ? null : moneyText(subtract(fromMinorUnits(bank, currency), fromMinorUnits(ledger, currency))),
  }))
}

function item(reason: Item['reason'], amount: MoneyText, more: Partial<Item>): Item {
  const nothing = {
    bankDay: null,
    ledgerDay: null,
    entryId: null,
    reference: null,
    ledgerEntryId: null,
    kind: null,
    memo: null,
  }
  return { reason, amount, ...nothing, ...more }
}

const unitsOf = ({ amount }: MoneyText) => amount.replace('.', '').replace(/^(-?)0+(?=\d)/, '$1')

type Figures = {
  bank: string | null
  ledger: string
  transit: string
  entries: string
  opening: string | null
  ledgerBefore: string
  lastStatement: string | null
  firstDay: string | null
}

// `ledgerBefore`: what the ledger moved before the first statement and is on none.
const FIGURES = `
  with first as (select from_on, opening from statements where bank_account_id = :account order by from_on, to_on, id limit 1)
  select bank_balance(:account, cast(:on as date))::text as bank,
         (select coalesce(sum(amount), 0) from cash_moved where bank_account_id = :account and occurred_on <= cast(:on as date))::text as ledger,
         (select coalesce(-sum(p.amount), 0) from bank_accounts b
            join accounts a on a.fund_id = b.fund_id and a.address = 'liabilities:in-transit:' || b.code and a.currency = b.currency
            join postings p on p.account_id = a.id where b.id = :account and p.occurred_on <= cast(:on as date))::text as transit,
         (select coalesce(sum(amount), 0) from statement_entries where bank_account_id = :account and booked_on <= cast(:on as date))::text as entries,
         (select opening from first)::text as opening,
         (select coalesce(sum(n.free), 0) from cash_on_no_statement n, first where n.bank_account_id = :account and n.occurred_on < first.from_on)::text as "ledgerBefore",
         (select max(to_on)::text from statements where bank_account_id = :account and to_on <= cast(:on as date)) as "lastStatement",
         (select from_on::text from first) as "firstDay"`

type ItemRow = Omit<Item, 'amount'> & { amount: string }

// Of the bank's side: what waits, is proposed, stands in the ledger on a later day, or cancels out later. Of the ledger's: what is on no
// statement, and what the bank booked later. A correction and what it took back are one, so that together they come to nothing.
const ITEMS = `
  with uses as (
    select u.*, e.booked_on, s.bank_id || '/' || e.position || case when e.part > 0 then '.' || e.part else '' end as reference,
           l.occurred_on as ledger_day, l.kind as ledger_kind, l.memo, o.booked_on as other_day
      from statement_uses_that_count u
      join statement_entries e on e.id = u.entry_id and e.bank_account_id = :account
      join statements s on s.id = e.statement_id
      left join entries l on l.id = u.ledger_entry
      left join statement_entries o on o.id = u.against),
  on_no_statement as (
    select min(m.entry_id) as entry_id, min(m.occurred_on) as day, sum(m.free) as free, min(m.kind) as kind, min(m.memo) as memo
      from cash_on_no_statement m
      left join entries c on c.id = m.entry_id and c.kind = 'correction'
     where m.bank_account_id = :account and m.occurred_on between cast(:firstDay as date) and cast(:on as date)
     group by coalesce(c.reverses, m.entry_id) having sum(m.free) <> 0)
  select 'waiting' as reason, e.amount::text, e.booked_on as "bankDay", null::date as "ledgerDay", e.id as "entryId",
         s.bank_id || '/' || e.position || case when e.part > 0 then '.' || e.part else '' end as reference, null as "ledgerEntryId", null as kind,
         concat_ws(' · ', nullif(e.counterparty, ''), nullif(e.remittance, '')) as memo
    from statement_entries e join statements s on s.id = e.statement_id
   where e.bank_account_id = :account and e.booked_on <= cast(:on as date) and not exists (select from uses u where u.entry_id = e.id)
  union all
  select 'waiting', (e.amount - sum(u.amount))::text, e.booked_on, null, e.id, min(u.reference), null, null, null
    from statement_entries e join uses u on u.entry_id = e.id
   where e.booked_on <= cast(:on as date) group by e.id having e.amount <> sum(u.amount)
  union all
  select 'proposed', u.amount::text, u.booked_on, null, u.entry_id, u.reference, null, u.kind, null
    from uses u where u.proposal_id is not null and u.ledger_entry is null and u.booked_on <= cast(:on as date)
  union all
  select 'cancels', u.amount::text, u.booked_on, null, u.entry_id, u.reference, null, null, null
    from uses u where u.against is not null and u.booked_on <= cast(:on as date) and u.other_day > cast(:on as date)
  union all
  select 'other_day', (case when u.booked_on <= cast(:on as date) then u.amount else -u.amount end)::text, u.booked_on, u.ledger_day, u.entry_id,
         u.reference, u.ledger_entry::text, u.ledger_kind, u.memo
    from uses u where u.ledger_entry is not null and (u.booked_on <= cast(:on as date)) <> (u.ledger_day <= cast(:on as date))
  union all
  select 'no_statement', (-n.free)::text, null, n.day, null, null, n.entry_id::text, n.kind, n.memo from on_no_statement n
  order by 3 nulls last, 4, 5, 7`
