import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { lockFunding } from '../funding/lock.ts'
import { coverReserve } from '../funding/reserve.ts'
import { newId } from '../ids.ts'
import { authority, cash, contributionIncome, donorRefunds, fundAccount, stage } from '../ledger/accounts.ts'
import { adjustAsController } from '../ledger/adjust.ts'
import { credit, debit, postEntry, type Posting } from '../ledger/post.ts'
import {
  exceeds,
  fromMinorUnits,
  minorUnits,
  moneyFrom,
  moneyText,
  zero,
  type Money,
  type MoneyText,
} from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { agreementOf, bankAccountOf, checkHappened, lockContribution, type LoadedContribution } from './load.ts'
import { checkOrder } from './policy.ts'

/**
 * Decides that a part of a contribution goes back to its donor (event 21, first half). `amount` is in the fund's currency and
 * must be available, and more than the operating reserve lacks must stay. In the year in which the contribution became income the income is taken back; later it is an expense.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `not_agreed`, `date_in_future`,
 * `dates_out_of_order`, `currency_mismatch`, `insufficient_funds`.
 */
export async function decideRefund(
  trx: Trx,
  actor: Actor,
  {
    contributionId,
    amount: asked,
    decidedOn,
    reason,
  }: { contributionId: string; amount: MoneyText; decidedOn: string; reason: string },
): Promise<{ id: string; amount: MoneyText; decidedOn: string }> {
  const contribution = await lockContribution(trx, contributionId)
  const { fundId, fundCurrency } = contribution
  requireRole(actor, fundId, ['controller'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  checkHappened(decidedOn, actor.act.at)
  checkOrder(recognisedOn(contribution), decidedOn)
  const amount = moneyFrom(asked)
  if (amount.currency !== fundCurrency) throw new Refusal('currency_mismatch', { expected: fundCurrency })
  await lockFunding(trx, fundId)
  await coverReserve(trx, fundId, amount)
  const lowest = await lowestAvailable(trx, contribution, decidedOn)
  if (exceeds(amount, lowest)) throw new Refusal('insufficient_funds', { available: moneyText(lowest) })

  // The stage's own floor refuses what is not available, whatever else is going on.
  const id = newId('refund')
  await trx('refunds').insert({
    id,
    fund_id: fundId,
    contribution_id: contributionId,
    amount: minorUnits(amount),
    decided_on: decidedOn,
    reason,
    decided_by: actor.personId,
    act_id: actor.act.id,
  })
  await adjustAsController(trx, actor, fundId)
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: 'refund_decided',
      source: id,
      occurredOn: decidedOn,
      memo: contribution.code,
      postings: refundPostings(contribution, { amount, decidedOn }),
    },
  )
  return { id, amount: moneyText(amount), decidedOn }
}

/** The least that the contribution had available on that day or any day after: a refund must not take what was not there yet. */
async function lowestAvailable(trx: Trx, contribution: LoadedContribution, on: string): Promise<Money> {
  const { id, fundCurrency } = contribution
  const found = await row<{ lowest: string; began: boolean }>(
    trx,
    `with moved as (
       select p.occurred_on, sum(p.amount) as amount from accounts a join postings p on p.account_id = a.id
        where a.contribution_id = :id and a.stage = 'available' group by p.occurred_on),
     held as (select occurred_on, sum(amount) over (order by occurred_on) as amount from moved)
     select coalesce(least((select amount from held where occurred_on <= cast(:on as date) order by occurred_on desc limit 1),
                           (select min(amount) from held where occurred_on > cast(:on as date))), 0)::text as lowest,
            exists (select from held where occurred_on <= cast(:on as date)) as began`,
    { id, on },
  )
  return found!.began ? fromMinorUnits(found!.lowest, fundCurrency) : zero(fundCurrency)
}

/** The day on which the contribution became income. Refuses `not_agreed`. */
export function recognisedOn(contribution: LoadedContribution): string {
  const { signedOn, metOn } = agreementOf(contribution)
  return metOn ?? signedOn
}

/** The postings of event 21, first half. */
export function refundPostings(
  contribution: LoadedContribution,
  { amount, decidedOn }: { amount: Money; decidedOn: string },
): Posting[] {
  const { fundCurrency } = contribution
  const sameYear = decidedOn.slice(0, 4) === recognisedOn(contribution).slice(0, 4)
  const taken = sameYear
    ? contributionIncome(contribution, fundCurrency)
    : fundAccount('expense:prior-year-refunds', fundCurrency)
  return [
    debit(taken, amount),
    credit(donorRefunds(contribution, fundCurrency), amount),
    debit(authority(contribution, fundCurrency), amount),
    credit(stage('available', contribution, fundCurrency), amount),
  ]
}

/**
 * Pays a refund that another person has decided (event 21, second half), from a bank account in the fund's currency.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `two_people_needed`, `refund_paid_already`, `taken_back`,
 * `date_in_future`, `dates_out_of_order`, `currency_mismatch`.
 */
export async function payRefund(
  trx: Trx,
  actor: Actor,
  {
    refundId,
    bankAccountId,
    paidOn,
    reference,
  }: { refundId: string; bankAccountId: string; paidOn: string; reference: string },
): Promise<{ id: string; amount: MoneyText; paidOn: string }> {
  const refund = await trx('refunds').where({ id: refundId }).first()
  if (!refund) throw new Refusal('not_found')
  const contribution = await lockContribution(trx, refund.contribution_id)
  const { fundId, fundCurrency } = contribution
  requireRole(actor, fundId, ['treasurer'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (refund.decided_by === actor.personId) throw new Refusal('two_people_needed')
  const bank = await bankAccountOf(trx, fundId, bankAccountId)
  if (await trx('refund_payments').where({ refund_id: refundId }).first('refund_id'))
    throw new Refusal('refund_paid_already')
  const takenBack = await trx('refunds').where({ takes_back: refundId }).first('id')
  if (refund.takes_back || takenBack) throw new Refusal('taken_back')
  checkHappened(paidOn, actor.act.at)
  checkOrder(refund.decided_on, paidOn)
  if (bank.currency !== fundCurrency) throw new Refusal('currency_mismatch', { expected: fundCurrency })

  // From here on everything must succeed.
  const amount = fromMinorUnits(refund.amount, fundCurrency)
  await trx('refund_payments').insert({
    refund_id: refundId,
    bank_account_id: bankAccountId,
    paid_on: paidOn,
    reference,
    decided_by: refund.decided_by,
    paid_by: actor.personId,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: 'refund_paid',
      source: refundId,
      occurredOn: paidOn,
      memo: contribution.code,
      postings: [debit(donorRefunds(contribution, fundCurrency), amount), credit(cash(bank), amount)],
    },
  )
  return { id: refundId, amount: moneyText(amount), paidOn }
}
