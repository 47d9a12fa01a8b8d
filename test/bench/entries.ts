import type { Trx } from '../../db/connect.ts'
import { newId } from '../../server/ids.ts'
import {
  authority,
  cash,
  contributionIncome,
  fundAccount,
  receivable,
  stage,
  type ContributionRef,
  type RequestRef,
} from '../../server/ledger/accounts.ts'
import { credit, debit, postEntries, type Entry } from '../../server/ledger/post.ts'
import { money } from '../../server/money.ts'

/** A fund whose ledger the benchmark fills, with a thousand contributions and a request that each of them pays. */
export type Books = {
  readonly fundId: string
  readonly actId: string
  readonly contributions: readonly ContributionRef[]
  readonly requests: readonly RequestRef[]
}

export const CONTRIBUTIONS = 1_000
const DAY = '2026-03-02'
const USD = 'USD'
const bank = { code: 'main', currency: USD }

/** Opens a fund with a thousand contributions, each with more money than the benchmark can spend. */
export async function openBooks(trx: Trx): Promise<Books> {
  const books = {
    fundId: newId('fund'),
    actId: newId('act'),
    contributions: Array.from({ length: CONTRIBUTIONS }, (_, i) => ({ id: newId('contribution'), code: `C${i}` })),
    requests: Array.from({ length: CONTRIBUTIONS }, (_, i) => ({ id: newId('request'), code: `R${i}` })),
  }
  const { fundId, actId } = books
  await trx('funds').insert({ id: fundId, code: 'BENCH-LEDGER', name: 'Bench', currency: USD, opened_on: DAY })
  await trx('acts').insert({ id: actId, fund_id: fundId, request_id: 'bench', method: '-', path: '-', outcome: 'done' })
  await postEntries(trx, { fundId, actId }, books.contributions.map(firstReceipt))
  await postEntries(
    trx,
    { fundId, actId },
    books.contributions.map((_, i) => submittedEntry(books, i)),
  )
  return books
}

/** A receipt of 1,000.00: six postings, three of them in each book. */
export function receiptEntry(books: Books, i: number): Entry {
  const contribution = books.contributions[i]!
  return {
    kind: 'receipt',
    source: source(),
    occurredOn: DAY,
    memo: 'MT103 884211',
    postings: [
      debit(cash(bank), money('995.00', USD)),
      debit(fundAccount('expense:bank-charges', USD), money('5.00', USD)),
      credit(receivable(contribution, USD), money('1000.00', USD)),
      debit(stage('available', contribution, USD), money('930.00', USD)),
      debit(stage('support', contribution, USD), money('70.00', USD)),
      credit(authority(contribution, USD), money('1000.00', USD)),
    ],
  }
}

/** A request that holds 1.00 of one contribution: two postings in the budget book, on two guarded accounts. */
export function submittedEntry({ contributions, requests }: Books, i: number, request = requests[i]!): Entry {
  const contribution = contributions[i]!
  return {
    kind: 'request_submitted',
    source: source(),
    occurredOn: DAY,
    memo: request.code,
    postings: [
      debit(stage('reserved', contribution, USD, request), money('1.00', USD)),
      credit(stage('available', contribution, USD), money('1.00', USD)),
    ],
  }
}

/** As `submittedEntry`, by a request that nobody saw before: its account is opened with the entry, as on every real submission. */
export function firstSubmittedEntry(books: Books, i: number): Entry {
  const id = newId('request')
  return submittedEntry(books, i, { id, code: id.slice(-20) })
}

function firstReceipt(contribution: ContributionRef): Entry {
  const amount = money('10000000000.00', USD)
  return {
    kind: 'receipt',
    source: contribution.id,
    occurredOn: DAY,
    postings: [
      debit(cash(bank), amount),
      credit(contributionIncome(contribution, USD), amount),
      debit(stage('available', contribution, USD), amount),
      credit(authority(contribution, USD), amount),
    ],
  }
}

let count = 0

function source(): string {
  count += 1
  return `bench-${count}`
}
