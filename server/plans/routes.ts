import { keyIn, pageOf } from '../http/pages.ts'
import { change, created, get, post, type Endpoint } from '../http/endpoint.ts'
import { amount, day, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { dayOf } from '../clock.ts'
import { isId } from '../ids.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { PHASES } from '../watch/policy.ts'
import { activatePlan } from './activate.ts'
import { withdrawPlan } from './end.ts'
import { LANES, PLAN_STATUSES, WHEN_ACTIVATED } from './policy.ts'
import { changePlan, preparePlan, reviewPlan } from './prepare.ts'
import { listPlans, readPlan } from './queries.ts'
import { setAside } from './set-aside.ts'

const tag = 'Contingency plans'

const afterDays = joi.number().integer().min(0).max(3660)

const expert = joi
  .object({
    expertId: id('expert').required(),
    mode: joi.string().valid('on_site', 'remote').required(),
    afterDays: afterDays.required(),
    days: joi.number().integer().min(1).max(731).required(),
  })
  .allow(null)

const content = {
  title: text(300),
  scenario: text(5000),
  watchItemId: id('watchItem').allow(null),
  processId: id('process').allow(null),
  place: joi.object({
    country: text(100).required(),
    region: text(100).required(),
    phase: joi
      .string()
      .valid(...PHASES)
      .required(),
  }),
  lane: joi.string().valid(...LANES),
  mandateBasis: joi
    .string()
    .valid(
      'request_of_parties',
      'secretary_general_initiative',
      'security_council_request',
      'general_assembly_request',
    ),
  support: joi
    .array()
    .min(1)
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
  durationDays: joi.number().integer().min(1).max(3660),
  expiresOn: day(),
  reviewOn: day(),
  whenActivated: joi.string().valid(...WHEN_ACTIVATED),
  lines: joi
    .array()
    .min(1)
    .max(100)
    .items(
      joi.object({
        category: joi.string().valid('grants', 'experts', 'travel', 'venue', 'interpretation', 'security').required(),
        description: text(500).required(),
        amount: amount().required(),
        expert,
      }),
    ),
  tranches: joi
    .array()
    .max(24)
    .items(
      joi.object({
        afterDays: afterDays.required(),
        amount: amount().required(),
        condition: text(500).allow('').default(''),
      }),
    ),
  payeeIds: joi.array().min(1).max(20).items(id('payee')).unique(),
}

/** What a plan cannot be without; the rest has an answer where it is left out. */
const whole = {
  ...content,
  entityId: id('entity').required(),
  ...Object.fromEntries(
    (
      [
        'title',
        'scenario',
        'mandateBasis',
        'support',
        'durationDays',
        'expiresOn',
        'reviewOn',
        'lines',
        'payeeIds',
      ] as const
    ).map((name) => [name, content[name].required()]),
  ),
}

const LEFT_OUT = {
  watchItemId: null,
  processId: null,
  lane: 'rapid',
  themes: [],
  whenActivated: 'give_back',
  tranches: [],
}

const REFUSED = ['currency_mismatch', 'tranches_differ'] as const

export function planEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/contingency-plans',
      {
        tag,
        summary: 'Write a plan for a crisis that may come, for a process or a place',
        refuses: REFUSED,
        body: object(whole),
      },
      async (trx, actor, { params, body }) => {
        const made = await preparePlan(trx, actor, { fundId: params.fund!, ...LEFT_OUT, ...body })
        return created('/contingency-plans', made, made.version)
      },
    ),
    get(
      '/funds/:fund/contingency-plans',
      {
        tag,
        summary:
          'The plans of the fund, the newest first: what they cost, what is set aside, and what keeps them from being used',
        query: query({ ...pageKeys, status: joi.string().valid(...PLAN_STATUSES), region: joi.string().max(100) }),
      },
      async (db, actor, { params, query: { limit, after, ...asked } }) => {
        const before = keyIn(after)?.[0] ?? ''
        const page = { ...asked, limit, before: isId('plan', before) ? before : '' }
        const found = await listPlans(db, actor, { fundId: params.fund!, on: dayOf(actor.act.at), ...page })
        return { body: pageOf(found, limit, (plan) => [plan.id]) }
      },
    ),
    get(
      '/contingency-plans/:plan',
      { tag, summary: 'A plan with its versions, its money, and what it has become', versioned: true },
      (db, actor, { params }) => readPlan(db, actor, { planId: params.plan!, on: dayOf(actor.act.at) }),
    ),
    change(
      'patch',
      '/contingency-plans/:plan',
      {
        tag,
        summary: 'Change what a plan says; all that was set aside for it goes back',
        versioned: true,
        refuses: ['plan_ended', ...REFUSED],
        body: object({ ...content, reason: text(2000).required() }),
      },
      async (trx, actor, { params, body, version }) => {
        const changed = await changePlan(trx, actor, { planId: params.plan!, version, ...body })
        return { body: changed, version: changed.version }
      },
    ),
    post(
      '/contingency-plans/:plan/reviews',
      {
        tag,
        summary: 'Say that a plan still holds, and when to look at it next',
        refuses: ['plan_ended'],
        body: object({ reviewOn: day().required(), note: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await reviewPlan(trx, actor, { planId: params.plan!, ...body }),
      }),
    ),
    post(
      '/contingency-plans/:plan/set-asides',
      {
        tag,
        summary: 'Set money aside for a plan, as a fund manager who did not write it: all that it lacks, or less',
        versioned: true,
        refuses: [
          'service_account_decides_nothing',
          'plan_ended',
          'plan_expired',
          'two_people_needed',
          'payee_not_verified',
          'currency_mismatch',
          'exceeds_plan',
          'insufficient_funds',
        ],
        body: object({ amount: amount() }),
      },
      async (trx, actor, { params, body, version }) => ({
        status: 201,
        body: await setAside(trx, actor, { planId: params.plan!, version, ...body }),
      }),
    ),
    post(
      '/contingency-plans/:plan/withdrawals',
      {
        tag,
        summary: 'Take a plan back, and give back what was set aside for it',
        refuses: ['plan_ended'],
        body: object({ reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await withdrawPlan(trx, actor, { planId: params.plan!, ...body }),
      }),
    ),
    post(
      '/contingency-plans/:plan/activations',
      {
        tag,
        summary: 'Turn a plan into a submitted request, with its money first from what was set aside for it',
        refuses: [
          'plan_ended',
          'plan_activated_already',
          'plan_expired',
          'incomplete_request',
          'payee_not_verified',
          'lane_not_open',
          'no_regret_ceiling',
          'insufficient_funds',
          ...DUTY_REFUSALS,
          'expert_not_available',
          'expert_double_booked',
          'expert_has_duty',
          'subsistence_rate_missing',
          'rate_missing',
          'travel_above_ceiling',
        ],
        body: object({
          processId: id('process'),
          payeeId: id('payee'),
          lines: joi.array().min(1).max(100).items(joi.number().integer().min(1).max(100)).unique(),
          startsOn: day(),
        }),
      },
      async (trx, actor, { params, body }) =>
        created('/disbursement-requests', await activatePlan(trx, actor, { planId: params.plan!, ...body })),
    ),
  ]
}
