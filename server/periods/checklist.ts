import { row, type Db } from '../../db/connect.ts'
import type { Fund } from '../funds/open.ts'
import { allConserved } from '../ledger/conservation.ts'
import { checkLedger } from '../ledger/check.ts'
import { trialBalance } from '../ledger/trial-balance.ts'
import { moneyFrom, moneyText, sizeOf, sum, type MoneyText } from '../money.ts'
import { openMonthBefore } from './load.ts'
import { paymentsInTransit, unappliedReceipts, type OpenItem } from './open-items.ts'
import { lastDayOf, monthAfter } from './policy.ts'
import { itemsOf } from './revaluation.ts'

export const CHECKS = [
  'earlier_months',
  'entries_balance',
  'conservation_law',
  'trial_balance',
  'unapplied_receipts',
  'payments_in_transit',
  'revaluation',
  'imports',
  'seals',
] as const
export type Check = (typeof CHECKS)[number]

/** One thing that must be in order before a month is closed for good, with its figures and what is still open of it. */
export type ChecklistItem = {
  item: Check
  state: 'done' | 'to_do'
  figures: Record<string, string | number | boolean | MoneyText | string[] | null>
  /** What needs an explanation, or has one. */
  open?: OpenItem[]
}

/** The checklist of a month as of its last day, in the order of `CHECKS`. */
export async function checklistOf(db: Db, fund: Fund, month: string): Promise<ChecklistItem[]> {
  return [
    await earlierMonths(db, fund, month),
    await entriesBalance(db, fund, month),
    await conservationLaw(db, fund, month),
    await trialBalanceZero(db, fund, month),
    explained('unapplied_receipts', await unappliedReceipts(db, fund.id, month)),
    explained('payments_in_transit', await paymentsInTransit(db, fund.id, month)),
    await revaluation(db, fund, month),
    await imports(db, fund),
    await seals(db, fund, month),
  ]
}

function told(item: Check, done: boolean, figures: ChecklistItem['figures'], open?: OpenItem[]): ChecklistItem {
  return { item, state: done ? 'done' : 'to_do', figures, ...(open ? { open } : {}) }
}

async function earlierMonths(db: Db, fund: Fund, month: string): Promise<ChecklistItem> {
  const open = await openMonthBefore(db, { fundId: fund.id, month, state: 'hard_closed' })
  return told('earlier_months', open === undefined, { firstOpen: open ?? null })
}

async function entriesBalance(db: Db, fund: Fund, month: string): Promise<ChecklistItem> {
  const found = await row<{ entries: number; wrong: string[] }>(
    db,
    `with lines as (
       select e.id, a.book, a.currency, sum(p.amount) as amount, sum(sum(p.functional)) over (partition by e.id, a.book) as functional
         from entries e left join postings p on p.entry_id = e.id left join accounts a on a.id = p.account_id
        where e.fund_id = :fundId and e.occurred_on >= cast(:from as date) and e.occurred_on < cast(:until as date)
        group by e.id, a.book, a.currency)
     select count(distinct id)::int as entries,
            coalesce((array_agg(distinct id::text) filter (where amount <> 0 or functional <> 0 or book is null))[1:20], '{}') as wrong
       from lines`,
    { fundId: fund.id, ...daysOf(month) },
  )
  return told('entries_balance', found!.wrong.length === 0, { entries: found!.entries, unbalanced: found!.wrong })
}

async function conservationLaw(db: Db, fund: Fund, month: string): Promise<ChecklistItem> {
  const holds = await allConserved(db, fund, { occurredOn: lastDayOf(month) })
  return told('conservation_law', holds, { allAgree: holds })
}

async function trialBalanceZero(db: Db, fund: Fund, month: string): Promise<ChecklistItem> {
  const trial = await trialBalance(db, fund, { occurredOn: lastDayOf(month) })
  const [actual, budget] = trial.books.map((one) => one.functional.difference)
  return told('trial_balance', trial.balanced, {
    accounts: trial.accounts.length,
    actualDifference: actual!,
    budgetDifference: budget!,
  })
}

/** What is open is in order once somebody has said why. */
function explained(item: Check, open: OpenItem[]): ChecklistItem {
  const missing = open.filter((one) => one.explanation === null).length
  return told(item, missing === 0, { open: open.length, unexplained: missing }, open)
}

async function revaluation(db: Db, fund: Fund, month: string): Promise<ChecklistItem> {
  const items = await itemsOf(db, fund, month)
  const withoutRate = [...new Set(items.filter((one) => one.value === null).map((one) => one.original.currency))]
  // Gains and losses are counted alike: that they make up for each other leaves no less to do.
  const toPost = sum(
    items.flatMap((one) => (one.difference ? [sizeOf(moneyFrom(one.difference))] : [])),
    fund.currency,
  )
  const done = items.every((one) => one.difference !== null && !/[1-9]/.test(one.difference.amount))
  return told('revaluation', done, { items: items.length, toPost: moneyText(toPost), rateMissing: withoutRate })
}

/** An import is one transaction, so none is ever under way when a month is closed; here its rows are counted again. */
async function imports(db: Db, fund: Fund): Promise<ChecklistItem> {
  const found = await row<{ imports: number; rows: number; refused: number; halfway: string[] }>(
    db,
    `select count(*)::int as imports, coalesce(sum(row_count), 0)::int as rows, coalesce(sum(refused), 0)::int as refused,
            coalesce(array_agg(id::text) filter (where counted <> row_count), '{}') as halfway
       from imports i cross join lateral (
              select count(*) as counted, count(*) filter (where outcome = 'refused') as refused
                from import_rows r where r.import_id = i.id) c
      where i.fund_id = :fundId`,
    { fundId: fund.id },
  )
  return told('imports', found!.halfway.length === 0, found!)
}

/** Every seal closes exactly what it says, and every entry of the month is under one. */
async function seals(db: Db, fund: Fund, month: string): Promise<ChecklistItem> {
  const open = await row<{ unsealed: number }>(
    db,
    `select count(*)::int as unsealed from entries e
      where e.fund_id = :fundId and e.occurred_on >= cast(:from as date) and e.occurred_on < cast(:until as date)
        and not exists (select from sealed_entries s where s.entry_id = e.id)`,
    { fundId: fund.id, ...daysOf(month) },
  )
  const checked = await checkLedger(db, fund.id, { workers: 1 })
  return told('seals', checked.faults.length === 0 && open!.unsealed === 0, {
    entries: checked.entries,
    seals: checked.seals,
    faults: checked.faults.length,
    unsealed: open!.unsealed,
  })
}

function daysOf(month: string): { from: string; until: string } {
  return { from: `${month}-01`, until: `${monthAfter(month)}-01` }
}
