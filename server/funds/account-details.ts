import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { readAccount, type BankDetails } from '../payees/bank-details.ts'
import { requireRole, type Actor } from '../people/actor.ts'

/** Where an account of the fund is kept, as the bank's own papers say it; the holder is the fund. */
export type AccountDetails = BankDetails

/**
 * Says where a bank account of the fund is kept, as the next version of that; files prepared from then on name it, those of before what it said then.
 * Without details no bank could carry a file out, and payments from the account are told to the bank by hand.
 *
 * Refuses `not_found`, `role_not_allowed`, `invalid_request` with what is wrong with the numbers, `currency_mismatch`.
 */
export async function setAccountDetails(
  trx: Trx,
  actor: Actor,
  { bankAccountId, ...details }: AccountDetails & { bankAccountId: string },
): Promise<{ id: string; number: number }> {
  const account = await row<{ fundId: string; currency: string }>(
    trx,
    `select fund_id as "fundId", currency from bank_accounts where id = :bankAccountId`,
    { bankAccountId },
  )
  if (!account) throw new Refusal('not_found')
  if (actor.administrator) actor.act.fundId = account.fundId
  else requireRole(actor, account.fundId, ['controller'])
  const { number: read, faults } = readAccount(details)
  if (faults.length > 0) throw new Refusal('invalid_request', { errors: faults })
  if (details.currency && details.currency !== account.currency)
    throw new Refusal('currency_mismatch', { field: 'currency', expected: account.currency })
  // One after the other, so that each version has its number.
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 29))`, [bankAccountId])
  const last = await row<{ number: number }>(
    trx,
    `select coalesce(max(number), 0) as number from bank_account_details where bank_account_id = :bankAccountId`,
    { bankAccountId },
  )

  // From here on everything must succeed.
  const number = last!.number + 1
  const { street, building, postCode, town, country } = details.address
  await trx('bank_account_details').insert({
    ...{ bank_account_id: bankAccountId, number, scheme: read.scheme, account: read.account, bic: read.bic },
    ...{ clearing_system: read.clearingSystem, clearing_code: read.clearingCode, bank_country: read.bankCountry },
    ...{ bank_name: details.bankName, holder: details.holder, street: street ?? null, building: building ?? null },
    ...{
      post_code: postCode ?? null,
      town,
      country,
      set_by: actor.personId,
      set_at: actor.act.at,
      act_id: actor.act.id,
    },
  })
  return { id: bankAccountId, number }
}
