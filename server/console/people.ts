import type { Router } from 'express'
import { rows, type Db } from '../../db/connect.ts'
import { peoplePage, personPage, type PersonShown } from '../../templates/people.tsx'
import { Refusal } from '../errors.ts'
import { isId } from '../ids.ts'
import { requireAdministrator } from '../people/actor.ts'
import { listPeople, listPersonStates, type PersonListed } from '../people/queries.ts'
import { getPage, newFormKey, postForm, typedInto, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, type SignedIn } from './visit.ts'

const SHOWN = 50

/** Who works here and in which roles: for administrators, who have no part in the money. */
export function peoplePages(router: Router, served: Console): void {
  getPage(router, '/people', (visit, req) => list(served, visit, { after: req.query.after }))
  postForm(router, served, {
    path: '/people',
    form: () => 'f',
    asks: (_visit, { fields: { name, email, language, kind } }) => {
      const administrator = kind === 'administrator'
      const body = {
        ...optional({ name, email, language }),
        ...(administrator ? { administrator } : optional({ kind })),
      }
      return { method: 'post', path: '/people', params: {}, body }
    },
    // The password is told once, so it is on the page that answers and on no other.
    told: (visit, { body }) => {
      const { id, password } = body as { id: string; password?: string }
      return show(served, visit, id, { registered: true, ...(password ? { password } : {}) })
    },
    again: (visit, _params, refused) => list(served, visit, { refused }),
  })
  getPage(router, '/people/:person', (visit, req) =>
    show(served, visit, String(req.params.person), { done: req.query.done }),
  )
  personForms(router, served)
}

function personForms(router: Router, served: Console): void {
  const again = (visit: SignedIn, { person }: Record<string, string>, refused: Refused) =>
    show(served, visit, person!, { refused })
  postForm(router, served, {
    path: '/people/:person/roles',
    form: () => 'role',
    asks: (_visit, { params: { person }, fields: { fundId = '', role, entityId, donorId } }) => {
      if (!isId('fund', fundId)) throw missing('fundId')
      const of = role === 'requester' ? { entityId } : role === 'donor' ? { donorId } : {}
      const body = { personId: person, ...optional({ role, ...of }) }
      return { method: 'post', path: '/funds/:fund/roles', params: { fund: fundId }, body }
    },
    done: (_answer, { person }) => `/people/${person}?done=given`,
    again,
  })
  postForm(router, served, {
    path: '/people/:person/roles/ended',
    form: () => 'ended',
    asks: (_visit, { params: { person }, fields: { fundId = '', role } }) => ({
      method: 'post',
      path: '/funds/:fund/roles/ended',
      params: { fund: fundId },
      body: { personId: person, ...optional({ role }) },
    }),
    done: (_answer, { person }) => `/people/${person}?done=ended`,
    again,
  })
  for (const noun of ['deactivations', 'reactivations'] as const) {
    const path = `/people/:person/${noun}`
    postForm(router, served, {
      path,
      form: () => 'turn',
      asks: (_visit, { params, fields: { reason } }) => ({ method: 'post', path, params, body: optional({ reason }) }),
      done: (_answer, { person }) => `/people/${person}?done=${noun}`,
      again,
    })
  }
}

async function list(
  { api }: Console,
  visit: SignedIn,
  { after, refused }: { after?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language } = visit
  requireAdministrator(actor)
  const query = { limit: SHOWN, ...(typeof after === 'string' && /^[\w-]{1,500}$/.test(after) ? { after } : {}) }
  const { items, next } = await api.read<{ items: PersonListed[]; next: string | null }>(actor, '/people', {
    query,
    language,
  })
  return peoplePage(frameOf(visit, { here: '/people' }), {
    people: items,
    next: next && `/people?after=${next}`,
    typed: typedInto(refused),
    formKey: newFormKey(),
  })
}

type Told = { done?: unknown; refused?: Refused; registered?: boolean; password?: string }

async function show({ db }: Console, visit: SignedIn, personId: string, told: Told): Promise<string> {
  const { actor, t } = visit
  requireAdministrator(actor)
  const [person] = await listPeople(db, { after: before(personId), limit: 1 })
  if (person?.id !== personId) throw new Refusal('not_found')
  const { done, refused, registered, password } = told
  const words = t.people.done
  return personPage(frameOf(visit, { here: `/people/${personId}` }), {
    person,
    ...(await namesFor(db)),
    states: (await listPersonStates(db, personId)) as PersonShown['states'],
    isMe: personId === actor.personId,
    done: registered
      ? words.registered
      : typeof done === 'string' && done in words
        ? words[done as keyof typeof words]
        : undefined,
    password,
    problem: refused,
    typed: (form) => typedInto(refused, form),
    newKey: newFormKey,
  })
}

/** Just before this id, so that a list after it begins with it. */
const before = (id: string) => id.slice(0, -1) + String.fromCharCode(id.charCodeAt(id.length - 1) - 1)

/** Funds, entities and donors by name, for choosing a role. */
async function namesFor(db: Db): Promise<Pick<PersonShown, 'funds' | 'entities' | 'donors'>> {
  const named = (sql: string) => rows<{ id: string; name: string }>(db, sql)
  return {
    funds: await named(`select id, code || ' · ' || name as name from funds order by code`),
    entities: await named(
      `select e.id, f.code || ' · ' || e.name as name from entities e join funds f on f.id = e.fund_id order by f.code, e.name`,
    ),
    donors: await named(
      `select d.id, f.code || ' · ' || d.name as name from donors d join funds f on f.id = d.fund_id order by f.code, d.name`,
    ),
  }
}

function missing(field: string): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field, code: 'any.required', message: `"${field}" is required` }],
  })
}
