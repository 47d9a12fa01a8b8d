import type { Find } from './faults.ts'

/** Debits and credits of one book in one currency, or in the fund's as a whole; and what the entry in hand has not yet balanced. */
export type Sum = { readonly key: string; open: bigint; debit: bigint; credit: bigint }

/** An account as its postings make it; `sums` are those that every amount on it goes to. */
export type Account = {
  readonly address: string
  readonly currency: string
  readonly book: string
  /** Of a stage of a contribution's money: which, and the contribution's code. */
  readonly stage: string | undefined
  readonly code: string | undefined
  amount: bigint
  functional: bigint
  readonly inCurrency: Sum
  readonly inFunctional: Sum
  readonly ofContribution: Sum | undefined
}

export type Books = {
  readonly accounts: Map<string, Account>
  readonly sums: Map<string, Sum>
  /** The sums that the entry in hand has touched. */
  touched: Sum[]
}

export const newBooks = (): Books => ({ accounts: new Map(), sums: new Map(), touched: [] })

/** Adds a posting to its account and to the sums of its book. Gives false where an amount is no whole number. */
export function addPosting(
  books: Books,
  address: string,
  currency: string,
  amount: string,
  functional: string,
): boolean {
  const key = `${address} ${currency}`
  let account = books.accounts.get(key)
  if (!account) books.accounts.set(key, (account = openAccount(books, address, currency)))
  let units: bigint
  let functionalUnits: bigint
  try {
    units = BigInt(amount)
    functionalUnits = BigInt(functional)
  } catch {
    return false
  }
  account.amount += units
  account.functional += functionalUnits
  addTo(books, account.inCurrency, units)
  addTo(books, account.inFunctional, functionalUnits)
  if (account.ofContribution) addTo(books, account.ofContribution, units)
  return true
}

/** What an entry leaves open in a book or in a contribution is a fault; the next entry begins anew. */
export function closeEntry(books: Books, id: string, find: Find): void {
  for (const sum of books.touched) {
    if (sum.open === 0n) continue
    const kind = sum.key.startsWith('contribution ') ? 'contribution_not_conserved' : 'entry_unbalanced'
    find(kind, `entry ${id} leaves ${sum.open} in ${sum.key}`)
    sum.open = 0n
  }
  books.touched = []
}

const STAGE = /^budget:(authority|support|available|ready|reserved|committed|disbursed|reported):([^:]+)/

function openAccount({ sums }: Books, address: string, currency: string): Account {
  const sumOf = (key: string) => {
    const sum = sums.get(key) ?? { key, open: 0n, debit: 0n, credit: 0n }
    sums.set(key, sum)
    return sum
  }
  const book = address.startsWith('budget:') ? 'budget' : 'actual'
  const [, stage, code] = STAGE.exec(address) ?? []
  return {
    ...{ address, currency, book, stage, code, amount: 0n, functional: 0n },
    inCurrency: sumOf(`${book} ${currency}`),
    inFunctional: sumOf(`${book} functional`),
    ofContribution: code === undefined ? undefined : sumOf(`contribution ${code}`),
  }
}

function addTo(books: Books, sum: Sum, units: bigint): void {
  if (!books.touched.includes(sum)) books.touched.push(sum)
  sum.open += units
  if (units > 0n) sum.debit += units
  else sum.credit -= units
}

/** The totals of each book in every currency and functionally, in the order of their names. */
export function totalsOf({ sums }: Books): { book: string; in: string; debit: string; credit: string }[] {
  return [...sums.values()]
    .filter(({ key }) => !key.startsWith('contribution '))
    .map(({ key, debit, credit }) => {
      const [book, of] = key.split(' ') as [string, string]
      return { book, in: of, debit: `${debit}`, credit: `${credit}` }
    })
    .sort((a, b) => (`${a.book} ${a.in}` < `${b.book} ${b.in}` ? -1 : 1))
}
