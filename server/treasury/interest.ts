import { createHash } from 'node:crypto'
import type { Db, Trx } from '../../db/connect.ts'
import { bankAccountOf, checkHappened, type BankAccount } from '../contributions/load.ts'
import { checkKeepable, checkOrder } from '../contributions/policy.ts'
import { RECEIVERS } from '../contributions/receive.ts'
import { Refusal } from '../errors.ts'
import { usableCurrency, valueOn, type Valued } from '../funds/currencies.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { isNegative, minorUnits, moneyFrom, moneyText, negate, zero, type Money, type MoneyText } from '../money.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import { CASH_DECIDERS } from '../proposals/policy.ts'
import { propose, type Proposed } from '../proposals/propose.ts'
import { heldOver } from './balances.ts'
import { lockCash } from './cash.ts'
import { shareInterest, type InterestShare } from './policy.ts'
import { interestPostings } from './postings.ts'
import { sharesTold, type ShareTold } from './queries.ts'

export type NewInterest = {
  bankAccountId: string
  periodFrom: string
  periodTo: string
  creditedOn: string
  /** In the account's currency; negative where the bank charged it. */
  amount: MoneyText
  reference: string
  /** Of the preview: what is recorded is what was looked at. */
  basis?: string
}

type Shared = {
  amount: Money
  valued: Valued
  shares: readonly InterestShare[]
  toContributions: Money
  toReserve: Money
}

export type InterestTold = {
  amount: MoneyText
  functional: MoneyText
  toContributions: MoneyText
  toReserve: MoneyText
  shares: ShareTold[]
  /** Says exactly these shares. */
  basis: string
}

/**
 * What interest would give to whom, before it is recorded. Refuses `not_found`, `role_not_allowed`, `date_in_future`,
 * `dates_out_of_order`, `currency_mismatch`, `currency_not_in_use`, `rate_missing`, `amount_out_of_range`, `interest_recorded_already`.
 */
export async function previewInterest(
  db: Db,
  actor: Actor,
  { fundId, ...interest }: Omit<NewInterest, 'reference' | 'basis'> & { fundId: string },
): Promise<InterestTold> {
  const fund = await fundById(db, fundId)
  requireRole(actor, fund.id, READERS)
  const { valued, amount } = await look(db, fund, interest, actor.act.at)
  return interestTold(await share(db, fund, { ...interest, amount, valued }))
}

/**
 * Records interest of a period (event 22): into cash and income, and in the budget book to contributions by what they held on the
 * average of its days, where their agreements say so, else to the operating reserve. Where the bank charged interest, that is a loss:
 * it is proposed, and comes into the books when another person has confirmed it.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `date_in_future`, `dates_out_of_order`, `currency_mismatch`,
 * `currency_not_in_use`, `rate_missing`, `amount_out_of_range`, `interest_recorded_already`, `version_changed` where the shares are not those
 * of `basis`, `period_closed`.
 */
export async function recordInterest(
  trx: Trx,
  actor: Actor,
  { fundId, basis, ...interest }: NewInterest & { fundId: string },
): Promise<Proposed | (InterestTold & { id: string; status: 'recorded' })> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fund.id, RECEIVERS)
  await lockCash(trx, interest.bankAccountId)
  const { valued, amount, bank } = await look(trx, fund, interest, actor.act.at)
  const { periodFrom, creditedOn, periodTo, reference } = interest
  const shared = await share(trx, fund, { ...interest, amount, valued })
  if (basis !== undefined && basis !== interestTold(shared).basis) throw new Refusal('version_changed')
  if (isNegative(amount)) {
    return propose(trx, actor, {
      fundId,
      kind: 'interest_charge',
      occurredOn: creditedOn,
      functional: negate(valued.functional),
      authority: CASH_DECIDERS,
      reason: reference,
      terms: interest,
    })
  }
  const id = await book(trx, actor, { fundId, bank, periodFrom, periodTo, creditedOn, reference, shared })
  return { id, status: 'recorded', ...interestTold(shared) }
}

/** Puts confirmed negative interest into the books: a charge, which the operating reserve carries. */
export async function bookInterestCharge(
  trx: Trx,
  actor: Actor,
  { id: proposalId, fundId, fundCurrency, terms }: Proposal<NewInterest>,
): Promise<{ id: string; functional: MoneyText }> {
  const fund = { id: fundId, currency: fundCurrency }
  await lockCash(trx, terms.bankAccountId)
  const { valued, amount, bank } = await look(trx, fund, terms, actor.act.at)
  const shared = await share(trx, fund, { ...terms, amount, valued })
  const { periodFrom, periodTo, creditedOn, reference } = terms
  const id = await book(trx, actor, { fundId, bank, periodFrom, periodTo, creditedOn, reference, shared, proposalId })
  return { id, functional: moneyText(valued.functional) }
}

async function look(
  db: Db,
  fund: { id: string; currency: string },
  { bankAccountId, periodFrom, periodTo, creditedOn, amount: text }: Omit<NewInterest, 'reference'>,
  at: Date,
): Promise<{ bank: BankAccount; amount: Money; valued: Valued }> {
  const bank = await bankAccountOf(db, fund.id, bankAccountId)
  checkHappened(creditedOn, at)
  checkOrder(periodFrom, periodTo)
  checkOrder(periodTo, creditedOn)
  const amount = moneyFrom(text)
  if (amount.currency !== bank.currency) throw new Refusal('currency_mismatch', { expected: bank.currency })
  await usableCurrency(db, amount.currency, creditedOn)
  const valued = await valueOn(db, { fundId: fund.id, fundCurrency: fund.currency, amount, on: creditedOn })
  checkKeepable(isNegative(amount) ? negate(valued.functional) : valued.functional)
  const before = await db('interest')
    .where({ bank_account_id: bank.id })
    .where('period_from', '<=', periodTo)
    .where('period_to', '>=', periodFrom)
    .first('period_from', 'period_to')
  if (before) throw new Refusal('interest_recorded_already', { from: before.period_from, to: before.period_to })
  return { bank, amount, valued }
}

async function share(
  db: Db,
  fund: { id: string; currency: string },
  { periodFrom, periodTo, amount, valued }: { periodFrom: string; periodTo: string; amount: Money; valued: Valued },
): Promise<Shared> {
  if (isNegative(amount))
    return { amount, valued, shares: [], toContributions: zero(fund.currency), toReserve: valued.functional }
  const held = await heldOver(db, fund, { from: periodFrom, to: periodTo })
  return { amount, valued, ...shareInterest(valued.functional, held) }
}

async function book(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    bank,
    periodFrom,
    periodTo,
    creditedOn,
    reference,
    shared,
    proposalId = null,
  }: {
    fundId: string
    bank: BankAccount
    periodFrom: string
    periodTo: string
    creditedOn: string
    reference: string
    shared: Shared
    proposalId?: string | null
  },
): Promise<string> {
  const { amount, valued, shares, toReserve } = shared
  const id = newId('interest')
  await trx('interest').insert({
    id,
    fund_id: fundId,
    bank_account_id: bank.id,
    period_from: periodFrom,
    period_to: periodTo,
    credited_on: creditedOn,
    amount: minorUnits(amount),
    functional: minorUnits(valued.functional),
    rate: valued.rate,
    reference,
    proposal_id: proposalId,
    act_id: actor.act.id,
  })
  if (shares.length > 0) {
    await trx('interest_shares').insert(
      shares.map((one) => ({
        interest_id: id,
        contribution_id: one.contributionId,
        days: one.days,
        balance_days: minorUnits(one.balanceDays),
        amount: minorUnits(one.share),
        goes_to: one.term,
      })),
    )
  }
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: 'interest',
      source: id,
      occurredOn: creditedOn,
      memo: `${periodFrom} ${periodTo} ${reference}`,
      postings: interestPostings(bank, { amount, functional: valued.functional, shares, toReserve }),
    },
  )
  return id
}

function interestTold({ amount, valued, shares, toContributions, toReserve }: Shared): InterestTold {
  const told = sharesTold(shares)
  const said = JSON.stringify([moneyText(amount), moneyText(valued.functional), told])
  return {
    amount: moneyText(amount),
    functional: moneyText(valued.functional),
    toContributions: moneyText(toContributions),
    toReserve: moneyText(toReserve),
    shares: told,
    basis: createHash('sha256').update(said).digest('hex'),
  }
}
