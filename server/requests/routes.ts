import { fundById } from '../funds/open.ts'
import { created, change, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, day, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { decideRequest } from './decide.ts'
import { changeDraft, draftRequest } from './draft.ts'
import { listRequests, readRequest } from './queries.ts'
import { reduceObligation } from './reduce.ts'
import { DUTY_REFUSALS, LANES, REQUEST_STATUSES } from './policy.ts'
import { submitRequest } from './submit.ts'
import { withdrawRequest } from './withdraw.ts'

const tag = 'Disbursement requests'

const content = {
  title: text(300),
  purpose: text(5000).allow(''),
  processId: id('process').allow(null),
  payeeId: id('payee').allow(null),
  mandateBasis: joi
    .string()
    .valid('request_of_parties', 'secretary_general_initiative', 'security_council_request', 'general_assembly_request')
    .allow(null),
  support: joi
    .array()
    .items(joi.string().valid('advisory', 'logistical', 'financial'))
    .unique(),
  themes: joi
    .array()
    .items(
      joi
        .string()
        .valid(
          'power_sharing',
          'natural_resources',
          'constitution_making',
          'ceasefire_and_security',
          'gender_and_inclusion',
        ),
    )
    .unique(),
  lane: joi.string().valid(...LANES),
  laneReason: text(1000).allow(''),
  startsOn: day().allow(null),
  endsOn: day().allow(null),
  lines: joi
    .array()
    .max(100)
    .items(
      joi.object({
        category: joi.string().valid('grants', 'experts', 'travel', 'venue', 'interpretation', 'security').required(),
        description: text(500).required(),
        amount: amount().required(),
        deploymentId: id('deployment'),
      }),
    ),
  namedPeople: joi.array().max(50).items(id('person')).unique(),
}

const REQUESTS = '/disbursement-requests'

export function requestEndpoints(): Endpoint[] {
  return [
    post(
      `/funds/:fund${REQUESTS}`,
      {
        tag,
        summary: 'Begin a request as a draft',
        refuses: ['currency_mismatch', 'amount_out_of_range', 'named_in_request'],
        versioned: false,
        body: object({ ...content, title: text(300).required(), entityId: id('entity').required() }),
      },
      async (trx, actor, { params, body }) => {
        const drafted = await draftRequest(trx, actor, { fundId: params.fund!, ...body })
        return created(REQUESTS, drafted, drafted.version)
      },
    ),
    get(
      `/funds/:fund${REQUESTS}`,
      {
        tag,
        summary: 'Requests, newest first',
        query: query({ ...pageKeys, status: joi.string().valid(...REQUEST_STATUSES) }),
      },
      async (db, actor, { params, query: { limit, after, status } }) => {
        await fundById(db, params.fund!)
        const found = await listRequests(db, actor, {
          fundId: params.fund!,
          status,
          before: keyIn(after)?.[0] ?? '',
          limit,
        })
        return { body: pageOf(found, limit, (request) => [request.id]) }
      },
    ),
    get(`${REQUESTS}/:request`, { tag, summary: 'A request whole', versioned: true }, (db, actor, { params }) =>
      readRequest(db, actor, params.request!),
    ),
    change(
      'patch',
      `${REQUESTS}/:request`,
      {
        tag,
        summary: 'Change a draft or a returned request',
        refuses: ['not_editable', 'currency_mismatch', 'amount_out_of_range', ...DUTY_REFUSALS],
        versioned: true,
        body: object(content),
      },
      async (trx, actor, { params, body, version }) => {
        const changed = await changeDraft(trx, actor, { ...body, requestId: params.request!, version })
        return { body: changed, version: changed.version }
      },
    ),
    post(
      `${REQUESTS}/:request/submissions`,
      {
        tag,
        summary: 'Submit: reserves the money and fixes the approval steps',
        refuses: [
          'not_editable',
          'incomplete_request',
          'lane_not_open',
          'no_regret_ceiling',
          'expert_double_booked',
          'insufficient_funds',
          'amount_out_of_range',
          'period_closed',
          ...DUTY_REFUSALS,
        ],
        versioned: true,
      },
      async (trx, actor, { params, version }) => {
        const submitted = await submitRequest(trx, actor, { requestId: params.request!, version })
        return { status: 201, body: submitted, version: submitted.version }
      },
    ),
    post(
      `${REQUESTS}/:request/decisions`,
      {
        tag,
        summary:
          'Approve, reject or return, at the step that is open to my role; of a request that was submitted anew, name its contentHash',
        refuses: [
          'not_awaiting_decision',
          'suspended',
          'ratification_overdue',
          'ratify_or_reject',
          'approve_or_lower',
          'reservation_lapsed',
          'version_changed',
          'already_decided_by_you',
          'not_your_step',
          'delegation_not_in_force',
          'beyond_delegation',
          'must_keep_away',
          'period_closed',
          ...DUTY_REFUSALS,
        ],
        body: object({
          verdict: joi.string().valid('approve', 'reject', 'return').required(),
          reason: text(2000).when('verdict', { is: 'approve', otherwise: joi.required() }),
          contentHash: joi.string().pattern(/^[0-9a-f]{64}$/, 'the contentHash of what is decided on'),
          delegationId: id('delegation'),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await decideRequest(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    post(
      `${REQUESTS}/:request/withdrawals`,
      {
        tag,
        summary: 'Take a request back before it is approved',
        refuses: ['not_awaiting_ending', 'period_closed'],
        body: object({ reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await withdrawRequest(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
    post(
      `${REQUESTS}/:request/reductions`,
      {
        tag,
        summary: 'Lower an approved obligation; the money becomes available again',
        refuses: ['not_approved', 'currency_mismatch', 'exceeds_committed', 'period_closed', ...DUTY_REFUSALS],
        body: object({ amount: amount().required(), reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await reduceObligation(trx, actor, { requestId: params.request!, ...body }),
      }),
    ),
  ]
}
