import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { StagePart } from '../ledger/stages.ts'
import { fromMinorUnits, type Money } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import { isOverdue, type ActiveAdvance } from './policy.ts'

/** The request's advance while it waits for ratification; undefined before it is active, once it has ended, and in other lanes. */
export async function activeAdvance(db: Db, requestId: string): Promise<ActiveAdvance | undefined> {
  return row<ActiveAdvance>(
    db,
    `select a.activated_at as "activatedAt", a.ratify_by as "ratifyBy" from advance_activations a
      where a.request_id = :requestId and not exists (select from advance_endings e where e.request_id = a.request_id)`,
    { requestId },
  )
}

/** No more of an advance is certified or released after its time, unwound or not yet. Refuses `ratification_overdue`. */
export async function mustBeInTime(trx: Trx, actor: Actor, requestId: string): Promise<void> {
  const advance = await activeAdvance(trx, requestId)
  if (advance && isOverdue(advance, actor.act.at))
    throw new Refusal('ratification_overdue', { ratifyBy: advance.ratifyBy.toISOString() })
}

/** What must come back of an unwound request, and what of that has, or was given up; in the fund's currency. */
export type Standing = {
  readonly due: Money
  readonly received: Money
  readonly givenUp: Money
  readonly outstanding: Money
}

/** Undefined where nothing was to be recovered ever. */
export async function standingOf(db: Db, request: { id: string; currency: string }): Promise<Standing | undefined> {
  const found = await row<Record<'due' | 'received' | 'givenUp' | 'outstanding', string>>(
    db,
    `select due, received, given_up as "givenUp", outstanding from recovery_standings where request_id = :id`,
    { id: request.id },
  )
  const told = (units: string) => fromMinorUnits(units, request.currency)
  return (
    found && {
      due: told(found.due),
      received: told(found.received),
      givenUp: told(found.givenUp),
      outstanding: told(found.outstanding),
    }
  )
}

/** Of which contributions the money is that must still come back, in the order of their codes. */
export async function recoverableParts(db: Db, request: { id: string; currency: string }): Promise<StagePart[]> {
  const parts = await rows<{ contributionId: string; code: string; amount: string }>(
    db,
    `select c.id as "contributionId", c.code, b.amount
       from accounts a join balances b on b.account_id = a.id join contributions c on c.id = a.contribution_id
      where a.request_id = :id and a.address like 'budget:disbursed:%:recoverable:%' and b.amount <> 0
      order by c.code`,
    { id: request.id },
  )
  return parts.map((part) => ({ ...part, amount: fromMinorUnits(part.amount, request.currency) }))
}
