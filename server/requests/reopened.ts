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

/** The bank details that have taken the place of those that the certifying officer approved; null where they still are the same. */
export async function bankDetailsChanged(
  db: Db,
  requestId: string,
  at: Date,
): Promise<{ version: number; verifiedBy: string; verifiedAt: Date; usableFrom: Date; reopened: boolean } | null> {
  const found = await row<{
    version: number
    verifiedBy: string
    verifiedAt: Date
    usableFrom: Date
    reopened: boolean
  }>(
    db,
    `select a.number as version, w.name as "verifiedBy", v.verified_at as "verifiedAt", v.usable_from as "usableFrom",
            reopened_by_details(r.id, :at) as reopened
       from requests r join payee_accounts a on a.id = account_in_force(r.payee_id)
       join payee_verifications v on v.payee_account_id = a.id join people w on w.id = v.verified_by
      where r.id = :requestId
        and (reopened_by_details(r.id, :at) or (r.status = 'submitted'
             and exists (select from decisions d where d.request_id = r.id and d.role = 'certifying_officer' and d.verdict = 'approve'
                            and (d.round = r.round or exists (select from kept_decisions k where k.request_id = r.id and k.round = r.round and k.decision_id = d.id))
                            and d.payee_hash <> payee_details_hash(r.payee_id))
             and not exists (select from decisions_that_count(r.id, r.round, :at) c where c.role = 'certifying_officer')))`,
    { requestId, at },
  )
  return found ?? null
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
