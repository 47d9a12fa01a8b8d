import { negate, type Money } from '../money.ts'
import { elementAt, elementsIn, textAt, type XmlElement } from '../xml.ts'
import { amountIn, entriesOf } from './camt-entry.ts'
import type { Balance, StatementRead, Totals } from './policy.ts'
import { mustBeDay, mustBeText, unreadable } from './unreadable.ts'

export const CAMT = ['camt.053.001.08', 'camt.053.001.02'] as const
export type CamtVersion = (typeof CAMT)[number]

const MOST_STATEMENTS = 200

/**
 * The statements of a BankToCustomerStatement message, `camt.053.001.08` or `.02`, as the ISO 20022 message definition reports lay them
 * out. Refuses `statement_unreadable` with the line, the element and the reason.
 */
export function readCamt(root: XmlElement): { version: CamtVersion; statements: StatementRead[] } {
  const version = CAMT.find((one) => root.namespace === `urn:iso:std:iso:20022:tech:xsd:${one}`)
  const message = elementAt(root, 'BkToCstmrStmt')
  if (root.name !== 'Document' || !version || !message)
    return unreadable('not_a_statement', {
      line: root.line,
      element: root.name,
      namespace: root.namespace.slice(0, 100),
    })
  const found = elementsIn(message, 'Stmt')
  if (found.length === 0 || found.length > MOST_STATEMENTS)
    return unreadable('no_statement', { line: message.line, statements: found.length })
  return { version, statements: found.map(statementIn) }
}

function statementIn(stmt: XmlElement): StatementRead {
  const at = { line: stmt.line }
  const bankId = mustBeText(textAt(stmt, 'Id') ?? unreadable('missing', { ...at, element: 'Id' }), 35, at)
  const account =
    textAt(stmt, 'Acct', 'Id', 'IBAN') ??
    textAt(stmt, 'Acct', 'Id', 'Othr', 'Id') ??
    unreadable('missing', { ...at, element: 'Acct/Id' })
  const balances = elementsIn(stmt, 'Bal')
  const opening = balanceOf(balances, ['OPBD', 'PRCD', 'ITBD'], 'first') ?? unreadable('no_opening_balance', at)
  const closing = balanceOf(balances, ['CLBD', 'ITBD'], 'last') ?? unreadable('no_closing_balance', at)
  const { currency } = closing.amount
  const said = textAt(stmt, 'Acct', 'Ccy')
  if (opening.amount.currency !== currency || (said !== undefined && said !== currency))
    return unreadable('mixed_currencies', { ...at, element: 'Bal' })
  const all = elementsIn(stmt, 'Ntry')
  const booked = all.filter((entry) => statusOf(entry) === 'BOOK')
  const entries = booked.flatMap((entry, i) => entriesOf(entry, { position: i + 1, currency }))
  const days = [opening.on, ...entries.map((one) => one.bookedOn)].sort()
  const from = textAt(stmt, 'FrToDt', 'FrDtTm') ?? days.find((day) => day >= opening.on) ?? opening.on
  const first = mustBeDay(from, { ...at, element: 'FrToDt/FrDtTm' })
  return {
    bankId,
    sequence: mustBeText(textAt(stmt, 'ElctrncSeqNb') ?? textAt(stmt, 'LglSeqNb') ?? '', 35, at),
    account: mustBeText(account, 40, at),
    currency,
    from: first > closing.on ? closing.on : first,
    to: closing.on,
    opening,
    closing,
    totals: totalsIn(elementAt(stmt, 'TxsSummry'), currency),
    entries,
    notBooked: all.length - booked.length,
  }
}

/** Version 8 has the status as a code in the element, version 2 as the element's text. */
function statusOf(entry: XmlElement): string {
  return (
    textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts') ?? unreadable('missing', { line: entry.line, element: 'Sts' })
  )
}

/** A balance of the first of these kinds that there is. A statement in several pages has intermediate ones in the place of the others. */
function balanceOf(
  balances: readonly XmlElement[],
  kinds: readonly string[],
  which: 'first' | 'last',
): Balance | undefined {
  for (const kind of kinds) {
    const found = balances.filter((one) => textAt(one, 'Tp', 'CdOrPrtry', 'Cd') === kind)
    const balance = which === 'first' ? found[0] : found.at(-1)
    if (balance) {
      const on = textAt(balance, 'Dt', 'Dt') ?? textAt(balance, 'Dt', 'DtTm') ?? ''
      return { on: mustBeDay(on, { line: balance.line, element: 'Bal/Dt' }), amount: signed(balance) }
    }
  }
  return undefined
}

/** What an element tells as `Amt` with its currency and, beside it, whether it is a credit or a debit. */
function signed(element: XmlElement): Money {
  const amount = amountIn(elementAt(element, 'Amt'), element.line)
  return directed(amount, element)
}

function directed(amount: Money, element: XmlElement): Money {
  const says = textAt(element, 'CdtDbtInd')
  if (says !== 'CRDT' && says !== 'DBIT') return unreadable('missing', { line: element.line, element: 'CdtDbtInd' })
  return says === 'CRDT' ? amount : negate(amount)
}

function totalsIn(summary: XmlElement | undefined, currency: string): Totals | null {
  if (!summary) return null
  const of = (name: string) => {
    const element = elementAt(summary, name)
    const total = textAt(summary, name, 'Sum')
    return {
      count: countIn(textAt(summary, name, 'NbOfNtries'), summary.line),
      sum: element && total !== undefined ? amountIn(elementAt(element, 'Sum'), summary.line, currency) : null,
    }
  }
  const all = elementAt(summary, 'TtlNtries')
  return {
    entries: of('TtlNtries'),
    net: netIn(all, currency),
    credits: of('TtlCdtNtries'),
    debits: of('TtlDbtNtries'),
  }
}

/** The net of all entries: an element of its own in version 8, two elements side by side in version 2. */
function netIn(all: XmlElement | undefined, currency: string): Money | null {
  const own = all && elementAt(all, 'TtlNetNtry')
  if (own) return directed(amountIn(elementAt(own, 'Amt'), own.line, currency), own)
  const beside = all && elementAt(all, 'TtlNetNtryAmt')
  return beside ? directed(amountIn(beside, beside.line, currency), all) : null
}

function countIn(text: string | undefined, line: number): number | null {
  if (text === undefined) return null
  return /^\d{1,9}$/.test(text) ? Number.parseInt(text, 10) : unreadable('not_a_count', { line, element: 'NbOfNtries' })
}
