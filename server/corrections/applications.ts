import type { Trx } from '../../db/connect.ts'
import { lockReceipt, receiptById, restOf } from '../contributions/apply.ts'
import { agreementOf, checkHappened, lockContribution } from '../contributions/load.ts'
import { applicationEntry, applicationRow } from '../contributions/receipt-entries.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { minorText, type MoneyText } from '../money.ts'
import { checkNothingBuilt, counterRow, partOf, rowAgain, type Corrector, type Part, type Under } from './corrector.ts'
import { lockContributions, metWithoutAuthority, outstandingWithout } from './of-contribution.ts'
import type { RightValues } from './policy.ts'
import { APPLICATION_FIGURES } from './receipts.ts'
import type { Wrong } from './wrong.ts'

/** Corrects what was applied of a receipt after it came: to another contribution, of another amount, or on another day. */
export const applicationCorrector: Corrector = { lock, said, takeBack, restore, putRight }

type Kept = Record<'id' | 'receipt_id' | 'contribution_id' | 'amount' | 'authority' | 'applied_on', string> & {
  takes_back: string | null
}

async function lock(trx: Trx, wrong: Wrong, right: RightValues | null): Promise<void> {
  await lockContributions(trx, wrong, right)
  await lockReceipt(trx, (await kept(trx, wrong.source)).receipt_id)
}

async function said(trx: Trx, { source }: Wrong): Promise<RightValues> {
  const { contribution_id, amount, applied_on } = await kept(trx, source)
  const agreement = await trx('agreements').where({ contribution_id }).first('currency')
  return { contributionId: contribution_id, amount: minorText(amount, agreement.currency), appliedOn: applied_on }
}

async function takeBack(trx: Trx, wrong: Wrong, { correctionId, actId }: Under): Promise<string> {
  const was = await kept(trx, wrong.source)
  checkNothingBuilt(await metWithoutAuthority(trx, wrong, was))
  const id = newId('application')
  await trx('receipt_applications').insert(
    counterRow<Record<string, unknown>>(was, APPLICATION_FIGURES, { id, correction_id: correctionId, act_id: actId }),
  )
  return id
}

async function restore(trx: Trx, wrong: Wrong, { correctionId, actId }: Under): Promise<string> {
  const was = await kept(trx, (await kept(trx, wrong.source)).takes_back!)
  checkNothingBuilt(await metWithoutAuthority(trx, wrong, was))
  const contribution = await lockContribution(trx, was.contribution_id)
  // Whether so much of the receipt is still there, as whoever applies it would be told.
  await restOf(trx, await receiptById(trx, was.receipt_id), {
    contribution,
    outstanding: await outstandingWithout(trx, contribution, wrong),
    appliedOn: was.applied_on,
    amount: minorText(was.amount, agreementOf(contribution).amount.currency),
  })
  const id = newId('application')
  await trx('receipt_applications').insert(rowAgain(was, { id, correction_id: correctionId, act_id: actId }))
  return id
}

async function putRight(trx: Trx, wrong: Wrong, under: Under, values: RightValues): Promise<Part[]> {
  const { correctionId, actId } = under
  const { contributionId, amount, appliedOn } = values as {
    contributionId: string
    amount: MoneyText
    appliedOn: string
  }
  const was = await kept(trx, wrong.source)
  const receipt = await receiptById(trx, was.receipt_id)
  const contribution = await lockContribution(trx, contributionId)
  if (contribution.fundId !== wrong.fund.id) throw new Refusal('not_found', { field: 'contributionId' })
  checkHappened(appliedOn, under.at)
  const application = await restOf(trx, receipt, {
    contribution,
    outstanding: await outstandingWithout(trx, contribution, wrong),
    appliedOn,
    amount,
  })
  const row = applicationRow(receipt.id, application, actId)
  await trx('receipt_applications').insert({ ...row, correction_id: correctionId })
  return [partOf(applicationEntry(receipt.bank, application))]
}

async function kept(trx: Trx, applicationId: string): Promise<Kept> {
  return trx('receipt_applications').where({ id: applicationId }).first()
}
