import { proposeImpairment, proposeImpairmentReversal } from '../contributions/impair.ts'
import { REFUSED } from '../contributions/refused.ts'
import { proposeWriteOff } from '../contributions/write-off.ts'
import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, bookDay, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { decideProposal } from './decide.ts'
import { proposalById } from './load.ts'
import { PROPOSAL_KINDS } from './policy.ts'
import { listProposals } from './queries.ts'

const tag = 'Proposals'

const IMPAIRMENTS = [
  { noun: 'impairments', propose: proposeImpairment, refuses: REFUSED.proposeImpairment },
  { noun: 'impairment-reversals', propose: proposeImpairmentReversal, refuses: REFUSED.proposeImpairmentReversal },
]

/** What a decision refuses, and what approving does: whatever may have changed since it was proposed. */
const DECISION_REFUSALS = [
  'above_your_authority',
  'service_account_decides_nothing',
  'two_people_needed',
  'proposal_decided_already',
  'already_exists',
  'insufficient_cash',
  'interest_recorded_already',
  'nothing_outstanding',
  'nothing_impaired',
  'earmarked',
  'insufficient_funds',
  'reserve_not_overdrawn',
  'amount_out_of_range',
  'exceeds_recoverable',
  'not_approved',
  'tranche_not_next',
  'nothing_to_waive',
  'recorded_bank_details',
  'separation_of_duties',
  'named_in_request',
  'tied_to_payee',
  'period_closed',
  'dates_out_of_order',
  'rule_unsound',
  'version_changed',
] as const

/** What one person proposes and another decides, losses among it. */
export function proposalEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/proposals',
      {
        tag,
        summary: 'What was proposed, decided or not, the latest first',
        query: query({
          ...pageKeys,
          kind: joi.string().valid(...PROPOSAL_KINDS),
          status: joi.string().valid('proposed', 'approved', 'rejected'),
        }),
      },
      async (db, actor, { params, query: { after, ...asked } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        const before = keyIn(after)?.[0] ?? ''
        const found = await listProposals(db, { fundId: fund.id, before, ...asked })
        return { body: pageOf(found, asked.limit, ({ id }) => [id]) }
      },
    ),
    get(
      '/proposals/:proposal',
      { tag, summary: 'A proposal with its terms, and what was decided on it' },
      async (db, actor, { params }) => {
        const { id, fundId } = await proposalById(db, params.proposal!)
        requireRole(actor, fundId, READERS)
        const [told] = await listProposals(db, { fundId, proposalId: id, limit: 1 })
        return { body: told }
      },
    ),
    ...IMPAIRMENTS.map(({ noun, propose, refuses }) =>
      post(
        `/contributions/:contribution/${noun}`,
        {
          ...{ tag, summary: `Propose ${noun.replace('-', ' ')}: of what may not come, or will come after all` },
          refuses,
          body: object({
            amount: amount().required(),
            occurredOn: bookDay().required(),
            reason: text(1000).required(),
          }),
        },
        async (trx, actor, { params, body }) => ({
          status: 201,
          body: await propose(trx, actor, { contributionId: params.contribution!, ...body }),
        }),
      ),
    ),
    post(
      '/contributions/:contribution/write-offs',
      {
        tag,
        summary: 'Propose to write off what of an agreement will not come',
        refuses: REFUSED.proposeWriteOff,
        body: object({
          amount: amount().required(),
          writtenOffOn: bookDay().required(),
          reason: text(1000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await proposeWriteOff(trx, actor, { contributionId: params.contribution!, ...body }),
      }),
    ),
    post(
      '/proposals/:proposal/decisions',
      {
        tag,
        summary: 'Approve or reject what another person has proposed, or take back my own proposal',
        refuses: DECISION_REFUSALS,
        body: object({
          verdict: joi.string().valid('approve', 'reject').required(),
          reason: text(1000).when('verdict', { is: 'reject', then: joi.required() }),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await decideProposal(trx, actor, { proposalId: params.proposal!, ...body }),
      }),
    ),
  ]
}
