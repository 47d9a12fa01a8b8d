import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { adjustAsController } from '../ledger/adjust.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { partIn } from '../requests/load.ts'
import { end } from './end.ts'
import { checkOpen, confirmersOf, lockCorrection, type Proposal } from './load.ts'
import { lockWrong, performCorrection } from './perform.ts'
import { checkSecondPerson, mayAdjust } from './policy.ts'
import { shownOf } from './shown.ts'
import { wrongEntry } from './wrong.ts'

/**
 * Confirms or rejects a correction that another person has proposed. Confirming posts it, provided that it does exactly what was
 * listed when it was proposed. A controller's correction reaches into months that are closed softly, as it did when it was listed.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `two_people_needed`, `named_in_request` and
 * `tied_to_payee` where it is about a payment, `correction_ended`, `taken_back`, what `performCorrection` refuses, `version_changed`.
 */
export async function decideCorrection(
  trx: Trx,
  actor: Actor,
  { correctionId, verdict, reason = '' }: { correctionId: string; verdict: 'confirm' | 'reject'; reason?: string },
): Promise<{ id: string; status: 'confirmed' | 'rejected'; entries: string[] }> {
  const proposal = await lockCorrection(trx, correctionId)
  requireRole(actor, proposal.fund.id, await confirmersOf(trx, proposal))
  checkSecondPerson(actor, proposal.proposedBy)
  const wrong = await wrongEntry(trx, proposal.fund, proposal.entryId)
  await checkNoTie(trx, actor, wrong.source)
  checkOpen(proposal)
  if (verdict === 'reject') {
    await end(trx, actor, proposal, { verdict: 'rejected', reason })
    return { id: correctionId, status: 'rejected', entries: [] }
  }
  await lockWrong(trx, wrong, proposal.right)
  const under = { correctionId, actId: actor.act.id, at: actor.act.at, proposedBy: proposal.proposedBy }
  if (mayAdjust(wrong.kind)) await adjustAsController(trx, actor, proposal.fund.id)
  await performCorrection(trx, under, { wrong, right: proposal.right, datedOn: proposal.datedOn })
  const { hash } = await shownOf(trx, under, wrong)
  // What was done is undone with the transaction where it is not what was shown.
  if (!hash.equals(proposal.hash)) throw new Refusal('version_changed')
  await end(trx, actor, proposal, { verdict: 'confirmed', reason })
  const entries = await trx('correction_entries')
    .where({ correction_id: correctionId })
    .orderBy('entry_id')
    .pluck('entry_id')
  return { id: correctionId, status: 'confirmed', entries }
}

/** Nobody decides on the payment of a request that names them, or to a payee to whom they have a tie. */
async function checkNoTie(trx: Trx, actor: Actor, source: string): Promise<void> {
  const payment = await trx('payments').where({ id: source }).first('request_id')
  if (!payment) return
  const part = await partIn(trx, payment.request_id, actor)
  if (part.named) throw new Refusal('named_in_request')
  if (part.tied) throw new Refusal('tied_to_payee')
}

/** Takes a proposal back. Refuses `not_found`, `role_not_allowed`, `correction_ended`. */
export async function withdrawCorrection(
  trx: Trx,
  actor: Actor,
  { correctionId, reason = '' }: { correctionId: string; reason?: string },
): Promise<{ id: string; status: 'withdrawn' }> {
  const proposal: Proposal = await lockCorrection(trx, correctionId)
  requireRole(actor, proposal.fund.id, ['controller'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (actor.personId !== proposal.proposedBy) throw new Refusal('role_not_allowed', { allowed: ['proposer'] })
  checkOpen(proposal)
  await end(trx, actor, proposal, { verdict: 'withdrawn', reason })
  return { id: correctionId, status: 'withdrawn' }
}
