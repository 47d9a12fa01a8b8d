import type { Router } from 'express'
import { planPage, type PlanTold } from '../../templates/plan.tsx'
import { planFormPage } from '../../templates/plan-form.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import { dayOf } from '../clock.ts'
import { entitiesOf, holdsRole, requireRole } from '../people/actor.ts'
import { isExpired } from '../plans/policy.ts'
import { PLANNERS } from '../plans/prepare.ts'
import { readPlan } from '../plans/queries.ts'
import { listWatchItems } from '../watch/queries.ts'
import { amountTyped, getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { chosenIn, contentTyped, fieldsOf } from './plan-fields.ts'
import { processesFor } from './queries.ts'
import { optional, versionTyped } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const LINES = 6
const TRANCHES = 4
const MOST_PAYEES = 500

/** Writing a contingency plan, and a plan with what can be done about it. */
export function planPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/contingency-plans/new', (visit, req) =>
    writeForm(served, visit, String(req.params.fund)),
  )
  postForm(router, served, {
    path: '/funds/:fund/contingency-plans',
    form: () => 'f',
    asks: async (visit, { params, fields, chosen }) => {
      const { currency } = await fundSeenBy(served.db, visit.actor, params.fund!)
      return {
        method: 'post',
        path: '/funds/:fund/contingency-plans',
        params,
        body: contentTyped(fields, chosen, currency),
      }
    },
    done: ({ body }) => `/contingency-plans/${(body as { id: string }).id}?done=written`,
    again: (visit, { fund }, refused) => writeForm(served, visit, fund!, refused),
  })
  getPage(router, '/contingency-plans/:plan/change', (visit, req) => changeForm(served, visit, String(req.params.plan)))
  postForm(router, served, {
    path: '/contingency-plans/:plan/changes',
    form: () => 'f',
    asks: async (visit, { params, fields, chosen }) => {
      const { body: plan } = await readPlan(served.db, visit.actor, {
        planId: params.plan!,
        on: dayOf(visit.actor.act.at),
      })
      const content = contentTyped(fields, chosen, plan.currency)
      const whole = { processId: fields.processId || null, watchItemId: fields.watchItemId || null }
      return {
        method: 'patch',
        path: '/contingency-plans/:plan',
        params,
        body: { ...content, ...whole, ...optional({ reason: fields.reason }) },
        version: versionTyped(fields),
      }
    },
    done: (_answer, { plan }) => `/contingency-plans/${plan}?done=changed`,
    again: (visit, { plan }, refused) => changeForm(served, visit, plan!, refused),
  })
  getPage(router, '/contingency-plans/:plan', (visit, req) =>
    show(served, visit, String(req.params.plan), { done: req.query.done }),
  )
  actForms(router, served)
}

/** What is done about a plan: each form asks the endpoint of the same name. */
function actForms(router: Router, served: Console): void {
  const again = (visit: SignedIn, { plan }: Record<string, string>, refused: Refused) =>
    show(served, visit, plan!, { refused })
  postForm(router, served, {
    path: '/contingency-plans/:plan/set-asides',
    form: () => 'aside',
    asks: async (visit, { params, fields }) => {
      const { body: plan } = await readPlan(served.db, visit.actor, {
        planId: params.plan!,
        on: dayOf(visit.actor.act.at),
      })
      const amount = amountTyped(fields.amount)
      const body = amount ? { amount: { amount, currency: plan.currency } } : {}
      return {
        method: 'post',
        path: '/contingency-plans/:plan/set-asides',
        params,
        body,
        version: versionTyped(fields),
      }
    },
    done: (_answer, { plan }) => `/contingency-plans/${plan}?done=aside`,
    again,
  })
  postForm(router, served, {
    path: '/contingency-plans/:plan/activations',
    form: () => 'activate',
    asks: (_visit, { params, fields }) => {
      const { processId, payeeId } = fields
      const body = optional({ processId, payeeId })
      return { method: 'post', path: '/contingency-plans/:plan/activations', params, body }
    },
    done: ({ body }) => `/requests/${(body as { id: string }).id}?done=submitted`,
    again,
  })
  for (const [noun, form, done] of [
    ['reviews', 'review', 'reviewed'],
    ['withdrawals', 'withdraw', 'withdrawn'],
  ] as const) {
    const path = `/contingency-plans/:plan/${noun}`
    postForm(router, served, {
      path,
      form: () => form,
      asks: (_visit, { params, fields: { reviewOn, note, reason } }) => ({
        ...{ method: 'post', path, params },
        body: optional({ reviewOn, note, reason }),
      }),
      done: (_answer, { plan }) => `/contingency-plans/${plan}?done=${done}`,
      again,
    })
  }
}

async function show(
  { db }: Console,
  visit: SignedIn,
  planId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, t } = visit
  const on = dayOf(actor.act.at)
  const { body: plan } = await readPlan(db, actor, { planId, on })
  const fund = await fundSeenBy(db, actor, plan.fundId)
  const may = mayDo(visit, plan, on)
  const processes = may.activate && !plan.process ? await processesFor(db, actor, fund.id) : []
  return planPage(frameOf(visit, { fund, section: 'planning', here: `/contingency-plans/${planId}` }), {
    plan,
    may,
    processes: processes.map(({ id, name }) => ({ value: id, label: name })),
    done: doneIn(t, done),
    refused,
    newKey: newFormKey,
  })
}

/** Which forms are shown; the verbs check everything again. */
function mayDo({ actor }: SignedIn, plan: PlanTold, on: string) {
  const usable = plan.status === 'open' && !isExpired(plan, on)
  const wrote = plan.versions.some(({ changedById }) => changedById === actor.personId)
  const ours = entitiesOf(actor, plan.fundId).includes(plan.entity.id)
  const lacks = /[1-9]/.test(plan.missing.amount)
  return {
    setAside: usable && lacks && !wrote && holdsRole(actor, plan.fundId, ['fund_manager']),
    activate: usable && ours && holdsRole(actor, plan.fundId, ['requester']),
    write: plan.status === 'open' && (ours || holdsRole(actor, plan.fundId, ['fund_manager', 'director'])),
  }
}

function doneIn(t: Texts, done: unknown): string | undefined {
  const here = (['written', 'changed', 'aside', 'reviewed', 'withdrawn'] as const).find((one) => one === done)
  return here && t.planning.done[here]
}

async function writeForm(served: Console, visit: SignedIn, fundId: string, refused?: Refused): Promise<string> {
  const fund = await fundSeenBy(served.db, visit.actor, fundId)
  requireRole(visit.actor, fund.id, PLANNERS)
  return formFor(served, visit, fund, { here: `/funds/${fund.id}/contingency-plans/new`, refused })
}

/** The form with what the plan says now; what was typed comes before it. */
async function changeForm(served: Console, visit: SignedIn, planId: string, refused?: Refused): Promise<string> {
  const { body: plan } = await readPlan(served.db, visit.actor, { planId, on: dayOf(visit.actor.act.at) })
  const fund = await fundSeenBy(served.db, visit.actor, plan.fundId)
  requireRole(visit.actor, fund.id, PLANNERS)
  return formFor(served, visit, fund, { here: `/contingency-plans/${planId}/change`, refused, plan })
}

async function formFor(
  { db, api }: Console,
  visit: SignedIn,
  fund: Awaited<ReturnType<typeof fundSeenBy>>,
  { here, refused, plan }: { here: string; refused?: Refused | undefined; plan?: PlanTold },
): Promise<string> {
  const { actor, language } = visit
  type Named = { items: { id: string; name: string }[] }
  const asked = { params: { fund: fund.id }, language }
  const entities = (await api.read<Named>(actor, '/funds/:fund/entities', asked)).items
  const ours = holdsRole(actor, fund.id, ['fund_manager', 'director'])
    ? entities
    : entities.filter(({ id }) => entitiesOf(actor, fund.id).includes(id))
  const payees = await api.read<Named>(actor, '/funds/:fund/payees', { ...asked, query: { limit: MOST_PAYEES } })
  const experts = await api.read<Named>(actor, '/funds/:fund/experts', { ...asked, query: { limit: MOST_PAYEES } })
  const watched = await listWatchItems(db, actor, { fundId: fund.id, on: dayOf(actor.act.at) })
  const choices = (found: { id: string; name: string }[]) => found.map(({ id, name }) => ({ value: id, label: name }))
  const said = plan ? fieldsOf(plan) : {}
  return planFormPage(frameOf(visit, { fund, section: 'planning', here }), {
    fund,
    entities: choices(ours),
    processes: choices(await processesFor(db, actor, fund.id)),
    payees: choices(payees.items),
    experts: choices(experts.items),
    watched: watched.map(({ id, country, region }) => ({ value: id, label: `${country}, ${region}` })),
    lines: Math.max(LINES, (plan?.lines.length ?? 0) + 2),
    tranches: Math.max(TRANCHES, (plan?.tranches.length ?? 0) + 1),
    problem: refused?.problem,
    value: (name, otherwise = '') => (refused ? refused.fields[name] : said[name]) ?? otherwise,
    chosen: (name) => refused?.chosen(name) ?? chosenIn(plan, name),
    formKey: newFormKey(),
    ...(plan ? { change: { id: plan.id, version: plan.version } } : {}),
  })
}
