import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { fromMinorUnits, isNegative, isZero, moneyText, negate, subtract } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import { releasedOn } from '../payments/load.ts'
import { returnPayment } from '../payments/return.ts'
import { settlePayment } from '../payments/settle.ts'
import type { FreshEntry } from './keep.ts'
import { bookingDay, cancelsBefore, paymentMatch, type PaymentKnown, type PaymentMatch } from './policy.ts'
import { cashEntryOf, keepUses, type NewUse } from './uses.ts'

/** What became of new entries: how many went into the books, of which kind, and how many wait for somebody. */
export type Applied = { certain: number; waiting: number; kinds: Record<string, number> }

/**
 * Books what is certain among new entries: those with the end-to-end id of a payment from that account and exactly its amount, out or back. An
 * entry that the rules do not let this person book, because of a part in the payment or anything else, stays on the work list with the reason.
 */
export async function applyCertain(
  trx: Trx,
  actor: Actor,
  fundId: string,
  entries: readonly FreshEntry[],
): Promise<Applied> {
  const applied: Applied = { certain: 0, waiting: 0, kinds: {} }
  const count = (kind: string, by = 1) => {
    applied.certain += by
    applied.kinds[kind] = (applied.kinds[kind] ?? 0) + by
  }
  const pairs = cancelsBefore(entries)
  const done = new Set<string>()
  for (const entry of entries) {
    const partner = pairs.get(entry.id)
    if (done.has(entry.id)) continue
    if (partner) {
      await keepUses(trx, actor, cancelling(entry, partner), { certain: true, score: 100 })
      for (const one of [entry, partner]) done.add(one.id)
      count('cancels', 2)
      continue
    }
    const use = entry.endToEndId === '' ? undefined : await bookPayment(trx, actor, fundId, entry)
    if (use) count(use.kind)
    else applied.waiting += 1
  }
  return applied
}

const cancelling = (a: FreshEntry, b: FreshEntry): NewUse[] => [
  { entryId: a.id, amount: a.amount, kind: 'cancels', against: b.id },
  { entryId: b.id, amount: b.amount, kind: 'cancels', against: a.id },
]

/** Books one entry in a transaction within, so that what is refused leaves nothing behind but the reason. */
async function bookPayment(trx: Trx, actor: Actor, fundId: string, entry: FreshEntry): Promise<NewUse | undefined> {
  const payment = await paymentKnown(trx, fundId, entry)
  const match = payment && paymentMatch(entry, payment)
  if (!payment || !match) return undefined
  try {
    return await trx.transaction(async (within) => {
      const use = await bookMatch(within, actor, { fundId, entry, payment, match })
      if (use) await keepUses(within, actor, [use], { certain: true, score: 100 })
      return use
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await trx('statement_tries').insert({
      ...{
        entry_id: entry.id,
        code: error.code,
        tried_by: actor.personId,
        tried_at: actor.act.at,
        act_id: actor.act.id,
      },
    })
    return undefined
  }
}

type Booking = { fundId: string; entry: FreshEntry; payment: PaymentKnown; match: PaymentMatch }

async function bookMatch(
  trx: Trx,
  actor: Actor,
  { fundId, entry, payment, match }: Booking,
): Promise<NewUse | undefined> {
  const { amount, account, reference } = entry
  const size = isNegative(amount) ? negate(amount) : amount
  const by = { fundId, bankAccountId: account.id, source: payment.id }
  if (match === 'settled_before' || match === 'returned_before') {
    const kind = match === 'settled_before' ? 'payment_settled' : 'payment_returned'
    const booked = await cashEntryOf(trx, { ...by, kinds: [kind] })
    const fits = booked && booked.free && isZero(subtract(booked.moved, amount))
    return fits ? { entryId: entry.id, amount, kind: 'booked_before', ledgerEntry: booked.id } : undefined
  }
  const today = dayOf(actor.act.at)
  const valueDate = bookingDay(entry, { today, notBefore: await releasedOn(trx, payment.id) })
  if (match === 'settle')
    await settlePayment(trx, actor, {
      ...{ paymentId: payment.id, valueDate, reference, debited: moneyText(payment.instructed) },
      charge: moneyText(subtract(size, payment.instructed)),
    })
  else
    await returnPayment(trx, actor, {
      ...{ paymentId: payment.id, valueDate, reference, credited: moneyText(size) },
      reason: [entry.returnReason, entry.remittance].filter(Boolean).join(' ').slice(0, 500) || entry.code || '—',
    })
  const kinds = [match === 'settle' ? 'payment_settled' : 'payment_returned'] as const
  const posted = await cashEntryOf(trx, { ...by, kinds })
  return { entryId: entry.id, amount, kind: match === 'settle' ? 'payment' : 'return', ledgerEntry: posted!.id }
}

/** The payment that the entry names, where it left from the account of the entry. */
async function paymentKnown(
  trx: Trx,
  fundId: string,
  { endToEndId, account }: FreshEntry,
): Promise<PaymentKnown | undefined> {
  const found = await row<{ id: string; status: PaymentKnown['status']; instructed: string }>(
    trx,
    `select id, status, instructed from payments where code = :endToEndId and fund_id = :fundId and bank_account_id = :account`,
    { endToEndId, fundId, account: account.id },
  )
  return found && { ...found, instructed: fromMinorUnits(found.instructed, account.currency) }
}
