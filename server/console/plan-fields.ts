import type { PlanTold } from '../../templates/plan.tsx'
import { amountTyped, type Fields } from './forms.ts'
import { optional } from './requests.ts'

/** A plan as the fields of its form, and back. */

const MOST_LINES = 102
const MOST_TRANCHES = 25

/** What a plan says, as the fields of its form. */
export function fieldsOf(plan: PlanTold): Record<string, string> {
  const { title, scenario, lane, mandateBasis, expiresOn, reviewOn, whenActivated, durationDays } = plan
  const place = plan.process ? {} : { country: plan.country, region: plan.region, phase: plan.phase }
  const lines = plan.lines.flatMap(({ category, description, amount, expert }, i) => [
    [`lines.${i}.category`, category],
    [`lines.${i}.description`, description],
    [`lines.${i}.amount`, amount.amount],
    ...(expert
      ? [
          [`lines.${i}.expertId`, expert.expertId],
          [`lines.${i}.mode`, expert.mode],
          [`lines.${i}.afterDays`, `${expert.afterDays}`],
          [`lines.${i}.days`, `${expert.days}`],
        ]
      : []),
  ])
  const tranches = plan.tranches.flatMap(({ afterDays, amount, condition }, i) => [
    [`tranches.${i}.afterDays`, `${afterDays}`],
    [`tranches.${i}.amount`, amount.amount],
    [`tranches.${i}.condition`, condition],
  ])
  return {
    ...{ title, scenario, lane, mandateBasis, expiresOn, reviewOn, whenActivated, durationDays: `${durationDays}` },
    ...place,
    processId: plan.process ? plan.process.id : '',
    watchItemId: plan.watchItem ? plan.watchItem.id : '',
    ...(Object.fromEntries([...lines, ...tranches]) as Record<string, string>),
  }
}

/** The boxes that a plan has ticked in a group of its form. */
export function chosenIn(plan: PlanTold | undefined, name: string): string[] {
  if (!plan) return []
  if (name === 'payeeIds') return plan.payees.map(({ id }) => id)
  return [...(name === 'support' ? plan.support : name === 'themes' ? plan.themes : [])]
}

/** What the API is sent: rows of which nothing is filled in are left out, and a place counts where there is no process. */
export function contentTyped(fields: Fields, chosen: (name: string) => string[], currency: string) {
  const { title, scenario, entityId, processId, watchItemId, lane, mandateBasis, expiresOn, reviewOn, whenActivated } =
    fields
  const money = (text: string | undefined) => ({ amount: amountTyped(text), currency })
  const whole = (text: string | undefined) => (/^\d{1,4}$/.test(text ?? '') ? Number.parseInt(text!, 10) : text)
  const rowsOf = (name: string, most: number, parts: readonly string[]) =>
    Array.from({ length: most }, (_, i) =>
      Object.fromEntries(parts.map((part) => [part, fields[`${name}.${i}.${part}`] ?? ''])),
    ).filter((row) => Object.values(row).some(Boolean))
  return {
    ...optional({
      title,
      scenario,
      entityId,
      processId,
      watchItemId,
      lane,
      mandateBasis,
      expiresOn,
      reviewOn,
      whenActivated,
    }),
    ...(processId ? {} : { place: optional({ country: fields.country, region: fields.region, phase: fields.phase }) }),
    support: chosen('support'),
    themes: chosen('themes'),
    payeeIds: chosen('payeeIds'),
    durationDays: whole(amountTyped(fields.durationDays)),
    lines: rowsOf('lines', MOST_LINES, [
      'category',
      'description',
      'amount',
      'expertId',
      'mode',
      'afterDays',
      'days',
    ]).map(({ category, description, amount, expertId, mode, afterDays, days }) => ({
      ...optional({ category, description }),
      amount: money(amount),
      ...(expertId
        ? {
            expert: {
              ...optional({ expertId, mode }),
              afterDays: whole(amountTyped(afterDays || '0')),
              days: whole(amountTyped(days)),
            },
          }
        : {}),
    })),
    tranches: rowsOf('tranches', MOST_TRANCHES, ['afterDays', 'amount', 'condition']).map(
      ({ afterDays, amount, condition }) => ({
        afterDays: whole(amountTyped(afterDays)),
        amount: money(amount),
        condition,
      }),
    ),
  }
}
