import type { Trx } from '../../db/connect.ts'
import { notify } from '../notifications/notify.ts'
import type { Actor, Role } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'

type Told = 'break_glass_begun' | 'break_glass_used' | 'break_glass_contested' | 'break_glass_acknowledged'

/** Auditors always and at once (WORKFLOW, rule 7); directors, who confirm it, and heads of department and owners, who review it. */
const TO: Record<Told, readonly Role[]> = {
  break_glass_begun: ['auditor', 'director'],
  break_glass_used: ['auditor', 'head_of_department', 'fund_manager'],
  break_glass_contested: ['auditor', 'director', 'head_of_department'],
  break_glass_acknowledged: ['auditor', 'director'],
}

/** Tells those who must know of a break-glass, in the transaction of the act. */
export async function tellOfBreakGlass(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { event, breakGlassId, reason }: { event: Told; breakGlassId: string; reason: string },
): Promise<void> {
  await notify(trx, actor, {
    fundId: request.fundId,
    event,
    key: breakGlassId,
    to: { roles: TO[event] },
    urgent: event !== 'break_glass_acknowledged',
    facts: { code: request.code, title: request.title, by: actor.name, reason },
    link: `/requests/${request.id}`,
    processId: request.processId,
  })
}
