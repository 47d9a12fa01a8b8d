import type { Db } from '../../db/connect.ts'
import type { SpendingShown } from '../../templates/spending.tsx'
import { attachmentsOf } from '../attachments/read.ts'
import { dayOf } from '../clock.ts'
import { lateOfPayee, reportDues } from '../expenditure-reports/queries.ts'
import { entitiesOf, holdsRole, type Actor } from '../people/actor.ts'
import { partIn } from '../requests/load.ts'
import { dutyBlocker } from '../requests/policy.ts'
import type { readRequest } from '../requests/queries.ts'
import { tranchePlanTold } from '../tranches/queries.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

/** How a request is paid, what it owes and its files, with what this person may do about them. It only steers which forms are shown. */
export async function spendingOf(db: Db, actor: Actor, request: RequestTold): Promise<SpendingShown> {
  const { id, fundId, payeeId } = request
  const on = dayOf(actor.act.at)
  const part = await partIn(db, id, actor)
  const asks = holdsRole(actor, fundId, ['requester']) && entitiesOf(actor, fundId).includes(request.entityId)
  const plan = await tranchePlanTold(db, { id, currency: request.amount.currency }, on)
  const dues = await reportDues(db, actor.personId, { fundId, requestId: id, on })
  const missing = plan?.next?.conditions.some(({ met }) => !met) ?? false
  const free = (duty: 'approver' | 'requester') => dutyBlocker(part, duty) === undefined
  return {
    plan,
    dues,
    payeeLate: payeeId ? await lateOfPayee(db, { fundId, payeeId, on }) : null,
    attachments: await attachmentsOf(db, { requestId: id }),
    mayReport: asks && free('requester') && dues.some(({ reportId, open }) => reportId === null && open),
    mayWaive: missing && holdsRole(actor, fundId, ['fund_manager']) && free('approver'),
    mayAttach: asks || holdsRole(actor, fundId, ['certifying_officer', 'fund_manager']),
  }
}
