import type { Trx } from '../../db/connect.ts'
import { checkHappened, lockContribution } from '../contributions/load.ts'
import { checkOrder } from '../contributions/policy.ts'
import { recognisedOn, refundPostings } from '../contributions/refund.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { minorText, minorUnits, moneyFrom, type MoneyText } from '../money.ts'
import { checkNothingBuilt, counterRow, rowAgain, type Corrector, type Part, type Under } from './corrector.ts'
import { contributionsIn, entriesOf, lockContributions } from './of-contribution.ts'
import type { RightValues } from './policy.ts'
import type { Wrong } from './wrong.ts'

/** Corrects a refund that is decided and not yet paid. */
export const refundCorrector: Corrector = { lock: lockContributions, said, takeBack, restore, putRight }

async function said(trx: Trx, { source, fund }: Wrong): Promise<RightValues> {
  const was = await trx('refunds').where({ id: source }).first()
  return { amount: minorText(was.amount, fund.currency), decidedOn: was.decided_on, reason: was.reason }
}

async function takeBack(trx: Trx, wrong: Wrong, under: Under): Promise<string> {
  checkNothingBuilt(await entriesOf(trx, wrong.fund.id, 'refund_paid', [wrong.source]))
  const was = await trx('refunds').where({ id: wrong.source }).first()
  const id = newId('refund')
  await trx('refunds').insert(counterRow(was, ['amount'], decided(id, under)))
  return id
}

async function restore(trx: Trx, wrong: Wrong, under: Under): Promise<string> {
  const { takes_back } = await trx('refunds').where({ id: wrong.source }).first('takes_back')
  const was = await trx('refunds').where({ id: takes_back }).first()
  const id = newId('refund')
  await trx('refunds').insert(rowAgain(was, decided(id, under)))
  return id
}

async function putRight(trx: Trx, wrong: Wrong, under: Under, values: RightValues): Promise<Part[]> {
  const { amount: text, decidedOn, reason } = values as { amount: MoneyText; decidedOn: string; reason: string }
  const contribution = await lockContribution(trx, contributionsIn(wrong)[0]!)
  checkHappened(decidedOn, under.at)
  checkOrder(recognisedOn(contribution), decidedOn)
  const amount = moneyFrom(text)
  if (amount.currency !== wrong.fund.currency)
    throw new Refusal('currency_mismatch', { field: 'right.amount', expected: wrong.fund.currency })
  const id = newId('refund')
  await trx('refunds').insert({
    ...decided(id, under),
    fund_id: wrong.fund.id,
    contribution_id: contribution.id,
    amount: minorUnits(amount),
    decided_on: decidedOn,
    reason,
  })
  const postings = refundPostings(contribution, { amount, decidedOn })
  return [
    { kind: 'refund_decided', source: id, takesBack: false, valueOn: decidedOn, memo: contribution.code, postings },
  ]
}

/** Whoever proposed the correction has decided on the refund that it makes, so another person pays it. */
function decided(id: string, { correctionId, actId, proposedBy }: Under) {
  return { id, correction_id: correctionId, act_id: actId, decided_by: proposedBy }
}
