import type { Caller, Fund } from '../support/service.ts'

/** Proposing and confirming rules, as the people of a fund do. */

export const today = () => new Date().toISOString().slice(0, 10)

export const usd = (amount: string) => ({ amount, currency: 'USD' })

type Step = { step: number; role: string; quorum: number }
export const step = (step: number, role: string, quorum = 1): Step => ({ step, role, quorum })

/** Two rows: a certifying officer and a fund manager side by side up to 20,000.00, two managers and a director above. */
export const MATRIX = {
  rows: [
    { upTo: usd('20000.00'), steps: [step(1, 'certifying_officer'), step(1, 'fund_manager')] },
    { upTo: null, steps: [step(1, 'certifying_officer'), step(2, 'fund_manager', 2), step(3, 'director')] },
  ],
}

export const proposeRule = (
  fund: Fund,
  subject: string,
  terms: object,
  { by = fund.cast.controller!, effectiveFrom = today(), reason = 'The board has asked' } = {},
) => by.post(`/funds/${fund.id}/policies/${subject}`, { effectiveFrom, reason, terms })

export const decideOn = (by: Caller, proposalId: string, verdict = 'approve', reason?: string) =>
  by.post(`/proposals/${proposalId}/decisions`, { verdict, ...(reason ? { reason } : {}) })

/** Puts a rule in force from today on, by a controller and the head of department. */
export async function inForce(fund: Fund, subject: string, terms: object): Promise<string> {
  const proposed = await proposeRule(fund, subject, terms)
  if (proposed.status !== 201) throw new Error(JSON.stringify(proposed.body))
  await decideOn(fund.cast.headOfDepartment!, proposed.body.id).expect(201)
  return proposed.body.id
}

/** The steps of a request as `1 certifying_officer 1`. */
export async function stepsOf(fund: Fund, requestId: string): Promise<string[]> {
  const { body } = await fund.cast.auditor!.get(`/disbursement-requests/${requestId}`).expect(200)
  return body.steps.map((one: Step) => `${one.step} ${one.role} ${one.quorum}`)
}
