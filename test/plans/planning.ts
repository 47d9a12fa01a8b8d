import { verifiedPayee } from '../support/asking.ts'
import type { Caller, Fund } from '../support/service.ts'

/** So many days from now, as the fund counts them. */
export const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

export const usd = (amount: string) => ({ amount, currency: 'USD' })

export type Plan = { id: string; etag: string; payeeId: string }

/** What a plan for talks in the fund's region says. */
export async function planContent(fund: Fund, amounts: string[], more: Record<string, unknown> = {}) {
  return {
    title: 'Mediators if the talks break down',
    scenario: 'The parties leave the table and ask for shuttle mediation within days',
    entityId: fund.entity,
    mandateBasis: 'request_of_parties',
    support: ['financial'],
    themes: ['ceasefire_and_security'],
    durationDays: 30,
    expiresOn: inDays(90),
    reviewOn: inDays(30),
    lines: amounts.map((amount, i) => ({ category: 'grants', description: `Part ${i + 1}`, amount: usd(amount) })),
    ...('place' in more ? {} : { processId: fund.process }),
    payeeIds: [await verifiedPayee(fund)],
    ...more,
  }
}

/** A plan that the entity's requester wrote. */
export async function plan(
  fund: Fund,
  amounts: string[],
  { by = fund.cast.requester!, ...more }: { by?: Caller } & Record<string, unknown> = {},
): Promise<Plan> {
  const content = await planContent(fund, amounts, more)
  const answer = await by.post(`/funds/${fund.id}/contingency-plans`, content)
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return { id: answer.body.id, etag: answer.headers.etag!, payeeId: content.payeeIds[0]! }
}

export const setAside = (fund: Fund, { id, etag }: Plan, amount?: string, by = fund.cast.fundManager!) =>
  by.post(`/contingency-plans/${id}/set-asides`, amount ? { amount: usd(amount) } : {}).set('if-match', etag)

/** A plan for which all that it costs is set aside. */
export async function ready(fund: Fund, amounts: string[], more: Record<string, unknown> = {}): Promise<Plan> {
  const made = await plan(fund, amounts, more)
  const answer = await setAside(fund, made)
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return made
}

export const activate = (fund: Fund, { id }: Plan, more: object = {}, by = fund.cast.requester!) =>
  by.post(`/contingency-plans/${id}/activations`, more)

export const told = async (fund: Fund, { id }: Plan) =>
  (await fund.cast.auditor!.get(`/contingency-plans/${id}`).expect(200)).body
