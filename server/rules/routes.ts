import type { ObjectSchema, Schema } from 'joi'
import { row, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { policyInForce } from '../funds/policies.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { amount, bookDay, joi, object, text } from '../http/schemas.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { proposalById } from '../proposals/load.ts'
import { differences, SUBJECTS, termsTold, type Field, type Fields, type Subject, type Terms } from './policy.ts'
import { offeredRules } from './offered.ts'
import { previewRule } from './preview.ts'
import { proposeRule, soundTerms, type RuleTerms } from './propose.ts'
import { listRules } from './queries.ts'

const tag = 'Rules of the fund'

/** What the terms of a rule may be refused for, besides their form. */
const UNSOUND = [
  'dates_out_of_order',
  'currency_mismatch',
  'rule_unsound',
  'already_exists',
  'nothing_to_correct',
] as const

/** The rules of a fund: what holds and held, what would go another way under others, and proposing them. */
export function ruleEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/policies',
      { tag, summary: 'The rules of the fund, each with the days on which it holds, who changed it, why, and in what' },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, [...READERS, 'requester'])
        return { body: { items: await listRules(db, fund) } }
      },
    ),
    get(
      '/funds/:fund/policies/offers',
      { tag, summary: 'Rules with which a fund opens by now and that this one lacks, to be proposed or left' },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        return { body: { items: await offeredRules(db, fund) } }
      },
    ),
    ...(Object.keys(SUBJECTS) as Subject[]).flatMap(endpointsOf),
    get(
      '/proposals/:proposal/preview',
      {
        tag,
        summary:
          'What a proposed rule says differently, and what of the last twelve months would have gone another way',
      },
      async (db, actor, { params }) => {
        const proposal = await proposalById(db, params.proposal!)
        requireRole(actor, proposal.fundId, READERS)
        if (proposal.kind !== 'policy') throw new Refusal('not_found')
        const { subject, terms } = proposal.terms as RuleTerms
        const fund = { id: proposal.fundId, currency: proposal.fundCurrency }
        return { body: await previewed(db, actor, fund, { subject, effectiveFrom: proposal.occurredOn, terms }) }
      },
    ),
  ]
}

/** The address of a subject's rules, as `approval-matrix`. */
export const addressOf = (subject: Subject) => subject.replaceAll('_', '-')

function endpointsOf(subject: Subject): Endpoint[] {
  const path = `/funds/:fund/policies/${addressOf(subject)}`
  const words = subject.replaceAll('_', ' ')
  const rule = { effectiveFrom: bookDay().required(), terms: schemaOf(SUBJECTS[subject]).required() }
  return [
    post(
      path,
      {
        tag,
        summary: `Propose that the ${words} be another from a day on, for what is submitted afterwards; another person decides`,
        refuses: ['service_account_decides_nothing', ...UNSOUND],
        body: object({ ...rule, reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) =>
        created('/proposals', await proposeRule(trx, actor, { fundId: params.fund!, subject, ...body })),
    ),
    {
      method: 'post',
      path: `${path}/previews`,
      tag,
      summary: `What of the last twelve months would have gone another way if the ${words} had been so; changes nothing`,
      refuses: UNSOUND,
      body: object(rule),
      run: {
        kind: 'read',
        handle: async (db, actor, { params, body }) => {
          const fund = await fundById(db, params.fund!)
          requireRole(actor, fund.id, READERS)
          const { terms } = await soundTerms(db, actor, fund, { subject, ...body })
          return { body: await previewed(db, actor, fund, { subject, effectiveFrom: body.effectiveFrom, terms }) }
        },
      },
    },
  ]
}

/** What the terms say differently from what they would follow, and what would have gone another way. Takes kept terms. */
async function previewed(
  db: Db,
  actor: Actor,
  fund: { id: string; currency: string },
  { subject, effectiveFrom, terms }: { subject: Subject; effectiveFrom: string; terms: Terms },
) {
  // Once it is in force it is compared with the one that it has followed.
  const before = await row<{ terms: Terms }>(
    db,
    `select terms from policies where fund_id = :fundId and subject = :subject and effective_from < :effectiveFrom
      order by effective_from desc limit 1`,
    { fundId: fund.id, subject, effectiveFrom },
  )
  const now = before ?? (await policyInForce(db, { fundId: fund.id, subject, on: effectiveFrom }))
  const told = termsTold(SUBJECTS[subject], terms, fund.currency)
  return {
    subject,
    effectiveFrom,
    terms: told,
    changes: differences(SUBJECTS[subject], termsTold(SUBJECTS[subject], now.terms, fund.currency), told),
    ...(await previewRule(db, fund, { subject, terms, on: dayOf(actor.act.at) })),
  }
}

function schemaOf(fields: Fields): ObjectSchema {
  return joi.object(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOfField(field)])))
}

function schemaOfField(field: Field): Schema {
  switch (field.kind) {
    case 'amount':
      return field.above ? amount().allow(null) : amount().required()
    case 'count':
      return joi.number().integer().min(field.least).max(field.most).required()
    case 'basis_points':
      return joi.number().integer().min(0).max(10_000).required()
    case 'choice':
      return joi
        .string()
        .valid(...field.of)
        .presence(field.open ? 'optional' : 'required')
    case 'flag':
      return joi.boolean()
    case 'text':
      return field.form ? text(field.most).pattern(field.form) : text(field.most)
    case 'group':
      return schemaOf(field.of)
    case 'list': {
      const list = joi.array().items(schemaOf(field.of)).min(field.least).max(field.most)
      return field.least > 0 ? list.required() : list
    }
  }
}
