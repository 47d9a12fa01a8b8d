import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Policies } from '../funds/policies.ts'
import { momentText } from '../ledger/as-of.ts'
import { fromMinorUnits, minorText } from '../money.ts'
import { holdsRole, READERS, requireRole, type Actor } from '../people/actor.ts'
import { requestById } from '../requests/load.ts'
import { bandOf, shownToAdvisor, type View } from './policy.ts'

export type OpinionTold = { view: View; words: string; givenAt: string; late: boolean }

/** What a member of the advisory board was asked, with as much of the request as they may see, and what they answered. */
export type OpinionAsked = ReturnType<typeof shownToAdvisor> & {
  id: string
  fundId: string
  question: string
  /** Null where the matrix asks by itself. */
  askedBy: string | null
  askedAt: string
  dueOn: string
  opinion: OpinionTold | null
}

/** What this member was asked, the latest first; one more than `limit`. Refuses `not_found`, `role_not_allowed`. */
export async function listAskedOf(
  db: Db,
  actor: Actor,
  { fundId, id = '', before = '', limit }: { fundId: string; id?: string; before?: string; limit: number },
): Promise<OpinionAsked[]> {
  requireRole(actor, fundId, ['advisor'])
  const found = await rows<Found>(db, ASKED_OF, { fundId, id, before, me: actor.personId, most: limit + 1 })
  const told: OpinionAsked[] = []
  for (const { currency, amount, region, phase, themes, confidentiality, matrix, asked, opinion, ...of } of found) {
    const outline = { themes, phase, region, band: bandOf(fromMinorUnits(amount, currency), matrix) }
    const shown = shownToAdvisor(confidentiality, outline, { ...of, amount: minorText(amount, currency) })
    told.push({ ...asked, fundId, ...shown, opinion })
  }
  return told
}

/** What a member was asked, for the member alone. Refuses `not_found` to everybody else. */
export async function readAskedOf(db: Db, actor: Actor, opinionRequestId: string): Promise<OpinionAsked> {
  const [found] = await rows<{ fundId: string }>(
    db,
    `select fund_id as "fundId" from opinion_requests where id = :opinionRequestId and advisor_id = :me`,
    { opinionRequestId, me: actor.personId },
  )
  if (!found) throw new Refusal('not_found')
  const [told] = await listAskedOf(db, actor, { fundId: found.fundId, id: opinionRequestId, limit: 1 })
  return told!
}

type Found = {
  asked: Omit<OpinionAsked, keyof ReturnType<typeof shownToAdvisor> | 'fundId' | 'opinion'>
  opinion: OpinionTold | null
  currency: string
  amount: string
  region: string
  phase: string
  themes: string[]
  confidentiality: string
  matrix: Policies['approval_matrix']
  code: string
  title: string
  purpose: string
  process: string
  country: string
  entity: string
  payee: string | null
}

const OPINION = `case when o.opinion_request_id is not null
    then json_build_object('view', o.view, 'words', o.words, 'givenAt', ${momentText('o.given_at')}, 'late', o.late) end`

// What was submitted in that round, not what the request says since.
const ASKED_OF = `
  select json_build_object('id', q.id, 'question', q.question, 'askedBy', a.name, 'askedAt', ${momentText('q.asked_at')}, 'dueOn', q.due_on) as asked,
         ${OPINION} as opinion, f.currency, s.amount::text as amount, c.region, c.phase, c.confidentiality, m.terms as matrix,
         array(select jsonb_array_elements_text(s.content -> 'themes')) as themes, r.code, s.content ->> 'title' as title, s.content ->> 'purpose' as purpose,
         c.name as process, c.country, e.name as entity, y.name as payee
    from opinion_requests q
    join submissions s on s.request_id = q.request_id and s.round = q.round
    join policies m on m.fund_id = q.fund_id and m.subject = 'approval_matrix' and m.effective_from = s.matrix_from
    join requests r on r.id = q.request_id
    join funds f on f.id = q.fund_id
    join processes c on c.id = s.content ->> 'processId'
    join entities e on e.id = r.entity_id
    left join payees y on y.id = s.content ->> 'payeeId'
    left join people a on a.id = q.asked_by
    left join opinions o on o.opinion_request_id = q.id
   where q.fund_id = :fundId and q.advisor_id = :me and (:id = '' or q.id = :id) and (:before = '' or q.id < :before)
   order by q.id desc limit :most`

/** The matrix by which the steps of a round were fixed. */
export async function matrixOf(
  db: Db,
  { fundId, requestId, round }: { fundId: string; requestId: string; round: number },
): Promise<Policies['approval_matrix']> {
  const found = await row<{ terms: Policies['approval_matrix'] }>(
    db,
    `select m.terms from submissions s
       join policies m on m.fund_id = :fundId and m.subject = 'approval_matrix' and m.effective_from = s.matrix_from
      where s.request_id = :requestId and s.round = :round`,
    { fundId, requestId, round },
  )
  return found!.terms
}

export type OpinionOnRequest = {
  id: string
  round: number
  advisor: { id: string; name: string }
  askedBy: string | null
  askedAt: string
  dueOn: string
  question: string
  opinion: OpinionTold | null
}

/** Who was asked for an opinion on a request, and what they said, in the order of asking; for who reads the fund. */
export async function listOpinionsOn(db: Db, actor: Actor, requestId: string): Promise<OpinionOnRequest[]> {
  const request = await requestById(db, requestId)
  requireRole(actor, request.fundId, READERS)
  return rows<OpinionOnRequest>(
    db,
    `select q.id, q.round, json_build_object('id', p.id, 'name', p.name) as advisor, a.name as "askedBy", ${momentText('q.asked_at')} as "askedAt",
            q.due_on as "dueOn", q.question, ${OPINION} as opinion
       from opinion_requests q
       join people p on p.id = q.advisor_id
       left join people a on a.id = q.asked_by
       left join opinions o on o.opinion_request_id = q.id
      where q.request_id = :requestId order by q.id`,
    { requestId },
  )
}

/** The members of the board who can still be asked about the request as it was last submitted, by name. */
export async function advisorsToAsk(
  db: Db,
  actor: Actor,
  { fundId, requestId, round }: { fundId: string; requestId: string; round: number },
): Promise<{ id: string; name: string }[]> {
  if (!holdsRole(actor, fundId, READERS)) return []
  return rows(
    db,
    `select p.id, p.name from people p
      where p.active and p.kind = 'person'
        and exists (select from role_grants g where g.fund_id = :fundId and g.person_id = p.id and g.role = 'advisor' and g.ended_at is null)
        and not exists (select from opinion_requests q where q.request_id = :requestId and q.round = :round and q.advisor_id = p.id)
      order by p.name, p.id`,
    { fundId, requestId, round },
  )
}
