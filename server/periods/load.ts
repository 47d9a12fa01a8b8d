import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { MONTH } from '../rates/policy.ts'
import type { PeriodState } from './policy.ts'

export type PeriodRef = { readonly fundId: string; readonly month: string }

/** The month in a path. What is none is not there: refuses `not_found`. */
export function monthIn(text: string | undefined): string {
  if (!text || !MONTH.test(text)) throw new Refusal('not_found')
  return text
}

/** The year in a path. Refuses `not_found`. */
export function yearIn(text: string | undefined): string {
  return monthIn(`${text}-01`).slice(0, 4)
}

/**
 * Waits until nobody writes into a month that is over, or into one that would close with it, and keeps others from it until the
 * transaction ends. What it guards is read after this.
 */
export async function lockPeriod(trx: Trx, { fundId, month }: PeriodRef): Promise<void> {
  await trx.raw(`select lock_period(?, cast(? as date), true)`, [fundId, `${month}-01`])
}

/** The state of a month, and how many states of its own it has had. */
export async function stateOf(db: Db, { fundId, month }: PeriodRef): Promise<{ state: PeriodState; number: number }> {
  const found = await row<{ state: PeriodState; number: number }>(
    db,
    `select period_state(:fundId, cast(:on as date)) as state,
            (select coalesce(max(number), 0) from period_states where fund_id = :fundId and month = cast(:on as date)) as number`,
    { fundId, on: `${month}-01` },
  )
  return found!
}

/** The first month before this one that is less closed than `state` and matters; undefined where there is none. */
export async function openMonthBefore(
  db: Db,
  { fundId, month, state }: PeriodRef & { state: PeriodState },
): Promise<string | undefined> {
  const found = await row<{ month: string | null }>(
    db,
    `select to_char(open_month_before(:fundId, cast(:on as date), :state), 'YYYY-MM') as month`,
    { fundId, on: `${month}-01`, state },
  )
  return found?.month ?? undefined
}
