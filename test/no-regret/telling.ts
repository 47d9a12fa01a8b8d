import { decide, draft, released, submit, verifiedPayee } from '../support/asking.ts'
import type { Caller, Fund, TestService } from '../support/service.ts'

/** A moment that a test moves on; the service knows no other time. */
export function movableClock(start = new Date()) {
  let now = start.getTime()
  return {
    clock: () => new Date(now),
    now: () => new Date(now),
    set: (at: Date | number) => (now = typeof at === 'number' ? at : at.getTime()),
    passHours: (hours: number) => (now += hours * 3_600_000),
  }
}

const HURRY = { lane: 'no_regret', laneReason: 'Shots in Bangui on Sunday; the parties meet on Wednesday' }

/** A complete draft in the no-regret lane. */
export const hurried = (fund: Fund, amount: string, more: Record<string, unknown> = {}) =>
  draft(fund, amount, { ...HURRY, ...more })

/** A request in the no-regret lane, submitted. */
export async function asked(fund: Fund, amount: string, more: Record<string, unknown> = {}) {
  const made = await hurried(fund, amount, more)
  await submit(fund, made, (more.by as Caller | undefined) ?? fund.cast.requester!).expect(201)
  return made
}

/** An advance that one fund manager has let move. */
export async function active(fund: Fund, amount: string, more: Record<string, unknown> = {}) {
  const made = await asked(fund, amount, more)
  const answer = await decide(fund.cast.fundManager!, made.id).expect(201)
  expect(answer.body.status).toBe('active')
  return made
}

/** Everybody who is missing up to 50,000.00 ratifies. */
export async function ratify(fund: Fund, id: string) {
  await decide(fund.cast.certifyingOfficer!, id).expect(201)
  return decide(fund.cast.fundManager2!, id).expect(201)
}

/** A payment of the advance that the bank has settled. */
export async function paid(fund: Fund, id: string, amount: string, on: string, category = 'grants'): Promise<string> {
  const payment = await released(fund, id, amount, category)
  await settle(fund, payment, amount, on).expect(201)
  return payment
}

export const settle = (fund: Fund, payment: string, amount: string, on: string, by = fund.cast.reconciler!) =>
  by.post(`/payments/${payment}/settlements`, {
    valueDate: on,
    debited: { amount, currency: 'USD' },
    reference: `ST ${payment.slice(-8)}`,
  })

export const recover = (fund: Fund, id: string, amount: string, on: string, by = fund.cast.reconciler!) =>
  by.post(`/disbursement-requests/${id}/recoveries`, {
    receivedOn: on,
    bankAccountId: fund.bank,
    received: { amount, currency: 'USD' },
    reference: `BACK ${amount} ${id.slice(-6)}`,
  })

/** How the advance stands, as an auditor reads it. */
export async function advance(fund: Fund, id: string) {
  const { body } = await fund.cast.auditor!.get(`/disbursement-requests/${id}`).expect(200)
  return {
    status: body.status,
    advance: body.advance,
    recovery: body.recovery,
    waitingFor: body.waitingFor,
    stages: body.stages,
  }
}

/** The balances of these accounts of a fund, by address; what is zero is left out. */
export async function accounts(service: TestService, fund: Fund, like: string): Promise<Record<string, string>> {
  const { rows } = await service.database().owner.raw(
    `select a.address, sum(p.functional)::text as balance from accounts a join postings p on p.account_id = a.id
      where a.fund_id = ? and a.address like ? group by a.address having sum(p.functional) <> 0 order by 1`,
    [fund.id, like],
  )
  return Object.fromEntries((rows as { address: string; balance: string }[]).map((one) => [one.address, one.balance]))
}

export { verifiedPayee }
