import { rows, type Db } from '../../db/connect.ts'
import { momentText } from '../ledger/as-of.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import type { LessonVerdict } from './policy.ts'

export type LessonTold = {
  id: string
  request: { id: string; code: string }
  process: { id: string; name: string; country: string; region: string }
  phase: string
  title: string
  planned: string
  happened: string
  verdict: LessonVerdict
  advice: string
  themes: string[]
  writtenBy: string
  writtenAt: string
}

const WORDS = `to_tsvector('simple', l.title || ' ' || l.planned || ' ' || l.happened || ' ' || l.advice)`

/**
 * Lessons of a fund, the latest first, of processes that the reader may know of; one more than `limit`. `words` is what one would type into
 * a search box, in any language: quotes keep words together, a minus leaves them out. `before` is the id of the last one read.
 */
export async function listLessons(
  db: Db,
  actor: Actor,
  {
    fundId,
    requestId = '',
    words = '',
    theme = '',
    phase = '',
    verdict = '',
    before = '',
    limit,
  }: {
    fundId: string
    requestId?: string
    words?: string
    theme?: string
    phase?: string
    verdict?: string
    before?: string
    limit: number
  },
): Promise<LessonTold[]> {
  requireRole(actor, fundId, [...READERS, 'requester'])
  return rows<LessonTold>(
    db,
    `select l.id, json_build_object('id', r.id, 'code', r.code) as request,
            json_build_object('id', p.id, 'name', p.name, 'country', p.country, 'region', p.region) as process,
            l.phase, l.title, l.planned, l.happened, l.verdict, l.advice, l.themes, n.name as "writtenBy", ${momentText('l.written_at')} as "writtenAt"
       from lessons l
       join requests r on r.id = l.request_id
       join processes p on p.id = l.process_id
       join people n on n.id = l.written_by
      where l.fund_id = :fundId and l.process_id in (select seen_processes(:viewer)) and (:requestId = '' or l.request_id = :requestId)
        and (:words = '' or ${WORDS} @@ websearch_to_tsquery('simple', :words)) and (:theme = '' or :theme = any(l.themes))
        and (:phase = '' or l.phase = :phase) and (:verdict = '' or l.verdict = :verdict) and (:before = '' or l.id < :before)
      order by l.id desc limit :most`,
    { fundId, requestId, words, theme, phase, verdict, before, viewer: actor.personId, most: limit + 1 },
  )
}
