import { approved, released } from '../support/asking.ts'
import type { Caller, Fund } from '../support/service.ts'
import { recover, settle } from '../no-regret/telling.ts'

/** A day of the machine's, as text. */
export const today = () => new Date().toISOString().slice(0, 10)
export const usd = (amount: string) => ({ amount, currency: 'USD' })

/** A request of this amount of which this much is paid and settled. */
export async function paidRequest(
  fund: Fund,
  amount: string,
  paid: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const { id } = await approved(fund, amount, more)
  const payment = await released(fund, id, paid, (more.category as string | undefined) ?? 'grants')
  await settle(fund, payment, paid, today()).expect(201)
  return id
}

export const unspent = (
  fund: Fund,
  id: string,
  amount: string,
  by: Caller = fund.cast.controller!,
  more: Record<string, unknown> = {},
) =>
  by.post(`/disbursement-requests/${id}/recoverables`, {
    ...{ amount: usd(amount), identifiedOn: today(), reason: 'Left over', ...more },
  })

export const lesson = (fund: Fund, id: string, by: Caller = fund.cast.requester!, more: Record<string, unknown> = {}) =>
  by.post(`/disbursement-requests/${id}/lessons`, {
    ...{ title: 'Meet where nobody is host', planned: 'Talks in the capital', happened: 'Only half of them came' },
    ...{ verdict: 'differently', advice: 'Choose a town that none of them holds', ...more },
  })

export const close = (fund: Fund, id: string, by: Caller = fund.cast.fundManager2!) =>
  by.post(`/disbursement-requests/${id}/closures`, { note: 'All is back' })

export const closing = async (fund: Fund, id: string) =>
  (await fund.cast.auditor!.get(`/disbursement-requests/${id}/closing`).expect(200)).body

export const finding = (fund: Fund, id: string, more: Record<string, unknown> = {}, by = fund.cast.auditor!) =>
  by.post(`/disbursement-requests/${id}/findings`, {
    ...{ what: 'Two receipts have one number', severity: 'high', mustAct: fund.cast.certifyingOfficer!.id },
    ...{ dueOn: today(), ...more },
  })

/** A request of which everything that was paid came back, with its lesson: ready to be closed. */
export async function readyToClose(fund: Fund, amount = '400.00', paid = '300.00'): Promise<string> {
  const id = await paidRequest(fund, amount, paid)
  await unspent(fund, id, paid).expect(201)
  await recover(fund, id, paid, today()).expect(201)
  await lesson(fund, id).expect(201)
  return id
}
