import { rows, type Trx } from '../../db/connect.ts'
import { lockReceipt } from '../contributions/apply.ts'
import { bankAccountOf, lockContribution, type LoadedContribution } from '../contributions/load.ts'
import { applicationRow, receiptEntries, type Application } from '../contributions/receipt-entries.ts'
import { applicationOf, receiptRow, weighReceipt, type NewReceipt, type Weighed } from '../contributions/receive.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { fromMinorUnits, isZero, minorText, subtract, type MoneyText } from '../money.ts'
import { checkNothingBuilt, counterRow, partOf, rowAgain, type Corrector, type Part, type Under } from './corrector.ts'
import { entriesOf, lockContributions, metWithoutAuthority, outstandingWithout } from './of-contribution.ts'
import type { RightValues } from './policy.ts'
import type { Wrong } from './wrong.ts'

type Kept = Record<
  | 'id'
  | 'bank_account_id'
  | 'received_on'
  | 'sent_amount'
  | 'sent_currency'
  | 'bank_value'
  | 'bank_charge'
  | 'functional',
  string
> & { functional_charge: string; rate: string | null; reference: string; source_key: string; act_id: string }
type KeptApplication = Record<'id' | 'receipt_id' | 'contribution_id' | 'amount' | 'authority', string>

/** Corrects a receipt together with what of it was applied as it came. */
export const receiptCorrector: Corrector = { lock, said, takeBack, restore, putRight }

async function lock(trx: Trx, wrong: Wrong, right: RightValues | null): Promise<void> {
  await lockContributions(trx, wrong, right)
  const receipt = await trx('receipts').where({ id: wrong.source }).first('takes_back')
  await lockReceipt(trx, receipt.takes_back ?? wrong.source)
}

async function said(trx: Trx, wrong: Wrong): Promise<RightValues> {
  const { receipt, application, currency, agreementCurrency } = await keptOf(trx, wrong, wrong.source)
  return {
    receivedOn: receipt.received_on,
    bankAccountId: receipt.bank_account_id,
    sent: minorText(receipt.sent_amount, receipt.sent_currency),
    bankValue: minorText(receipt.bank_value, currency),
    bankCharge: minorText(receipt.bank_charge, currency),
    reference: receipt.reference,
    contributionId: application?.contribution_id ?? null,
    ...(application ? { appliedAmount: minorText(application.amount, agreementCurrency!) } : {}),
  }
}

async function takeBack(trx: Trx, wrong: Wrong, { correctionId, actId }: Under): Promise<string> {
  const { receipt, application } = await keptOf(trx, wrong, wrong.source)
  checkNothingBuilt([
    ...(await appliedLater(trx, wrong, application)),
    ...(await metWithoutAuthority(trx, wrong, application)),
  ])
  const id = newId('receipt')
  const under = { correction_id: correctionId, act_id: actId }
  const figures = ['sent_amount', 'bank_value', 'bank_charge', 'functional', 'functional_charge'] as const
  await trx('receipts').insert(counterRow(receipt, figures, { ...under, id, source_key: `-${correctionId}` }))
  if (application) {
    const counter = counterRow<Record<string, unknown>>(application, APPLICATION_FIGURES, {
      ...under,
      id: newId('application'),
      receipt_id: id,
    })
    await trx('receipt_applications').insert(counter)
  }
  return id
}

/** What of an application is a figure. */
export const APPLICATION_FIGURES = ['amount', 'value', 'functional', 'carrying', 'authority', 'support'] as const

async function restore(trx: Trx, wrong: Wrong, { correctionId, actId }: Under): Promise<string> {
  const counter = await trx('receipts').where({ id: wrong.source }).first('takes_back')
  const { receipt, application } = await keptOf(trx, wrong, counter.takes_back)
  checkNothingBuilt(await metWithoutAuthority(trx, wrong, application))
  const id = newId('receipt')
  const under = { correction_id: correctionId, act_id: actId }
  const key = await freeKey(trx, wrong, receipt.source_key, correctionId)
  await trx('receipts').insert(rowAgain(receipt, { ...under, id, source_key: key }))
  if (application)
    await trx('receipt_applications').insert(
      rowAgain(application, { ...under, id: newId('application'), receipt_id: id }),
    )
  return id
}

async function putRight(trx: Trx, wrong: Wrong, under: Under, values: RightValues): Promise<Part[]> {
  const { fund } = wrong
  const { contributionId, appliedAmount, ...receipt } = values as NewReceipt & {
    contributionId: string | null
    appliedAmount?: MoneyText
  }
  const bank = await bankAccountOf(trx, fund.id, receipt.bankAccountId)
  const contribution = contributionId === null ? undefined : await contributionIn(trx, fund.id, contributionId)
  const weighed = asKept(
    await weighReceipt(trx, { fund, bank, receipt, at: under.at }),
    await keptOf(trx, wrong, wrong.source),
  )
  const application = contribution && (await applied(trx, wrong, { contribution, weighed, values, appliedAmount }))
  const { correctionId, actId } = under
  const row = receiptRow(weighed, { fundId: fund.id, receipt, actId })
  const key = await freeKey(trx, wrong, row.source_key, correctionId)
  await trx('receipts').insert({ ...row, source_key: key, correction_id: correctionId })
  if (application)
    await trx('receipt_applications').insert({
      ...applicationRow(weighed.arrived.id, application, actId),
      correction_id: correctionId,
    })
  return receiptEntries(weighed.arrived, application).map(partOf)
}

/**
 * What is applied now. The amount that was applied is kept as long as the money is the same; otherwise what fits is applied, or what
 * is given, in the agreement's currency.
 */
async function applied(
  trx: Trx,
  wrong: Wrong,
  {
    contribution,
    weighed,
    values,
    appliedAmount,
  }: {
    contribution: LoadedContribution
    weighed: Weighed
    values: RightValues
    appliedAmount: MoneyText | undefined
  },
): Promise<Application | undefined> {
  const before = await said(trx, wrong)
  const same = (name: string) => JSON.stringify(values[name]) === JSON.stringify(before[name])
  const given = !same('appliedAmount')
  const sameMoney = ['contributionId', 'sent', 'bankValue', 'bankCharge', 'bankAccountId'].every(same)
  const currency = contribution.agreement?.amount.currency
  const needed = currency !== weighed.sent.currency && currency !== weighed.arrived.bank.currency
  const kept = appliedAmount !== undefined && (given || sameMoney || needed)
  return applicationOf(weighed, {
    contribution,
    outstanding: await outstandingWithout(trx, contribution, wrong),
    ...(kept ? { appliedAmount } : {}),
  })
}

async function contributionIn(trx: Trx, fundId: string, contributionId: string): Promise<LoadedContribution> {
  const contribution = await lockContribution(trx, contributionId)
  if (contribution.fundId !== fundId) throw new Refusal('not_found', { field: 'contributionId' })
  return contribution
}

/** What money was worth is a fact of its own: the same money on the same day keeps its value, also where no rate gives it. */
function asKept(weighed: Weighed, { receipt, currency, fundCurrency }: Awaited<ReturnType<typeof keptOf>>): Weighed {
  const { arrived } = weighed
  const kept = (units: string, functional: string, now: typeof arrived.booked) => {
    const same =
      arrived.bank.currency === currency &&
      arrived.receivedOn === receipt.received_on &&
      isZero(subtract(now.amount, fromMinorUnits(units, currency)))
    return same ? { amount: now.amount, functional: fromMinorUnits(functional, fundCurrency) } : now
  }
  const booked = kept(receipt.bank_value, receipt.functional, arrived.booked)
  const charge = kept(receipt.bank_charge, receipt.functional_charge, arrived.charge)
  return {
    ...weighed,
    arrived: { ...arrived, booked, charge },
    rate: booked === arrived.booked ? weighed.rate : receipt.rate,
  }
}

/** The receipt's row, and that of what was applied of it in the same entry. */
async function keptOf(trx: Trx, { kind, fund }: Wrong, receiptId: string) {
  const receipt: Kept = await trx('receipts').where({ id: receiptId }).first()
  const [bank] = await rows<{ currency: string }>(trx, `select currency from bank_accounts where id = :id`, {
    id: receipt.bank_account_id,
  })
  const application: KeptApplication | undefined =
    kind === 'receipt'
      ? await trx('receipt_applications').where({ receipt_id: receiptId, act_id: receipt.act_id }).first()
      : undefined
  const agreement =
    application && (await trx('agreements').where({ contribution_id: application.contribution_id }).first('currency'))
  return {
    receipt,
    application,
    currency: bank!.currency,
    fundCurrency: fund.currency,
    agreementCurrency: agreement?.currency as string | undefined,
  }
}

/** Entries that applied more of the receipt afterwards and stand. */
async function appliedLater(trx: Trx, wrong: Wrong, own: KeptApplication | undefined): Promise<string[]> {
  const later = await rows<{ id: string }>(
    trx,
    `select x.id from receipt_applications x
      where x.receipt_id = :receipt and x.takes_back is null and x.id <> :own
        and not exists (select from receipt_applications t where t.takes_back = x.id)`,
    { receipt: wrong.source, own: own?.id ?? '' },
  )
  return entriesOf(
    trx,
    wrong.fund.id,
    'receipt_applied',
    later.map(({ id }) => id),
  )
}

/**
 * A line of a statement is recorded once. One that was taken back may be there again, under a key of its own: the first one still
 * guards against a second import. Refuses `already_exists` where the same line is recorded and stands.
 */
async function freeKey(trx: Trx, { fund }: Wrong, key: string, correctionId: string): Promise<string> {
  const [line] = key.split('+')
  const standing = await rows<{ id: string }>(
    trx,
    `select r.id from receipts r
      where r.fund_id = :fundId and split_part(r.source_key, '+', 1) = :line and r.takes_back is null
        and not exists (select from receipts t where t.takes_back = r.id)`,
    { fundId: fund.id, line: line! },
  )
  if (standing.length > 0) throw new Refusal('already_exists', { field: 'reference' })
  const taken = await trx('receipts').where({ fund_id: fund.id, source_key: line! }).first('id')
  return taken ? `${line}+${correctionId}` : line!
}
