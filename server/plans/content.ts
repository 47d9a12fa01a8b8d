import { row, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { mustKnowProcess } from '../processes/need-to-know.ts'
import { amountText, minorUnits, moneyFrom, sum, type MoneyText } from '../money.ts'
import type { Actor } from '../people/actor.ts'
import { mustSeeProcess } from '../watch/seen.ts'
import { tranchesAddUp, type Lane, type WhenActivated } from './policy.ts'

export type Place = { country: string; region: string; phase: string }

export type PlanLineContent = {
  category: string
  description: string
  amount: MoneyText
  /** Who is to be sent or to work from afar, how long after the beginning and for how many days; the amount is what that is thought to cost. */
  expert?: PlannedExpert | null
}
export type PlannedExpert = { expertId: string; mode: 'on_site' | 'remote'; afterDays: number; days: number }

/** All that a plan says. `place` is where it is for; with a process it is where that is. */
export type PlanContent = {
  title: string
  scenario: string
  watchItemId: string | null
  processId: string | null
  place: Place
  lane: Lane
  mandateBasis: string
  support: string[]
  themes: string[]
  /** How long a request from it would run. */
  durationDays: number
  expiresOn: string
  reviewOn: string
  whenActivated: WhenActivated
  lines: PlanLineContent[]
  tranches: { afterDays: number; amount: MoneyText; condition: string }[]
  /** The first is paid unless another is chosen. */
  payeeIds: string[]
}

type Of = { fundId: string; currency: string; entityId: string }

/**
 * Looks at what a plan says, and gives its place: that of its process where it has one.
 * Refuses `not_found` for what is not there or not for this person or this entity to know, `currency_mismatch`, `tranches_differ`,
 * `invalid_request` for an expiry that is past or before the review.
 */
export async function checkContent(
  trx: Trx,
  actor: Actor,
  { fundId, currency, entityId }: Of,
  content: Omit<PlanContent, 'place'> & { place?: Place | undefined },
): Promise<PlanContent> {
  const { processId, watchItemId, payeeIds, lines, tranches, expiresOn, reviewOn } = content
  if (expiresOn < dayOf(actor.act.at)) throw wrongDay('expiresOn', 'expiresOn is past')
  if (reviewOn > expiresOn) throw wrongDay('reviewOn', 'reviewOn is after expiresOn')
  const place = processId ? await placeOf(trx, actor, { fundId, entityId, processId }) : content.place
  if (!place) throw wrongDay('place', 'place or processId is needed')
  if (watchItemId && !(await row(trx, WATCHED, { watchItemId, fundId })))
    throw new Refusal('not_found', { field: 'watchItemId' })
  const payees = (await trx('payees').where({ fund_id: fundId }).whereIn('id', payeeIds).pluck('id')) as string[]
  if (payees.length !== payeeIds.length) throw new Refusal('not_found', { field: 'payeeIds' })
  const experts = lines.flatMap(({ expert }) => (expert ? [expert.expertId] : []))
  const known = (await trx('experts').where({ fund_id: fundId }).whereIn('id', experts).pluck('id')) as string[]
  if (known.length !== new Set(experts).size) throw new Refusal('not_found', { field: 'lines' })
  for (const [field, list] of Object.entries({ lines, tranches })) {
    const wrong = list.findIndex(({ amount }) => amount.currency !== currency)
    if (wrong >= 0) throw new Refusal('currency_mismatch', { field: `${field}.${wrong}.amount`, expected: currency })
  }
  const [costs, parts] = [lines, tranches].map((list) => list.map(({ amount }) => moneyFrom(amount)))
  if (!tranchesAddUp(costs!, parts!, currency))
    throw new Refusal('tranches_differ', {
      lines: { amount: amountText(sum(costs!, currency)), currency },
      tranches: { amount: amountText(sum(parts!, currency)), currency },
    })
  return { ...content, place }
}

const WATCHED = `select from watch_items where id = :watchItemId and fund_id = :fundId`

function wrongDay(field: string, message: string): Refusal {
  return new Refusal('invalid_request', { errors: [{ field, code: 'day.order', message }] })
}

/** Both who writes the plan and the entity that would ask must know of the process. */
async function placeOf(
  trx: Trx,
  actor: Actor,
  asked: { fundId: string; entityId: string; processId: string },
): Promise<Place> {
  await mustSeeProcess(trx, actor, asked)
  await mustKnowProcess(trx, asked)
  return trx('processes').where({ id: asked.processId }).first('country', 'region', 'phase')
}

/** Writes a version of a plan whole. */
export async function writeVersion(
  trx: Trx,
  actor: Actor,
  { id, fundId, version }: { id: string; fundId: string; version: number },
  { reason, ...content }: PlanContent & { reason: string },
): Promise<void> {
  const key = { fund_id: fundId, plan_id: id, version }
  await trx('plan_versions').insert({
    ...key,
    title: content.title,
    scenario: content.scenario,
    watch_item_id: content.watchItemId,
    process_id: content.processId,
    ...content.place,
    lane: content.lane,
    mandate_basis: content.mandateBasis,
    support: content.support,
    themes: content.themes,
    duration_days: content.durationDays,
    expires_on: content.expiresOn,
    review_on: content.reviewOn,
    when_activated: content.whenActivated,
    reason,
    changed_by: actor.personId,
    changed_at: actor.act.at,
    act_id: actor.act.id,
  })
  const experts = content.lines.flatMap(({ expert }) => (expert ? [expert.expertId] : []))
  const versions = (await trx('experts').whereIn('id', experts).select('id', 'version')) as {
    id: string
    version: number
  }[]
  await trx('plan_lines').insert(
    content.lines.map(({ category, description, amount, expert }, i) => ({
      ...{ ...key, line: i + 1, category, description, amount: minorUnits(moneyFrom(amount)) },
      expert_id: expert?.expertId ?? null,
      expert_version: (expert && versions.find(({ id }) => id === expert.expertId)?.version) ?? null,
      mode: expert?.mode ?? null,
      after_days: expert?.afterDays ?? null,
      days: expert?.days ?? null,
    })),
  )
  const tranches = content.tranches.map(({ afterDays, amount, condition }, i) => ({
    ...key,
    tranche: i + 1,
    after_days: afterDays,
    amount: minorUnits(moneyFrom(amount)),
    condition,
  }))
  if (tranches.length > 0) await trx('plan_tranches').insert(tranches)
  await trx('plan_payees').insert(content.payeeIds.map((payee_id, i) => ({ ...key, place: i + 1, payee_id })))
}
