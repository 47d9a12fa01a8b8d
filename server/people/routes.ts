import type { Db } from '../../db/connect.ts'
import { get, post, change, type Endpoint } from '../http/endpoint.ts'
import { cursorOf, keyIn } from '../http/pages.ts'
import { id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import type { SignIn } from '../http/sign-in.ts'
import { requireAdministrator, ROLES } from './actor.ts'
import { SHORTEST_PASSWORD } from './policy.ts'
import { listPeople, listPersonStates, listTokens, mustExist } from './queries.ts'
import { endRole, grantRole, registerPerson } from './register.ts'
import { turnPerson } from './turn.ts'
import { issueToken, revokeToken } from './tokens.ts'

const tag = 'People'

export function peopleEndpoints(_db: Db, signIn: SignIn): Endpoint[] {
  return [
    {
      method: 'post',
      path: '/sessions',
      tag,
      summary: 'Sign in by e-mail and password; the answer sets a session cookie',
      refuses: ['wrong_credentials', 'too_many_attempts', 'cross_site_request'],
      open: true,
      body: object({ email: text(254).required(), password: text(200).required() }),
      run: {
        kind: 'http',
        handler: (req, res, next) =>
          signIn.openSession(req, res, (error?: unknown) =>
            error ? next(error) : void res.status(201).json({ signedIn: true }),
          ),
      },
    },
    {
      method: 'delete',
      path: '/sessions/current',
      tag,
      summary: 'Sign out',
      withFirstPassword: true,
      run: {
        kind: 'http',
        handler: (req, res, next) =>
          signIn.closeSession(req, res, (error?: unknown) => (error ? next(error) : void res.status(204).end())),
      },
    },
    {
      method: 'put',
      path: '/people/me/password',
      tag,
      summary: 'Choose a password of my own; ends my other sessions',
      refuses: ['wrong_credentials', 'too_many_attempts', 'password_too_easy'],
      success: [204],
      withFirstPassword: true,
      body: object({
        old: joi.string().max(200).required(),
        chosen: joi.string().min(SHORTEST_PASSWORD).max(200).required(),
      }),
      run: {
        kind: 'http',
        handler: (req, res, next) =>
          signIn.choosePassword(req, res, (error?: unknown) => (error ? next(error) : void res.status(204).end())),
      },
    },
    get('/people/me', { tag, summary: 'Who I am and which roles I hold' }, async (_trx, actor) => ({
      body: {
        id: actor.personId,
        name: actor.name,
        email: actor.email,
        language: actor.language,
        administrator: actor.administrator,
        roles: actor.grants,
      },
    })),
    get(
      '/people',
      { tag, summary: 'Everybody, with the roles they hold', refuses: ['role_not_allowed'], query: query(pageKeys) },
      async (db, actor, { query: page }) => {
        requireAdministrator(actor)
        const people = await listPeople(db, { after: keyIn(page.after)?.[0] ?? '', limit: page.limit + 1 })
        const items = people.slice(0, page.limit)
        return { body: { items, next: people.length > page.limit ? cursorOf([items.at(-1)!.id]) : null } }
      },
    ),
    post(
      '/people',
      {
        tag,
        summary: 'Register a person, with a first password told once, or a service account',
        refuses: ['role_not_allowed', 'already_exists'],
        body: object({
          name: text(200).required(),
          email: joi.string().email({ tlds: false }).max(254).required(),
          kind: joi.string().valid('person', 'service'),
          language: joi.string().valid('en', 'ar'),
          administrator: joi.boolean(),
        }),
      },
      async (trx, actor, { body }) => ({
        status: 201,
        body: await registerPerson(trx, actor, body),
        shownOnce: ['password'],
      }),
    ),
    ...(
      [
        ['deactivations', false, 'Send a person away: ends their sessions and tokens at once, deletes nothing'],
        ['reactivations', true, 'Bring a person back who was sent away'],
      ] as const
    ).map(([noun, active, summary]) =>
      post(
        `/people/:person/${noun}`,
        {
          tag,
          summary,
          refuses: ['person_state_unchanged', ...(active ? [] : (['last_administrator'] as const))],
          body: object({ reason: text(500).required() }),
        },
        async (trx, actor, { params, body }) => ({
          status: 201,
          body: await turnPerson(trx, actor, { personId: params.person!, active, reason: body.reason }),
        }),
      ),
    ),
    get(
      '/people/:person/states',
      { tag, summary: 'When a person was sent away and brought back, by whom and why' },
      async (db, actor, { params }) => {
        requireAdministrator(actor)
        await mustExist(db, params.person!)
        return { body: { items: await listPersonStates(db, params.person!) } }
      },
    ),
    get(
      '/people/:person/tokens',
      { tag, summary: "A person's bearer tokens, without the tokens" },
      async (db, actor, { params }) => {
        requireAdministrator(actor)
        await mustExist(db, params.person!)
        return { body: { items: await listTokens(db, params.person!) } }
      },
    ),
    post(
      '/funds/:fund/roles',
      {
        tag,
        summary: 'Give a person a role in the fund',
        refuses: ['administrator_has_no_financial_role', 'already_exists'],
        body: object({
          personId: id('person').required(),
          role: joi
            .string()
            .valid(...ROLES)
            .required(),
          donorId: id('donor').when('role', { is: 'donor', then: joi.required(), otherwise: joi.forbidden() }),
          entityId: id('entity').when('role', { is: 'requester', then: joi.required(), otherwise: joi.forbidden() }),
        }),
      },
      async (trx, actor, { params, body }) => {
        await grantRole(trx, actor, { fundId: params.fund!, ...body })
        return { status: 201, body: { fundId: params.fund, ...body } }
      },
    ),
    post(
      '/funds/:fund/roles/ended',
      {
        tag,
        summary: 'End a role that a person holds in the fund',
        success: [204],
        body: object({
          personId: id('person').required(),
          role: joi
            .string()
            .valid(...ROLES)
            .required(),
        }),
      },
      async (trx, actor, { params, body }) => {
        await endRole(trx, actor, { fundId: params.fund!, ...body })
        return { status: 204 }
      },
    ),
    get('/tokens', { tag, summary: 'My bearer tokens, without the tokens' }, async (db, actor) => ({
      body: { items: await listTokens(db, actor.personId) },
    })),
    post(
      '/tokens',
      {
        tag,
        summary: 'Issue a bearer token; it is shown in this answer only',
        refuses: ['role_not_allowed', 'not_found'],
        body: object({
          name: text(100).required(),
          days: joi.number().integer().min(1).max(366).required(),
          personId: id('person'),
        }),
      },
      async (trx, actor, { body }) => ({ status: 201, body: await issueToken(trx, actor, body), shownOnce: ['token'] }),
    ),
    change('delete', '/tokens/:token', { tag, summary: 'Revoke a bearer token' }, async (trx, actor, { params }) => {
      await revokeToken(trx, actor, { tokenId: params.token! })
      return { status: 204 }
    }),
  ]
}
