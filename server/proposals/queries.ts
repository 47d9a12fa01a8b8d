import { rows, type Db } from '../../db/connect.ts'
import { momentText } from '../ledger/as-of.ts'
import { minorText, type MoneyText } from '../money.ts'
import type { Role } from '../people/actor.ts'
import { SUBJECTS, termsTold } from '../rules/policy.ts'
import type { RuleTerms } from '../rules/propose.ts'
import type { ProposalKind } from './policy.ts'

export type ProposalTold = {
  id: string
  fundId: string
  kind: ProposalKind
  contribution: { id: string; code: string } | null
  request: { id: string; code: string } | null
  occurredOn: string
  functional: MoneyText
  reason: string
  terms: Record<string, unknown>
  mayDecide: Role[]
  proposedBy: { id: string; name: string }
  proposedAt: string
  status: 'proposed' | 'approved' | 'rejected'
  decision: { by: { id: string; name: string }; reason: string; at: string } | null
}

/** Proposals of a fund, the latest first; one more than `limit`. `before` is the id of the last one read. */
export async function listProposals(
  db: Db,
  {
    fundId,
    kind = '',
    without = '',
    status = '',
    proposalId = '',
    before = '',
    limit,
  }: {
    fundId: string
    kind?: string
    without?: string
    status?: string
    proposalId?: string
    before?: string
    limit: number
  },
): Promise<ProposalTold[]> {
  const found = await rows<
    Omit<ProposalTold, 'functional' | 'contribution'> & {
      functional: string
      currency: string
      contributionId: string | null
      code: string | null
    }
  >(
    db,
    `select p.id, p.fund_id as "fundId", p.kind, p.contribution_id as "contributionId", c.code,
            case when r.id is not null then json_build_object('id', r.id, 'code', r.code) end as request, p.occurred_on as "occurredOn", p.functional,
            f.currency, p.reason, p.terms, p.authority as "mayDecide", json_build_object('id', n.id, 'name', n.name) as "proposedBy",
            ${momentText('p.proposed_at')} as "proposedAt",
            case d.verdict when 'approve' then 'approved' when 'reject' then 'rejected' else 'proposed' end as status,
            case when d.proposal_id is not null then json_build_object('by', json_build_object('id', x.id, 'name', x.name), 'reason', d.reason,
                                                                       'at', ${momentText('d.decided_at')}) end as decision
       from proposals p
       join funds f on f.id = p.fund_id
       join people n on n.id = p.proposed_by
       left join contributions c on c.id = p.contribution_id
       left join requests r on r.id = p.request_id
       left join proposal_decisions d on d.proposal_id = p.id
       left join people x on x.id = d.decided_by
      where p.fund_id = :fundId and (:kind = '' or p.kind = :kind) and p.kind <> :without and (:proposalId = '' or p.id = :proposalId) and (:before = '' or p.id < :before)
        and (:status = '' or :status = case d.verdict when 'approve' then 'approved' when 'reject' then 'rejected' else 'proposed' end)
      order by p.id desc limit :most`,
    { fundId, kind, without, status, proposalId, before, most: limit + 1 },
  )
  return found.map(({ functional, currency, contributionId, code, ...told }) => ({
    ...told,
    terms: told.kind === 'policy' ? ruleTold(told.terms as RuleTerms, currency) : told.terms,
    contribution: contributionId === null ? null : { id: contributionId, code: code! },
    functional: minorText(functional, currency),
  }))
}

/** Amounts are told as amounts, whatever they are kept as. */
function ruleTold({ subject, terms, ...rest }: RuleTerms, currency: string): Record<string, unknown> {
  return { ...rest, subject, terms: termsTold(SUBJECTS[subject], terms, currency) }
}
