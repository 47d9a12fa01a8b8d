import { createHash } from 'node:crypto'
import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { usableCurrency, valueOn } from '../funds/currencies.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { postEntries } from '../ledger/post.ts'
import {
  isPositive,
  isZero,
  minorUnits,
  moneyFrom,
  moneyText,
  subtract,
  zero,
  type Money,
  type MoneyText,
} from '../money.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'
import { releaseAllowances } from './allowance.ts'
import {
  agreementOf,
  bankAccountOf,
  checkHappened,
  lockContribution,
  outstandingOf,
  type BankAccount,
  type LoadedContribution,
} from './load.ts'
import { checkBankValue, checkKeepable, settle, statusAfter, worthOf, type Outstanding } from './policy.ts'
import { heldOf, type Valued } from './postings.ts'
import { applicationRow, receiptEntries, unappliedOf, type Application, type Arrived } from './receipt-entries.ts'
import { setStatus } from './status.ts'

export const RECEIVERS: readonly Role[] = ['treasurer', 'controller', 'reconciler']

export type NewReceipt = {
  receivedOn: string
  bankAccountId: string
  /** As the donor sent it, in the donor's currency. */
  sent: MoneyText
  /** As our account was credited, in its currency. */
  bankValue: MoneyText
  bankCharge?: MoneyText
  /** Of the bank statement. */
  reference: string
}

export type RecordedReceipt = {
  id: string
  functional: MoneyText
  unapplied: MoneyText
  application: RecordedApplication | null
}

export type RecordedApplication = {
  id: string
  contributionId: string
  applied: MoneyText
  authority: MoneyText
  support: MoneyText
  heldBack: boolean
}

/**
 * Records money that has come for a contribution (events 5 to 7). What is more than is outstanding stays unapplied; what came
 * before the agreement is unidentified until the day of the agreement. `appliedAmount`, in the agreement's currency, is
 * needed where neither the bank's nor the donor's currency says how much is settled.
 *
 * Refuses `not_found`, `role_not_allowed`, `not_agreed`, `date_in_future`, `currency_unknown`, `currency_not_in_use`,
 * `currency_mismatch`, `bank_value_differs`, `rate_missing`, `amount_out_of_range`, `applied_amount_missing`,
 * `nothing_unapplied`, and `already_exists` for a receipt that was recorded before.
 */
export async function receiveContribution(
  trx: Trx,
  actor: Actor,
  { contributionId, appliedAmount, ...receipt }: NewReceipt & { contributionId: string; appliedAmount?: MoneyText },
): Promise<RecordedReceipt> {
  const contribution = await lockContribution(trx, contributionId)
  requireRole(actor, contribution.fundId, RECEIVERS)
  const fund = { id: contribution.fundId, currency: contribution.fundCurrency }
  const bank = await bankAccountOf(trx, fund.id, receipt.bankAccountId)
  agreementOf(contribution)
  const weighed = await weighReceipt(trx, { fund, bank, receipt, at: actor.act.at })
  const outstanding = await outstandingOf(trx, contribution)
  const application = applicationOf(weighed, { contribution, outstanding, ...(appliedAmount ? { appliedAmount } : {}) })
  const recorded = await record(trx, actor, fund.id, { receipt, weighed, application })
  if (application) {
    const left = subtract(outstanding.amount, application.settlement.applied)
    await setStatus(trx, contribution, statusAfter(left, 'received'))
    await releaseAllowances(trx, actor, { fundId: fund.id, fundCurrency: fund.currency, contributionId })
  }
  return recorded
}

/**
 * Records money of which nobody knows yet what it is for (event 6): it gives no authority until it is applied.
 *
 * Refuses `not_found`, `role_not_allowed`, `date_in_future`, `currency_unknown`, `currency_not_in_use`, `currency_mismatch`,
 * `bank_value_differs`, `rate_missing`, `amount_out_of_range`, `already_exists`.
 */
export async function receiveUnidentified(
  trx: Trx,
  actor: Actor,
  { fundId, ...receipt }: NewReceipt & { fundId: string },
): Promise<RecordedReceipt> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fund.id, RECEIVERS)
  const bank = await bankAccountOf(trx, fund.id, receipt.bankAccountId)
  const weighed = await weighReceipt(trx, { fund, bank, receipt, at: actor.act.at })
  return record(trx, actor, fund.id, { receipt, weighed, application: undefined })
}

/**
 * What of a receipt settles what is outstanding on the contribution, from the day on which both are there; undefined where nothing is.
 * Refuses `not_agreed`, `currency_mismatch`, `applied_amount_missing`, `nothing_unapplied`.
 */
export function applicationOf(
  { arrived, sent }: Weighed,
  {
    contribution,
    outstanding,
    appliedAmount,
  }: { contribution: LoadedContribution; outstanding: Outstanding; appliedAmount?: MoneyText },
): Application | undefined {
  const agreement = agreementOf(contribution)
  const held = heldOf(arrived)
  const { worth, limit } = worthOf(agreement.amount.currency, {
    gross: held.gross,
    sent,
    ...(appliedAmount ? { appliedAmount: moneyFrom(appliedAmount) } : {}),
  })
  const settlement = settle({ held, worth, limit, outstanding, supportCostBps: agreement.supportCostBps })
  if (isZero(settlement.applied)) return undefined
  const appliedOn = agreement.signedOn > arrived.receivedOn ? agreement.signedOn : arrived.receivedOn
  return { id: newId('application'), contribution, appliedOn, settlement, heldBack: agreement.conditionOpen }
}

/** How an application is told to whoever made it. */
export function toldApplication(application: Application): RecordedApplication {
  const { id, contribution, settlement, heldBack } = application
  return {
    id,
    contributionId: contribution.id,
    applied: moneyText(settlement.applied),
    authority: moneyText(settlement.authority),
    support: moneyText(settlement.support),
    heldBack,
  }
}

export type Weighed = { arrived: Arrived; sent: Money; rate: string | null }

/**
 * What has arrived, valued in the fund's currency: exactly, or at the operational rate of the value date. Refuses `date_in_future`,
 * `currency_unknown`, `currency_not_in_use`, `currency_mismatch`, `bank_value_differs`, `rate_missing`, `amount_out_of_range`.
 */
export async function weighReceipt(
  trx: Trx,
  {
    fund,
    bank,
    receipt,
    at,
  }: { fund: { id: string; currency: string }; bank: BankAccount; receipt: NewReceipt; at: Date },
): Promise<Weighed> {
  const { receivedOn } = receipt
  checkHappened(receivedOn, at)
  const sent = moneyFrom(receipt.sent)
  await usableCurrency(trx, sent.currency, receivedOn)
  const booked = moneyFrom(receipt.bankValue)
  const charge = receipt.bankCharge ? moneyFrom(receipt.bankCharge) : zero(bank.currency)
  if (booked.currency !== bank.currency || charge.currency !== bank.currency)
    throw new Refusal('currency_mismatch', { expected: bank.currency })
  const valued = async (amount: Money): Promise<Valued & { rate: string | null }> => {
    const { functional, rate } = await valueOn(trx, {
      fundId: fund.id,
      fundCurrency: fund.currency,
      amount,
      on: receivedOn,
    })
    return { amount, functional: isPositive(functional) ? checkKeepable(functional) : functional, rate }
  }
  const { rate, ...value } = await valued(booked)
  const arrived: Arrived = { id: newId('receipt'), bank, receivedOn, booked: value, charge: await valued(charge) }
  checkBankValue(sent, heldOf(arrived).gross)
  return { arrived, sent, rate }
}

async function record(
  trx: Trx,
  actor: Actor,
  fundId: string,
  { receipt, weighed, application }: { receipt: NewReceipt; weighed: Weighed; application: Application | undefined },
): Promise<RecordedReceipt> {
  const { arrived } = weighed
  const inserted = await trx('receipts')
    .insert(receiptRow(weighed, { fundId, receipt, actId: actor.act.id }))
    .onConflict(['fund_id', 'source_key'])
    .ignore()
    .returning('id')
  if (inserted.length === 0) throw new Refusal('already_exists', { field: 'reference' })
  if (application) await trx('receipt_applications').insert(applicationRow(arrived.id, application, actor.act.id))
  await postEntries(trx, { fundId, actId: actor.act.id }, receiptEntries(arrived, application))
  return {
    id: arrived.id,
    functional: moneyText(arrived.booked.functional),
    unapplied: moneyText(unappliedOf(arrived, application).gross),
    application: application ? toldApplication(application) : null,
  }
}

/** The row that keeps a receipt. */
export function receiptRow(
  { arrived, sent, rate }: Weighed,
  { fundId, receipt, actId }: { fundId: string; receipt: NewReceipt; actId: string },
) {
  return {
    id: arrived.id,
    fund_id: fundId,
    bank_account_id: receipt.bankAccountId,
    received_on: receipt.receivedOn,
    sent_amount: minorUnits(sent),
    sent_currency: sent.currency,
    bank_value: minorUnits(arrived.booked.amount),
    bank_charge: minorUnits(arrived.charge.amount),
    functional: minorUnits(arrived.booked.functional),
    functional_charge: minorUnits(arrived.charge.functional),
    rate,
    reference: receipt.reference,
    source_key: sourceKey(receipt),
    act_id: actId,
  }
}

/** A line of a bank statement is known by account, day, reference and amounts: the same one is not recorded twice. */
function sourceKey({ bankAccountId, receivedOn, reference, sent, bankValue }: NewReceipt): string {
  // However it was written: 100 and 100.00 are one amount.
  const amounts = [sent, bankValue].map((text) => minorUnits(moneyFrom(text)))
  const line = [bankAccountId, receivedOn, reference, sent.currency, ...amounts]
  return createHash('sha256').update(JSON.stringify(line)).digest('hex')
}
