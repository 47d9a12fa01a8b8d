import { approved, released } from '../support/asking.ts'
import { settle } from '../no-regret/telling.ts'
import type { Caller, Fund } from '../support/service.ts'

export const usd = (amount: string) => ({ amount, currency: 'USD' })

export type LineSaid = {
  category?: string
  spentOn?: string
  amount: string | object
  description?: string
  answers?: string
}

export const lineOf = (said: LineSaid) => ({
  ...{ category: 'grants', description: 'Hall and meals', spentOn: '2026-11-10' },
  ...said,
  amount: typeof said.amount === 'string' ? usd(said.amount) : said.amount,
})

/** A request of which this much was paid, by category. */
export async function paidRequest(
  fund: Fund,
  on: string,
  paid: Record<string, string>,
  more: Record<string, unknown> = {},
) {
  const lines = Object.entries(paid).map(([category, amount]) => ({
    category,
    description: 'Talks',
    amount: usd(amount),
  }))
  const request = await approved(fund, '1.00', { lines, ...more })
  for (const [category, amount] of Object.entries(paid)) {
    const payment = await released(fund, request.id, amount, category)
    await settle(fund, payment, amount, on).expect(201)
  }
  return request
}

export const begin = (fund: Fund, requestId: string, body: object = {}, by = fund.cast.requester!) =>
  by.post(`/disbursement-requests/${requestId}/expenditure-reports`, body)

/** Writes what is open of a report, whole. */
export async function write(
  fund: Fund,
  id: string,
  lines: readonly LineSaid[],
  more: object = {},
  by = fund.cast.requester!,
) {
  const { headers } = await by.get(`/expenditure-reports/${id}`)
  const content = {
    periodFrom: '2026-11-01',
    periodTo: '2026-11-24',
    narrative: 'They talked',
    lines: lines.map(lineOf),
  }
  return by.put(`/expenditure-reports/${id}`, { ...content, ...more }).set('if-match', headers.etag ?? '"v1"')
}

export async function submitReport(fund: Fund, id: string, by = fund.cast.requester!) {
  const { headers } = await by.get(`/expenditure-reports/${id}`)
  return by.post(`/expenditure-reports/${id}/submissions`).set('if-match', headers.etag ?? '"v1"')
}

/** A report that waits for its reviewers; gives its id and those of its lines, in their order. */
export async function reported(fund: Fund, requestId: string, lines: readonly LineSaid[], more: object = {}) {
  const begun = await begin(fund, requestId)
  if (begun.status !== 201) throw new Error(JSON.stringify(begun.body))
  const { id } = begun.body as { id: string }
  const written = await write(fund, id, lines, more)
  if (written.status !== 200) throw new Error(JSON.stringify(written.body))
  const sent = await submitReport(fund, id)
  if (sent.status !== 201) throw new Error(JSON.stringify(sent.body))
  return { id, lines: await openLines(fund, id) }
}

export async function readReport(fund: Fund, id: string) {
  return (await fund.cast.auditor!.get(`/expenditure-reports/${id}`).expect(200)).body
}

/** The lines of the version that is written or reviewed now. */
export async function openLines(fund: Fund, id: string): Promise<string[]> {
  const { lines, number } = await readReport(fund, id)
  return lines.filter((one: { number: number }) => one.number === number).map((one: { id: string }) => one.id)
}

export const review = (by: Caller, line: string, verdict = 'accept', reason?: string) =>
  by.post(`/report-lines/${line}/reviews`, { verdict, ...(reason ? { reason } : {}) })

export const correct = (by: Caller, report: string, lines: string[]) =>
  by.post(`/expenditure-reports/${report}/corrections`, { lines, reason: 'The invoice was for another talk' })
