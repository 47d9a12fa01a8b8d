import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Db } from '../../../db/connect.ts'
import { inDays } from '../../days.ts'
import { minorText } from '../../money.ts'
import { beancountName } from './beancount-names.ts'
import {
  accountsAt,
  amountsIn,
  balancesIn,
  daysOf,
  transactions,
  type Asked,
  type In,
  type Transaction,
} from './told.ts'

/**
 * Writes the ledger as a file for beancount: each entry as a transaction for each book, the budget book below Equity:Budget, and after the
 * last day the balance of every account, so that beancount's own reading proves them, without its tolerance. In which currency, and why
 * there are no prices: as `writeHledger`.
 */
export async function writeBeancount(db: Db, asked: Asked & { amounts: In }, to: NodeJS.WritableStream): Promise<void> {
  await pipeline(Readable.from(ledger(db, asked)), to)
}

async function* ledger(db: Db, asked: Asked & { amounts: In }): AsyncGenerator<string> {
  const { fund, position } = asked
  const title = `${fund.name} (${fund.code}) at seal ${position}`
  yield `${HEADER}\noption "title" ${text(title)}\noption "operating_currency" "${fund.currency}"\n`
  yield `option "inferred_tolerance_multiplier" "0"\n\n`
  const days = await daysOf(db, asked)
  if (!days) return
  yield* openings(db, asked, days.first)
  for await (const one of transactions(db, asked)) yield transactionText(one, asked)
  yield '\n'
  yield* assertions(db, asked, inDays(days.last, 1))
}

async function* openings(db: Db, asked: Asked & { amounts: In }, on: string): AsyncGenerator<string> {
  let open: { address: string; currencies: string[] } | undefined
  const told = () => `${on} open ${beancountName(open!.address)} ${open!.currencies.join(',')}\n`
  for await (const { address, currency } of accountsAt(db, asked)) {
    const here = asked.amounts === 'original' ? currency : asked.fund.currency
    if (open?.address === address) {
      if (!open.currencies.includes(here)) open.currencies.push(here)
      continue
    }
    if (open) yield told()
    open = { address, currencies: [here] }
  }
  if (open) yield told()
}

/** Beancount's balance of an account is that of all below it too, so each account's goes to those above it as well. */
async function* assertions(db: Db, asked: Asked & { amounts: In }, on: string): AsyncGenerator<string> {
  const sums = new Map<string, { address: string; currency: string; units: bigint }>()
  for await (const { address, currency, units } of balancesIn(db, asked)) {
    sums.set(`${address} ${currency}`, { address, currency, units: BigInt(units) })
    for (let end = address.lastIndexOf(':'); end > 0; end = address.lastIndexOf(':', end - 1)) {
      const above = sums.get(`${address.slice(0, end)} ${currency}`)
      if (above) above.units += BigInt(units)
    }
  }
  for (const { address, currency, units } of sums.values()) {
    const { amount } = minorText(`${units}`, currency)
    yield `${on} balance ${beancountName(address)}  ${amount} ~ 0 ${currency}\n`
  }
}

function transactionText(
  { book, postings, ...entry }: Transaction,
  { fund, amounts }: Asked & { amounts: In },
): string {
  const told = ({ units, currency }: { units: string; currency: string }) =>
    `${minorText(units, currency).amount} ${currency}`
  const lines = postings.map((posting) => {
    const { here, other } = amountsIn(amounts, posting, fund.currency)
    const also = other ? `    ${other.name}: ${told(other)}\n` : ''
    return `  ${beancountName(posting.address)}  ${told(here)}\n${also}`
  })
  const facts = {
    ...{ entry: entry.id, book, source: entry.source, act: entry.actId, recorded: entry.recordedAt },
    ...(entry.reverses ? { reverses: entry.reverses } : {}),
  }
  const told_ = Object.entries(facts).map(([name, value]) => `  ${name}: ${text(value)}\n`)
  return `\n${entry.occurredOn} * ${text(entry.kind)} ${text(entry.memo)}\n${told_.join('')}${lines.join('')}`
}

const ESCAPES: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text in quotes, on one line. */
function text(value: string): string {
  return `"${value.replaceAll(/["\\\n\r\t]/g, (character) => ESCAPES[character]!)}"`
}

const HEADER = `; The ledger of a fund as it is under the seal that the title names.
; Read it with beancount: bean-check FILE; bean-report FILE balances.
; An entry is one transaction for each book that it moves; "book" says which. The budget book (funds control) is below Equity:Budget and
; balances by itself; everything else is the actual book. The payee is the kind of the entry, the narration its memo.
; Names of accounts are the ledger's addresses, of which they can be made again: the first letter of every part is a capital, and was a small
; one where a small letter follows it or nothing does (cash, m); expense is Expenses, budget is Equity:Budget. Any other character, and a
; first letter for which that is not so, is -- and two hexadecimal digits, after an X at the beginning: a.b is A--2Eb, Main is X--4Dain.
; Asked for with in=original, amounts are in the currency of each account and functional is the amount in the fund's; with in=functional it is
; the other way round, and differences on exchange, which have no original amount, are amounts. No rate is told, for none is computed from.
`
