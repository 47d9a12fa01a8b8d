import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { newId } from '../ids.ts'
import { postEntry } from '../ledger/post.ts'
import {
  exceeds,
  fromMinorUnits,
  isPositive,
  moneyFrom,
  moneyText,
  proportion,
  subtract,
  sum,
  type Money,
  type MoneyText,
} from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { releaseAllowances } from './allowance.ts'
import { agreementOf, checkHappened, lockContribution, outstandingOf, type LoadedContribution } from './load.ts'
import { checkOrder, settle, statusAfter, worthOf, type Held, type Outstanding } from './policy.ts'
import { RECEIVERS, toldApplication, type RecordedApplication } from './receive.ts'
import { applicationEntry, applicationRow, type Application } from './receipt-entries.ts'
import { setStatus } from './status.ts'

/**
 * Applies what is unidentified of a receipt to a contribution (event 6, second half): all that fits, or `amount` of the
 * agreement's currency.
 *
 * Refuses `not_found`, `role_not_allowed`, `not_agreed`, `date_in_future`, `dates_out_of_order`, `currency_mismatch`,
 * `applied_amount_missing`, `nothing_unapplied`, `nothing_outstanding`, `taken_back`.
 */
export async function applyReceipt(
  trx: Trx,
  actor: Actor,
  {
    receiptId,
    contributionId,
    amount,
    appliedOn = dayOf(actor.act.at),
  }: { receiptId: string; contributionId: string; amount?: MoneyText; appliedOn?: string },
): Promise<RecordedApplication & { unapplied: MoneyText }> {
  const receipt = await receiptById(trx, receiptId)
  requireRole(actor, receipt.fundId, RECEIVERS)
  const contribution = await lockContribution(trx, contributionId)
  if (contribution.fundId !== receipt.fundId) throw new Refusal('not_found', { field: 'contributionId' })
  agreementOf(contribution)
  checkHappened(appliedOn, actor.act.at)
  const outstanding = await outstandingOf(trx, contribution)
  const application = await restOf(trx, receipt, {
    contribution,
    outstanding,
    appliedOn,
    ...(amount ? { amount } : {}),
  })

  // From here on everything must succeed.
  const { settlement } = application
  const left = subtract(outstanding.amount, settlement.applied)
  await trx('receipt_applications').insert(applicationRow(receiptId, application, actor.act.id))
  await postEntry(trx, { fundId: receipt.fundId, actId: actor.act.id }, applicationEntry(receipt.bank, application))
  await setStatus(trx, contribution, statusAfter(left, 'received'))
  await releaseAllowances(trx, actor, { ...contribution, contributionId })
  return { ...toldApplication(application), unapplied: moneyText(settlement.left.gross) }
}

/**
 * What of the rest of a receipt settles the contribution from that day on: all that fits, or `amount`. The receipt is locked.
 * Refuses `taken_back`, `dates_out_of_order`, `currency_mismatch`, `applied_amount_missing`, `nothing_unapplied`, `nothing_outstanding`.
 */
export async function restOf(
  trx: Trx,
  receipt: Receipt,
  {
    contribution,
    outstanding,
    appliedOn,
    amount,
  }: {
    contribution: LoadedContribution
    outstanding: Outstanding
    appliedOn: string
    amount?: MoneyText
  },
): Promise<Application> {
  const agreement = agreementOf(contribution)
  checkOrder(receipt.receivedOn > agreement.signedOn ? receipt.receivedOn : agreement.signedOn, appliedOn)
  await lockReceipt(trx, receipt.id)
  if (receipt.takesBack || (await trx('receipts').where({ takes_back: receipt.id }).first('id')))
    throw new Refusal('taken_back')
  const { held, sent } = await unappliedNow(trx, receipt)
  const unapplied = moneyText(held.gross)
  if (!isPositive(held.gross)) throw new Refusal('nothing_unapplied', { unapplied })
  const { worth, limit } = worthOf(agreement.amount.currency, {
    gross: held.gross,
    sent,
    ...(amount ? { appliedAmount: moneyFrom(amount) } : {}),
  })
  if (!isPositive(worth)) throw new Refusal('nothing_unapplied', { unapplied })
  if (!isPositive(outstanding.amount) || (amount && exceeds(limit, outstanding.amount)))
    throw new Refusal('nothing_outstanding', { outstanding: moneyText(outstanding.amount) })
  const settlement = settle({ held, worth, limit, outstanding, supportCostBps: agreement.supportCostBps })
  return { id: newId('application'), contribution, appliedOn, settlement, heldBack: agreement.conditionOpen }
}

/** A receipt's row never changes and cannot be locked for change, so its id is: whoever applies it at the same time queues here. */
export async function lockReceipt(trx: Trx, receiptId: string): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [receiptId])
}

export type Receipt = {
  id: string
  takesBack: string | null
  fundId: string
  receivedOn: string
  bank: { code: string; currency: string }
  sent: Money
  all: Held
}

/** A receipt as it came. Refuses `not_found`. */
export async function receiptById(db: Db, receiptId: string): Promise<Receipt> {
  const found = await row<Record<string, string>>(
    db,
    `select r.id, r.takes_back, r.fund_id, f.currency as fund_currency, r.received_on, b.code, b.currency, r.sent_amount, r.sent_currency,
            (r.bank_value + r.bank_charge)::text as gross, (r.functional + r.functional_charge)::text as functional,
            r.functional as cash
       from receipts r join bank_accounts b on b.id = r.bank_account_id join funds f on f.id = r.fund_id
      where r.id = :receiptId`,
    { receiptId },
  )
  if (!found) throw new Refusal('not_found')
  const { id, fund_id, fund_currency, received_on, code, currency, sent_amount, sent_currency } = found
  return {
    id: id!,
    fundId: fund_id!,
    takesBack: found.takes_back ?? null,
    receivedOn: received_on!,
    bank: { code: code!, currency: currency! },
    sent: fromMinorUnits(sent_amount!, sent_currency!),
    all: {
      gross: fromMinorUnits(found.gross!, currency!),
      functional: fromMinorUnits(found.functional!, fund_currency!),
      cash: fromMinorUnits(found.cash!, fund_currency!),
    },
  }
}

/** What is left of a receipt after what was applied of it before. The receipt must be locked. */
async function unappliedNow(db: Db, { id, sent, all }: Receipt): Promise<{ held: Held; sent: Money }> {
  const before = await rows<Record<'amount' | 'currency' | 'value' | 'functional' | 'authority', string>>(
    db,
    `select a.amount, g.currency, a.value, a.functional, a.authority
       from receipt_applications a join agreements g on g.contribution_id = a.contribution_id where a.receipt_id = :id`,
    { id },
  )
  const less = (from: Money, column: 'value' | 'functional' | 'authority') =>
    subtract(
      from,
      sum(
        before.map((one) => fromMinorUnits(one[column], from.currency)),
        from.currency,
      ),
    )
  const sentFor = before.map((one) =>
    one.currency === sent.currency
      ? fromMinorUnits(one.amount, sent.currency)
      : proportion(sent, fromMinorUnits(one.value, all.gross.currency), all.gross),
  )
  return {
    held: {
      gross: less(all.gross, 'value'),
      functional: less(all.functional, 'functional'),
      cash: less(all.cash, 'authority'),
    },
    sent: subtract(sent, sum(sentFor, sent.currency)),
  }
}
