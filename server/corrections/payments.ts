import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { valueOn } from '../funds/currencies.ts'
import { mustNotBeReported } from '../expenditure-reports/load.ts'
import { payable } from '../ledger/accounts.ts'
import { credit, debit } from '../ledger/post.ts'
import { exceeds, fromMinorUnits, isZero, minorText, minorUnits, moneyFrom, moneyText, subtract } from '../money.ts'
import type { MoneyText } from '../money.ts'
import { costOf } from '../payments/certify.ts'
import { lockPayment, releasedOn } from '../payments/load.ts'
import { settledPostings } from '../payments/settle.ts'
import { mustFitTranches } from '../tranches/due.ts'
import type { Corrector, Part, Under } from './corrector.ts'
import type { RightValues } from './policy.ts'
import type { Wrong } from './wrong.ts'

/** Corrects the category under which a payment was certified, and with it the account of its cost. The payment itself stays. */
export const certificationCorrector: Corrector = {
  lock: lockPaymentOf,
  async said(trx, { source }) {
    return { category: (await trx('payments').where({ id: source }).first('category')).category }
  },
  takeBack: async (_trx, { source }) => source,
  async putRight(trx, wrong, { correctionId }, { category }): Promise<Part[]> {
    const { payment, request } = await lockPayment(trx, wrong.source)
    await mustNotBeReported(trx, payment, request)
    await mustFitTranches(trx, request, { from: payment.category, to: category as string, amount: payment.amount })
    await trx('payments').where({ id: payment.id }).update({ category, correction_id: correctionId })
    const postings = [
      debit(costOf(category as string, request), payment.amount),
      credit(payable(request, request.currency), payment.amount),
    ]
    return [ofPayment(wrong, { valueOn: wrong.valueOn, memo: wrong.memo, postings })]
  },
}

/** Corrects what the statement says of a settlement: day, charge and reference. What was debited is what the bank was told. */
export const settlementCorrector: Corrector = {
  lock: lockPaymentOf,
  said: settlementSaid,
  takeBack: async (_trx, { source }) => source,
  putRight: settleRight,
}

async function lockPaymentOf(trx: Trx, { source }: Wrong): Promise<void> {
  await lockPayment(trx, source)
}

async function settlementSaid(trx: Trx, { source }: Wrong): Promise<RightValues> {
  const was = await trx('settlements').where({ payment_id: source }).first()
  const { bank } = (await lockPayment(trx, source)).payment
  return { valueDate: was.value_date, charge: minorText(was.charge, bank.currency), reference: was.reference }
}

async function settleRight(trx: Trx, wrong: Wrong, under: Under, values: RightValues): Promise<Part[]> {
  const { valueDate, charge: text, reference } = values as { valueDate: string; charge: MoneyText; reference: string }
  const { payment, request } = await lockPayment(trx, wrong.source)
  const { bank } = payment
  if (valueDate > dayOf(under.at)) throw new Refusal('date_in_future', { field: 'right.valueDate' })
  if (valueDate < (await releasedOn(trx, payment.id)))
    throw new Refusal('dates_out_of_order', { field: 'right.valueDate' })
  const charge = moneyFrom(text)
  if (charge.currency !== bank.currency)
    throw new Refusal('currency_mismatch', { field: 'right.charge', expected: bank.currency })
  const was = await trx('settlements').where({ payment_id: payment.id }).first()
  const debited = fromMinorUnits(was.debited, bank.currency)
  if (exceeds(charge, debited))
    throw new Refusal('bank_value_differs', { field: 'right.charge', debited: moneyText(debited) })

  // The same money on the same day keeps its value.
  const sameDay = valueDate === was.value_date
  const sameCharge = sameDay && isZero(subtract(charge, fromMinorUnits(was.charge, bank.currency)))
  const valued = async (amount: typeof charge, kept: string | null) =>
    kept === null
      ? (await valueOn(trx, { fundId: request.fundId, fundCurrency: request.currency, amount, on: valueDate }))
          .functional
      : fromMinorUnits(kept, request.currency)
  const value = await valued(debited, sameDay ? was.functional : null)
  const chargeValue = await valued(charge, sameCharge ? was.functional_charge : null)
  await trx('settlements')
    .where({ payment_id: payment.id })
    .update({
      value_date: valueDate,
      charge: minorUnits(charge),
      functional: minorUnits(value),
      functional_charge: minorUnits(chargeValue),
      reference,
      act_id: under.actId,
      correction_id: under.correctionId,
    })
  const postings = settledPostings(payment, { debited, value, charge, chargeValue })
  return [ofPayment(wrong, { valueOn: valueDate, memo: `${payment.code} ${reference}`, postings })]
}

function ofPayment({ kind, source }: Wrong, said: Pick<Part, 'valueOn' | 'memo' | 'postings'>): Part {
  return { kind, source, takesBack: false, ...said }
}
