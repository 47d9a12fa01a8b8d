import { row, rows, type Db } from '../../db/connect.ts'
import type { Bindings, Column } from '../http/csv.ts'
import { FORM, keyAfter } from '../ledger/as-of.ts'
import { minorText, type MoneyText } from '../money.ts'
import { sentenceOf, type DifferenceKind } from './difference-words.ts'

/** Realised exchange differences, line by line: why every cent on the accounts `exchange:realised` is there. */

type Fund = { readonly id: string; readonly currency: string }

export type Difference = {
  entryId: string
  on: string
  kind: DifferenceKind
  contribution: { id: string; code: string } | null
  /** The code of a payment, or the reference of a statement. */
  reference: string
  /** In its own currency; null where the entry is of a kind that has none. */
  original: MoneyText | null
  /** In the fund's currency: what the books carried, what it came to, and what that gained (or with a minus, lost). */
  carrying: MoneyText | null
  brought: MoneyText | null
  difference: MoneyText
  says: { en: string; ar: string }
}

export type DifferenceRow = {
  entryId: string
  on: string
  entryKind: string
  contributionId: string | null
  code: string | null
  reference: string | null
  original: string | null
  currency: string | null
  carrying: string | null
  brought: string | null
  difference: string
}

export type DifferenceFilter = { contributionId?: string; from?: string; to?: string; after?: string; limit?: number }

/**
 * Every entry that realised a difference in the fund, or every receipt of one contribution whether it did or not, in order of value date;
 * one more than `limit`, without a limit all. The difference is what was posted; carrying amount and what came are the facts behind it.
 */
export function differencesQuery(
  fund: Fund,
  { contributionId, from, to, after, limit }: DifferenceFilter,
): { sql: string; bindings: Bindings } {
  const [lastOn, lastEntry] = keyAfter(after, [FORM.day, FORM.id]) ?? ['-infinity', '0']
  return {
    sql: `with moved as (${contributionId === undefined ? OF_FUND : OF_CONTRIBUTION})
          select m.id::text as "entryId", m.occurred_on as on, m.kind as "entryKind", m.difference::text as difference, x.*
            from moved m left join lateral (${EXPLAINED}) x on true
           where (m.occurred_on, m.id) > (cast(:lastOn as date), cast(:lastEntry as bigint))
           order by m.occurred_on, m.id ${limit === undefined ? '' : 'limit :most'}`,
    bindings: {
      ...within(fund, { from, to }),
      contributionId: contributionId ?? '',
      lastOn: lastOn!,
      lastEntry: lastEntry!,
      most: (limit ?? 0) + 1,
    },
  }
}

const REALISED = `('income:exchange:realised', 'expense:exchange:realised')`

const OF_FUND = `
  select e.id, e.kind, e.source, e.occurred_on, -sum(p.functional) as difference
    from accounts a join postings p on p.account_id = a.id join entries e on e.id = p.entry_id
   where a.fund_id = :fundId and a.address in ${REALISED} and p.occurred_on between cast(:from as date) and cast(:to as date)
   group by e.id`

const OF_CONTRIBUTION = `
  select e.id, e.kind, e.source, e.occurred_on,
         coalesce(-(select sum(q.functional) from postings q join accounts y on y.id = q.account_id
                     where q.entry_id = e.id and y.address in ${REALISED}), 0) as difference
    from accounts a join postings p on p.account_id = a.id join entries e on e.id = p.entry_id
   where a.fund_id = :fundId and a.contribution_id = :contributionId and a.address like 'assets:receivable:%'
     and e.kind in ('receipt', 'receipt_applied') and p.occurred_on between cast(:from as date) and cast(:to as date)`

// What is behind an entry, by its kind. A receipt that was applied as it came is one entry with its application, and one act.
const EXPLAINED = `
  select c.id as "contributionId", c.code, r.reference, s.amount::text as original, g.currency, s.carrying::text as carrying,
         s.functional::text as brought
    from receipt_applications s join receipts r on r.id = s.receipt_id
    join contributions c on c.id = s.contribution_id join agreements g on g.contribution_id = c.id
   where (m.kind = 'receipt' and r.id = m.source and s.act_id = r.act_id) or (m.kind = 'receipt_applied' and s.id = m.source)
  union all
  select null, null, y.code, y.instructed::text, b.currency, y.amount::text, t.functional::text
    from payments y join settlements t on t.payment_id = y.id join bank_accounts b on b.id = y.bank_account_id
   where m.kind in ('payment_settled', 'payment_returned') and y.id = m.source
  union all
  select null, null, k.reference, k.left_amount::text, b.currency, k.carrying::text, (k.functional + k.functional_charge)::text
    from conversions k join bank_accounts b on b.id = k.from_account
   where m.kind = 'conversion' and k.proposal_id = m.source`

/** A page of differences, one more than `limit`. */
export async function listDifferences(db: Db, fund: Fund, filter: DifferenceFilter): Promise<Difference[]> {
  const { sql, bindings } = differencesQuery(fund, filter)
  return (await rows<DifferenceRow>(db, sql, bindings)).map((one) => differenceTold(one, fund))
}

export function differenceTold(found: DifferenceRow, fund: Fund): Difference {
  const { entryId, on, entryKind, contributionId, code } = found
  const told = (units: string | null) => (units === null ? null : minorText(units, fund.currency))
  const facts = {
    entryId,
    kind: KINDS[entryKind] ?? 'other',
    original: found.original === null ? null : minorText(found.original, found.currency!),
    carrying: told(found.carrying),
    brought: told(found.brought),
    difference: minorText(found.difference, fund.currency),
  } as const
  return {
    ...facts,
    on,
    contribution: contributionId === null ? null : { id: contributionId, code: code! },
    reference: found.reference ?? '',
    says: { en: sentenceOf(facts, 'en'), ar: sentenceOf(facts, 'ar') },
  }
}

const KINDS: Record<string, DifferenceKind> = {
  receipt: 'receipt',
  receipt_applied: 'receipt',
  payment_settled: 'payment',
  payment_returned: 'payment_return',
  conversion: 'conversion',
}

export type DifferenceTotals = {
  gains: MoneyText
  losses: MoneyText
  difference: MoneyText
  /** What the postings on the accounts say; the same, or something is wrong. */
  posted: MoneyText
  agrees: boolean
}

/** The sums of all lines, and beside them what the accounts themselves say over the same days. */
export async function fundDifferences(
  db: Db,
  fund: Fund,
  days: { from?: string; to?: string },
): Promise<DifferenceTotals> {
  const found = await row<Record<'gains' | 'losses' | 'posted', string>>(
    db,
    `with moved as (${OF_FUND})
     select coalesce(sum(difference) filter (where difference > 0), 0)::text as gains,
            coalesce(sum(difference) filter (where difference < 0), 0)::text as losses,
            coalesce((select -sum(p.functional) from accounts a join postings p on p.account_id = a.id
                       where a.fund_id = :fundId and a.address in ${REALISED}
                         and p.occurred_on between cast(:from as date) and cast(:to as date)), 0)::text as posted
       from moved`,
    within(fund, days),
  )
  const total = BigInt(found!.gains) + BigInt(found!.losses)
  return {
    gains: minorText(found!.gains, fund.currency),
    losses: minorText(found!.losses, fund.currency),
    difference: minorText(`${total}`, fund.currency),
    posted: minorText(found!.posted, fund.currency),
    agrees: `${total}` === found!.posted,
  }
}

export type ContributionDifferences = {
  agreed: { on: string; amount: MoneyText; functional: MoneyText; rate: string | null; rateSource: string | null }
  settled: MoneyText
  /** In the fund's currency: what was agreed is what receipts have released, what was written off, and what is outstanding. */
  carrying: Record<'agreed' | 'released' | 'writtenOff' | 'outstanding', MoneyText>
  brought: MoneyText
  difference: MoneyText
  posted: MoneyText
  agrees: boolean
}

/** The sums of a contribution's receipts beside what was agreed; undefined while nothing is. */
export async function contributionDifferences(
  db: Db,
  fund: Fund,
  contributionId: string,
): Promise<ContributionDifferences | undefined> {
  const found = await row<Record<string, string>>(
    db,
    `with moved as (${OF_CONTRIBUTION})
     select g.signed_on, g.amount, g.currency, g.functional, trim_scale(g.rate)::text as rate, g.rate_source, s.*,
            (select coalesce(sum(functional), 0)::text from write_offs where contribution_id = g.contribution_id) as written_off,
            (select coalesce(sum(p.functional), 0)::text from accounts a join postings p on p.account_id = a.id
              where a.contribution_id = g.contribution_id and a.address like 'assets:receivable:%') as outstanding,
            (select coalesce(sum(difference), 0)::text from moved) as posted
       from agreements g
       cross join lateral (select coalesce(sum(x.amount), 0)::text as settled, coalesce(sum(x.carrying), 0)::text as released,
                                  coalesce(sum(x.functional), 0)::text as brought
                             from receipt_applications x where x.contribution_id = g.contribution_id) s
      where g.contribution_id = :contributionId`,
    { ...within(fund, {}), contributionId },
  )
  if (!found) return undefined
  const told = (units: string | bigint) => minorText(`${units}`, fund.currency)
  const difference = BigInt(found.brought!) - BigInt(found.released!)
  const whole = BigInt(found.released!) + BigInt(found.written_off!) + BigInt(found.outstanding!)
  return {
    agreed: {
      on: found.signed_on!,
      amount: minorText(found.amount!, found.currency!),
      functional: told(found.functional!),
      rate: found.rate ?? null,
      rateSource: found.rate_source ?? null,
    },
    settled: minorText(found.settled!, found.currency!),
    carrying: {
      agreed: told(found.functional!),
      released: told(found.released!),
      writtenOff: told(found.written_off!),
      outstanding: told(found.outstanding!),
    },
    brought: told(found.brought!),
    difference: told(difference),
    posted: told(found.posted!),
    agrees: `${difference}` === found.posted && `${whole}` === found.functional,
  }
}

export const DIFFERENCE_COLUMNS: readonly Column<Difference>[] = [
  { heading: 'entry', figure: (one) => one.entryId },
  { heading: 'occurred_on', figure: (one) => one.on },
  { heading: 'kind', text: (one) => one.kind },
  { heading: 'contribution', text: (one) => one.contribution?.code ?? null },
  { heading: 'reference', text: (one) => one.reference },
  { heading: 'original_currency', text: (one) => one.original?.currency ?? null },
  { heading: 'original', figure: (one) => one.original?.amount ?? null },
  { heading: 'carrying', figure: (one) => one.carrying?.amount ?? null },
  { heading: 'brought', figure: (one) => one.brought?.amount ?? null },
  { heading: 'difference', figure: (one) => one.difference.amount },
  { heading: 'currency', text: (one) => one.difference.currency },
  { heading: 'says_en', text: (one) => one.says.en },
  { heading: 'says_ar', text: (one) => one.says.ar },
]

function within(fund: Fund, { from, to }: { from?: string | undefined; to?: string | undefined }) {
  return { fundId: fund.id, from: from ?? '-infinity', to: to ?? 'infinity' }
}
