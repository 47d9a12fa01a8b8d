import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { minorText } from '../money.ts'
import { notify } from '../notifications/notify.ts'
import type { Actor } from '../people/actor.ts'
import type { LoadedRequest } from './load.ts'
import type { Step } from './policy.ts'
import { freeFor } from './takers.ts'

/**
 * Whether an approved request waits for its certifying officer again: money of it is still to be paid, and the bank details of its payee are
 * others than those it was approved on (WORKFLOW, "A decision").
 */
export async function isReopened(db: Db, requestId: string, at: Date): Promise<boolean> {
  const found = await row<{ reopened: boolean }>(db, `select reopened_by_details(:requestId, :at) as reopened`, {
    requestId,
    at,
  })
  return found!.reopened
}

/** Nothing is certified on a request that waits for a decision again. Refuses `decision_reopened`. */
export async function mustBeDecided(trx: Trx, actor: Actor, requestId: string): Promise<void> {
  if (await isReopened(trx, requestId, actor.act.at)) throw new Refusal('decision_reopened')
}

/** Tells those who can take a step that is open again, once for each cause. */
export async function tellReopened(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { open, cause }: { open: readonly Step[]; cause: string },
): Promise<void> {
  const { id, fundId, processId, code, title, lane, currency } = request
  const asked = await row<{ amount: string; payee: string }>(
    trx,
    `select (select sum(amount) from budget_lines l where l.request_id = r.id)::text as amount, y.name as payee
       from requests r join payees y on y.id = r.payee_id where r.id = :id`,
    { id },
  )
  const amount = `${minorText(asked!.amount, currency).amount} ${currency}`
  for (const { role } of open)
    await notify(trx, actor, {
      ...{ fundId, processId, event: 'step_reopened', urgent: lane !== 'standard', link: `/requests/${id}` },
      key: `${id}#${cause}#${role}`,
      to: {
        people: await freeFor(trx, request, { duty: 'certifier', roles: ['certifying_officer'], at: actor.act.at }),
      },
      facts: { code, title, amount, payee: asked!.payee, role },
    })
}
