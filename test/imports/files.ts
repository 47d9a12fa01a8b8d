import request, { type Test } from 'supertest'
import { COLUMNS } from '../../server/imports/file.ts'
import type { Fund, TestService } from '../support/service.ts'

/** The published history of a real fund: by path, never copied. Tests that need it are left out where it is not there. */
export const REAL_FILE =
  process.env.CONTRIBUTIONS_FILE ??
  new URL('../../../shared/data/contributions-2006-2019.csv', import.meta.url).pathname

export type Published = Partial<Record<(typeof COLUMNS)[number], string>>

/** A row as a publisher writes it: a pledge of 1,000.00 dollars, paid in full. */
export const ROW: Required<Published> = {
  contribution_code: '20-DC-SWE-001',
  donor: 'Sweden',
  donor_type: 'Member State',
  fiscal_year: '2020',
  status: 'Fully Paid',
  pledge_date: '2020-01-10',
  pledge_currency: 'USD',
  pledge_amount: '1000.0',
  pledge_rate: '1.0',
  pledge_outstanding_usd: '0.0',
  paid_date: '2020-02-10',
  paid_currency: 'USD',
  paid_amount: '1000.0',
  paid_rate: '1.0',
  paid_usd: '1000.0',
}

/** A file of rows, each differing from `ROW` as said. */
export function fileOf(...rows: Published[]): string {
  const lines = rows.map((row) => COLUMNS.map((name) => quoted(row[name] ?? ROW[name])).join(','))
  return [COLUMNS.join(','), ...lines, ''].join('\r\n')
}

export function sendFile(service: TestService, fund: Fund, file: string | Buffer, more = ''): Test {
  return request(service.app())
    .post(`/api/v1/funds/${fund.id}/imports?bankAccountId=${fund.bank}${more}`)
    .set('authorization', `Bearer ${fund.cast.controller!.token}`)
    .set('content-type', 'text/csv')
    .send(file)
}

/** The outcome of every row of an import: `[line, outcome, codes]`. */
export async function outcomes(fund: Fund, importId: string): Promise<[number, string, string[]][]> {
  const answer = await fund.cast.auditor!.get(`/imports/${importId}/rows?limit=500`).expect(200)
  return answer.body.items.map((row: { line: number; outcome: string; reasons: { code: string }[] }) => [
    row.line,
    row.outcome,
    row.reasons.map(({ code }) => code).sort(),
  ])
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
