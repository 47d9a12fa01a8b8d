import type { Trx } from '../../db/connect.ts'
import { agreementOf, checkHappened, lockContribution } from '../contributions/load.ts'
import { carryingOf, checkOrder } from '../contributions/policy.ts'
import { writeOffPostings } from '../contributions/postings.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { exceeds, minorText, minorUnits, moneyFrom, moneyText, smaller, type MoneyText } from '../money.ts'
import { checkNothingBuilt, counterRow, rowAgain, type Corrector, type Part, type Under } from './corrector.ts'
import {
  allowanceWithout,
  conditionMet,
  contributionsIn,
  lockContributions,
  outstandingWithout,
} from './of-contribution.ts'
import type { RightValues } from './policy.ts'
import type { Wrong } from './wrong.ts'

/** Corrects a write-off: another amount, another day, or none at all. */
export const writeOffCorrector: Corrector = { lock: lockContributions, said, takeBack, restore, putRight }

async function said(trx: Trx, { source }: Wrong): Promise<RightValues> {
  const was = await trx('write_offs').where({ id: source }).first()
  const agreement = await trx('agreements').where({ contribution_id: was.contribution_id }).first('currency')
  return { amount: minorText(was.amount, agreement.currency), writtenOffOn: was.written_off_on, reason: was.reason }
}

async function takeBack(trx: Trx, wrong: Wrong, { correctionId, actId }: Under): Promise<string> {
  checkNothingBuilt(await liabilityGone(trx, wrong))
  const was = await trx('write_offs').where({ id: wrong.source }).first()
  const id = newId('writeOff')
  await trx('write_offs').insert(
    counterRow(was, ['amount', 'functional'], { id, proposal_id: null, correction_id: correctionId, act_id: actId }),
  )
  return id
}

async function restore(trx: Trx, wrong: Wrong, { correctionId, actId }: Under): Promise<string> {
  checkNothingBuilt(await liabilityGone(trx, wrong))
  const { takes_back } = await trx('write_offs').where({ id: wrong.source }).first('takes_back')
  const was = await trx('write_offs').where({ id: takes_back }).first()
  const id = newId('writeOff')
  await trx('write_offs').insert(rowAgain(was, { id, proposal_id: null, correction_id: correctionId, act_id: actId }))
  return id
}

async function putRight(trx: Trx, wrong: Wrong, under: Under, values: RightValues): Promise<Part[]> {
  const { correctionId, actId } = under
  const { amount: text, writtenOffOn, reason } = values as { amount: MoneyText; writtenOffOn: string; reason: string }
  const contribution = await lockContribution(trx, contributionsIn(wrong)[0]!)
  const agreement = agreementOf(contribution)
  checkHappened(writtenOffOn, under.at)
  checkOrder(agreement.signedOn, writtenOffOn)
  const amount = moneyFrom(text)
  if (amount.currency !== agreement.amount.currency)
    throw new Refusal('currency_mismatch', { field: 'right.amount', expected: agreement.amount.currency })
  const was = (await said(trx, wrong)) as { amount: MoneyText }
  // More than was authorised takes the authority of a write-off of its own.
  if (exceeds(amount, moneyFrom(was.amount))) throw new Refusal('correct_otherwise', { instead: 'write_off' })
  const outstanding = await outstandingWithout(trx, contribution, wrong)
  if (exceeds(amount, outstanding.amount))
    throw new Refusal('nothing_outstanding', { outstanding: moneyText(outstanding.amount) })
  const id = newId('writeOff')
  const functional = carryingOf(outstanding, amount)
  await trx('write_offs').insert({
    id,
    contribution_id: contribution.id,
    amount: minorUnits(amount),
    functional: minorUnits(functional),
    written_off_on: writtenOffOn,
    reason,
    act_id: actId,
    correction_id: correctionId,
  })
  // What was doubted is used up first, as whoever writes off anew would.
  const doubted = await allowanceWithout(trx, contribution, wrong)
  const used = smaller(amount, doubted.amount)
  const postings = writeOffPostings(contribution, {
    amount,
    functional,
    conditionOpen: agreement.conditionOpen,
    allowed: { amount: used, functional: carryingOf(doubted, used) },
  })
  return [{ kind: 'write_off', source: id, takesBack: false, valueOn: writtenOffOn, memo: contribution.code, postings }]
}

/** A write-off under an open condition took from the liability, which is income once the condition is met. */
async function liabilityGone(trx: Trx, wrong: Wrong): Promise<string[]> {
  const conditional = wrong.postings.some(({ account }) => account.address.startsWith('liabilities:conditional:'))
  return conditional ? conditionMet(trx, wrong.fund.id, contributionsIn(wrong)[0]!) : []
}
