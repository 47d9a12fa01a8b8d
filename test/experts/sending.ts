import { draft } from '../support/asking.ts'
import type { Caller, Fund } from '../support/service.ts'

/** An expert as the roster takes one, free on site and from afar all through 2027. */
export const EXPERT = {
  name: 'Lena Berg',
  themes: ['ceasefire_and_security'],
  languages: [{ language: 'en', level: 'fluent' }],
  regions: ['Central Africa'],
  countries: ['Chad'],
  nationalities: ['Norway'],
  availability: [{ from: '2027-01-01', to: '2027-12-31', onSite: true, remote: true }],
  dailyFee: { amount: '400.00', currency: 'USD' },
  travel: { class: 'economy', ceiling: { amount: '2000.00', currency: 'USD' } },
  email: 'lena@example.org',
}

/** Puts an expert on the roster. */
export async function expert(fund: Fund, more: Record<string, unknown> = {}): Promise<string> {
  const answer = await fund.cast.fundManager!.post(`/funds/${fund.id}/experts`, { ...EXPERT, ...more })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return answer.body.id
}

/** A default of 150.00 for a night. */
export const nights = (fund: Fund, more: Record<string, unknown> = {}) =>
  fund.cast.treasurer!.post(`/funds/${fund.id}/subsistence-rates`, {
    ...{ month: '2026-01', rate: { amount: '150.00', currency: 'USD' }, source: 'Schedule of the fund' },
    ...more,
  })

export const WHERE = {
  mode: 'on_site',
  country: 'Chad',
  place: "N'Djamena",
  startsOn: '2027-03-01',
  endsOn: '2027-03-10',
}

/** Asks to send somebody for a request. */
export const send = (by: Caller, request: { id: string; etag: string }, expertId: string, more: object = {}) =>
  by
    .post(`/disbursement-requests/${request.id}/deployments`, { expertId, ...WHERE, ...more })
    .set('if-match', request.etag)

/** A draft for 10.00 that sends this expert besides, ready to be submitted. */
export async function draftSending(
  fund: Fund,
  expertId: string,
  more: Record<string, unknown> = {},
  content: Record<string, unknown> = {},
): Promise<{ id: string; etag: string; deploymentId: string }> {
  const made = await draft(fund, '10.00', content)
  const sent = await send((content.by as Caller | undefined) ?? fund.cast.requester!, made, expertId, more)
  if (sent.status !== 201) throw new Error(JSON.stringify(sent.body))
  return { id: made.id, etag: sent.headers.etag!, deploymentId: sent.body.id }
}
