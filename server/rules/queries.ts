import { rows, type Db } from '../../db/connect.ts'
import { momentText } from '../ledger/as-of.ts'
import { differences, SUBJECTS, termsTold, type Difference, type Subject, type Terms } from './policy.ts'

type Who = { id: string; name: string }

/** A rule with the day from which it holds. Those with which a fund opens, or a kind of rule comes, are nobody's: they ship. */
export type RuleTold = {
  subject: Subject
  effectiveFrom: string
  /** The day before the one from which the next holds; null for the last. */
  until: string | null
  terms: Terms
  recordedAt: string
  reason: string | null
  proposedBy: Who | null
  confirmedBy: Who | null
  /** What it says differently from the one before; empty for the first. */
  changes: Difference[]
}

/** Every rule that the fund has or ever had, subject by subject, the first first. */
export async function listRules(db: Db, fund: { id: string; currency: string }): Promise<RuleTold[]> {
  const found = await rows<Omit<RuleTold, 'changes'>>(
    db,
    `select l.subject, l.effective_from as "effectiveFrom",
            (lead(l.effective_from) over (partition by l.subject order by l.effective_from) - 1)::text as until,
            l.terms, ${momentText('l.recorded_at')} as "recordedAt", p.reason,
            case when a.id is not null then json_build_object('id', a.id, 'name', a.name) end as "proposedBy",
            case when b.id is not null then json_build_object('id', b.id, 'name', b.name) end as "confirmedBy"
       from policies l
       left join proposals p on p.id = l.proposal_id left join people a on a.id = p.proposed_by
       left join proposal_decisions d on d.proposal_id = l.proposal_id left join people b on b.id = d.decided_by
      where l.fund_id = :fundId order by l.subject, l.effective_from`,
    { fundId: fund.id },
  )
  const told = found
    .filter(({ subject }) => subject in SUBJECTS)
    .map((rule) => ({ ...rule, terms: termsTold(SUBJECTS[rule.subject], rule.terms, fund.currency) }))
  return told.map((rule, i) => {
    const before = told[i - 1]
    const follows = before !== undefined && before.subject === rule.subject
    return { ...rule, changes: follows ? differences(SUBJECTS[rule.subject], before.terms, rule.terms) : [] }
  })
}
