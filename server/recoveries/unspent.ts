import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { disbursedParts } from '../expenditure-reports/load.ts'
import { costOfYear } from '../expenditure-reports/postings.ts'
import { newId } from '../ids.ts'
import { advances, partnerRefunds } from '../ledger/accounts.ts'
import { credit, debit, postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import { exceeds, minorUnits, moneyFrom, moneyText, type MoneyText } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockRequest, partIn } from '../requests/load.ts'
import { shareOut, unaccountedOf } from './load.ts'

export type NewUnspent = { category: string; amount: MoneyText; identifiedOn: string; reason: string }

/**
 * Records that a payee has not spent some of what it was paid, and must pay it back (event 20, first half): a debt of the payee instead of
 * an advance or a cost, and money of the contributions that paid it, in proportion, which is told apart until it is back. `amount` is in
 * the fund's currency.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `separation_of_duties` to who asked for the
 * money, `named_in_request`, `tied_to_payee`, `not_paid_yet` where the request is neither active nor reporting, `date_in_future`,
 * `dates_out_of_order`, `currency_mismatch`, `exceeds_unaccounted`, `period_closed`.
 */
export async function identifyUnspent(
  trx: Trx,
  actor: Actor,
  { requestId, category, amount: asked, identifiedOn, reason }: NewUnspent & { requestId: string },
): Promise<{ id: string; requestId: string; amount: MoneyText }> {
  const request = await lockRequest(trx, requestId)
  const { fundId, currency } = request
  requireRole(actor, fundId, ['fund_manager', 'controller', 'certifying_officer'])
  await mustBeApart(trx, actor, requestId)
  if (request.status !== 'active' && request.status !== 'reporting')
    throw new Refusal('not_paid_yet', { current: request.status })
  if (identifiedOn > dayOf(actor.act.at)) throw new Refusal('date_in_future', { field: 'identifiedOn' })
  const paid = await firstPaid(trx, requestId, category)
  if (paid !== null && identifiedOn < paid) throw new Refusal('dates_out_of_order', { field: 'identifiedOn' })
  const amount = moneyFrom(asked)
  if (amount.currency !== currency) throw new Refusal('currency_mismatch', { expected: currency })
  const left = await unaccountedOf(trx, request, category)
  if (exceeds(amount, left)) throw new Refusal('exceeds_unaccounted', { category, left: moneyText(left) })

  // From here on everything must succeed.
  const cost =
    category === 'grants' ? advances(request, currency) : await costOfYear(trx, request, { category, on: identifiedOn })
  const id = newId('recoverable')
  await trx('recoverables').insert({
    ...{ id, fund_id: fundId, request_id: requestId, category, reason },
    amount: minorUnits(amount),
    due_from: identifiedOn,
    identified_by: actor.personId,
    act_id: actor.act.id,
  })
  await postEntry(
    trx,
    { fundId, actId: actor.act.id },
    {
      kind: 'unspent_identified',
      source: id,
      occurredOn: identifiedOn,
      memo: request.code,
      postings: [
        debit(partnerRefunds(request, currency), amount),
        credit(cost, amount),
        ...moveStage(
          request,
          { from: 'disbursed', to: 'recoverable' },
          shareOut(amount, await disbursedParts(trx, request)),
        ),
      ],
    },
  )
  return { id, requestId, amount: moneyText(amount) }
}

/**
 * Who asked for the money, is named in the request or tied to its payee has no hand in what becomes of it afterwards.
 * Refuses `service_account_decides_nothing`, `separation_of_duties`, `named_in_request`, `tied_to_payee`.
 */
export async function mustBeApart(trx: Trx, actor: Actor, requestId: string): Promise<void> {
  const part = await partIn(trx, requestId, actor)
  if (part.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (part.duty === 'requester') throw new Refusal('separation_of_duties')
  if (part.named) throw new Refusal('named_in_request')
  if (part.tied) throw new Refusal('tied_to_payee')
}

/** When the bank first paid in this category; null where it never did. */
async function firstPaid(trx: Trx, requestId: string, category: string): Promise<string | null> {
  const found = await row<{ on: string | null }>(
    trx,
    `select min(s.value_date) as "on" from payments p join settlements s on s.payment_id = p.id
      where p.request_id = :requestId and p.category = :category and p.status = 'settled'`,
    { requestId, category },
  )
  return found!.on
}
