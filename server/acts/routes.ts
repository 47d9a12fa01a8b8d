import { fundById } from '../funds/open.ts'
import { csvAnswer, type Column } from '../http/csv.ts'
import { get, type Endpoint } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { id, joi, pageKeys, query } from '../http/schemas.ts'
import { bookDay, formatKey } from '../ledger/routes.ts'
import { requireRole } from '../people/actor.ts'
import { actsQuery, actTold, listActs, type ActRow, type ActTold } from './queries.ts'

/** What was done and tried, for those who look after others: the auditor and the controller. */
export function actEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/acts',
      {
        tag: 'Audit',
        summary: 'Every change and every refused attempt, the latest first',
        query: query({
          ...pageKeys,
          ...formatKey,
          person: id('person'),
          outcome: joi.string().pattern(/^[a-z_]{1,60}$/, '"done", or the code of a refusal'),
          from: bookDay(),
          to: bookDay(),
        }),
      },
      async (db, actor, { params, query: { format, limit, ...filter } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, ['auditor', 'controller'])
        if (format === 'csv') {
          return csvAnswer(db, {
            fileName: `acts-${fund.code}.csv`,
            columns: ACT_COLUMNS,
            ...actsQuery(fund.id, filter),
            items: (found: ActRow) => [actTold(found)],
          })
        }
        return { body: pageOf(await listActs(db, fund.id, { ...filter, limit }), limit, (act) => [act.id]) }
      },
    ),
  ]
}

const ACT_COLUMNS: readonly Column<ActTold>[] = [
  { heading: 'act', text: (one) => one.id },
  { heading: 'at', figure: (one) => one.at },
  { heading: 'person_id', text: (one) => one.person?.id ?? null },
  { heading: 'person', text: (one) => one.person?.name ?? null },
  { heading: 'token_id', text: (one) => one.tokenId },
  { heading: 'request_id', text: (one) => one.requestId },
  { heading: 'method', text: (one) => one.method },
  { heading: 'path', text: (one) => one.path },
  { heading: 'address', text: (one) => one.address },
  { heading: 'outcome', text: (one) => one.outcome },
  { heading: 'details', text: (one) => (one.details ? JSON.stringify(one.details) : null) },
]
