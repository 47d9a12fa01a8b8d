import type { Account, Books } from './books.ts'
import type { Row } from './csv.ts'
import type { Find } from './faults.ts'
import { TABLES } from './manifest.ts'

/**
 * Every account has exactly the sum of its postings here, and in a whole export that is its balance. In a part the balance is told, and not
 * proven.
 */
export async function checkAccounts(
  rows: AsyncIterable<Row[]>,
  { accounts }: Books,
  isWhole: boolean,
  find: Find,
): Promise<number> {
  const left = new Map(accounts)
  let count = 0
  for await (const batch of rows) {
    for (const [address, currency, book, , , , amount, functional, balance, functionalBalance] of batch) {
      count += 1
      const key = `${address} ${currency}`
      const of = left.get(key)
      left.delete(key)
      const agrees =
        of !== undefined &&
        book === of.book &&
        amount === `${of.amount}` &&
        functional === `${of.functional}` &&
        (!isWhole || (balance === amount && functionalBalance === functional))
      if (!agrees) find('account_differs', key)
    }
  }
  for (const key of left.keys()) find('account_differs', `${key} is not there`)
  return count
}

const STAGES = TABLES['conservation.csv'].slice(2)

/** For each contribution the stages sum to its authority; in a whole export each is the sum of its postings. */
export async function checkConservation(
  rows: AsyncIterable<Row[]>,
  { accounts }: Books,
  isWhole: boolean,
  find: Find,
): Promise<number> {
  const left = stagesOf(accounts.values())
  let count = 0
  for await (const batch of rows) {
    for (const [code, , ...told] of batch) {
      count += 1
      const of = left.get(code!)
      left.delete(code!)
      const sums = told.map((units) => (/^-?\d+$/.test(units) ? BigInt(units) : undefined))
      const total = sums.slice(1).reduce((all, units) => (all ?? 0n) + (units ?? 0n), 0n)
      if (sums.includes(undefined) || total !== sums[0]) find('contribution_not_conserved', `contribution ${code}`)
      const agrees = of !== undefined && (!isWhole || of.every((units, i) => units === sums[i]))
      if (!agrees) find('conservation_differs', `contribution ${code}`)
    }
  }
  for (const code of left.keys()) find('conservation_differs', `contribution ${code} is not there`)
  return count
}

/** Authority and the stages of each contribution, in the order of their columns; the authority is a contra and so the other way round. */
function stagesOf(accounts: Iterable<Account>): Map<string, bigint[]> {
  const found = new Map<string, bigint[]>()
  for (const { stage, code, amount } of accounts) {
    if (stage === undefined || code === undefined) continue
    const stages = found.get(code) ?? STAGES.map(() => 0n)
    stages[STAGES.indexOf(stage)]! += stage === 'authority' ? -amount : amount
    found.set(code, stages)
  }
  return found
}
