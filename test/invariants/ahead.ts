import { hurried } from '../no-regret/telling.ts'
import { planContent } from '../plans/planning.ts'
import type { Call, Story } from './told.ts'

/** What moves money before the whole row of the matrix has approved, or before anybody has asked for it. */
export const AHEAD = [
  'hurry',
  'advance',
  'recover',
  'giveUpRecovery',
  'plan',
  'setAside',
  'changePlan',
  'withdrawPlan',
  'activatePlan',
] as const
type ActAhead = (typeof AHEAD)[number]

type Chosen = {
  plan: string | undefined
  request: string | undefined
  pick: number
  size: number
  amount: { amount: string; currency: string }
}

/** The call of one of these acts; undefined where there is nothing yet to try it on. */
export async function callAhead(
  { fund, payeeId, today, keys }: Story,
  act: ActAhead,
  { plan, request, pick, size, amount }: Chosen,
): Promise<Call | undefined> {
  const { requester, fundManager, fundManager2, fundManager3, controller, reconciler } = fund.cast
  const ofPlan = async (path: string, body: object): Promise<Call | undefined> => {
    if (!plan) return undefined
    const etag = (await requester!.get(`/contingency-plans/${plan}`)).headers.etag!
    const by = [requester, fundManager, fundManager2, fundManager3][act === 'setAside' ? 1 + (pick % 3) : 0]!
    return { by, path: `/contingency-plans/${plan}${path}`, body, headers: { 'if-match': etag } }
  }
  const ofRequest = (by = reconciler, path: string, body: object): Call | undefined =>
    request ? { by: by!, path: `/disbursement-requests/${request}${path}`, body } : undefined

  switch (act) {
    case 'hurry': {
      const made = await hurried(fund, amount.amount, { payeeId, category: size % 2 ? 'travel' : 'grants' })
      const path = `/disbursement-requests/${made.id}/submissions`
      return { by: requester!, path, body: {}, headers: { 'if-match': made.etag } }
    }
    case 'advance':
      return ofRequest(fundManager, '/decisions', { verdict: 'approve' })
    case 'recover':
      return ofRequest(reconciler, '/recoveries', {
        receivedOn: today,
        bankAccountId: fund.bank,
        received: size % 2 ? amount : { ...amount, amount: `0.${(size % 89) + 10}` },
        reference: `C${keys}`,
      })
    case 'giveUpRecovery':
      return ofRequest(controller, '/recovery-write-offs', {
        amount: size % 2 ? amount : { ...amount, amount: `0.${(size % 89) + 10}` },
        writtenOffOn: today,
        reason: 'The partner is no more',
      })
    case 'plan': {
      const lines = [amount.amount, '75.01'].slice(0, 1 + (size % 2))
      const whenActivated = pick % 2 ? 'keep' : 'give_back'
      const content = await planContent(fund, lines, { whenActivated, payeeIds: [payeeId] })
      return { by: requester!, path: `/funds/${fund.id}/contingency-plans`, body: content }
    }
    case 'setAside':
      return ofPlan('/set-asides', size % 3 ? {} : { amount: { ...amount, amount: '40.03' } })
    case 'changePlan': {
      const changed = await ofPlan('', { scenario: `Told anew ${keys}`, reason: 'The parties moved' })
      return changed && { ...changed, method: 'patch' }
    }
    case 'withdrawPlan':
      return ofPlan('/withdrawals', { reason: 'They stayed at the table' })
    case 'activatePlan':
      return ofPlan('/activations', size % 2 ? { lines: [1 + (pick % 2)] } : {})
  }
}
