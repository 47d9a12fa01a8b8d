import type { Router } from 'express'
import { choicesFrom } from '../../templates/fields.tsx'
import { entitiesPage, entityPage } from '../../templates/entities.tsx'
import { processesPage, processPage } from '../../templates/processes.tsx'
import type { EntityListed, EntityTold } from '../entities/queries.ts'
import type { Fund } from '../funds/open.ts'
import { holdsRole } from '../people/actor.ts'
import type { LookTold, ProcessListed, ProcessTold, ToldRow } from '../processes/queries.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { keepsLists } from './place-forms.ts'
import { peopleOfFund } from './queries.ts'
import { optional, versionTyped } from './requests.ts'
import { frameOf, fundName, fundSeenBy, type SignedIn } from './visit.ts'

/** Processes and entities: lists, the file of each, and what is changed on it. */
export function processPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/processes', async (visit, req) => {
    const { fund, items } = await listOf<ProcessListed>(served, visit, String(req.params.fund), 'processes')
    const here = `/funds/${fund.id}/processes`
    const told = { ...listTold(visit, fund), processes: items }
    return processesPage(frameOf(visit, { fund, section: 'processes', here }), told)
  })
  getPage(router, '/processes/:process', (visit, req) =>
    showProcess(served, visit, String(req.params.process), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/processes/:process/need-to-know',
    form: () => 'tell',
    asks: (_visit, { params, fields: { entityId, personId, told, reason } }) => ({
      method: 'post',
      path: '/processes/:process/need-to-know',
      params,
      body: { ...optional({ entityId, personId, reason }), told: told !== 'no' },
    }),
    done: (_answer, { process }) => `/processes/${process}?done=list`,
    again: (visit, { process }, refused) => showProcess(served, visit, process!, { refused }),
  })
  postForm(router, served, {
    path: '/processes/:process',
    form: () => 'change',
    asks: (_visit, { params, fields }) => {
      const { phase, confidentiality, reason } = fields
      return {
        method: 'patch',
        path: '/processes/:process',
        params,
        body: optional({ phase, confidentiality, reason }),
        version: versionTyped(fields),
      }
    },
    done: (_answer, { process }) => `/processes/${process}?done=changed`,
    again: (visit, { process }, refused) => showProcess(served, visit, process!, { refused }),
  })
  entityPages(router, served)
}

function entityPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/entities', async (visit, req) => {
    const { fund, items } = await listOf<EntityListed>(served, visit, String(req.params.fund), 'entities')
    const here = `/funds/${fund.id}/entities`
    const told = { ...listTold(visit, fund), entities: items }
    return entitiesPage(frameOf(visit, { fund, section: 'entities', here }), told)
  })
  getPage(router, '/entities/:entity', (visit, req) =>
    showEntity(served, visit, String(req.params.entity), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/entities/:entity/risk-ratings',
    form: () => 'f',
    asks: (_visit, { params, fields: { rating, validUntil, reason } }) => ({
      method: 'post',
      path: '/entities/:entity/risk-ratings',
      params,
      body: optional({ rating, validUntil, reason }),
    }),
    done: (_answer, { entity }) => `/entities/${entity}?done=rated`,
    again: (visit, { entity }, refused) => showEntity(served, visit, entity!, { refused }),
  })
}

/** What a list says of its fund, and whether its reader adds to it. */
const listTold = ({ actor, language }: SignedIn, fund: Fund) => ({
  ...{ fundId: fund.id, fund: fundName(fund, language), mayAdd: keepsLists(actor, fund.id) },
})

async function listOf<Item>({ db, api }: Console, visit: SignedIn, fundId: string, list: 'processes' | 'entities') {
  const { actor, language } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  const asked = { params: { fund: fund.id }, language }
  const { items } = await api.read<{ items: Item[] }>(actor, `/funds/:fund/${list}`, asked)
  return { fund, items }
}

async function showProcess(
  { db, api }: Console,
  visit: SignedIn,
  id: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const asked = { params: { process: id }, language }
  const process = await api.read<ProcessTold>(actor, '/processes/:process', asked)
  const fund = await fundSeenBy(db, actor, process.fundId)
  const items = <Item>(path: string) => api.read<{ items: Item[] }>(actor, path, asked).then((found) => found.items)
  const list = process.readsLooks ? await items<ToldRow>('/processes/:process/need-to-know') : undefined
  const looks = process.readsLooks ? await items<LookTold>('/processes/:process/looks') : undefined
  const entities = await api.read<{ items: EntityListed[] }>(actor, '/funds/:fund/entities', {
    params: { fund: fund.id },
    language,
  })
  return processPage(frameOf(visit, { fund, section: 'processes', here: `/processes/${id}` }), {
    process,
    done:
      done === 'list'
        ? t.processes.listChanged
        : done === 'changed' || done === 'added'
          ? t.processes[done]
          : undefined,
    list,
    looks,
    entities: choicesFrom(entities.items),
    people: process.keeps ? choicesFrom(await peopleOfFund(db, fund.id)) : [],
    problem: refused?.problem,
    refusedForm: refused?.form,
    value: (form, name, otherwise = '') => (refused?.form === form ? (refused.fields[name] ?? '') : otherwise),
    newKey: newFormKey,
  })
}

async function showEntity(
  { db, api }: Console,
  visit: SignedIn,
  id: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const entity = await api.read<EntityTold>(actor, '/entities/:entity', { params: { entity: id }, language })
  const fund = await fundSeenBy(db, actor, entity.fundId)
  return entityPage(frameOf(visit, { fund, section: 'entities', here: `/entities/${id}` }), {
    entity,
    done: done === 'rated' || done === 'added' || done === 'changed' ? t.entities[done] : undefined,
    mayChange: keepsLists(actor, fund.id),
    mayRate: holdsRole(actor, fund.id, ['compliance_officer']),
    problem: refused?.problem,
    value: (name) => refused?.fields[name] ?? '',
    formKey: newFormKey(),
  })
}
