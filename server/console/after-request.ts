import type { Db } from '../../db/connect.ts'
import type { ClosingProps } from '../../templates/closing.tsx'
import type { FindingsProps } from '../../templates/findings.tsx'
import type { LessonsProps } from '../../templates/lessons.tsx'
import { inTheWay, isClosable } from '../closures/policy.ts'
import { closingOf } from '../closures/queries.ts'
import { endersOf, FINDERS } from '../findings/policy.ts'
import { listFindings, whoCanAct } from '../findings/queries.ts'
import { listLessons } from '../lessons/queries.ts'
import { entitiesOf, holdsRole, READERS, type Actor } from '../people/actor.ts'
import { partIn } from '../requests/load.ts'
import { dutyBlocker } from '../requests/policy.ts'
import type { readRequest } from '../requests/queries.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

export type AfterRequest = Pick<ClosingProps, 'closing' | 'mayClose' | 'mayIdentify'> &
  Pick<FindingsProps, 'findings' | 'mayRecord' | 'mayAnswer' | 'mayEnd'> &
  Pick<LessonsProps, 'lessons' | 'mayWrite'>

const MOST = 100
const BEFORE_MONEY = ['draft', 'submitted', 'returned']

/** How a request is brought to its end: what stands in the way, what audits have found, what it taught, and what the reader may do about it. */
export async function afterRequest(db: Db, actor: Actor, request: RequestTold): Promise<AfterRequest | undefined> {
  const { id, fundId, entityId, status } = request
  if (BEFORE_MONEY.includes(status) || !holdsRole(actor, fundId, [...READERS, 'requester'])) return undefined
  const part = await partIn(db, id, actor)
  const apart = part.kind === 'person' && part.duty !== 'requester' && !part.named && !part.tied
  const closing = await closingOf(db, actor, id)
  const findings = await listFindings(db, actor, { fundId, requestId: id, limit: MOST })
  const open = findings.filter(({ ending }) => ending === null)
  const mine = holdsRole(actor, fundId, ['requester']) && entitiesOf(actor, fundId).includes(entityId)
  const closes = isClosable(request) && holdsRole(actor, fundId, ['fund_manager', 'controller'])
  const ready = inTheWay(closing.points.filter(({ isDone }) => !isDone)).length === 0
  return {
    closing,
    mayClose: closes && ready && dutyBlocker(part, 'approver') === undefined,
    mayIdentify:
      apart && isClosable(request) && holdsRole(actor, fundId, ['fund_manager', 'controller', 'certifying_officer']),
    findings,
    mayRecord: holdsRole(actor, fundId, FINDERS)
      ? await whoCanAct(db, { requestId: id, fundId, besides: actor.personId })
      : undefined,
    mayAnswer: open.filter(({ mustAct }) => mustAct.id === actor.personId).map((one) => one.id),
    mayEnd: open
      .filter(
        ({ mustAct, recordedAs }) => mustAct.id !== actor.personId && holdsRole(actor, fundId, endersOf(recordedAs)),
      )
      .map((one) => one.id),
    lessons: await listLessons(db, actor, { fundId, requestId: id, limit: MOST }),
    mayWrite: mine || holdsRole(actor, fundId, ['fund_manager']) ? { themes: request.themes } : undefined,
  }
}
