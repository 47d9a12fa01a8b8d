import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Column } from '../http/csv.ts'
import { cursorOf } from '../http/pages.ts'
import { minorText, type MoneyText } from '../money.ts'
import { BALANCES, FORM, keyAfter, momentText, sealedBy } from './as-of.ts'
import type { FundRef, Query } from './queries.ts'

export type StatementLine = {
  occurredOn: string
  recordedAt: string
  entryId: string
  line: number
  kind: string
  memo: string
  /** Debit positive, in the account's currency and in the fund's, each with the balance after this line. */
  amount: MoneyText
  functional: MoneyText
  balance: MoneyText
  functionalBalance: MoneyText
}

export type Balances = { amount: MoneyText; functional: MoneyText }

export type Statement = {
  address: string
  currency: string
  from: string | null
  to: string | null
  recordedAt: string
  position: number | null
  /** Before the first line told here: what the page before ended with. */
  opening: Balances
  items: StatementLine[]
  /** After the last line told here. */
  closing: Balances
  next: string | null
}

export type StatementRow = Pick<StatementLine, 'occurredOn' | 'recordedAt' | 'entryId' | 'line' | 'kind' | 'memo'> & {
  amount: string
  functional: string
}

type Asked = {
  address: string
  currency: string
  from?: string
  to?: string
  recordedAt?: string
  position?: number
  after?: string
}
type Running = { amount: bigint; functional: bigint }

/** Where a statement begins: the account, the moment whose knowledge it tells, the line it follows, and the balance there. */
export type Beginning = {
  account: { id: string; address: string; currency: string }
  from: string | null
  to: string | null
  recordedAt: string
  position: number | null
  behind: { occurredOn: string; entryId: string; line: string }
  opening: Running
}

/**
 * Finds where a statement begins. The last line told and the moment are in the cursor, so that a page goes on where the one before it
 * ended, whatever is posted meanwhile; the balance there is not, for a link must not be able to tell a false one. Refuses
 * `invalid_request`, and `not_found` where the fund has no such account.
 */
export async function beginStatement(
  db: Db,
  fund: FundRef,
  { address, currency, from, to, recordedAt, position: asked, after }: Asked,
): Promise<Beginning> {
  const position = asked ?? null
  const key = keyAfter(after, [FORM.day, FORM.id, FORM.line, FORM.moment])
  const account = await row<{ id: string; now: string }>(
    db,
    `select id, ${momentText('clock_timestamp()')} as now from accounts
      where fund_id = :fundId and address = :address and currency = :currency`,
    { fundId: fund.id, address, currency },
  )
  if (!account) throw new Refusal('not_found')
  const [lastOn, entryId, line, moment] = key ?? []
  const isWithin = lastOn !== undefined && !(from !== undefined && lastOn < from)
  const behind = isWithin ? { occurredOn: lastOn, entryId: entryId!, line: line! } : startOf(from ?? '-infinity')
  const knownAt = moment ?? recordedAt ?? account.now
  const opening = await balanceBehind(db, { fundId: fund.id, account: account.id, knownAt, position, behind })
  return {
    ...{ account: { id: account.id, address, currency }, from: from ?? null, to: to ?? null, position },
    ...{ recordedAt: knownAt, behind, opening },
  }
}

/** The balance behind a line: that of the day before, and what the lines of its own day up to it come to. */
async function balanceBehind(
  db: Db,
  {
    behind,
    ...asOf
  }: { fundId: string; account: string; knownAt: string; position: number | null; behind: Beginning['behind'] },
): Promise<Running> {
  const found = await row<{ amount: string; functional: string }>(
    db,
    `select coalesce(sum(b.amount), 0)::text as amount, coalesce(sum(b.functional), 0)::text as functional
       from (select s.amount, s.functional from ${BALANCES('array[cast(:account as bigint)]', 'cast(:lastOn as date) - 1')} s
              union all
             select p.amount, p.functional from postings p
              where p.account_id = :account and p.occurred_on = cast(:lastOn as date)
                and (p.entry_id, p.line) <= (cast(:lastEntry as bigint), cast(:lastLine as int))
                and p.recorded_at <= cast(:knownAt as timestamptz) and ${sealedBy('p.entry_id')}) b`,
    { ...asOf, lastOn: behind.occurredOn, lastEntry: behind.entryId, lastLine: behind.line },
  )
  return { amount: BigInt(found!.amount), functional: BigInt(found!.functional) }
}

const startOf = (day: string) => ({ occurredOn: day, entryId: '0', line: '0' })

/** The lines that follow, in order of value date; one more than `limit`, without a limit all. */
export function statementQuery({ account, to, recordedAt, position, behind }: Beginning, limit?: number): Query {
  return {
    sql: `select p.occurred_on as "occurredOn", ${momentText('p.recorded_at')} as "recordedAt", p.entry_id as "entryId", p.line,
                 e.kind, e.memo, p.amount, p.functional
            from postings p join entries e on e.id = p.entry_id
           where p.account_id = :account and p.recorded_at <= cast(:knownAt as timestamptz) and ${sealedBy('p.entry_id')}
             and p.occurred_on <= cast(:upTo as date)
             and (p.occurred_on, p.entry_id, p.line) > (cast(:lastOn as date), cast(:lastEntry as bigint), cast(:lastLine as int))
           order by p.occurred_on, p.entry_id, p.line ${limit === undefined ? '' : 'limit :most'}`,
    bindings: {
      account: account.id,
      knownAt: recordedAt,
      position,
      upTo: to ?? 'infinity',
      lastOn: behind.occurredOn,
      lastEntry: behind.entryId,
      lastLine: behind.line,
      most: (limit ?? 0) + 1,
    },
  }
}

/** One page of an account statement. Refuses as `beginStatement`. */
export async function readStatement(db: Db, fund: FundRef, asked: Asked & { limit: number }): Promise<Statement> {
  const beginning = await beginStatement(db, fund, asked)
  const { account, from, to, recordedAt, position, opening } = beginning
  const { sql, bindings } = statementQuery(beginning, asked.limit)
  const found = await rows<StatementRow>(db, sql, bindings)
  const running = { ...opening }
  const items = found.slice(0, asked.limit).map((one) => statementLine(one, running, account.currency, fund))
  const last = items.at(-1)
  const next =
    last && found.length > asked.limit ? cursorOf([last.occurredOn, last.entryId, `${last.line}`, recordedAt]) : null
  const told = ({ amount, functional }: Running) => ({
    amount: minorText(`${amount}`, account.currency),
    functional: minorText(`${functional}`, fund.currency),
  })
  return {
    ...{ address: account.address, currency: account.currency, from, to, recordedAt, position },
    ...{ opening: told(opening), items, closing: told(running), next },
  }
}

/** A line with the balance after it; `running` goes on by it. */
export function statementLine(found: StatementRow, running: Running, currency: string, fund: FundRef): StatementLine {
  running.amount += BigInt(found.amount)
  running.functional += BigInt(found.functional)
  return {
    ...found,
    amount: minorText(found.amount, currency),
    functional: minorText(found.functional, fund.currency),
    balance: minorText(`${running.amount}`, currency),
    functionalBalance: minorText(`${running.functional}`, fund.currency),
  }
}

export const STATEMENT_COLUMNS: readonly Column<StatementLine>[] = [
  { heading: 'occurred_on', figure: (one) => one.occurredOn },
  { heading: 'recorded_at', figure: (one) => one.recordedAt },
  { heading: 'entry', figure: (one) => one.entryId },
  { heading: 'line', figure: (one) => `${one.line}` },
  { heading: 'kind', text: (one) => one.kind },
  { heading: 'memo', text: (one) => one.memo },
  { heading: 'currency', text: (one) => one.amount.currency },
  { heading: 'amount', figure: (one) => one.amount.amount },
  { heading: 'balance', figure: (one) => one.balance.amount },
  { heading: 'functional_currency', text: (one) => one.functional.currency },
  { heading: 'functional', figure: (one) => one.functional.amount },
  { heading: 'functional_balance', figure: (one) => one.functionalBalance.amount },
]
