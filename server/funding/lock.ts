import type { Trx } from '../../db/connect.ts'

/**
 * Waits until nobody else in the fund chooses which contribution pays, or changes what one may pay for, and keeps others waiting
 * until this transaction ends: the choice reads many balances and earmarks, and holds some.
 */
export async function lockFunding(trx: Trx, fundId: string): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 1))`, [fundId])
}
