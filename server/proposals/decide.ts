import type { Trx } from '../../db/connect.ts'
import { bookImpairment, bookImpairmentReversal } from '../contributions/impair.ts'
import { bookWriteOff } from '../contributions/write-off.ts'
import { Refusal } from '../errors.ts'
import { bookRecoveryWriteOff } from '../no-regret/write-off.ts'
import { holdsRole, READERS, requireRole, type Actor, type Role } from '../people/actor.ts'
import { bookRule } from '../rules/propose.ts'
import { bookTrancheWaiver } from '../tranches/waive.ts'
import { bookAccountCharge } from '../treasury/charges.ts'
import { bookConversion } from '../treasury/convert.ts'
import { bookInterestCharge } from '../treasury/interest.ts'
import { bookReserveTransfer } from '../treasury/reserve-transfers.ts'
import { proposalById, type Proposal } from './load.ts'
import { CASH_DECIDERS, type ProposalKind, type Verdict } from './policy.ts'

const AUTHORITIES: readonly Role[] = ['director', 'head_of_department']

/** Who may decide on each kind at all, and what approving it does. */
const KINDS: Record<
  ProposalKind,
  {
    deciders: readonly Role[]
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the terms are those that the same verb has proposed
    book: (trx: Trx, actor: Actor, proposal: Proposal<any>) => Promise<object>
  }
> = {
  conversion: { deciders: CASH_DECIDERS, book: bookConversion },
  interest_charge: { deciders: CASH_DECIDERS, book: bookInterestCharge },
  account_charge: { deciders: CASH_DECIDERS, book: bookAccountCharge },
  write_off: { deciders: AUTHORITIES, book: bookWriteOff },
  impairment: { deciders: AUTHORITIES, book: bookImpairment },
  impairment_reversal: { deciders: AUTHORITIES, book: bookImpairmentReversal },
  reserve_replenishment: { deciders: AUTHORITIES, book: bookReserveTransfer },
  reserve_release: { deciders: AUTHORITIES, book: bookReserveTransfer },
  policy: { deciders: AUTHORITIES, book: bookRule },
  tranche_waiver: { deciders: AUTHORITIES, book: bookTrancheWaiver },
  recovery_write_off: { deciders: AUTHORITIES, book: bookRecoveryWriteOff },
}

/**
 * Decides on what another person has proposed: approving puts it into the books, by what they say now; who proposed it may only take
 * it back by rejecting it.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `above_your_authority`, `service_account_decides_nothing`,
 * `two_people_needed`, `proposal_decided_already`, and what the act itself refuses.
 */
export async function decideProposal(
  trx: Trx,
  actor: Actor,
  { proposalId, verdict, reason = '' }: { proposalId: string; verdict: Verdict; reason?: string },
): Promise<{ id: string; kind: ProposalKind; status: 'approved' | 'rejected'; booked: object | null }> {
  // A proposal's row never changes and cannot be locked for change, so its id is.
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [proposalId])
  const proposal = await proposalById(trx, proposalId)
  const { kind, fundId, authority } = proposal
  const own = proposal.proposedBy === actor.personId
  requireRole(actor, fundId, own ? READERS : KINDS[kind].deciders)
  if (!own && !holdsRole(actor, fundId, authority)) throw new Refusal('above_your_authority', { allowed: authority })
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (own && verdict === 'approve') throw new Refusal('two_people_needed')
  if (proposal.verdict) throw new Refusal('proposal_decided_already', { verdict: proposal.verdict })

  await trx('proposal_decisions').insert({
    proposal_id: proposalId,
    proposed_by: proposal.proposedBy,
    decided_by: actor.personId,
    person_kind: actor.kind,
    verdict,
    reason,
    act_id: actor.act.id,
  })
  if (verdict === 'reject') return { id: proposalId, kind, status: 'rejected', booked: null }
  return { id: proposalId, kind, status: 'approved', booked: await KINDS[kind].book(trx, actor, proposal) }
}
