import type { Router } from 'express'
import { formPage, type Field, type Row } from '../../templates/fields.tsx'
import { choicesOf } from '../../templates/request-forms.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import type { EntityTold } from '../entities/queries.ts'
import { holdsRole, requireRole, type Actor, type Role } from '../people/actor.ts'
import { listTyped } from './expert-forms.ts'
import { getPage, newFormKey, postForm, typedInto, type Console, type Fields, type Refused } from './forms.ts'
import { optional, versionTyped } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const KEEPERS: readonly Role[] = ['fund_manager', 'controller']

/** Who adds to the lists of a fund and changes them. */
export function keepsLists(actor: Actor, fundId: string): boolean {
  return holdsRole(actor, fundId, KEEPERS)
}

/** Adding entities, processes and donors, and changing what an entity is. */
export function placeForms(router: Router, served: Console): void {
  entityForms(router, served)
  for (const [list, one, body] of [
    ['processes', 'processes', processTyped],
    ['donors', 'donors', ({ name, kind }: Fields) => optional({ name, kind })],
  ] as const) {
    const path = `/funds/:fund/${list}`
    const form = (visit: SignedIn, fundId: string, refused?: Refused) =>
      addForm(served, visit, { list: one, fundId, ...(refused ? { refused } : {}) })
    getPage(router, `${path}/new`, (visit, req) => form(visit, String(req.params.fund)))
    postForm(router, served, {
      path,
      form: () => 'f',
      asks: (_visit, { params, fields }) => ({ method: 'post', path, params, body: body(fields) }),
      done: ({ body: added }, { fund }) =>
        list === 'donors'
          ? `/funds/${fund}/donors?done=donor`
          : `/processes/${(added as { id: string }).id}?done=added`,
      again: (visit, { fund }, refused) => form(visit, fund!, refused),
    })
  }
}

function entityForms(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/entities/new', (visit, req) =>
    entityForm(served, visit, { fundId: String(req.params.fund) }),
  )
  postForm(router, served, {
    path: '/funds/:fund/entities',
    form: () => 'f',
    asks: (_visit, { params, fields }) => ({
      ...{ method: 'post', path: '/funds/:fund/entities', params, body: optional(entityTyped(fields)) },
    }),
    done: ({ body }) => `/entities/${(body as { id: string }).id}?done=added`,
    again: (visit, { fund }, refused) => entityForm(served, visit, { fundId: fund!, refused }),
  })
  getPage(router, '/entities/:entity/edit', (visit, req) =>
    entityForm(served, visit, { entityId: String(req.params.entity) }),
  )
  postForm(router, served, {
    path: '/entities/:entity',
    form: () => 'f',
    asks: (_visit, { params, fields }) => {
      const { country = '', mandate = '', contact = '' } = fields
      const body = { country, mandate, contact, ...optional({ ...entityTyped(fields), reason: fields.reason }) }
      return { method: 'patch', path: '/entities/:entity', params, body, version: versionTyped(fields) }
    },
    done: (_answer, { entity }) => `/entities/${entity}?done=changed`,
    again: (visit, { entity }, refused) => entityForm(served, visit, { entityId: entity!, refused }),
  })
}

const entityTyped = ({ name, kind, region, country, mandate, contact }: Fields) => ({
  ...{ name, kind, region, country, mandate, contact },
})

function processTyped({ name, country, region, phase, confidentiality, mandateBasis, parties }: Fields) {
  const told = optional({ name, country, region, phase, confidentiality, mandateBasis })
  const named = listTyped(parties)
  return named.length > 0 ? { ...told, parties: named } : told
}

async function entityForm(
  { db, api }: Console,
  visit: SignedIn,
  { fundId, entityId, refused }: { fundId?: string; entityId?: string; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const entity = entityId
    ? await api.read<EntityTold>(actor, '/entities/:entity', { params: { entity: entityId }, language })
    : undefined
  const fund = await fundSeenBy(db, actor, entity?.fundId ?? fundId!)
  requireRole(actor, fund.id, KEEPERS)
  const typed = typedInto(refused)
  const words = t.entities
  const here = entity ? `/entities/${entity.id}/edit` : `/funds/${fund.id}/entities/new`
  return formPage(frameOf(visit, { fund, section: 'entities', here }), {
    title: entity ? words.changeTitle : words.addTitle,
    action: entity ? `/entities/${entity.id}` : `/funds/${fund.id}/entities`,
    fields: entityFields(t, entity),
    hidden: entity ? { version: typed.value('version', `${entity.version}`) } : {},
    button: entity ? words.changeButton : words.addButton,
    cancel: entity ? `/entities/${entity.id}` : `/funds/${fund.id}/entities`,
    formKey: newFormKey(),
    typed,
  })
}

function entityFields(t: Texts, entity: EntityTold | undefined): (Field | Row)[] {
  const words = t.entities
  return [
    { name: 'name', label: t.experts.name, most: 300, required: true, now: entity?.name ?? '' },
    {
      name: 'kind',
      label: words.kind,
      kind: 'one',
      choices: choicesOf(t.entityKinds),
      required: true,
      now: entity?.kind ?? '',
    },
    {
      row: [
        { name: 'region', label: words.region, most: 100, required: true, now: entity?.region ?? '' },
        { name: 'country', label: words.country, most: 100, now: entity?.country ?? '' },
      ],
    },
    { name: 'mandate', label: words.mandate, kind: 'long', now: entity?.mandate ?? '' },
    { name: 'contact', label: words.contact, most: 500, now: entity?.contact ?? '' },
    ...(entity ? [{ name: 'reason', label: t.experts.whyChanged, kind: 'long' as const, required: true }] : []),
  ]
}

async function addForm(
  { db }: Console,
  visit: SignedIn,
  { list, fundId, refused }: { list: 'processes' | 'donors'; fundId: string; refused?: Refused },
): Promise<string> {
  const { actor, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, KEEPERS)
  const words = list === 'donors' ? t.adding.donor : t.adding.process
  return formPage(frameOf(visit, { fund, section: list, here: `/funds/${fund.id}/${list}/new` }), {
    title: words.title,
    lead: words.says,
    action: `/funds/${fund.id}/${list}`,
    fields: list === 'donors' ? donorFields(t) : processFields(t),
    button: words.button,
    cancel: `/funds/${fund.id}/${list}`,
    formKey: newFormKey(),
    typed: typedInto(refused),
  })
}

const donorFields = (t: Texts): Field[] => [
  { name: 'name', label: t.experts.name, most: 300, required: true },
  { name: 'kind', label: t.entities.kind, kind: 'one', choices: choicesOf(t.donorKinds), required: true },
]

const processFields = (t: Texts): (Field | Row)[] => [
  { name: 'name', label: t.experts.name, hint: t.adding.process.nameHint, most: 300, required: true },
  {
    row: [
      { name: 'country', label: t.entities.country, most: 100, required: true },
      { name: 'region', label: t.entities.region, most: 100, required: true },
    ],
  },
  { name: 'phase', label: t.processes.phase, kind: 'one', choices: choicesOf(t.phases), required: true },
  {
    ...{ name: 'confidentiality', label: t.processes.confidentiality, kind: 'one', required: true },
    ...{ choices: choicesOf(t.confidentialities), hint: t.adding.process.secretHint },
  },
  { name: 'parties', label: t.processes.parties, hint: t.experts.commas },
  { name: 'mandateBasis', label: t.processes.mandateBasis, kind: 'one', choices: choicesOf(t.mandateBases) },
]
