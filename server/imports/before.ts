import { rows, type Db, type Trx } from '../../db/connect.ts'
import { lockContribution, outstandingOf, type LoadedContribution } from '../contributions/load.ts'
import { isZero, subtract } from '../money.ts'
import type { Booked } from './plan.ts'
import type { PublishedRow } from './rows.ts'

/** A contribution that was there before a file spoke of it. `booked` is missing while it has no agreement. */
export type Before = {
  readonly contribution: LoadedContribution
  readonly booked: Booked | undefined
  /** Whether a row says of the pledge what is kept of it. */
  readonly says: (row: PublishedRow) => boolean
}

/** Those contributions of the fund that have one of these codes, each locked, in the order of their ids. */
export async function bookedBefore(
  trx: Trx,
  { id: fundId }: { id: string },
  codes: readonly string[],
): Promise<Map<string, Before>> {
  const found = await rows<{ id: string; donor: string; fiscal_year: number }>(
    trx,
    `select c.id, d.name as donor, c.fiscal_year from contributions c join donors d on d.id = c.donor_id
      where c.fund_id = :fundId and c.code = any(:codes) order by c.id`,
    { fundId, codes },
  )
  const before = new Map<string, Before>()
  for (const { id, donor, fiscal_year } of found) {
    const contribution = await lockContribution(trx, id)
    before.set(contribution.code, {
      contribution,
      booked: await bookedOn(trx, contribution),
      says: (row) => row.donor === donor && row.fiscalYear === fiscal_year && samePledge(row, contribution),
    })
  }
  return before
}

/** The codes of those contributions that an earlier file has written off. */
export async function writtenOffBefore(db: Db, fundId: string, codes: readonly string[]): Promise<Set<string>> {
  const found = await rows<{ code: string }>(
    db,
    `select c.code from contributions c
      where c.fund_id = :fundId and c.code = any(:codes) and exists (select from write_offs w where w.contribution_id = c.id)`,
    { fundId, codes },
  )
  return new Set(found.map(({ code }) => code))
}

async function bookedOn(db: Db, contribution: LoadedContribution): Promise<Booked | undefined> {
  const { agreement, status } = contribution
  if (!agreement) return undefined
  return {
    contribution,
    status,
    signedOn: agreement.signedOn,
    outstanding: await outstandingOf(db, contribution),
    supportCostBps: agreement.supportCostBps,
    conditionOpen: agreement.conditionOpen,
  }
}

function samePledge({ pledge }: PublishedRow, { pledged, pledgedOn }: LoadedContribution): boolean {
  return (
    (pledge.on === null || pledge.on === pledgedOn) &&
    pledge.amount.currency === pledged.currency &&
    isZero(subtract(pledge.amount, pledged))
  )
}
