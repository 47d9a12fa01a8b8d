import type { Trx } from '../../db/connect.ts'
import { row } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { accountKey } from './policy.ts'

/**
 * Records a number by which the bank's statements call an account of the fund: its IBAN, or another. A number is of one account.
 * Refuses `not_found`, `role_not_allowed`, `invalid_request`, `already_exists`.
 */
export async function recordAccountNumber(
  trx: Trx,
  actor: Actor,
  { bankAccountId, number }: { bankAccountId: string; number: string },
): Promise<{ bankAccountId: string; number: string }> {
  const account = await row<{ fundId: string }>(
    trx,
    `select fund_id as "fundId" from bank_accounts where id = :bankAccountId`,
    { bankAccountId },
  )
  if (!account) throw new Refusal('not_found')
  requireRole(actor, account.fundId, ['treasurer', 'controller'])
  const key = accountKey(number)
  if (!/^[0-9A-Z]{4,34}$/.test(key))
    throw new Refusal('invalid_request', {
      errors: [{ field: 'number', code: 'string.pattern', message: '4 to 34 letters and digits' }],
    })
  const inserted = await trx('bank_account_numbers')
    .insert({ bank_account_id: bankAccountId, number: key, recorded_by: actor.personId, act_id: actor.act.id })
    .onConflict(['fund_id', 'number'])
    .ignore()
    .returning('number')
  if (inserted.length === 0) throw new Refusal('already_exists', { field: 'number' })
  return { bankAccountId, number: key }
}
