import type { Trx } from '../../db/connect.ts'
import { bankAccountOf, checkHappened, type BankAccount } from '../contributions/load.ts'
import { carryingOf, checkOrder } from '../contributions/policy.ts'
import { Refusal } from '../errors.ts'
import { usableCurrency, valueOn } from '../funds/currencies.ts'
import { fundById } from '../funds/open.ts'
import { postEntries } from '../ledger/post.ts'
import { add, exceeds, isZero, minorUnits, moneyFrom, moneyText, subtract, zero, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import { CASH_DECIDERS } from '../proposals/policy.ts'
import { propose, type Proposed } from '../proposals/propose.ts'
import { holdingFor, lockCash } from './cash.ts'
import { valueConversion, type ConversionValue, type Moved } from './policy.ts'
import { conversionEntries } from './postings.ts'

export type NewConversion = {
  fromAccountId: string
  toAccountId: string
  /** All that left, charges taken there included. */
  left: MoneyText
  leftOn: string
  /** As credited, charges taken there already off. */
  arrived: MoneyText
  arrivedOn?: string
  /** What banks kept of it, in either currency. */
  charge?: MoneyText
  /** Of the bank statement. */
  reference: string
}

type Figures = Record<keyof ConversionValue, MoneyText>

/**
 * Records what the bank says of money that moved between two accounts of the fund (event 8). It comes into the books when another
 * person has confirmed it: no money leaves the fund by it, but an exchange loss could be booked away.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `date_in_future`, `dates_out_of_order`, `currency_mismatch`,
 * `bank_value_differs`, `currency_not_in_use`, `already_exists`, `insufficient_cash`, `rate_missing`.
 */
export async function proposeConversion(
  trx: Trx,
  actor: Actor,
  { fundId, ...terms }: NewConversion & { fundId: string },
): Promise<Proposed & { figures: Figures }> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fund.id, ['treasurer', 'controller'])
  const looked = await look(trx, fund.id, terms, actor.act.at)
  const value = await weigh(trx, fund, looked)
  const proposed = await propose(trx, actor, {
    fundId,
    kind: 'conversion',
    occurredOn: looked.arrivedOn,
    functional: value.carrying,
    authority: CASH_DECIDERS,
    reason: terms.reference,
    terms,
  })
  return { ...proposed, figures: figuresTold(value) }
}

/**
 * Puts a confirmed conversion into the books, at what they say now: out of one account at its carrying amount, into the other at its
 * value, through the conversion accounts where the currencies differ; the difference is realised, and the operating reserve carries
 * it with the charge. On two days it is two entries, and on its way between them.
 *
 * Refuses what `proposeConversion` refuses, and `period_closed`.
 */
export async function bookConversion(
  trx: Trx,
  actor: Actor,
  { id, fundId, fundCurrency, terms }: Proposal<NewConversion>,
): Promise<Figures> {
  const fund = { id: fundId, currency: fundCurrency }
  await lockCash(trx, terms.fromAccountId)
  const looked = await look(trx, fundId, terms, actor.act.at)
  const value = await weigh(trx, fund, looked)
  const { from, to, moved, leftOn, arrivedOn } = looked

  // From here on everything must succeed.
  await trx('conversions').insert({
    proposal_id: id,
    fund_id: fundId,
    from_account: from.id,
    to_account: to.id,
    left_amount: minorUnits(moved.left),
    left_on: leftOn,
    arrived: minorUnits(moved.arrived),
    arrived_on: arrivedOn,
    charge: minorUnits(moved.charge),
    charge_currency: moved.charge.currency,
    carrying: minorUnits(value.carrying),
    functional: minorUnits(value.arrived),
    functional_charge: minorUnits(value.charge),
    reference: terms.reference,
    act_id: actor.act.id,
  })
  await postEntries(
    trx,
    { fundId, actId: actor.act.id },
    conversionEntries({ id, from, to, moved, value, leftOn, arrivedOn, reference: terms.reference }),
  )
  return figuresTold(value)
}

type Looked = { from: BankAccount; to: BankAccount; moved: Moved; leftOn: string; arrivedOn: string }

/** The accounts and amounts, where they can be so at all. */
async function look(trx: Trx, fundId: string, terms: NewConversion, at: Date): Promise<Looked> {
  const { leftOn, arrivedOn = leftOn, reference } = terms
  const from = await bankAccountOf(trx, fundId, terms.fromAccountId)
  const to = await bankAccountOf(trx, fundId, terms.toAccountId)
  checkHappened(arrivedOn, at)
  checkOrder(leftOn, arrivedOn)
  const [left, arrived] = [moneyFrom(terms.left), moneyFrom(terms.arrived)]
  const charge = terms.charge ? moneyFrom(terms.charge) : zero(left.currency)
  if (left.currency !== from.currency)
    throw new Refusal('currency_mismatch', { field: 'left', expected: from.currency })
  if (arrived.currency !== to.currency)
    throw new Refusal('currency_mismatch', { field: 'arrived', expected: to.currency })
  if (charge.currency !== from.currency && charge.currency !== to.currency)
    throw new Refusal('currency_mismatch', { field: 'charge', expected: from.currency })
  const inOne = from.currency === to.currency
  if (inOne && !isZero(subtract(left, add(arrived, charge))))
    throw new Refusal('bank_value_differs', { left: terms.left, arrived: terms.arrived })
  if (charge.currency === left.currency && !exceeds(left, charge))
    throw new Refusal('bank_value_differs', { left: terms.left, charge: moneyText(charge) })
  for (const [{ currency }, on] of [
    [from, leftOn],
    [to, arrivedOn],
  ] as const)
    await usableCurrency(trx, currency, on)
  const before = await trx('conversions')
    .where({ from_account: from.id, left_on: leftOn, reference })
    .first('proposal_id')
  if (before) throw new Refusal('already_exists', { field: 'reference' })
  return { from, to, moved: { left, arrived, charge }, leftOn, arrivedOn }
}

/** What it is in the fund's currency. Refuses `insufficient_cash`, `rate_missing`. */
async function weigh(
  trx: Trx,
  fund: { id: string; currency: string },
  { from, to, moved, leftOn, arrivedOn }: Looked,
): Promise<ConversionValue> {
  const holding = await holdingFor(trx, { fund, bank: from, part: moved.left, on: leftOn })
  const carrying = carryingOf(holding, moved.left)
  const bothForeign = from.currency !== to.currency && from.currency !== fund.currency && to.currency !== fund.currency
  if (!bothForeign) return valueConversion(moved, carrying, undefined)
  const valued = { fundId: fund.id, fundCurrency: fund.currency, on: arrivedOn }
  const { functional: arrived } = await valueOn(trx, { ...valued, amount: moved.arrived })
  const { functional: charge } = await valueOn(trx, { ...valued, amount: moved.charge })
  return valueConversion(moved, carrying, { arrived, charge })
}

function figuresTold({ carrying, arrived, charge, loss }: ConversionValue): Figures {
  return {
    carrying: moneyText(carrying),
    arrived: moneyText(arrived),
    charge: moneyText(charge),
    loss: moneyText(loss),
  }
}
