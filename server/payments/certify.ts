import { row, type Trx } from '../../db/connect.ts'
import { mustNotBeSuspended } from '../clock/pause.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { rateOn } from '../funds/currencies.ts'
import { newId } from '../ids.ts'
import { advances, missionExpense, payable, type Account } from '../ledger/accounts.ts'
import { credit, debit, postEntry } from '../ledger/post.ts'
import {
  exceeds,
  fromMinorUnits,
  intoCurrency,
  isPositive,
  minorUnits,
  moneyFrom,
  moneyText,
  type Money,
  type MoneyText,
} from '../money.ts'
import { mustBeInTime } from '../no-regret/load.ts'
import { accountToPay } from '../payees/accounts.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockRequest, takeDuty, type LoadedRequest } from '../requests/load.ts'
import { PAYABLE } from '../requests/policy.ts'
import { uncertified } from '../requests/reduce.ts'
import { mustBeDecided } from '../requests/reopened.ts'
import { mustNotRepeat, type NotDuplicate } from './alike.ts'
import { mustBeDue } from '../tranches/due.ts'
import { tellCertified } from './tell.ts'

export type NewPayment = {
  amount: MoneyText
  category: string
  bankAccountId: string
  memo?: string
  /** Where others look the same: which of them it is not, and why. */
  notDuplicate?: NotDuplicate
}

/**
 * Certifies a payment on an approved request to the bank details of its payee that are in force (event 15): an advance where it is a grant to a partner,
 * otherwise a direct cost. Where the bank account is in another currency, the bank is told
 * the amount at the operational rate in force.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `not_approved`, `suspended`, `ratification_overdue`, what `accountToPay` refuses,
 * `decision_reopened`, what `takeDuty` refuses, `currency_mismatch`, `rate_missing`, `amount_out_of_range`, `exceeds_committed`, `exceeds_budget_line`,
 * `looks_like_duplicate`, `tranche_not_due`.
 */
export async function certifyPayment(
  trx: Trx,
  actor: Actor,
  { requestId, amount: text, category, bankAccountId, memo = '', notDuplicate }: NewPayment & { requestId: string },
): Promise<{ id: string; code: string; status: 'certified'; version: number }> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['certifying_officer'])
  const bank = await trx('bank_accounts').where({ id: bankAccountId, fund_id: request.fundId }).first('currency')
  if (!bank) throw new Refusal('not_found', { field: 'bankAccountId' })
  if (!PAYABLE.includes(request.status)) throw new Refusal('not_approved', { current: request.status })
  await mustNotBeSuspended(trx, requestId)
  await mustBeInTime(trx, actor, requestId)
  const account = await accountToPay(trx, request.payeeId!)
  await mustBeDecided(trx, actor, requestId)
  await takeDuty(trx, actor, { requestId, duty: 'certifier' })
  if (text.currency !== request.currency)
    throw new Refusal('currency_mismatch', { field: 'amount', expected: request.currency })
  const amount = moneyFrom(text)
  const { instructed, rate } = await instructionFor(trx, request, {
    amount,
    currency: bank.currency,
    on: dayOf(actor.act.at),
  })
  const free = await uncertified(trx, request)
  if (exceeds(amount, free)) throw new Refusal('exceeds_committed', { free: moneyText(free) })
  const left = await leftOfLines(trx, request, category)
  if (exceeds(amount, left)) throw new Refusal('exceeds_budget_line', { category, left: moneyText(left) })
  const told = { accountId: account.id, amount, at: actor.act.at, notDuplicate }
  const unlike = await mustNotRepeat(trx, request, told)
  await mustBeDue(trx, actor, request, { amount, category })

  // From here on everything must succeed.
  const id = newId('payment')
  const numbered = await row<{ n: string }>(trx, `select nextval('payment_numbers')::text as n`)
  const code = `P${dayOf(actor.act.at).slice(2, 4)}-${numbered!.n.padStart(6, '0')}`
  await trx('payments').insert({
    id,
    fund_id: request.fundId,
    code,
    request_id: requestId,
    payee_id: request.payeeId,
    payee_account_id: account.id,
    ...unlike,
    bank_account_id: bankAccountId,
    category,
    amount: minorUnits(amount),
    instructed: minorUnits(instructed),
    rate,
    memo,
    certified_by: actor.personId,
    certified_at: actor.act.at,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId: request.fundId, actId: actor.act.id },
    {
      kind: 'payment_certified',
      source: id,
      occurredOn: dayOf(actor.act.at),
      memo: `${code} ${request.code}`,
      postings: [debit(costOf(category, request), amount), credit(payable(request, request.currency), amount)],
    },
  )
  await tellCertified(trx, actor, request, { id, code, amount })
  return { id, code, status: 'certified', version: 1 }
}

/** What the approved budget has in this category, less what was certified in it and not taken back. */
async function leftOfLines(trx: Trx, request: LoadedRequest, category: string): Promise<Money> {
  const found = await row<{ left: string }>(
    trx,
    `select (coalesce((select sum(amount) from budget_lines where request_id = :id and category = :category), 0)
             - coalesce((select sum(amount) from payments where request_id = :id and category = :category and status <> 'cancelled'), 0))::text as left`,
    { id: request.id, category },
  )
  return fromMinorUnits(found!.left, request.currency)
}

/** What the bank is told to pay: the amount itself, or at the operational rate in force where the account is in another currency. */
async function instructionFor(
  trx: Trx,
  request: LoadedRequest,
  { amount, currency, on }: { amount: Money; currency: string; on: string },
): Promise<{ instructed: Money; rate: string | null }> {
  if (currency === request.currency) return { instructed: amount, rate: null }
  const { units } = await rateOn(trx, { fundId: request.fundId, currency, on })
  const instructed = intoCurrency(amount, units, currency)
  if (!isPositive(instructed)) throw new Refusal('amount_out_of_range', { value: moneyText(instructed) })
  return { instructed, rate: units }
}

/** Where a payment's cost stands: transfers to partners are advances until they report, the rest is spent. */
export function costOf(category: string, request: LoadedRequest): Account {
  return category === 'grants'
    ? advances(request, request.currency)
    : missionExpense(category, request, request.currency)
}
