import type { Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { donorsOf, holdsRole, READERS, requireRole, type Actor } from '../people/actor.ts'
import { asDonor } from './as-donor.ts'
import { contributionById } from './load.ts'
import { listContributions, type ContributionListed, type ListFilter } from './queries.ts'
import { readContribution, type ContributionFigures } from './read.ts'

/**
 * Readers of the fund see all; a donor sees what row-level security shows it, page by page over all its donors.
 *
 * Refuses `not_found`, `role_not_allowed`.
 */
export async function visibleContributions(
  db: Db,
  actor: Actor,
  fundId: string,
  filter: ListFilter,
): Promise<ContributionListed[]> {
  const fund = await fundById(db, fundId)
  requireRole(actor, fund.id, [...READERS, 'donor'])
  if (holdsRole(actor, fund.id, READERS)) return listContributions(db, fund.id, filter)
  const own: ContributionListed[] = []
  for (const donorId of donorsOf(actor, fund.id))
    own.push(...(await asDonor(db, donorId, (narrowed) => listContributions(narrowed, fund.id, filter))))
  return own.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, filter.limit + 1)
}

/**
 * A contribution with its figures, to readers of the fund and to its own donor. Refuses `role_not_allowed`, and `not_found` to other
 * donors, who do not learn that it is there.
 */
export async function visibleContribution(db: Db, actor: Actor, contributionId: string) {
  const { fundId } = await contributionById(db, contributionId)
  requireRole(actor, fundId, [...READERS, 'donor'])
  if (holdsRole(actor, fundId, READERS)) return readContribution(db, contributionId)
  for (const donorId of donorsOf(actor, fundId)) {
    const own = await asDonor(db, donorId, (narrowed) => readContribution(narrowed, contributionId)).catch(
      (error: unknown) => {
        if (error instanceof Refusal && error.code === 'not_found') return undefined
        throw error
      },
    )
    if (own) return withoutDoubts(own)
  }
  throw new Refusal('not_found')
}

/** What the fund doubts of a receivable is its own judgement, and not for the donor to read. */
function withoutDoubts<Told extends { figures: ContributionFigures }>({ figures, ...told }: Told) {
  const { impaired: _doubted, ...original } = figures.original
  const { impaired: _doubtedFunctional, ...functional } = figures.functional
  return { ...told, figures: { ...figures, original, functional } }
}
