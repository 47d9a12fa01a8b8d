import type { Db } from '../../db/connect.ts'
import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { id, joi, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { importContributions } from './import.ts'
import { listImports, listRows, readImport, type ImportSummary } from './queries.ts'
import { writeReport } from './report.ts'

const tag = 'Imports'

/** Bringing in the published history of contributions, and what became of each row. */
export function importEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/imports',
      {
        tag,
        summary: 'Import a published history of contributions; the same file again answers 200 and changes nothing',
        refuses: ['currency_mismatch', 'unreadable_file', 'body_too_large', 'period_closed'],
        success: [200, 201],
        bodyType: 'text/csv',
        query: query({ fileName: text(200).default('contributions.csv'), bankAccountId: id('bankAccount').required() }),
      },
      async (trx, actor, { params, query: given, body }) => {
        const { summary, isNew } = await importContributions(trx, actor, {
          fundId: params.fund!,
          ...given,
          bytes: body,
        })
        return { status: isNew ? 201 : 200, body: summary, location: `/imports/${summary.id}` }
      },
    ),
    get(
      '/funds/:fund/imports',
      { tag, summary: 'Imports of the fund, the latest first', query: query(pageKeys) },
      async (db, actor, { params, query: page }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        return {
          body: pageOf(
            await listImports(db, fund.id, { limit: page.limit, ...last(page.after) }),
            page.limit,
            (item) => [item.id],
          ),
        }
      },
    ),
    get(
      '/imports/:import',
      { tag, summary: 'An import, with its outcomes counted' },
      async (db, actor, { params }) => ({ body: await visibleImport(db, actor, params.import!) }),
    ),
    get(
      '/imports/:import/rows',
      {
        tag,
        summary: 'What became of each row',
        query: query({ ...pageKeys, outcome: joi.string().valid('imported', 'imported_with_warning', 'refused') }),
      },
      async (db, actor, { params, query: filter }) => {
        const { id: importId } = await visibleImport(db, actor, params.import!)
        return {
          body: pageOf(
            await listRows(db, importId, { ...filter, after: lineIn(filter.after) }),
            filter.limit,
            (item) => [String(item.line)],
          ),
        }
      },
    ),
    get(
      '/imports/:import/report.csv',
      { tag, summary: 'What became of each row, as CSV', answerType: 'text/csv' },
      async (db, actor, { params }) => {
        const { id: importId } = await visibleImport(db, actor, params.import!)
        const write = (to: NodeJS.WritableStream) => writeReport(db, importId, to)
        return { stream: { type: 'text/csv; charset=utf-8', fileName: `import-${importId}.csv`, write } }
      },
    ),
  ]
}

function last(cursor: string | undefined): { after?: string } {
  const [key] = keyIn(cursor) ?? []
  return key === undefined ? {} : { after: key }
}

/** The line in a cursor; one that is not ours begins at the beginning. */
function lineIn(cursor: string | undefined): number {
  const [line] = keyIn(cursor) ?? []
  return line !== undefined && /^\d{1,9}$/.test(line) ? Number.parseInt(line, 10) : 0
}

async function visibleImport(db: Db, actor: Actor, importId: string): Promise<ImportSummary> {
  const found = await readImport(db, importId)
  requireRole(actor, found.fundId, READERS)
  return found
}
