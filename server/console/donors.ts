import type { Router } from 'express'
import type { Db } from '../../db/connect.ts'
import { donorsPage, type DonorList } from '../../templates/donors.tsx'
import { asDonor } from '../contributions/as-donor.ts'
import type { Fund } from '../funds/open.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { isId } from '../ids.ts'
import { donorsOf, holdsRole, READERS, requireRole } from '../people/actor.ts'
import { getPage, type Console } from './forms.ts'
import { contributionsOf, donorsByName } from './queries.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 25

/** Donors with their contributions; a donor sees their own, and the database shows no other. */
export function donorPages(router: Router, { db }: Console): void {
  getPage(router, '/funds/:fund/donors', (visit, req) => list(db, visit, String(req.params.fund), req.query))
}

async function list(db: Db, visit: SignedIn, fundId: string, asked: Record<string, unknown>): Promise<string> {
  const { actor } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, [...READERS, 'donor'])
  const own = !holdsRole(actor, fund.id, READERS)
  const address = `/funds/${fund.id}/donors`
  const cursor = cursorIn(asked.after)
  const found = own ? await ownDonors(db, fund, donorsOf(actor, fund.id)) : await aPage(db, fund, cursor)
  return donorsPage(frameOf(visit, { fund, section: 'donors' }), {
    fundId: fund.id,
    currency: fund.currency,
    own,
    mayPledge: holdsRole(actor, fund.id, ['fund_manager', 'controller']),
    done: asked.done === 'donor',
    donors: found.items,
    next: found.next && `${address}?after=${found.next}`,
    first: cursor.length > 0 ? address : null,
  })
}

type Found = { items: DonorList['donors']; next: string | null }

async function aPage(db: Db, fund: Fund, after: readonly string[]): Promise<Found> {
  const page = pageOf(await donorsByName(db, { fundId: fund.id, after, limit: SHOWN }), SHOWN, ({ name, id }) => [
    name,
    id,
  ])
  return { items: await withContributions(db, fund, page.items), next: page.next }
}

/** Few people speak for more than one donor, and nobody for so many that it would take pages. */
async function ownDonors(db: Db, fund: Fund, donorIds: readonly string[]): Promise<Found> {
  const items: DonorList['donors'][number][] = []
  for (const donorId of donorIds) {
    const own = await asDonor(db, donorId, async (narrowed) =>
      withContributions(narrowed, fund, await donorsByName(narrowed, { fundId: fund.id, after: [], limit: SHOWN })),
    )
    items.push(...own)
  }
  return { items, next: null }
}

async function withContributions(db: Db, fund: Fund, donors: Awaited<ReturnType<typeof donorsByName>>) {
  const contributions = await contributionsOf(db, { fund, donorIds: donors.map(({ id }) => id) })
  return donors.map((donor) => ({
    ...donor,
    contributions: contributions.filter(({ donorId }) => donorId === donor.id),
  }))
}

/** Name and id of the donor that the page before ended with; nothing where it is no such cursor. */
function cursorIn(after: unknown): string[] {
  const key = typeof after === 'string' ? keyIn(after) : undefined
  return key?.length === 2 && isId('donor', key[1]!) && !key[0]!.includes('\0') ? key : []
}
