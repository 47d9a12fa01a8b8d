import type { Router } from 'express'
import { expertFields } from '../../templates/expert-form.ts'
import { choicesFrom, formPage } from '../../templates/fields.tsx'
import { Refusal } from '../errors.ts'
import { readExpert, type ExpertTold } from '../experts/queries.ts'
import { ROSTER_KEEPERS } from '../experts/record.ts'
import { holdsRole, requireRole, type Actor } from '../people/actor.ts'
import {
  amountTyped,
  getPage,
  newFormKey,
  postForm,
  typedInto,
  type Console,
  type Fields,
  type Refused,
} from './forms.ts'
import { peopleOfFund } from './queries.ts'
import { optional, versionTyped } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

type Typing = { fields: Fields; chosen: (name: string) => string[] }

/** Putting an expert on the roster, and changing what it says of one. */
export function expertForms(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/experts/new', (visit, req) =>
    expertForm(served, visit, { fundId: String(req.params.fund) }),
  )
  postForm(router, served, {
    path: '/funds/:fund/experts',
    form: () => 'f',
    asks: (_visit, { params, ...typing }) => ({
      ...{ method: 'post', path: '/funds/:fund/experts', params, body: expertTyped(typing) },
    }),
    done: ({ body }) => `/experts/${(body as { id: string }).id}?done=added`,
    again: (visit, { fund }, refused) => expertForm(served, visit, { fundId: fund!, refused }),
  })
  getPage(router, '/experts/:expert/edit', (visit, req) =>
    expertForm(served, visit, { expertId: String(req.params.expert) }),
  )
  postForm(router, served, {
    path: '/experts/:expert',
    form: () => 'f',
    asks: (_visit, { params, ...typing }) => {
      const { reason, onRoster, latinName } = typing.fields
      const cleared = { personId: null, email: null, phone: null }
      const body = {
        ...cleared,
        ...expertTyped(typing),
        ...optional({ reason, latinName }),
        onRoster: onRoster !== 'no',
      }
      return { method: 'patch', path: '/experts/:expert', params, body, version: versionTyped(typing.fields) }
    },
    done: (_answer, { expert }) => `/experts/${expert}?done=changed`,
    again: (visit, { expert }, refused) => expertForm(served, visit, { expertId: expert!, refused }),
  })
}

/** Whether this person may change what the roster says of an expert: nobody their own entry. */
export function mayKeepExpert(actor: Actor, { fundId, personId }: Pick<ExpertTold, 'fundId' | 'personId'>): boolean {
  return holdsRole(actor, fundId, ROSTER_KEEPERS) && personId !== actor.personId
}

async function expertForm(
  { db }: Console,
  visit: SignedIn,
  { fundId, expertId, refused }: { fundId?: string; expertId?: string; refused?: Refused },
): Promise<string> {
  const { actor, t } = visit
  const expert = expertId ? await readExpert(db, actor, expertId) : undefined
  const fund = await fundSeenBy(db, actor, expert?.fundId ?? fundId!)
  requireRole(actor, fund.id, ROSTER_KEEPERS)
  if (expert && !mayKeepExpert(actor, expert)) throw new Refusal('about_yourself')
  const people = (await peopleOfFund(db, fund.id)).filter(({ id }) => id !== actor.personId)
  const here = expert ? `/experts/${expert.id}/edit` : `/funds/${fund.id}/experts/new`
  const typed = typedInto(refused)
  return formPage(frameOf(visit, { fund, section: 'experts', here }), {
    title: expert ? t.experts.changeTitle.replace('{name}', expert.latinName) : t.experts.addTitle,
    lead: expert ? t.experts.changeSays : t.experts.addSays,
    action: expert ? `/experts/${expert.id}` : `/funds/${fund.id}/experts`,
    fields: expertFields({ expert, people: choicesFrom(people), currency: fund.currency }, t),
    hidden: expert ? { version: typed.value('version', `${expert.version}`) } : {},
    button: expert ? t.experts.changeButton : t.experts.addButton,
    cancel: expert ? `/experts/${expert.id}` : `/funds/${fund.id}/experts`,
    formKey: newFormKey(),
    typed,
  })
}

/** What the API is sent: rows of which nothing is filled in are left out. */
function expertTyped({ fields, chosen }: Typing) {
  const { name, latinName, personId, email, phone, dailyFee, feeCurrency, travelClass, travel, ceilingCurrency } =
    fields
  const money = (amount: string | undefined, currency: string | undefined) => ({
    amount: amountTyped(amount),
    currency: (currency ?? '').toUpperCase(),
  })
  return {
    ...optional({ name, latinName, personId, email, phone }),
    themes: chosen('themes'),
    languages: rowsTyped(fields, 'languages', ['language', 'level']).map((row) => optional(row)),
    availability: rowsTyped(fields, 'availability', ['from', 'to', 'mode']).map(({ from, to, mode }) => ({
      ...optional({ from, to }),
      ...(mode ? { onSite: mode !== 'remote', remote: mode !== 'on_site' } : {}),
    })),
    regions: listTyped(fields.regions),
    countries: listTyped(fields.countries),
    nationalities: listTyped(fields.nationalities),
    dailyFee: money(dailyFee, feeCurrency),
    travel: { ...optional({ class: travelClass }), ceiling: travel ? money(travel, ceilingCurrency) : null },
  }
}

/** The rows of a list in a form, `name.0.part` and so on, in their order; those of which nothing is filled in are left out. */
export function rowsTyped(fields: Fields, name: string, parts: readonly string[]): Record<string, string>[] {
  const numbers = Object.keys(fields).flatMap((key) => {
    const found = new RegExp(`^${name}\\.(\\d{1,3})\\.`).exec(key)?.[1]
    return found === undefined ? [] : [Number.parseInt(found, 10)]
  })
  return [...new Set(numbers)]
    .sort((a, b) => a - b)
    .map((i) => Object.fromEntries(parts.map((part) => [part, fields[`${name}.${i}.${part}`] ?? ''])))
    .filter((row) => Object.values(row).some(Boolean))
}

/** Names separated by commas, in either script. */
export function listTyped(text: string | undefined): string[] {
  return (text ?? '')
    .split(/[,،;\n]/)
    .map((one) => one.trim())
    .filter(Boolean)
}
