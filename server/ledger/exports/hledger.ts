import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Db } from '../../../db/connect.ts'
import { minorText, minorUnitOf } from '../../money.ts'
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
 * Writes the ledger as a journal for hledger: accounts by their own addresses, each entry as a transaction for each book, and at the end
 * the balance of every account as an assertion, so that hledger's own reading proves them. In the original currencies every transaction
 * sums to zero in each of them, so that no price is needed; what an entry is in the fund's currency is the tag `functional`. Differences on
 * exchange, which have no original amount, are amounts only in the journal in the fund's currency.
 */
export async function writeHledger(db: Db, asked: Asked & { amounts: In }, to: NodeJS.WritableStream): Promise<void> {
  await pipeline(Readable.from(journal(db, asked)), to)
}

async function* journal(db: Db, asked: Asked & { amounts: In }): AsyncGenerator<string> {
  const { fund, position, amounts } = asked
  yield HEADER.replace('FUND', oneLine(`${fund.name} (${fund.code})`)).replace('SEAL', `${position}`)
  yield `decimal-mark .\n\naccount budget  ; type:E\n`
  const currencies = new Set<string>()
  let address
  for await (const account of accountsAt(db, asked)) {
    currencies.add(amounts === 'original' ? account.currency : fund.currency)
    if (account.address !== address) yield `account ${account.address}\n`
    address = account.address
  }
  for (const currency of [...currencies].sort())
    yield `commodity 1000.${'0'.repeat(minorUnitOf(currency))} ${currency}\n`
  for await (const one of transactions(db, asked)) yield transactionText(one, asked)
  const days = await daysOf(db, asked)
  if (!days) return
  yield `\n${days.last} * balances at seal ${position}\n`
  for await (const { address: account, currency, units } of balancesIn(db, asked))
    yield `    ${account}  ${told('0', currency)} = ${told(units, currency)}\n`
}

function transactionText(
  { book, postings, ...entry }: Transaction,
  { fund, amounts }: Asked & { amounts: In },
): string {
  const lines = postings.map((posting) => {
    const { here, other } = amountsIn(amounts, posting, fund.currency)
    const also = other ? `  ; ${other.name}:${told(other.units, other.currency)}` : ''
    return `    ${posting.address}  ${told(here.units, here.currency)}${also}\n`
  })
  const tags = {
    ...{ entry: entry.id, book, source: entry.source, act: entry.actId, recorded: entry.recordedAt },
    ...(entry.reverses ? { reverses: entry.reverses } : {}),
  }
  const told_ = Object.entries(tags).map(([name, value]) => `${name}:${name === 'recorded' ? value : oneWord(value)}`)
  const description = entry.memo ? `${entry.kind} | ${oneLine(entry.memo)}` : entry.kind
  return `\n${entry.occurredOn} * (${entry.id}) ${description}\n    ; ${told_.join(', ')}\n${lines.join('')}`
}

function told(units: string, currency: string): string {
  return `${minorText(units, currency).amount} ${currency}`
}

/** A text that ends neither the line nor the description; what would is told as JSON tells it (\\u003b). */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this takes out
  return text.replaceAll(/[\u0000-\u001f;\\\u007f-\u009f\u2028\u2029]|^\s|\s$/gu, escaped)
}

/** A text that hledger takes for no other tag, date or comment. */
function oneWord(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_./+-]/g, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

const HEADER = `; The ledger of FUND as it is under seal SEAL.
; Read it with hledger: hledger check --strict -f FILE; hledger balance -f FILE.
; An entry is one transaction for each book that it moves: actual (assets, liabilities, equity, income, expense) and budget, which is funds
; control and balances by itself: hledger balance -f FILE not:budget. The number of the entry is the code of its transactions.
; The description is the kind of the entry, a bar, and its memo; ; \\u005c and what would end a line stand in it as \\u003b does here.
; Asked for with in=original, amounts are in the currency of each account and functional: is the amount in the fund's; with in=functional it
; is the other way round, and differences on exchange, which have no original amount, are amounts. No rate is told, for none is computed from.
`
