import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { receiveContribution, receiveUnidentified, type NewReceipt } from '../contributions/receive.ts'
import { Refusal } from '../errors.ts'
import {
  add,
  fromMinorUnits,
  isNegative,
  isZero,
  moneyFrom,
  moneyText,
  negate,
  subtract,
  type Money,
} from '../money.ts'
import { recordRecovery } from '../recoveries/recover.ts'
import type { Actor } from '../people/actor.ts'
import { releasedOn } from '../payments/load.ts'
import { returnPayment } from '../payments/return.ts'
import { settlePayment } from '../payments/settle.ts'
import { recordAccountCharge } from '../treasury/charges.ts'
import { proposeConversion } from '../treasury/convert.ts'
import { recordInterest } from '../treasury/interest.ts'
import { lockEntry, mustBeUnused, type EntryLoaded, type Part } from './entry.ts'
import { bookingDay } from './policy.ts'
import { cashEntryOf, type NewUse, type UseKind } from './uses.ts'

type Booking = {
  readonly entry: EntryLoaded
  readonly part: Part
  /** Of the part, credit positive. */
  readonly amount: Money
  readonly reference: string
  /** The part is all of the entry. */
  readonly whole: boolean
}

type Books = (trx: Trx, actor: Actor, booking: Booking) => Promise<NewUse[]>

/** Which way money goes with each kind, and the act that books it. */
const KINDS: Readonly<Record<UseKind, { readonly way: 'in' | 'out' | 'either'; readonly book: Books }>> = {
  payment: { way: 'out', book: asPayment },
  return: { way: 'in', book: asReturn },
  receipt: { way: 'in', book: asReceipt },
  unidentified: { way: 'in', book: asUnidentified },
  charge: { way: 'either', book: asCharge },
  interest: { way: 'either', book: asInterest },
  conversion: { way: 'either', book: asConversion },
  recovery: { way: 'in', book: asRecovery },
  booked_before: { way: 'either', book: asBookedBefore },
  cancels: { way: 'either', book: asCancelling },
}

/** Books one part of an entry as what somebody says it is. Refuses `match_does_not_fit`, and what the act itself refuses. */
export async function bookPart(trx: Trx, actor: Actor, booking: Booking): Promise<NewUse[]> {
  const { way, book } = KINDS[booking.part.kind]
  const goes = isNegative(booking.amount) ? 'out' : 'in'
  if (way !== 'either' && way !== goes)
    throw new Refusal('match_does_not_fit', { why: goes === 'out' ? 'money_out' : 'money_in' })
  return book(trx, actor, booking)
}

async function asPayment(trx: Trx, actor: Actor, { entry, part, amount, reference }: Booking): Promise<NewUse[]> {
  const payment = await paymentOf(trx, entry, part)
  const debited = negate(amount)
  const charge = subtract(debited, payment.instructed)
  const valueDate = await dayFor(trx, actor, entry, payment.id)
  await settlePayment(trx, actor, {
    ...{ paymentId: payment.id, valueDate, reference },
    ...(isNegative(charge)
      ? { debited: moneyText(debited) }
      : { debited: moneyText(payment.instructed), charge: moneyText(charge) }),
  })
  return [await useOf(trx, { entry, amount, kind: 'payment', source: payment.id, kinds: ['payment_settled'] })]
}

async function asReturn(trx: Trx, actor: Actor, { entry, part, amount, reference }: Booking): Promise<NewUse[]> {
  const payment = await paymentOf(trx, entry, part)
  if (payment.status === 'released') throw new Refusal('match_does_not_fit', { why: 'not_settled' })
  const reason = part.reason ?? [entry.returnReason, entry.remittance].filter(Boolean).join(' ').slice(0, 500)
  await returnPayment(trx, actor, {
    ...{ paymentId: payment.id, valueDate: await dayFor(trx, actor, entry, payment.id), reference },
    ...{ credited: moneyText(amount), reason: reason || '—' },
  })
  return [await useOf(trx, { entry, amount, kind: 'return', source: payment.id, kinds: ['payment_returned'] })]
}

/** The payment that was chosen, of the same account. Refuses `not_found`. */
async function paymentOf(trx: Trx, { fundId, bankAccountId, amount }: EntryLoaded, { paymentId = '' }: Part) {
  const found = await row<{ id: string; status: string; instructed: string }>(
    trx,
    `select id, status, instructed from payments where id = :paymentId and fund_id = :fundId and bank_account_id = :bankAccountId`,
    { paymentId, fundId, bankAccountId },
  )
  if (!found) throw new Refusal('not_found', { field: 'paymentId' })
  return { ...found, instructed: fromMinorUnits(found.instructed, amount.currency) }
}

async function dayFor(trx: Trx, actor: Actor, entry: EntryLoaded, paymentId: string): Promise<string> {
  const sent = await row(trx, `select from releases where payment_id = :paymentId and place = 2`, { paymentId })
  const notBefore = sent ? await releasedOn(trx, paymentId) : ''
  return bookingDay(entry, { today: dayOf(actor.act.at), notBefore })
}

async function asReceipt(trx: Trx, actor: Actor, booking: Booking): Promise<NewUse[]> {
  const { entry, part, amount } = booking
  const { contributionId = '', appliedAmount } = part
  const receipt = receiptOf(actor, booking)
  const contribution = await trx('contributions').where({ id: contributionId, fund_id: entry.fundId }).first('id')
  if (!contribution) throw new Refusal('not_found', { field: 'contributionId' })
  const { id } = await receiveContribution(trx, actor, {
    ...receipt,
    contributionId,
    ...(appliedAmount ? { appliedAmount } : {}),
  })
  return [await useOf(trx, { entry, amount, kind: 'receipt', source: id, kinds: ['receipt', 'unidentified_receipt'] })]
}

async function asUnidentified(trx: Trx, actor: Actor, booking: Booking): Promise<NewUse[]> {
  const { entry, amount } = booking
  const { id } = await receiveUnidentified(trx, actor, { fundId: entry.fundId, ...receiptOf(actor, booking) })
  return [await useOf(trx, { entry, amount, kind: 'unidentified', source: id, kinds: ['unidentified_receipt'] })]
}

/** What the statement says of a receipt, where nobody says it otherwise: what was sent is what came and what the bank kept of it. */
function receiptOf(actor: Actor, { entry, part, amount, reference, whole }: Booking): NewReceipt {
  const told = whole ? entry.sent : null
  const inOne = told === null || told.currency === amount.currency
  const kept =
    whole && inOne && told !== null && isZero(subtract(told, add(amount, entry.charge))) ? entry.charge : null
  const charge = part.bankCharge ?? (kept && !isZero(kept) ? moneyText(kept) : undefined)
  const gross = charge && charge.currency === amount.currency ? add(amount, moneyFrom(charge)) : amount
  return {
    receivedOn: bookingDay(entry, { today: dayOf(actor.act.at) }),
    bankAccountId: entry.bankAccountId,
    sent: part.sent ?? moneyText(inOne ? gross : told),
    bankValue: moneyText(amount),
    ...(charge ? { bankCharge: charge } : {}),
    reference,
  }
}

async function asCharge(trx: Trx, actor: Actor, { entry, amount, reference }: Booking): Promise<NewUse[]> {
  const recorded = await recordAccountCharge(trx, actor, {
    ...{ fundId: entry.fundId, bankAccountId: entry.bankAccountId, reference, amount: moneyText(negate(amount)) },
    chargedOn: bookingDay(entry, { today: dayOf(actor.act.at) }),
  })
  const use = { entryId: entry.id, amount, kind: 'charge' as const }
  if (recorded.status === 'proposed') return [{ ...use, proposalId: recorded.id }]
  return [await useOf(trx, { entry, amount, kind: 'charge', source: recorded.id, kinds: ['bank_charge'] })]
}

async function asInterest(trx: Trx, actor: Actor, { entry, part, amount, reference }: Booking): Promise<NewUse[]> {
  const creditedOn = bookingDay(entry, { today: dayOf(actor.act.at) })
  const { periodTo = creditedOn } = part
  const { periodFrom = await interestFrom(trx, entry, periodTo) } = part
  const recorded = await recordInterest(trx, actor, {
    ...{ fundId: entry.fundId, bankAccountId: entry.bankAccountId, periodFrom, periodTo, creditedOn, reference },
    amount: moneyText(amount),
  })
  if (recorded.status === 'proposed') return [{ entryId: entry.id, amount, kind: 'interest', proposalId: recorded.id }]
  return [await useOf(trx, { entry, amount, kind: 'interest', source: recorded.id, kinds: ['interest'] })]
}

/** The day after the last interest of the account, or the first of the month. */
async function interestFrom(trx: Trx, { bankAccountId }: EntryLoaded, to: string): Promise<string> {
  const found = await row<{ day: string }>(
    trx,
    `select coalesce((select max(period_to) + 1 from interest where bank_account_id = :bankAccountId and period_to < cast(:to as date)),
                     date_trunc('month', cast(:to as date))::date)::date::text as day`,
    { bankAccountId, to },
  )
  return found!.day
}

async function asConversion(
  trx: Trx,
  actor: Actor,
  { entry, part, amount, reference, whole }: Booking,
): Promise<NewUse[]> {
  if (!whole) throw new Refusal('match_does_not_fit', { why: 'whole_only' })
  const other = await otherOf(trx, entry, part)
  if (other.bankAccountId === entry.bankAccountId || isNegative(other.amount) === isNegative(amount))
    throw new Refusal('match_does_not_fit', { why: 'not_opposite' })
  const [from, to] = isNegative(amount) ? [entry, other] : [other, entry]
  const today = dayOf(actor.act.at)
  const [left, arrived] = [negate(from.amount), to.amount]
  const kept = left.currency === arrived.currency ? subtract(left, arrived) : from.charge
  const [leftOn, arrivedOn] = [bookingDay(from, { today }), bookingDay(to, { today })]
  const proposed = await proposeConversion(trx, actor, {
    ...{ fundId: entry.fundId, fromAccountId: from.bankAccountId, toAccountId: to.bankAccountId, reference },
    ...{
      left: moneyText(left),
      arrived: moneyText(arrived),
      leftOn,
      arrivedOn: arrivedOn < leftOn ? leftOn : arrivedOn,
    },
    ...(isZero(kept) || isNegative(kept) ? {} : { charge: moneyText(kept) }),
  })
  return [entry, other].map((one) => ({
    ...{ entryId: one.id, amount: one.amount, kind: 'conversion' as const, proposalId: proposed.id },
  }))
}

async function asRecovery(trx: Trx, actor: Actor, { entry, part, amount, reference }: Booking): Promise<NewUse[]> {
  const { requestId = '' } = part
  const request = await trx('requests').where({ id: requestId, fund_id: entry.fundId }).first('id')
  if (!request) throw new Refusal('not_found', { field: 'requestId' })
  const { id } = await recordRecovery(trx, actor, {
    ...{ requestId, bankAccountId: entry.bankAccountId, reference, received: moneyText(amount) },
    receivedOn: bookingDay(entry, { today: dayOf(actor.act.at) }),
  })
  return [
    await useOf(trx, { entry, amount, kind: 'recovery', source: id, kinds: ['recovery_received', 'late_recovery'] }),
  ]
}

/** Somebody has booked it without the statement: an entry of the ledger that moved cash there and of which so much is on no statement yet. */
async function asBookedBefore(trx: Trx, _actor: Actor, { entry, part, amount }: Booking): Promise<NewUse[]> {
  const { ledgerEntryId = '' } = part
  if (!/^[1-9]\d{0,17}$/.test(ledgerEntryId)) throw new Refusal('not_found', { field: 'ledgerEntryId' })
  await trx.raw(`select pg_advisory_xact_lock(cast(? as bigint))`, [ledgerEntryId])
  const found = await row<{ free: string }>(
    trx,
    `select free::text from cash_on_no_statement where entry_id = :ledgerEntryId and bank_account_id = :bank and fund_id = :fund`,
    { ledgerEntryId, bank: entry.bankAccountId, fund: entry.fundId },
  )
  if (!found) throw new Refusal('not_found', { field: 'ledgerEntryId' })
  const free = fromMinorUnits(found.free, amount.currency)
  const beyond = subtract(isNegative(amount) ? negate(amount) : amount, isNegative(amount) ? negate(free) : free)
  if (!isNegative(beyond) && !isZero(beyond))
    throw new Refusal('match_does_not_fit', { why: 'less_is_free', free: moneyText(free) })
  return [{ entryId: entry.id, amount, kind: 'booked_before', ledgerEntry: ledgerEntryId }]
}

/** Two entries of one account that take each other back: the bank's mistake, and its putting right. */
async function asCancelling(trx: Trx, _actor: Actor, { entry, part, amount, whole }: Booking): Promise<NewUse[]> {
  if (!whole) throw new Refusal('match_does_not_fit', { why: 'whole_only' })
  const other = await otherOf(trx, entry, part)
  if (other.bankAccountId !== entry.bankAccountId || !isZero(add(other.amount, amount)))
    throw new Refusal('match_does_not_fit', { why: 'not_opposite' })
  return [
    { entryId: entry.id, amount, kind: 'cancels', against: other.id },
    { entryId: other.id, amount: other.amount, kind: 'cancels', against: entry.id },
  ]
}

async function otherOf(trx: Trx, entry: EntryLoaded, { otherEntryId = '' }: Part): Promise<EntryLoaded> {
  const other = await lockEntry(trx, otherEntryId)
  if (other.fundId !== entry.fundId || other.id === entry.id) throw new Refusal('not_found', { field: 'otherEntryId' })
  await mustBeUnused(trx, other.id)
  return other
}

async function useOf(
  trx: Trx,
  {
    entry,
    amount,
    kind,
    source,
    kinds,
  }: { entry: EntryLoaded; amount: Money; kind: UseKind; source: string; kinds: string[] },
): Promise<NewUse> {
  const posted = await cashEntryOf(trx, { fundId: entry.fundId, bankAccountId: entry.bankAccountId, source, kinds })
  return { entryId: entry.id, amount, kind, ledgerEntry: posted!.id }
}
