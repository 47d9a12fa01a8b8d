import { add, exceeds, isNegative, isZero, sizeOf, subtract, type Money } from '../money.ts'
import { natureOf } from './policy.ts'

/**
 * How likely an entry is this or that, from 0 to 100, as the sum of reasons that are told with it: each reason has its points, and a reader
 * can add them up.
 */

export type Reason =
  | 'code_told'
  | 'amount_equal'
  | 'amount_with_charge'
  | 'amount_within'
  | 'name_told'
  | 'name_partly'
  | 'date_near'
  | 'reference_told'
  | 'bank_says_so'
  | 'reversal'
  | 'opposite'
  | 'nothing_better'

export type Suggestion = {
  readonly kind:
    | 'payment'
    | 'return'
    | 'receipt'
    | 'unidentified'
    | 'charge'
    | 'interest'
    | 'conversion'
    | 'recovery'
    | 'booked_before'
    | 'cancels'
  readonly score: number
  readonly reasons: readonly { readonly reason: Reason; readonly points: number }[]
  /** What the act behind it needs to know: the fields of a part. */
  readonly fields: Readonly<Record<string, string>>
  /** By which words a person knows it. */
  readonly name: string
}

export type EntryScored = {
  readonly id: string
  readonly bankAccountId: string
  readonly amount: Money
  readonly charge: Money
  readonly bookedOn: string
  readonly valueOn: string
  readonly endToEndId: string
  readonly counterparty: string
  readonly remittance: string
  readonly code: string
  readonly reversal: boolean
  readonly servicerReference: string
}

export type Candidates = {
  readonly contributions: readonly { id: string; code: string; donor: string; outstanding: Money; from: string }[]
  readonly payments: readonly {
    id: string
    code: string
    payee: string
    status: string
    instructed: Money
    bankAccountId: string
    from: string
  }[]
  readonly ledger: readonly {
    id: string
    bankAccountId: string
    amount: Money
    on: string
    memo: string
    kind: string
  }[]
  readonly entries: readonly EntryScored[]
  readonly recoveries: readonly { requestId: string; code: string; payee: string; outstanding: Money; from: string }[]
}

const MOST = 5

/** The likeliest for an entry, the best first. */
export function suggestionsFor(entry: EntryScored, candidates: Candidates): Suggestion[] {
  const money = isNegative(entry.amount)
    ? candidates.payments.filter(({ status }) => status === 'released').map((one) => asPayment(entry, one, 'payment'))
    : [
        ...candidates.payments
          .filter(({ status }) => status === 'settled')
          .map((one) => asPayment(entry, one, 'return')),
        ...candidates.contributions.map((one) => asReceipt(entry, one)),
        ...candidates.recoveries.map((one) => asRecovery(entry, one)),
      ]
  const found = [
    ...money,
    ...candidates.ledger.map((one) => asBooked(entry, one)),
    ...candidates.entries.map((one) => asOther(entry, one)),
    ...byNature(entry),
  ]
  return found
    .filter((one): one is Suggestion => one !== undefined && one.score >= 5)
    .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name))
    .slice(0, MOST)
}

type Points = [reason: Reason, points: number] | undefined

function scored(
  kind: Suggestion['kind'],
  name: string,
  fields: Suggestion['fields'],
  points: readonly Points[],
): Suggestion {
  const reasons = points.filter((one) => one !== undefined).map(([reason, worth]) => ({ reason, points: worth }))
  return {
    kind,
    name,
    fields,
    reasons,
    score: Math.min(
      100,
      reasons.reduce((all, one) => all + one.points, 0),
    ),
  }
}

function asReceipt(entry: EntryScored, { id, code, donor, outstanding, from }: Candidates['contributions'][number]) {
  const known = [told(entry, code, 45), named(entry, donor, 20)].filter((one) => one !== undefined)
  const comparable = outstanding.currency === entry.amount.currency
  const whole = comparable ? equal(entry, outstanding, 25) : undefined
  const within: Points = comparable && !exceeds(entry.amount, outstanding) ? ['amount_within', 8] : undefined
  if (known.length === 0 && !whole) return undefined
  return scored('receipt', `${code} ${donor}`, { contributionId: id }, [
    ...known,
    whole ?? within,
    near(entry, from, 45, 10),
  ])
}

function asPayment(
  entry: EntryScored,
  { id, code, payee, instructed, bankAccountId, from }: Candidates['payments'][number],
  kind: 'payment' | 'return',
) {
  if (bankAccountId !== entry.bankAccountId) return undefined
  const size = sizeOf(entry.amount)
  const amount = equal(entry, instructed, 40)
  const short = kind === 'return' && !exceeds(size, instructed)
  const long = kind === 'payment' && !exceeds(instructed, size)
  const within: Points = short || long ? ['amount_within', 10] : undefined
  const known = [told(entry, code, 45), named(entry, payee, 30)]
  const sum = amount ?? (known.some((one) => one !== undefined) ? within : undefined)
  if (!sum) return undefined
  return scored(kind, `${code} ${payee}`, { paymentId: id }, [...known, sum, near(entry, from, 10, 15)])
}

function asRecovery(
  entry: EntryScored,
  { requestId, code, payee, outstanding, from }: Candidates['recoveries'][number],
) {
  const known = [told(entry, code, 40), named(entry, payee, 30)].filter((one) => one !== undefined)
  if (known.length === 0) return undefined
  return scored('recovery', `${code} ${payee}`, { requestId }, [
    ...known,
    equal(entry, outstanding, 30),
    near(entry, from, 60, 5),
  ])
}

function asBooked(entry: EntryScored, { id, bankAccountId, amount, on, memo, kind }: Candidates['ledger'][number]) {
  if (bankAccountId !== entry.bankAccountId || !isZero(subtract(amount, entry.amount))) return undefined
  const sameDay = on === entry.valueOn || on === entry.bookedOn
  const words = [entry.servicerReference, entry.endToEndId].filter((one) => one.length >= 4 && memo.includes(one))
  return scored('booked_before', `${on} ${kind} ${memo}`.trim(), { ledgerEntryId: id }, [
    ['amount_equal', 50],
    sameDay ? ['date_near', 30] : near(entry, on, 10, 15),
    words.length > 0 ? ['reference_told', 20] : undefined,
  ])
}

function asOther(entry: EntryScored, other: EntryScored) {
  if (other.id === entry.id || isNegative(other.amount) === isNegative(entry.amount)) return undefined
  const fields = { otherEntryId: other.id }
  const name = `${other.bookedOn} ${other.counterparty || other.remittance}`.trim()
  const oneCurrency = other.amount.currency === entry.amount.currency
  if (other.bankAccountId === entry.bankAccountId) {
    if (!isZero(add(other.amount, entry.amount))) return undefined
    const linked = entry.endToEndId !== '' && entry.endToEndId === other.endToEndId
    return scored('cancels', name, fields, [
      ['opposite', 40],
      entry.reversal || other.reversal ? ['reversal', 55] : undefined,
      linked ? ['reference_told', 25] : undefined,
    ])
  }
  const opposite = oneCurrency && isZero(add(other.amount, entry.amount))
  const close = near(entry, other.bookedOn, 5, 20) ?? near(other, entry.bookedOn, 5, 20)
  if (!close || (oneCurrency && !opposite)) return undefined
  return scored('conversion', name, fields, [opposite ? ['opposite', 60] : ['amount_within', 15], close])
}

function byNature(entry: EntryScored): (Suggestion | undefined)[] {
  const nature = natureOf(entry.code)
  return [
    nature === 'charge' ? scored('charge', '', {}, [['bank_says_so', 90]]) : undefined,
    nature === 'interest' ? scored('interest', '', {}, [['bank_says_so', 90]]) : undefined,
    isNegative(entry.amount) ? undefined : scored('unidentified', '', {}, [['nothing_better', 5]]),
  ]
}

function equal(entry: EntryScored, expected: Money, points: number): Points {
  const size = sizeOf(entry.amount)
  if (expected.currency !== size.currency) return undefined
  if (isZero(subtract(size, expected))) return ['amount_equal', points]
  const out = isNegative(entry.amount)
  const bare = out ? subtract(size, entry.charge) : add(size, entry.charge)
  return !isZero(entry.charge) && isZero(subtract(bare, expected)) ? ['amount_with_charge', points] : undefined
}

/** Whether the texts of the entry say a code, however it is spaced. */
function told({ remittance, endToEndId }: EntryScored, code: string, points: number): Points {
  const squeezed = (text: string) => text.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')
  const words = `${remittance} ${endToEndId}`.toUpperCase().split(/[^0-9A-Z]+/)
  const plain = squeezed(code)
  const found = plain.length < 5 ? words.includes(plain) : squeezed(`${remittance} ${endToEndId}`).includes(plain)
  return found && plain !== '' ? ['code_told', points] : undefined
}

/** How many of the words of a name the other side's name or the text has: all of them for the points, at least half for half of them. */
function named({ counterparty, remittance }: EntryScored, name: string, points: number): Points {
  const words = wordsOf(name).filter((word) => word.length > 2)
  const said = new Set(wordsOf(`${counterparty} ${remittance}`))
  const found = words.filter((word) => said.has(word)).length
  if (words.length === 0 || found * 2 < words.length) return undefined
  return found === words.length ? ['name_told', points] : ['name_partly', points >> 1]
}

/** A day from the expected one on, and no later than so many days after it. */
function near(
  { bookedOn, valueOn }: Pick<EntryScored, 'bookedOn' | 'valueOn'>,
  from: string,
  days: number,
  points: number,
): Points {
  const on = valueOn < bookedOn ? valueOn : bookedOn
  const apart = (Date.parse(bookedOn) - Date.parse(from)) / 86_400_000
  return on >= from && apart <= days ? ['date_near', points] : undefined
}

/** Words without case and accents, in any script. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
}
