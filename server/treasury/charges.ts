import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { bankAccountOf, checkHappened, type BankAccount } from '../contributions/load.ts'
import { RECEIVERS } from '../contributions/receive.ts'
import { Refusal } from '../errors.ts'
import { valueOn } from '../funds/currencies.ts'
import { fundById } from '../funds/open.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import { exceeds, fromMinorUnits, minorUnits, moneyFrom, type Money, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import { CASH_DECIDERS } from '../proposals/policy.ts'
import { propose, type Proposed } from '../proposals/propose.ts'
import { accountChargePostings } from './postings.ts'

export type NewAccountCharge = {
  bankAccountId: string
  chargedOn: string
  /** In the account's currency; negative where the bank gave a charge back. */
  amount: MoneyText
  /** Of the bank statement. */
  reference: string
}

/**
 * Records what a bank charged an account for itself, a loss that the operating reserve carries. More than the rule of bank charges lets
 * pass in one piece is proposed, and comes into the books when another person has confirmed it.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `date_in_future`, `currency_mismatch`, `rate_missing`, `already_exists`,
 * `period_closed`.
 */
export async function recordAccountCharge(
  trx: Trx,
  actor: Actor,
  { fundId, ...terms }: NewAccountCharge & { fundId: string },
): Promise<Proposed | { id: string; status: 'recorded' }> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fund.id, RECEIVERS)
  const weighed = await weigh(trx, fund, terms, actor.act.at)
  const { terms: limit } = await policyInForce(trx, { fundId, subject: 'bank_charges', on: dayOf(actor.act.at) })
  if (!exceeds(weighed.functional, fromMinorUnits(limit.most, fund.currency)))
    return { id: await book(trx, actor, { fundId, terms, ...weighed }), status: 'recorded' }
  return propose(trx, actor, {
    ...{ fundId, kind: 'account_charge', occurredOn: terms.chargedOn, functional: weighed.functional },
    ...{ authority: CASH_DECIDERS, reason: terms.reference, terms },
  })
}

/** Puts a confirmed charge into the books. */
export async function bookAccountCharge(
  trx: Trx,
  actor: Actor,
  { id: proposalId, fundId, fundCurrency, terms }: Proposal<NewAccountCharge>,
): Promise<{ id: string }> {
  const weighed = await weigh(trx, { id: fundId, currency: fundCurrency }, terms, actor.act.at)
  return { id: await book(trx, actor, { fundId, terms, ...weighed, proposalId }) }
}

type Weighed = { bank: BankAccount; amount: Money; functional: Money }

async function weigh(
  trx: Trx,
  fund: { id: string; currency: string },
  { bankAccountId, chargedOn, amount: text, reference }: NewAccountCharge,
  at: Date,
): Promise<Weighed> {
  const bank = await bankAccountOf(trx, fund.id, bankAccountId)
  checkHappened(chargedOn, at)
  const amount = moneyFrom(text)
  if (amount.currency !== bank.currency) throw new Refusal('currency_mismatch', { expected: bank.currency })
  const { functional } = await valueOn(trx, { fundId: fund.id, fundCurrency: fund.currency, amount, on: chargedOn })
  const same = { bank_account_id: bank.id, charged_on: chargedOn, reference }
  if (await trx('account_charges').where(same).first('id')) throw new Refusal('already_exists', { field: 'reference' })
  return { bank, amount, functional }
}

async function book(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    terms: { bankAccountId, chargedOn, reference },
    bank,
    amount,
    functional,
    proposalId = null,
  }: Weighed & { fundId: string; terms: NewAccountCharge; proposalId?: string | null },
): Promise<string> {
  const id = newId('accountCharge')
  await trx('account_charges').insert({
    ...{ id, fund_id: fundId, bank_account_id: bankAccountId, charged_on: chargedOn, reference },
    ...{
      amount: minorUnits(amount),
      functional: minorUnits(functional),
      proposal_id: proposalId,
      act_id: actor.act.id,
    },
  })
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      ...{ kind: 'bank_charge', source: id, occurredOn: chargedOn, memo: `${bank.code} ${reference}` },
      postings: accountChargePostings(bank, amount, functional),
    },
  )
  return id
}
