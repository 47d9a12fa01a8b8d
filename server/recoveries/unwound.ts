import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { fundAccount, partnerRefunds, type Account } from '../ledger/accounts.ts'
import { credit, debit, postEntry } from '../ledger/post.ts'
import { moveStage } from '../ledger/stages.ts'
import { newId } from '../ids.ts'
import { minorUnits } from '../money.ts'
import type { NewAct } from '../people/actor.ts'
import { costOf } from '../payments/certify.ts'
import { paidFrom, type LoadedPayment } from '../payments/load.ts'
import type { LoadedRequest } from '../requests/load.ts'

/**
 * What was paid of an unwound request must come back: a debt of its payee instead of an advance or a cost, and money of the contributions
 * that paid it which is told apart until it is back (the first half of event 20). A cost of an earlier year stays a cost of that year.
 */
export async function makeRecoverable(
  trx: Trx,
  act: NewAct,
  { payment, request }: { payment: LoadedPayment; request: LoadedRequest },
): Promise<void> {
  const on = dayOf(act.at)
  await trx('recoverables').insert({
    id: newId('recoverable'),
    outcome: 'unwound',
    payment_id: payment.id,
    request_id: request.id,
    fund_id: request.fundId,
    amount: minorUnits(payment.amount),
    due_from: on,
    act_id: act.id,
  })
  await postEntry(
    trx,
    { fundId: request.fundId, actId: act.id },
    {
      kind: 'recovery_due',
      source: payment.id,
      occurredOn: on,
      memo: `${payment.code} ${request.code}`,
      postings: [
        debit(partnerRefunds(request, request.currency), payment.amount),
        credit(await costNow(trx, payment, request, on), payment.amount),
        ...moveStage(request, { from: 'disbursed', to: 'recoverable' }, await paidFrom(trx, payment)),
      ],
    },
  )
}

async function costNow(trx: Trx, payment: LoadedPayment, request: LoadedRequest, on: string): Promise<Account> {
  const cost = costOf(payment.category, request)
  const { year } = await trx('payments')
    .where({ id: payment.id })
    .first(trx.raw(`to_char(certified_at at time zone 'utc', 'YYYY') as year`))
  const isAdvance = payment.category === 'grants'
  return isAdvance || year === on.slice(0, 4) ? cost : fundAccount('income:prior-year-recoveries', request.currency)
}
