import { row, rows, type Db } from '../../db/connect.ts'
import type { Column } from '../http/csv.ts'
import { minorText, type MoneyText } from '../money.ts'
import { BALANCES, boundsOf, FORM, KNOWN, keyAfter, type AsOf } from './as-of.ts'
import type { FundRef, Page, Query } from './queries.ts'

export const STAGES = ['support', 'available', 'ready', 'reserved', 'committed', 'disbursed', 'reported'] as const

/** The conservation law for one contribution: its stages add up to its authority. */
export type Conserved = {
  /** The contribution's code, or `reserve` for the fund's own operating reserve. */
  code: string
  contributionId: string | null
  authority: MoneyText
  stages: Record<(typeof STAGES)[number], MoneyText>
  sumOfStages: MoneyText
  agrees: boolean
}

export type ConservedRow = { code: string; contributionId: string | null; authority: string; total: string } & Record<
  (typeof STAGES)[number],
  string
>

/** Contributions with authority by their codes; one more than `limit`, without a limit all. */
export function conservationQuery(
  fund: FundRef,
  { after, limit, ...asOf }: AsOf & { after?: string; limit?: number },
): Query {
  const held = (stage: string) => `coalesce(sum(s.amount) filter (where a.stage = '${stage}'), 0)::text as "${stage}"`
  return {
    sql: `with asked as materialized (
            select a.id, a.stage, a.contribution_id, ${CODE} as code from accounts a
             where a.fund_id = :fundId and a.stage is not null and ${CODE} > :code),
          codes as (
            select distinct a.code from asked a join ${KNOWN('array(select id from asked)')} k on k.account_id = a.id
             order by 1 ${limit === undefined ? '' : 'limit :most'}),
          page as materialized (select a.* from asked a join codes using (code))
          select a.code, min(a.contribution_id) as "contributionId",
                 coalesce(-sum(s.amount) filter (where a.stage = 'authority'), 0)::text as authority,
                 coalesce(sum(s.amount) filter (where a.stage <> 'authority'), 0)::text as total,
                 ${STAGES.map(held).join(', ')}
            from page a left join ${BALANCES('array(select id from page)')} s on s.account_id = a.id
           group by a.code order by a.code`,
    bindings: {
      fundId: fund.id,
      code: keyAfter(after, [FORM.text])?.[0] ?? '',
      most: (limit ?? 0) + 1,
      ...boundsOf(asOf),
    },
  }
}

// The third part of a stage's address, whether or not a request follows it.
const CODE = `split_part(a.address, ':', 3) collate "C"`

/** A page of contributions, one more than `limit`. */
export async function conservation(db: Db, fund: FundRef, filter: AsOf & Page): Promise<Conserved[]> {
  const { sql, bindings } = conservationQuery(fund, filter)
  return (await rows<ConservedRow>(db, sql, bindings)).map((one) => conservedTold(one, fund))
}

/** Whether the law holds for every contribution of the fund, not only for those of a page. */
export async function allConserved(db: Db, fund: FundRef, asOf: AsOf): Promise<boolean> {
  const found = await row<{ holds: boolean }>(
    db,
    `select not exists (select from accounts a
                          join ${BALANCES('array(select id from accounts where fund_id = :fundId and stage is not null)')} s
                            on s.account_id = a.id
                         group by ${CODE} having sum(s.amount) <> 0 or sum(s.functional) <> 0) as holds`,
    { fundId: fund.id, ...boundsOf(asOf) },
  )
  return found!.holds
}

export function conservedTold(found: ConservedRow, fund: FundRef): Conserved {
  const told = (units: string) => minorText(units, fund.currency)
  return {
    code: found.code,
    contributionId: found.contributionId,
    authority: told(found.authority),
    stages: Object.fromEntries(STAGES.map((stage) => [stage, told(found[stage])])) as Conserved['stages'],
    sumOfStages: told(found.total),
    agrees: found.authority === found.total,
  }
}

export const CONSERVATION_COLUMNS: readonly Column<Conserved>[] = [
  { heading: 'contribution', text: (one) => one.code },
  { heading: 'contribution_id', text: (one) => one.contributionId },
  { heading: 'authority', figure: (one) => one.authority.amount },
  ...STAGES.map((stage) => ({ heading: stage, figure: (one: Conserved) => one.stages[stage].amount })),
  { heading: 'sum_of_stages', figure: (one) => one.sumOfStages.amount },
  { heading: 'agrees', figure: (one) => `${one.agrees}` },
]
