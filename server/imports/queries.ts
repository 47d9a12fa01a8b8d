import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Reason } from './rows.ts'

export type ImportSummary = {
  id: string
  fundId: string
  fileName: string
  importedAt: string
  rows: number
  outcomes: { imported: number; imported_with_warning: number; refused: number }
  /** How many rows have each reason, by code. */
  reasons: Record<string, number>
}

const SUMMARY = `select i.id, i.fund_id as "fundId", i.file_name as "fileName", i.imported_at as "importedAt", i.row_count as rows,
       (select json_build_object('imported', count(*) filter (where outcome = 'imported'),
                                 'imported_with_warning', count(*) filter (where outcome = 'imported_with_warning'),
                                 'refused', count(*) filter (where outcome = 'refused'))
          from import_rows r where r.import_id = i.id) as outcomes,
       (select coalesce(json_object_agg(code, n order by code), '{}')
          from (select reason ->> 'code' as code, count(distinct r.line) as n
                  from import_rows r, jsonb_array_elements(r.reasons) reason where r.import_id = i.id group by 1) counted) as reasons
  from imports i`

/** An import with its outcomes counted. Refuses `not_found`. */
export async function readImport(db: Db, importId: string): Promise<ImportSummary> {
  const found = await row<ImportSummary>(db, `${SUMMARY} where i.id = :importId`, { importId })
  if (!found) throw new Refusal('not_found')
  return found
}

/** The imports of a fund, the latest first, one more than `limit`. */
export function listImports(
  db: Db,
  fundId: string,
  { after, limit }: { after?: string; limit: number },
): Promise<ImportSummary[]> {
  return rows(
    db,
    `${SUMMARY} where i.fund_id = :fundId and (:before::text is null or i.id < :before) order by i.id desc limit :limit`,
    { fundId, before: after ?? null, limit: limit + 1 },
  )
}

export type ImportedRow = {
  line: number
  outcome: keyof ImportSummary['outcomes']
  reasons: Reason[]
  content: Record<string, string> | { fields: string[] }
  receiptId: string | null
}

/** What became of the rows of an import, in the order of the file, one more than `limit`. */
export function listRows(
  db: Db,
  importId: string,
  { after = 0, outcome, limit }: { after?: number; outcome?: string; limit: number },
): Promise<ImportedRow[]> {
  return rows(
    db,
    `select line, outcome, reasons, content, receipt_id as "receiptId" from import_rows
      where import_id = :importId and line > :line and (:outcome::text is null or outcome = :outcome)
      order by line limit :limit`,
    { importId, line: after, outcome: outcome ?? null, limit: limit + 1 },
  )
}
