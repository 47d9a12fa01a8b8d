import type { Trx } from '../../db/connect.ts'
import { checkHappened } from '../contributions/load.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { markAdjusting } from '../ledger/adjust.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Under } from './corrector.ts'
import { end } from './end.ts'
import { confirmersOf, openProposal, type Proposal } from './load.ts'
import { lockWrong, performCorrection } from './perform.ts'
import { checkCorrectable, mayAdjust, type RightValues } from './policy.ts'
import { shownOf, type Shown } from './shown.ts'
import { wrongEntry, type Wrong } from './wrong.ts'

export type NewCorrection = {
  entryId: string
  reason: string
  /** What is right instead; left out, the entry is only taken back. */
  right?: RightValues
  /** The day for what belongs into a closed month; today, unless told. */
  datedOn?: string
}

/**
 * Proposes to correct an entry (event 25). Nothing is posted: the correction is performed and undone, so that what is listed is exactly
 * what confirming will do. A proposal of the same entry that has lapsed makes way.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `correct_otherwise`, `invalid_request`, `date_in_future`,
 * `taken_back`, `already_exists` where a proposal of this entry is open, and what `performCorrection` refuses.
 */
export async function proposeCorrection(
  trx: Trx,
  actor: Actor,
  { fundId, entryId, reason, right, datedOn = dayOf(actor.act.at) }: NewCorrection & { fundId: string },
): Promise<{ id: string; status: 'proposed'; shown: Shown }> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fund.id, ['controller'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const wrong = await wrongEntry(trx, fund, entryId)
  checkCorrectable(wrong.kind, right ?? null, wrong)
  checkHappened(datedOn, actor.act.at)
  const open = await openProposal(trx, wrong.id)
  await lockWrong(trx, wrong, right ?? null)
  if (open) await makeWay(trx, actor, open, wrong)
  const id = newId('correction')
  const under = { correctionId: id, actId: actor.act.id, at: actor.act.at, proposedBy: actor.personId }
  const { shown, hash } = await rehearse(trx, under, { wrong, right: right ?? null, datedOn })

  // From here on everything must succeed.
  await trx('corrections').insert({
    id,
    fund_id: fund.id,
    entry_id: wrong.id,
    kind: wrong.kind,
    reason,
    right_values: right ? JSON.stringify(right) : null,
    dated_on: datedOn,
    shown: JSON.stringify(shown),
    shown_hash: hash,
    proposed_by: actor.personId,
    person_kind: actor.kind,
    act_id: actor.act.id,
  })
  await notify(trx, actor, {
    ...{ fundId, event: 'correction_waits', key: id, urgent: false, link: `/corrections/${id}` },
    to: { roles: await confirmersOf(trx, { id, kind: wrong.kind }) },
    facts: { entry: entryId, by: actor.name },
  })
  return { id, status: 'proposed', shown }
}

/**
 * Performs a correction as the controller would who may confirm it, reads what it did, and undoes it. Call after `lockWrong`. Refuses what `performCorrection` refuses.
 */
export async function rehearse(
  trx: Trx,
  under: Under,
  correction: { wrong: Wrong; right: RightValues | null; datedOn: string },
): Promise<{ shown: Shown; hash: Buffer }> {
  const { wrong } = correction
  const { actId, proposedBy } = under
  const savepoint = await trx.transaction()
  try {
    if (mayAdjust(wrong.kind)) await markAdjusting(savepoint, { actId, fundId: wrong.fund.id, personId: proposedBy })
    await performCorrection(savepoint, under, correction)
    return await shownOf(savepoint, under, wrong)
  } finally {
    await savepoint.rollback()
  }
}

/** A proposal of the same entry that is still good stands in the way; one that is not has lapsed, and ends. */
async function makeWay(trx: Trx, actor: Actor, open: Proposal, wrong: Wrong): Promise<void> {
  if (await stillGood(trx, actor, open, wrong)) throw new Refusal('already_exists', { correction: open.id })
  await end(trx, actor, open, { verdict: 'lapsed' })
}

/** What a proposal would do now, where that is still what it said; undefined once it has lapsed. */
export async function stillGood(trx: Trx, actor: Actor, proposal: Proposal, wrong: Wrong): Promise<Shown | undefined> {
  const { id, proposedBy, right, datedOn } = proposal
  const under = { correctionId: id, actId: actor.act.id, at: actor.act.at, proposedBy }
  try {
    await lockWrong(trx, wrong, right)
    const { shown, hash } = await rehearse(trx, under, { wrong, right, datedOn })
    return hash.equals(proposal.hash) ? shown : undefined
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
