import { rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { fundById } from '../funds/open.ts'
import { policyInForce, type Policies } from '../funds/policies.ts'
import { zero } from '../money.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import type { Proposal } from '../proposals/load.ts'
import { propose, type Proposed } from '../proposals/propose.ts'
import {
  amountsIn,
  confirmersOf,
  differences,
  RULE_PROPOSERS,
  SUBJECTS,
  termsKept,
  termsTold,
  type Fields,
  type Subject,
  type Terms,
} from './policy.ts'
import { complaintsAbout, type Approver } from './sound.ts'

/** What is decided on: the terms as they would be kept, and the day from which those hold that they follow. */
export type RuleTerms = { subject: Subject; replaces: string; terms: Terms }

// Every rule that the service goes by has fields and a form.
SUBJECTS satisfies Record<keyof Policies, Fields>

/**
 * Proposes that a rule of the fund be another from a day on, for what is submitted afterwards. It is in force when another person has approved
 * (`decideProposal`); until then, and for what came before that day, nothing changes.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed`, `service_account_decides_nothing`, and what `soundTerms` refuses.
 */
export async function proposeRule(
  trx: Trx,
  actor: Actor,
  { fundId, subject, effectiveFrom, reason, terms: told }: NewRule & { fundId: string; reason: string },
): Promise<Proposed> {
  const fund = await fundById(trx, fundId)
  requireRole(actor, fundId, RULE_PROPOSERS)
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const { terms, replaces } = await soundTerms(trx, actor, fund, { subject, effectiveFrom, terms: told })
  return propose(trx, actor, {
    fundId,
    kind: 'policy',
    occurredOn: effectiveFrom,
    functional: zero(fund.currency),
    authority: confirmersOf(subject),
    reason,
    terms: { subject, replaces, terms } satisfies RuleTerms,
  })
}

export type NewRule = { subject: Subject; effectiveFrom: string; terms: Terms }

/**
 * The terms as they are kept, and what they follow.
 *
 * Refuses `dates_out_of_order` for a day that is over, `currency_mismatch`, `rule_unsound` with why the rule could not work, `already_exists`
 * where one holds from that very day, `nothing_to_correct` where it says what holds anyway.
 */
export async function soundTerms(
  db: Db,
  actor: Actor,
  fund: { id: string; currency: string },
  { subject, effectiveFrom, terms: told }: NewRule,
): Promise<{ terms: Terms; replaces: string }> {
  const today = dayOf(actor.act.at)
  if (effectiveFrom < today) throw new Refusal('dates_out_of_order', { field: 'effectiveFrom', notBefore: today })
  const foreign = amountsIn(SUBJECTS[subject], told).find(({ amount }) => amount.currency !== fund.currency)
  if (foreign) throw new Refusal('currency_mismatch', { field: `terms.${foreign.field}`, expected: fund.currency })
  const terms = termsKept(SUBJECTS[subject], told)
  await mustBeSound(db, fund, { subject, terms })
  const before = await policyInForce(db, { fundId: fund.id, subject, on: effectiveFrom })
  if (before.effectiveFrom === effectiveFrom) throw new Refusal('already_exists', { field: 'effectiveFrom' })
  const said = termsTold(SUBJECTS[subject], before.terms, fund.currency)
  if (differences(SUBJECTS[subject], said, termsTold(SUBJECTS[subject], terms, fund.currency)).length === 0)
    throw new Refusal('nothing_to_correct')
  return { terms, replaces: before.effectiveFrom }
}

/**
 * Puts an approved rule in force from its day on.
 * Refuses `dates_out_of_order` when the day has passed meanwhile, `rule_unsound` when people have left, and `version_changed` when another
 * rule came between.
 */
export async function bookRule(trx: Trx, actor: Actor, proposal: Proposal<RuleTerms>): Promise<object> {
  const { id, fundId, fundCurrency: currency, occurredOn: effectiveFrom } = proposal
  const { subject, replaces, terms } = proposal.terms
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [`${fundId} rule ${subject}`])
  const today = dayOf(actor.act.at)
  if (effectiveFrom < today) throw new Refusal('dates_out_of_order', { notBefore: today })
  await mustBeSound(trx, { id: fundId, currency }, { subject, terms })
  const before = await policyInForce(trx, { fundId, subject, on: effectiveFrom })
  if (before.effectiveFrom !== replaces) throw new Refusal('version_changed', { effectiveFrom: before.effectiveFrom })

  await trx('policies').insert({
    fund_id: fundId,
    subject,
    effective_from: effectiveFrom,
    terms: JSON.stringify(terms),
    proposal_id: id,
    recorded_at: actor.act.at,
  })
  return { subject, effectiveFrom }
}

async function mustBeSound(
  db: Db,
  fund: { id: string; currency: string },
  { subject, terms }: { subject: Subject; terms: Terms },
): Promise<void> {
  const people = await rows<Approver>(
    db,
    `select array_agg(g.role) as roles from role_grants g join people p on p.id = g.person_id
      where g.fund_id = :fundId and g.ended_at is null and p.active and p.kind = 'person' group by g.person_id`,
    { fundId: fund.id },
  )
  const found = complaintsAbout(subject, terms, people, fund.currency)
  if (found.length > 0)
    throw new Refusal('rule_unsound', { errors: found.map((one) => ({ ...one, field: `terms.${one.field}` })) })
}
