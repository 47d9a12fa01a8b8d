import { add, amountComplaint, amountText, isNegative, isZero, money, negate, subtract, sum, zero } from '../money.ts'
import type { Money } from '../money.ts'

/** What a statement of the bank says, whatever it was written in, and the rules that it must keep before anybody believes it. */

export type Balance = { readonly on: string; readonly amount: Money }

/** One movement on the account; a batch of which the bank says every transaction is one of these for each. */
export type EntryRead = {
  /** Place in the statement, from 1, and in its batch; 0 where the entry stands whole. */
  readonly position: number
  readonly part: number
  readonly bookedOn: string
  readonly valueOn: string
  /** As it was booked, charges taken with it included; credit positive. */
  readonly amount: Money
  /** It takes back an earlier entry. The sign is that of this entry itself. */
  readonly reversal: boolean
  readonly endToEndId: string
  readonly uetr: string
  /** The bank's own reference: one for each entry, for ever. */
  readonly servicerReference: string
  /** The bank transaction code, `PMNT/ICDT/ESCT`, or the bank's own. */
  readonly code: string
  /** What banks kept of it, in the account's currency, as far as the statement tells. */
  readonly charge: Money
  /** What the other side sent or was sent, where that is told. */
  readonly sent: Money | null
  readonly counterparty: string
  readonly counterpartyAccount: string
  readonly remittance: string
  /** Why the bank sent it back: ISO 20022's reason code or its words. */
  readonly returnReason: string
}

/** Sums that the bank tells besides its entries. */
export type Totals = {
  readonly entries: { readonly count: number | null; readonly sum: Money | null }
  readonly net: Money | null
  readonly credits: { readonly count: number | null; readonly sum: Money | null }
  readonly debits: { readonly count: number | null; readonly sum: Money | null }
}

export type StatementRead = {
  /** The bank's own identification of the statement. */
  readonly bankId: string
  readonly sequence: string
  /** IBAN or another number, as written. */
  readonly account: string
  readonly currency: string
  readonly from: string
  readonly to: string
  readonly opening: Balance
  readonly closing: Balance
  readonly totals: Totals | null
  readonly entries: readonly EntryRead[]
  /** Entries that are not booked (pending, information), which are not part of the balance. */
  readonly notBooked: number
}

export type Difference = { readonly figure: string; readonly says: string; readonly adds: string }

/**
 * Where the statement contradicts itself: opening and booked entries against the closing balance, and every sum and count that it tells
 * against its entries. Each with what it says and what its entries add up to; none where it foots.
 */
export function footing({ opening, closing, totals, entries, currency }: StatementRead): Difference[] {
  const booked = wholeEntries(entries)
  const credits = booked.filter((amount) => !isNegative(amount))
  const debits = booked.filter(isNegative)
  const net = sum(booked, currency)
  const ofDebits = negate(sum(debits, currency))
  const ofCredits = sum(credits, currency)
  const amounts: [string, Money | null | undefined, Money][] = [
    ['closing', closing.amount, add(opening.amount, net)],
    ['entries.sum', totals?.entries.sum, add(ofCredits, ofDebits)],
    ['net', totals?.net, net],
    ['credits.sum', totals?.credits.sum, ofCredits],
    ['debits.sum', totals?.debits.sum, ofDebits],
  ]
  const counts: [string, number | null | undefined, number][] = [
    ['entries.count', totals?.entries.count, booked.length],
    ['credits.count', totals?.credits.count, credits.length],
    ['debits.count', totals?.debits.count, debits.length],
  ]
  return [
    ...amounts.flatMap(([figure, says, adds]) =>
      says && !isZero(subtract(says, adds)) ? [{ figure, says: amountText(says), adds: amountText(adds) }] : [],
    ),
    ...counts.flatMap(([figure, says, adds]) =>
      typeof says === 'number' && says !== adds ? [{ figure, says: String(says), adds: String(adds) }] : [],
    ),
  ]
}

/** What was booked as one entry each: the parts of a batch are one. */
export function wholeEntries(entries: readonly EntryRead[]): Money[] {
  const whole = new Map<number, Money>()
  for (const { position, amount } of entries)
    whole.set(position, add(whole.get(position) ?? zero(amount.currency), amount))
  return [...whole.values()]
}

/** An account number as it is compared: without spaces and signs, capital letters. */
export function accountKey(number: string): string {
  return number.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')
}

/** An amount of a statement, or why it is none. Exponents, signs and more decimals than the currency has are refused. */
export function amountRead(text: string, currency: string): Money | 'not_an_amount' | 'too_many_decimals' {
  const match = /^(-?)0*(\d{1,15})(?:\.(\d*?)0*)?$/.exec(text)
  if (!match) return 'not_an_amount'
  const decimals = match[3] ?? ''
  if (decimals.length > 4) return 'too_many_decimals'
  const plain = `${match[1]}${match[2]}${decimals ? `.${decimals}` : ''}`
  return amountComplaint(plain, currency) ?? money(plain, currency)
}

export type EntryNature = 'charge' | 'interest' | 'other'

/**
 * What the bank says that an entry is about, by its code: ISO 20022's external code set (families and sub-families of bank transactions),
 * or the bank's own words.
 */
export function natureOf(code: string): EntryNature {
  const parts = code.toUpperCase().split('/')
  if (parts.some((one) => ['CHRG', 'FEES', 'COMM', 'COME', 'CHARGE'].includes(one))) return 'charge'
  if (parts.some((one) => ['INTR', 'INTE', 'INTEREST'].includes(one))) return 'interest'
  return 'other'
}

/** The day on which the books say it: the value date, or the day of the booking where that lies ahead or before what it follows from. */
export function bookingDay(
  { bookedOn, valueOn }: { readonly bookedOn: string; readonly valueOn: string },
  { notBefore = '', today }: { readonly notBefore?: string; readonly today: string },
): string {
  return valueOn <= today && valueOn >= notBefore ? valueOn : bookedOn
}

/** A payment as a statement's entry looks at it; `instructed` is what the bank was told, in the account's currency. */
export type PaymentKnown = { readonly id: string; readonly status: string; readonly instructed: Money }

/** What an entry that names a payment certainly is, if anything: its debit or its coming back, now or recorded by hand before. */
export type PaymentMatch = 'settle' | 'return' | 'settled_before' | 'returned_before'

/**
 * What an entry with the end-to-end id of a payment certainly is. A debit is of the instructed amount, with the charge that the statement
 * tells on top of it and no other; what came back is what left, less the charge that the statement tells.
 */
export function paymentMatch(
  { amount, charge }: Pick<EntryRead, 'amount' | 'charge'>,
  { status, instructed }: PaymentKnown,
): PaymentMatch | undefined {
  const same = (a: Money, b: Money) => isZero(subtract(a, b))
  if (isNegative(amount)) {
    const debited = negate(amount)
    const exact = same(debited, instructed) || (!isZero(charge) && same(debited, add(instructed, charge)))
    if (status === 'released') return exact ? 'settle' : undefined
    return status === 'settled' || status === 'returned' ? 'settled_before' : undefined
  }
  const exact = same(amount, instructed) || (!isZero(charge) && same(add(amount, charge), instructed))
  if (status === 'settled') return exact ? 'return' : undefined
  return status === 'returned' ? 'returned_before' : undefined
}

type Cancelling = Pick<EntryRead, 'amount' | 'endToEndId' | 'reversal' | 'servicerReference'> & { readonly id: string }

/**
 * Pairs of new entries of one message that take each other back: a credit of a payment and its reversal, so that the payment stays as the
 * debit before them left it. By the id of the earlier of the two. The reversal of a debit is no such pair: it is the payment coming back.
 */
export function cancelsBefore<Entry extends Cancelling>(entries: readonly Entry[]): Map<string, Entry> {
  const pairs = new Map<string, Entry>()
  const credits = new Map<string, Entry[]>()
  for (const entry of entries) {
    if (entry.endToEndId === '') continue
    if (!isNegative(entry.amount)) {
      credits.set(entry.endToEndId, [...(credits.get(entry.endToEndId) ?? []), entry])
      continue
    }
    const open = entry.reversal ? credits.get(entry.endToEndId) : undefined
    const credit = open?.findLast((one) => isZero(add(one.amount, entry.amount)))
    if (!credit) continue
    pairs.set(credit.id, entry)
    credits.set(
      entry.endToEndId,
      open!.filter((one) => one !== credit),
    )
  }
  return pairs
}
