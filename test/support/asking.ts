import { newPayee } from './bank-details.ts'
import type { Caller, Fund } from './service.ts'

/** A payee recorded by one clerk and verified by another, both long enough ago to be out of the way (they hold no other role). */
export async function verifiedPayee(fund: Fund, name = 'Centre for Dialogue', kind = 'partner'): Promise<string> {
  const { payeeClerk, payeeClerk2 } = fund.cast
  const recorded = await payeeClerk!.post(`/funds/${fund.id}/payees`, newPayee({ name, kind })).expect(201)
  await payeeClerk2!.post(`/payees/${recorded.body.id}/verifications`).expect(201)
  return recorded.body.id
}

/** A complete draft for this amount. */
export async function draft(
  fund: Fund,
  amount: string,
  {
    by = fund.cast.requester!,
    category = 'grants',
    ...more
  }: { by?: Caller; category?: string; payeeId?: string } & Record<string, unknown> = {},
): Promise<{ id: string; etag: string; payeeId: string }> {
  const payeeId = more.payeeId ?? (await verifiedPayee(fund))
  const answer = await by.post(`/funds/${fund.id}/disbursement-requests`, {
    title: 'Shuttle talks',
    purpose: 'Bring the parties to one table',
    entityId: fund.entity,
    processId: fund.process,
    mandateBasis: 'request_of_parties',
    support: ['financial'],
    themes: ['ceasefire_and_security'],
    startsOn: '2026-11-01',
    endsOn: '2027-01-31',
    lines: [{ category, description: 'Talks', amount: { amount, currency: 'USD' } }],
    ...more,
    payeeId,
  })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return { id: answer.body.id, etag: answer.headers.etag!, payeeId }
}

export function submit(fund: Fund, { id, etag }: { id: string; etag: string }, by = fund.cast.requester!) {
  return by.post(`/disbursement-requests/${id}/submissions`).set('if-match', etag)
}

/** A request submitted for this amount. */
export async function submitted(
  fund: Fund,
  amount: string,
  more: Record<string, unknown> = {},
): Promise<{ id: string; payeeId: string }> {
  const made = await draft(fund, amount, more)
  const answer = await submit(fund, made, (more.by as Caller | undefined) ?? fund.cast.requester!)
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return made
}

export const decide = (by: Caller, id: string, verdict = 'approve', reason?: string) =>
  by.post(`/disbursement-requests/${id}/decisions`, { verdict, ...(reason ? { reason } : {}) })

/** A request of up to 50,000.00 that is approved by a certifying officer and a fund manager. */
export async function approved(
  fund: Fund,
  amount: string,
  more: Record<string, unknown> = {},
): Promise<{ id: string; payeeId: string }> {
  const request = await submitted(fund, amount, more)
  for (const by of [fund.cast.certifyingOfficer!, fund.cast.fundManager!]) await decide(by, request.id).expect(201)
  return request
}

export const certify = (
  fund: Fund,
  requestId: string,
  amount: string,
  category = 'grants',
  by = fund.cast.certifyingOfficer!,
) =>
  by.post(`/disbursement-requests/${requestId}/payments`, {
    amount: { amount, currency: 'USD' },
    category,
    bankAccountId: fund.bank,
  })

/** A payment certified on an approved request and released by two. */
export async function released(fund: Fund, requestId: string, amount: string, category = 'grants'): Promise<string> {
  const certified = await certify(fund, requestId, amount, category)
  if (certified.status !== 201) throw new Error(JSON.stringify(certified.body))
  const { id } = certified.body
  await fund.cast.treasurer!.post(`/payments/${id}/releases`).expect(201)
  await fund.cast.bankSignatory!.post(`/payments/${id}/releases`).expect(201)
  return id
}
