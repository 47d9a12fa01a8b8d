import type { Trx } from '../../db/connect.ts'
import type { ContributionStatus } from './policy.ts'

/** The only place that writes how a contribution stands, next to the row that caused it; the version goes up with it. */
export async function setStatus(
  trx: Trx,
  contribution: { id: string; status: ContributionStatus; version: number },
  status: ContributionStatus,
): Promise<void> {
  if (contribution.status === status) return
  await trx('contributions')
    .where({ id: contribution.id })
    .update({ status, version: contribution.version + 1 })
}
