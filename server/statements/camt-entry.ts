import { add, amountText, isZero, negate, subtract, sum, zero, type Money } from '../money.ts'
import { elementAt, elementsIn, textAt, type XmlElement } from '../xml.ts'
import type { EntryRead } from './policy.ts'
import { mustBeAmount, mustBeDay, mustBeText, unreadable } from './unreadable.ts'

/** An amount as XML tells it: the text, and the currency as its attribute or as that of what is around it. */
export function amountIn(element: XmlElement | undefined, line: number, around?: string): Money {
  if (!element) return unreadable('missing', { line, element: 'Amt' })
  const currency = element.attributes.get('Ccy') ?? around
  if (!currency || !/^[A-Z]{3}$/.test(currency))
    return unreadable('no_currency', { line: element.line, element: element.name })
  const text = element.text.trim()
  if (text.startsWith('-')) return unreadable('not_an_amount', { line: element.line, value: text.slice(0, 40) })
  return mustBeAmount(text, currency, { line: element.line, element: element.name })
}

/**
 * What was booked, as one entry or, where the bank tells the amount of every transaction of a batch, as each of them; these add up to
 * what was booked, or the file is refused.
 */
export function entriesOf(
  entry: XmlElement,
  { position, currency }: { position: number; currency: string },
): EntryRead[] {
  const amount = directionOf(entry, 1)(amountIn(elementAt(entry, 'Amt'), entry.line))
  if (amount.currency !== currency) return unreadable('mixed_currencies', { line: entry.line, element: 'Ntry/Amt' })
  if (isZero(amount)) return unreadable('not_an_amount', { line: entry.line, value: amountText(amount) })
  const details = elementsIn(entry, 'NtryDtls').flatMap((one) => elementsIn(one, 'TxDtls'))
  const parts = details.length > 1 ? details.map((one) => partOf(one, entry, currency)) : []
  if (parts.length === 0 || parts.some((part) => part === undefined))
    return [entryOf(entry, details.length === 1 ? details[0] : undefined, { position, part: 0, amount })]
  const sure = parts as Money[]
  const adds = sum(sure, currency)
  if (!isZero(subtract(adds, amount)))
    return unreadable('batch_does_not_add_up', {
      ...{ line: entry.line, element: 'NtryDtls' },
      ...{ says: amountText(amount), adds: amountText(adds) },
    })
  return details.map((one, i) => entryOf(entry, one, { position, part: i + 1, amount: sure[i]! }))
}

/** What a transaction of a batch moved, charges taken with it included; undefined where that is not told in the account's currency. */
function partOf(details: XmlElement, entry: XmlElement, currency: string): Money | undefined {
  const told = elementAt(details, 'Amt') ?? elementAt(details, 'AmtDtls', 'TxAmt', 'Amt')
  if (!told || told.attributes.get('Ccy') !== currency) return undefined
  const directed = directionOf(elementAt(details, 'CdtDbtInd') ? details : entry, 1)
  return directed(amountIn(told, details.line))
}

/** Gives an amount the sign of a credit or a debit. */
function directionOf(element: XmlElement, line: number): (amount: Money) => Money {
  const says = textAt(element, 'CdtDbtInd')
  if (says === 'CRDT') return (amount) => amount
  if (says === 'DBIT') return negate
  return unreadable('missing', { line: element.line || line, element: 'CdtDbtInd' })
}

function entryOf(
  entry: XmlElement,
  details: XmlElement | undefined,
  { position, part, amount }: { position: number; part: number; amount: Money },
): EntryRead {
  const at = { line: (details ?? entry).line }
  const day = (name: string) => textAt(entry, name, 'Dt') ?? textAt(entry, name, 'DtTm')
  const bookedOn = mustBeDay(day('BookgDt') ?? unreadable('missing', { ...at, element: 'BookgDt' }), at)
  const text = (most: number, ...path: string[]) => mustBeText((details && textAt(details, ...path)) ?? '', most, at)
  const sent =
    details && (elementAt(details, 'AmtDtls', 'InstdAmt', 'Amt') ?? elementAt(details, 'AmtDtls', 'TxAmt', 'Amt'))
  const other = amount.amount.isNegative() ? 'Cdtr' : 'Dbtr'
  const name = text(140, 'RltdPties', other, 'Pty', 'Nm') || text(140, 'RltdPties', other, 'Nm')
  return {
    ...{ position, part, bookedOn, amount },
    valueOn: mustBeDay(day('ValDt') ?? bookedOn, { ...at, element: 'ValDt' }),
    reversal: textAt(entry, 'RvslInd') === 'true' || textAt(entry, 'RvslInd') === '1',
    endToEndId: text(35, 'Refs', 'EndToEndId').replace(/^NOTPROVIDED$/, ''),
    uetr: text(36, 'Refs', 'UETR'),
    servicerReference: text(35, 'Refs', 'AcctSvcrRef') || mustBeText(textAt(entry, 'AcctSvcrRef') ?? '', 35, at),
    code: codeOf(details, at) || codeOf(entry, at),
    charge: chargeIn(details ?? entry, amount.currency) ?? chargeIn(entry, amount.currency) ?? zero(amount.currency),
    sent: sent ? amountIn(sent, at.line) : null,
    counterparty: name,
    counterpartyAccount:
      text(40, 'RltdPties', `${other}Acct`, 'Id', 'IBAN') || text(40, 'RltdPties', `${other}Acct`, 'Id', 'Othr', 'Id'),
    remittance: remittanceOf(entry, details, at),
    returnReason:
      text(35, 'RtrInf', 'Rsn', 'Cd') || text(35, 'RtrInf', 'Rsn', 'Prtry') || text(105, 'RtrInf', 'AddtlInf'),
  }
}

/** The bank transaction code: domain, family and sub-family, or the bank's own. */
function codeOf(element: XmlElement | undefined, at: { line: number }): string {
  const code = element && elementAt(element, 'BkTxCd')
  if (!code) return ''
  const parts = [
    textAt(code, 'Domn', 'Cd'),
    textAt(code, 'Domn', 'Fmly', 'Cd'),
    textAt(code, 'Domn', 'Fmly', 'SubFmlyCd'),
  ]
  const domain = parts.filter(Boolean).join('/')
  return mustBeText(domain || (textAt(code, 'Prtry', 'Cd') ?? ''), 80, at)
}

function remittanceOf(entry: XmlElement, details: XmlElement | undefined, at: { line: number }): string {
  const info = details && elementAt(details, 'RmtInf')
  const told = [
    ...elementsIn(info, 'Ustrd').map(({ text }) => text),
    ...elementsIn(info, 'Strd').map((one) => textAt(one, 'CdtrRefInf', 'Ref') ?? ''),
    (details && textAt(details, 'AddtlTxInf')) ?? '',
    textAt(entry, 'AddtlNtryInf') ?? '',
  ]
  return mustBeText(told.filter((one) => one.trim()).join(' · '), 2_000, at)
}

/** What banks kept, where it was taken together with the entry; undefined where nothing is told. Version 8 has it in records. */
export function chargeIn(element: XmlElement, currency: string): Money | undefined {
  const charges = elementsIn(element, 'Chrgs')
  const records = charges.flatMap((one) => {
    const own = elementsIn(one, 'Rcrd')
    return own.length > 0 ? own : elementAt(one, 'Amt') ? [one] : []
  })
  const within = records.filter((one) => textAt(one, 'ChrgInclInd') !== 'false' && textAt(one, 'ChrgInclInd') !== '0')
  const amounts = within
    .filter((one) => (elementAt(one, 'Amt')?.attributes.get('Ccy') ?? currency) === currency)
    .map((one) => {
      const amount = amountIn(elementAt(one, 'Amt'), one.line, currency)
      return textAt(one, 'CdtDbtInd') === 'CRDT' ? negate(amount) : amount
    })
  if (amounts.length === 0) return undefined
  const total = amounts.reduce(add)
  return total.amount.isNegative() ? undefined : total
}
