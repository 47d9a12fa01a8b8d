import { isZero, sum, type Money } from '../money.ts'

/** What the fund publishes to everybody, put together as pure functions: no name of a confidential mission, and exact totals. */

/** How many confidential missions a figure must stand for, so that it gives none of them away. */
const FEWEST = 3

/** Codelist TransactionType of the IATI standard, as far as a fund has it. */
export type TransactionType = '1' | '2' | '3' | '4' | '11'

/** Money of one entry of the ledger, on one request. */
export type Movement = {
  readonly entry: string
  readonly on: string
  readonly type: '2' | '3' | '4'
  readonly amount: Money
  readonly process: string
  /** Who was paid or is to be; null for a person, whose name is nobody's business. */
  readonly receiver: { readonly id: string; readonly name: string; readonly kind: string } | null
}

export type Transaction = {
  readonly reference: string
  readonly type: TransactionType
  readonly on: string
  readonly amount: Money
  readonly description: string
  readonly provider?: { readonly name: string; readonly reference: string | null; readonly activity: string | null }
  readonly receiver?: { readonly name: string } | null
}

/** A mission of the fund. `name` is null where it is confidential. */
export type Mission = {
  readonly process: string
  readonly name: string | null
  readonly country: string
  readonly region: string
  readonly phase: string
  readonly startsOn: string
  /** Null while something of it goes on. */
  readonly endedOn: string | null
  readonly movements: readonly Movement[]
}

/** What is told of missions: the open ones one by one, the confidential ones together, and what can only be told of the fund itself. */
export type ToldActivities = {
  readonly open: readonly Mission[]
  readonly together: readonly { readonly region: string | null; readonly missions: readonly Mission[] }[]
  readonly ofFund: readonly Mission[]
}

/**
 * Confidential missions go together by region where a region has at least three, those left over together without a region, and where
 * even these are fewer than three, one level up: the fund itself.
 */
export function tellActivities(missions: readonly Mission[]): ToldActivities {
  const confidential = missions.filter(({ name }) => name === null)
  const regions = [...Map.groupBy(confidential, ({ region }) => region)].map(([region, group]) => ({
    region,
    missions: group,
  }))
  const large = regions.filter((one) => one.missions.length >= FEWEST)
  const left = regions.filter((one) => one.missions.length < FEWEST).flatMap((one) => one.missions)
  const rest = left.length >= FEWEST
  return {
    open: missions.filter(({ name }) => name !== null),
    together: rest ? [...large, { region: null, missions: left }] : large,
    ofFund: rest ? [] : left,
  }
}

/**
 * The movements of missions that are told together, as few transactions: one of each kind a year, dated on its last day or on `today`,
 * and a year in which fewer than three missions had any waits for the next. What is left at the end stands with the last.
 * They add up to the movements exactly.
 */
export function together(missions: readonly Mission[], { currency, today }: { currency: string; today: string }) {
  const movements = missions.flatMap((mission) => mission.movements)
  return (['2', '3', '4'] as const).flatMap((type) => {
    const byYear = [
      ...Map.groupBy(
        movements.filter((one) => one.type === type),
        ({ on }) => on.slice(0, 4),
      ),
    ].sort(([a], [b]) => (a < b ? -1 : 1))
    const told: { on: string; of: Movement[] }[] = []
    let waiting: Movement[] = []
    for (const [year, of] of byYear) {
      waiting = [...waiting, ...of]
      if (new Set(waiting.map(({ process }) => process)).size < FEWEST) continue
      told.push({ on: lastDayOf(year, today), of: waiting })
      waiting = []
    }
    if (waiting.length > 0 && told.length > 0) told.at(-1)!.of.push(...waiting)
    if (waiting.length > 0 && told.length === 0) told.push({ on: lastDayOf(byYear.at(-1)![0], today), of: waiting })
    return told
      .map(({ on, of }) => ({ type, on, amount: totalOf(of, currency) }))
      .filter(({ amount }) => !isZero(amount))
  })
}

/** What was paid in each calendar year, oldest first. */
export function paidByYear(missions: readonly Mission[], currency: string): { year: string; amount: Money }[] {
  const paid = missions.flatMap(({ movements }) => movements).filter(({ type }) => type !== '2')
  return [...Map.groupBy(paid, ({ on }) => on.slice(0, 4))]
    .map(([year, of]) => ({ year, amount: totalOf(of, currency) }))
    .sort((a, b) => (a.year < b.year ? -1 : 1))
}

export function totalOf(of: readonly { amount: Money }[], currency: string): Money {
  return sum(
    of.map(({ amount }) => amount),
    currency,
  )
}

function lastDayOf(year: string, today: string): string {
  const last = `${year}-12-31`
  return last < today ? last : today
}
