import { row, type Trx } from '../../db/connect.ts'
import {
  advances,
  fundAccount,
  grantsExpense,
  missionExpense,
  partnerRefunds,
  type Account,
} from '../ledger/accounts.ts'
import { credit, debit, type Posting } from '../ledger/post.ts'
import { moveStage, type StagePart } from '../ledger/stages.ts'
import type { LoadedRequest } from '../requests/load.ts'
import type { LoadedLine } from './load.ts'

type Reviewed = {
  line: Pick<LoadedLine, 'category' | 'functional'>
  verdict: 'accept' | 'ineligible'
  parts: readonly StagePart[]
  /** The day of the entry: a cost of an earlier year stays a cost of that year. */
  on: string
}

/**
 * The postings of event 19. A grant is an advance until it is accepted as spent; what the fund paid itself is a cost since it was certified, so
 * accepting it moves only the budget. What is not eligible must come back from the payee, and is told apart until it has.
 */
export async function reviewPostings(
  trx: Trx,
  request: LoadedRequest,
  { line: { category, functional }, verdict, parts, on }: Reviewed,
): Promise<Posting[]> {
  const { currency } = request
  const grants = category === 'grants'
  if (verdict === 'accept') {
    const spent = grants
      ? [debit(grantsExpense(request, currency), functional), credit(advances(request, currency), functional)]
      : []
    return [...spent, ...moveStage(request, { from: 'disbursed', to: 'reported' }, parts)]
  }
  const cost = grants ? advances(request, currency) : await costOfYear(trx, request, { category, on })
  return [
    debit(partnerRefunds(request, currency), functional),
    credit(cost, functional),
    ...moveStage(request, { from: 'disbursed', to: 'recoverable' }, parts),
  ]
}

async function costOfYear(
  trx: Trx,
  request: LoadedRequest,
  { category, on }: { category: string; on: string },
): Promise<Account> {
  const certified = await row<{ year: string | null }>(
    trx,
    `select to_char(max(certified_at) at time zone 'utc', 'YYYY') as year from payments
      where request_id = :id and category = :category and status = 'settled'`,
    { id: request.id, category },
  )
  return certified!.year === on.slice(0, 4)
    ? missionExpense(category, request, request.currency)
    : fundAccount('income:prior-year-recoveries', request.currency)
}
