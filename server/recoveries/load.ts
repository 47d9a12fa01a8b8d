import { row, rows, type Db } from '../../db/connect.ts'
import type { StagePart } from '../ledger/stages.ts'
import { fromMinorUnits, splitByWeight, type Money } from '../money.ts'
import type { Standing } from './policy.ts'

type RequestRef = { readonly id: string; readonly currency: string }

/** What must come back of a request, and what of that has, or was given up; of nothing where nothing ever had to. */
export async function standingOf(db: Db, request: RequestRef): Promise<Standing> {
  const found = await row<Record<keyof Standing, string>>(
    db,
    `select due, received, given_up as "givenUp", outstanding, late from recovery_standings where request_id = :id`,
    { id: request.id },
  )
  const told = (units: string | undefined) => fromMinorUnits(units ?? '0', request.currency)
  return {
    due: told(found?.due),
    received: told(found?.received),
    givenUp: told(found?.givenUp),
    outstanding: told(found?.outstanding),
    late: told(found?.late),
  }
}

/** What was paid in a category and is accounted for in no other way: the most that can be unspent of it. */
export async function unaccountedOf(db: Db, request: RequestRef, category: string): Promise<Money> {
  const found = await row<{ left: string }>(db, `select unaccounted(:id, :category)::text as left`, {
    id: request.id,
    category,
  })
  return fromMinorUnits(found!.left, request.currency)
}

/** Of which contributions the money is that must still come back, in the order of their codes. */
export function recoverableParts(db: Db, request: RequestRef): Promise<StagePart[]> {
  return partsAt(db, request, `a.address like 'budget:disbursed:%:recoverable:%'`)
}

/** Which contributions have paid what is accounted for. */
export function reportedParts(db: Db, request: RequestRef): Promise<StagePart[]> {
  return partsAt(db, request, `a.stage = 'reported'`)
}

/** An amount over the contributions by what each has there, to the last unit (largest remainder). */
export function shareOut(amount: Money, parts: readonly StagePart[]): StagePart[] {
  const shares = splitByWeight(
    amount,
    parts.map((part) => part.amount),
  )
  return parts.map((part, i) => ({ ...part, amount: shares[i]! }))
}

/** The day of the first payment of the request that the bank has booked; null where there is none. */
export async function firstPaidOn(db: Db, requestId: string): Promise<string | null> {
  const found = await row<{ day: string | null }>(
    db,
    `select min(value_date) as day from settlements where request_id = :requestId`,
    { requestId },
  )
  return found!.day
}

async function partsAt(db: Db, request: RequestRef, where: string): Promise<StagePart[]> {
  const parts = await rows<{ contributionId: string; code: string; amount: string }>(
    db,
    `select c.id as "contributionId", c.code, b.amount
       from accounts a join balances b on b.account_id = a.id join contributions c on c.id = a.contribution_id
      where a.request_id = :id and ${where} and b.amount <> 0
      order by c.code`,
    { id: request.id },
  )
  return parts.map((part) => ({ ...part, amount: fromMinorUnits(part.amount, request.currency) }))
}
