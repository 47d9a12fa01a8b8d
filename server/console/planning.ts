import type { Router } from 'express'
import { planningPage } from '../../templates/planning.tsx'
import { watchItemPage } from '../../templates/watch-item.tsx'
import { dayOf } from '../clock.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { isId } from '../ids.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { PLANNERS } from '../plans/prepare.ts'
import { listPlans } from '../plans/queries.ts'
import { readReadiness } from '../readiness/queries.ts'
import { listWatchItems, readWatchItem } from '../watch/queries.ts'
import { WATCHERS } from '../watch/watch.ts'
import { getPage, newFormKey, postForm, type Console, type Fields, type Refused } from './forms.ts'
import { peopleOfFund, processesFor } from './queries.ts'
import { optional, versionTyped } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 50

/** Readiness by region with the watch list and the plans, and the page of each thing that is watched. */
export function planningPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/planning', (visit, req) =>
    overview(served, visit, { fundId: String(req.params.fund), after: req.query.after }),
  )
  getPage(router, '/funds/:fund/watch-items/new', (visit, req) =>
    watchForm(served, visit, { fundId: String(req.params.fund) }),
  )
  postForm(router, served, {
    path: '/funds/:fund/watch-items',
    form: () => 'f',
    asks: (_visit, { params, fields }) => {
      const { country, region, processId } = fields
      const body = { ...optional({ country, region, processId }), ...assessmentTyped(fields) }
      return { method: 'post', path: '/funds/:fund/watch-items', params, body }
    },
    done: ({ body }) => `/watch-items/${(body as { id: string }).id}?done=watched`,
    again: (visit, { fund }, refused) => watchForm(served, visit, { fundId: fund!, refused }),
  })
  getPage(router, '/watch-items/:watchItem', (visit, req) =>
    watchForm(served, visit, { watchItemId: String(req.params.watchItem), done: req.query.done }),
  )
  postForm(router, served, {
    path: '/watch-items/:watchItem',
    form: () => 'f',
    asks: (_visit, { params, fields }) => {
      const closed = fields.close === 'yes' ? { closed: true } : fields.reopen === 'yes' ? { closed: false } : {}
      const body = { ...assessmentTyped(fields), ...optional({ note: fields.note }), ...closed }
      return { method: 'patch', path: '/watch-items/:watchItem', params, body, version: versionTyped(fields) }
    },
    done: (_answer, { watchItem }) => `/watch-items/${watchItem}?done=reassessed`,
    again: (visit, { watchItem }, refused) => watchForm(served, visit, { watchItemId: watchItem!, refused }),
  })
}

function assessmentTyped({ phase, signal, severity, ownerId, reviewOn }: Fields) {
  return optional({ phase, signal, severity, ownerId, reviewOn })
}

async function overview({ db }: Console, visit: SignedIn, asked: { fundId: string; after: unknown }): Promise<string> {
  const { actor } = visit
  const fund = await fundSeenBy(db, actor, asked.fundId)
  const of = { fundId: fund.id, on: dayOf(actor.act.at) }
  const watched = await listWatchItems(db, actor, of)
  const cursor = typeof asked.after === 'string' ? (keyIn(asked.after)?.[0] ?? '') : ''
  const found = await listPlans(db, actor, { ...of, before: isId('plan', cursor) ? cursor : '', limit: SHOWN })
  const { items, next } = pageOf(found, SHOWN, (plan) => [plan.id])
  return planningPage(frameOf(visit, { fund, section: 'planning' }), {
    fund,
    readiness: holdsRole(actor, fund.id, READERS) ? await readReadiness(db, actor, of) : undefined,
    watched,
    plans: items,
    next: next && `/funds/${fund.id}/planning?after=${next}`,
    may: { watch: holdsRole(actor, fund.id, WATCHERS), plan: holdsRole(actor, fund.id, PLANNERS) },
  })
}

async function watchForm(
  { db }: Console,
  visit: SignedIn,
  asked: { fundId?: string; watchItemId?: string; done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, t } = visit
  const { watchItemId, refused } = asked
  const item = watchItemId ? await readWatchItem(db, actor, { watchItemId, on: dayOf(actor.act.at) }) : undefined
  const fund = await fundSeenBy(db, actor, item?.fundId ?? asked.fundId!)
  if (!item) requireRole(actor, fund.id, WATCHERS)
  const here = item ? `/watch-items/${item.id}` : `/funds/${fund.id}/watch-items/new`
  const choices = (found: { id: string; name: string }[]) => found.map(({ id, name }) => ({ value: id, label: name }))
  return watchItemPage(frameOf(visit, { fund, section: 'planning', here }), {
    fundId: fund.id,
    item,
    mayWrite: holdsRole(actor, fund.id, WATCHERS),
    owners: choices(await peopleOfFund(db, fund.id)),
    processes: choices(await processesFor(db, actor, fund.id)),
    done:
      asked.done === 'watched'
        ? t.planning.done.watched
        : asked.done === 'reassessed'
          ? t.planning.done.reassessed
          : undefined,
    problem: refused?.problem,
    value: (name, otherwise = '') => refused?.fields[name] ?? otherwise,
    formKey: newFormKey(),
  })
}
