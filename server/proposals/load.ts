import { row, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fromMinorUnits, type Money } from '../money.ts'
import type { Role } from '../people/actor.ts'
import type { ProposalKind, Verdict } from './policy.ts'

/** What is decided on. `Terms` is what the verb that proposed it has written down. */
export type Proposal<Terms> = {
  readonly id: string
  readonly fundId: string
  readonly fundCurrency: string
  readonly kind: ProposalKind
  readonly occurredOn: string
  readonly functional: Money
  readonly authority: readonly Role[]
  readonly reason: string
  readonly terms: Terms
  readonly proposedBy: string
  readonly verdict: Verdict | null
}

/** The proposal as it stands now. Refuses `not_found`. */
export async function proposalById(db: Db, proposalId: string): Promise<Proposal<unknown>> {
  const found = await row<Omit<Proposal<unknown>, 'functional'> & { functional: string }>(
    db,
    `select p.id, p.fund_id as "fundId", f.currency as "fundCurrency", p.kind, p.occurred_on as "occurredOn", p.functional, p.authority, p.reason,
            p.terms, p.proposed_by as "proposedBy", d.verdict
       from proposals p join funds f on f.id = p.fund_id left join proposal_decisions d on d.proposal_id = p.id
      where p.id = :proposalId`,
    { proposalId },
  )
  if (!found) throw new Refusal('not_found')
  return { ...found, functional: fromMinorUnits(found.functional, found.fundCurrency) }
}
