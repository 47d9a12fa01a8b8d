import { rows, type Db } from '../../db/connect.ts'
import { momentText } from '../ledger/as-of.ts'
import { entitiesOf, holdsRole, READERS, requireRole, type Actor } from '../people/actor.ts'
import { MAY_SEE_REQUEST } from '../processes/may-see.ts'
import type { Finder, FindingOutcome, Severity } from './policy.ts'

type Somebody = { id: string; name: string }

export type FindingTold = {
  id: string
  request: { id: string; code: string; title: string }
  what: string
  severity: Severity
  mustAct: Somebody
  dueOn: string
  recordedBy: Somebody
  recordedAs: Finder
  recordedAt: string
  answers: { id: string; answer: string; at: string }[]
  ending: { outcome: FindingOutcome; note: string; by: Somebody; at: string } | null
}

/**
 * Findings of a fund or of one request, the latest first; one more than `limit`. Of requests that the reader may know of; a requester
 * sees those of their own entities. `before` is the id of the last one read.
 */
export async function listFindings(
  db: Db,
  actor: Actor,
  {
    fundId,
    requestId = '',
    open = false,
    before = '',
    limit,
  }: { fundId: string; requestId?: string; open?: boolean; before?: string; limit: number },
): Promise<FindingTold[]> {
  requireRole(actor, fundId, [...READERS, 'requester'])
  return rows<FindingTold>(
    db,
    `select f.id, json_build_object('id', r.id, 'code', r.code, 'title', r.title) as request, f.what, f.severity,
            json_build_object('id', m.id, 'name', m.name) as "mustAct", f.due_on as "dueOn",
            json_build_object('id', b.id, 'name', b.name) as "recordedBy", f.recorded_as as "recordedAs", ${momentText('f.recorded_at')} as "recordedAt",
            coalesce((select json_agg(json_build_object('id', a.id, 'answer', a.answer, 'at', ${momentText('a.answered_at')}) order by a.id)
                        from finding_answers a where a.finding_id = f.id), '[]') as answers,
            case when e.finding_id is not null
                 then json_build_object('outcome', e.outcome, 'note', e.note, 'by', json_build_object('id', n.id, 'name', n.name), 'at', ${momentText('e.ended_at')}) end as ending
       from findings f
       join requests r on r.id = f.request_id
       join people m on m.id = f.must_act
       join people b on b.id = f.recorded_by
       left join finding_endings e on e.finding_id = f.id
       left join people n on n.id = e.ended_by
      where f.fund_id = :fundId and (:requestId = '' or f.request_id = :requestId) and (not :open or e.finding_id is null)
        and (:before = '' or f.id < :before) and (:all or r.entity_id = any(:mine)) and ${MAY_SEE_REQUEST}
      order by f.id desc limit :most`,
    {
      ...{ fundId, requestId, open, before, viewer: actor.personId },
      all: holdsRole(actor, fundId, READERS),
      mine: entitiesOf(actor, fundId),
      most: limit + 1,
    },
  )
}

/** Who can be asked to act on a finding in a request: who works in the fund and may know of the request, by name. */
export function whoCanAct(
  db: Db,
  { requestId, fundId, besides }: { requestId: string; fundId: string; besides: string },
): Promise<Somebody[]> {
  return rows<Somebody>(
    db,
    `select distinct p.id, p.name from people p join role_grants g on g.person_id = p.id and g.fund_id = :fundId and g.ended_at is null
       join requests r on r.id = :requestId
      where p.kind = 'person' and p.active and p.id <> :besides and g.role not in ('donor', 'auditor', 'advisor')
        and (r.process_id is null or r.process_id in (select seen_processes(p.id)) or acts_on(r.id, p.id))
      order by p.name, p.id`,
    { requestId, fundId, besides },
  )
}
