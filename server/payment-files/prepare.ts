import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { minorUnits, moneyText, type MoneyText } from '../money.ts'
import { requireRole, type Actor, type Role } from '../people/actor.ts'
import { lockPayments, type LoadedPayment } from '../payments/load.ts'
import { buildFile, type FileTerms } from './build.ts'
import { LARGEST_SUM } from './policy.ts'

export const SIGNATORIES: readonly Role[] = ['treasurer', 'bank_signatory']

export type NewFile = {
  readonly fundId: string
  readonly bankAccountId: string
  readonly paymentIds: readonly string[]
  /** Today, unless another day is asked for. */
  readonly executionDate?: string | undefined
  /** The file that was withdrawn and whose payments these are. */
  readonly replaces?: string
}

export type PreparedFile = { id: string; code: string; sha256: string; payments: number; total: MoneyText }

/**
 * Makes a file of certified payments of one bank account; from then on what it says is fixed, and its hash is kept with the act, under the seals.
 * Preparing is choosing: it is no signature, and whoever has prepared a file may sign it as one of the two.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `date_in_past`, `not_awaiting_release`, `in_payment_file`, `other_bank_account`,
 * `amount_out_of_range`.
 */
export async function prepareFile(
  trx: Trx,
  actor: Actor,
  { fundId, bankAccountId, paymentIds, executionDate, replaces }: NewFile,
): Promise<PreparedFile> {
  requireRole(actor, fundId, SIGNATORIES)
  const bank = await trx('bank_accounts').where({ id: bankAccountId, fund_id: fundId }).first('id')
  if (!bank) throw new Refusal('not_found', { field: 'bankAccountId' })
  const today = dayOf(actor.act.at)
  if (executionDate !== undefined && executionDate < today)
    throw new Refusal('date_in_past', { field: 'executionDate' })
  const chosen = await lockPayments(trx, [...new Set(paymentIds)])
  for (const { payment, request } of chosen) mustBeFree(payment, request, { fundId, bankAccountId })
  const terms: FileTerms = {
    ...{ code: await nextCode(trx, today), fundId, bankAccountId },
    detailsNumber: await detailsInForce(trx, bankAccountId),
    executionDate: executionDate ?? today,
    chargeBearer: (await policyInForce(trx, { fundId, subject: 'payment_files', on: today })).terms.chargeBearer,
    preparedAt: actor.act.at,
  }
  const ids = chosen.map(({ payment }) => payment.id)
  const built = await buildFile(trx, terms, ids)
  if (BigInt(minorUnits(built.total)) > LARGEST_SUM)
    throw new Refusal('amount_out_of_range', { value: moneyText(built.total) })

  // From here on everything must succeed.
  const id = newId('paymentFile')
  await trx('payment_files').insert({
    ...{ id, fund_id: fundId, code: terms.code, bank_account_id: bankAccountId, details_number: terms.detailsNumber },
    ...{ execution_date: terms.executionDate, charge_bearer: terms.chargeBearer, payment_count: ids.length },
    ...{ control_sum: minorUnits(built.total), sha256: Buffer.from(built.sha256, 'hex'), replaces: replaces ?? null },
    ...{ prepared_by: actor.personId, prepared_at: actor.act.at, act_id: actor.act.id },
  })
  const members = ids.map((payment_id, i) => ({ fund_id: fundId, file_id: id, payment_id, position: i + 1 }))
  await trx.batchInsert('payment_file_payments', members, 500)
  await trx('payments').whereIn('id', ids).update({ file_id: id })
  actor.act.details = { ...actor.act.details, file: terms.code, sha256: built.sha256 }
  return { id, code: terms.code, sha256: built.sha256, payments: ids.length, total: moneyText(built.total) }
}

function mustBeFree(
  { id, code, status, fileId, bankAccountId }: LoadedPayment,
  request: { fundId: string },
  of: { fundId: string; bankAccountId: string },
): void {
  if (request.fundId !== of.fundId) throw new Refusal('not_found', { field: 'payments' })
  if (status !== 'certified') throw new Refusal('not_awaiting_release', { payment: id, code, current: status })
  if (fileId !== null) throw new Refusal('in_payment_file', { payment: id, code, file: fileId })
  if (bankAccountId !== of.bankAccountId) throw new Refusal('other_bank_account', { payment: id, code })
}

async function nextCode(trx: Trx, today: string): Promise<string> {
  const numbered = await row<{ n: string }>(trx, `select nextval('payment_file_numbers')::text as n`)
  return `F${today.slice(2, 4)}-${numbered!.n.padStart(6, '0')}`
}

async function detailsInForce(trx: Trx, bankAccountId: string): Promise<number | null> {
  const found = await row<{ number: number | null }>(
    trx,
    `select max(number) as number from bank_account_details where bank_account_id = :bankAccountId`,
    { bankAccountId },
  )
  return found!.number
}
