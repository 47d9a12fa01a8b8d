import { row, type Trx } from '../../db/connect.ts'
import { policyInForce } from '../funds/policies.ts'
import { newId } from '../ids.ts'
import { add, fromMinorUnits, minorUnits, moneyText, type Money, type MoneyText } from '../money.ts'
import { notify } from '../notifications/notify.ts'
import type { Actor, Role } from '../people/actor.ts'
import { rolesFor, type ProposalKind } from './policy.ts'

export type Proposed = {
  id: string
  kind: ProposalKind
  status: 'proposed'
  occurredOn: string
  functional: MoneyText
  mayDecide: readonly Role[]
}

/** Records what one person proposes: nothing is in the books until another has approved it (`decideProposal`). */
export async function propose(
  trx: Trx,
  actor: Actor,
  proposal: {
    fundId: string
    kind: ProposalKind
    contributionId?: string
    requestId?: string
    occurredOn: string
    /** Its size in the fund's currency. */
    functional: Money
    authority: readonly Role[]
    reason: string
    /** Exactly what is decided on. */
    terms: object
  },
): Promise<Proposed> {
  const { fundId, kind, contributionId, requestId, occurredOn, functional, authority, reason, terms } = proposal
  const id = newId('proposal')
  await trx('proposals').insert({
    id,
    fund_id: fundId,
    kind,
    contribution_id: contributionId ?? null,
    request_id: requestId ?? null,
    occurred_on: occurredOn,
    functional: minorUnits(functional),
    authority: [...authority],
    reason,
    terms: JSON.stringify(terms),
    proposed_by: actor.personId,
    act_id: actor.act.id,
  })
  await tell(trx, actor, { ...proposal, id })
  return { id, kind, status: 'proposed', occurredOn, functional: moneyText(functional), mayDecide: authority }
}

/** Tells those who may decide: of a rule which and from when, of everything else how much it is. */
async function tell(
  trx: Trx,
  actor: Actor,
  { id, fundId, kind, authority, occurredOn, functional, terms }: Parameters<typeof propose>[2] & { id: string },
): Promise<void> {
  const news = { fundId, key: id, urgent: false, to: { roles: authority } }
  if (kind === 'policy') {
    const { subject } = terms as { subject: string }
    const facts = { subject, from: occurredOn, by: actor.name }
    return notify(trx, actor, { ...news, event: 'rules_wait', link: `/rules/${id}`, facts })
  }
  const { amount, currency } = moneyText(functional)
  const facts = { what: kind, amount: `${amount} ${currency}`, by: actor.name }
  return notify(trx, actor, { ...news, event: 'proposal_waits', link: `/funds/${fundId}/treasury`, facts })
}

/**
 * The roles that may authorise it, by the limits in force `on` a day. What counts is all that was given up of the same contribution, or of
 * the same request, in the same way so far, proposals that are still open included, so that a large amount cannot pass in small pieces. It must
 * be locked.
 */
export async function authorityFor(
  trx: Trx,
  {
    fundId,
    contributionId = '',
    requestId = '',
    kind,
    amount,
    on,
  }: { fundId: string; contributionId?: string; requestId?: string; kind: ProposalKind; amount: Money; on: string },
): Promise<Role[]> {
  const { terms } = await policyInForce(trx, { fundId, subject: 'authority_limits', on })
  const before = await row<{ total: string }>(
    trx,
    `select coalesce(sum(p.functional), 0)::text as total
       from proposals p left join proposal_decisions d on d.proposal_id = p.id
      where (p.contribution_id = :contributionId or p.request_id = :requestId) and p.kind = :kind and d.verdict is distinct from 'reject'`,
    { contributionId, requestId, kind },
  )
  return rolesFor(add(amount, fromMinorUnits(before!.total, amount.currency)), terms)
}
