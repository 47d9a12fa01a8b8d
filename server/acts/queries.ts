import { rows, type Db } from '../../db/connect.ts'
import { FORM, keyAfter, momentText } from '../ledger/as-of.ts'

/** Something that somebody did, or tried and was refused. */
export type ActTold = {
  id: string
  at: string
  person: { id: string; name: string } | null
  tokenId: string | null
  /** Of the HTTP request, as in the log and in the answer. */
  requestId: string
  method: string
  path: string
  /** Where it came from. */
  address: string | null
  /** `done`, or the code of the refusal. */
  outcome: string
  details: Record<string, unknown> | null
}

export type ActRow = Omit<ActTold, 'person'> & { personId: string | null; name: string | null }

/** `from` and `to` are days (UTC), both included. */
export type ActFilter = { person?: string; outcome?: string; from?: string; to?: string; after?: string }

/** Changes and refused attempts in a fund, the latest first; one more than `limit`, without a limit all. */
export function actsQuery(
  fundId: string,
  { after, ...filter }: ActFilter,
  limit?: number,
): { sql: string; bindings: Record<string, string | number> } {
  const conditions = Object.entries(CONDITIONS).flatMap(([name, condition]) =>
    filter[name as keyof typeof filter] === undefined ? [] : [condition],
  )
  return {
    sql: `select t.id, ${momentText('t.at')} as at, n.id as "personId", n.name, t.token_id as "tokenId", t.request_id as "requestId",
                 t.method, t.path, t.address, t.outcome, t.details
            from acts t left join people n on n.id = t.person_id
           where ${['t.fund_id = :fundId', 't.id < :before', ...conditions].join(' and ')}
           order by t.id desc ${limit === undefined ? '' : 'limit :most'}`,
    bindings: {
      fundId,
      before: keyAfter(after, [FORM.text])?.[0] ?? 'act_~',
      most: (limit ?? 0) + 1,
      ...filter,
    },
  }
}

const CONDITIONS = {
  person: `t.person_id = :person`,
  outcome: `t.outcome = :outcome`,
  from: `t.at >= cast(:from as date)::timestamp at time zone 'utc'`,
  to: `t.at < (cast(:to as date) + 1)::timestamp at time zone 'utc'`,
} as const

/** A page of acts, one more than `limit`. */
export async function listActs(db: Db, fundId: string, filter: ActFilter & { limit: number }): Promise<ActTold[]> {
  const { limit, ...asked } = filter
  const { sql, bindings } = actsQuery(fundId, asked, limit)
  return (await rows<ActRow>(db, sql, bindings)).map(actTold)
}

export function actTold({ personId, name, ...act }: ActRow): ActTold {
  return { ...act, person: personId === null ? null : { id: personId, name: name! } }
}
