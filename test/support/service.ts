import type { Express } from 'express'
import pino from 'pino'
import request, { type Test } from 'supertest'
import { createApp } from '../../server/app.ts'
import { addPerson } from '../../server/people/register.ts'
import { ROLES, type Role } from '../../server/people/actor.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { ownDatabase, type OwnDatabase } from './database.ts'

/** Somebody who calls the API with a token of their own. */
export type Caller = {
  id: string
  name: string
  email: string
  password: string
  token: string
  get: (path: string) => Test
  post: (path: string, body?: object) => Test
  put: (path: string, body?: object) => Test
  patch: (path: string, body?: object) => Test
  delete: (path: string) => Test
}

export type Fund = {
  id: string
  bank: string
  entity: string
  process: string
  /** One person per role, and the second and third of some: `fundManager2`, `bankSignatory2`. */
  cast: Record<string, Caller>
}

export type TestService = {
  app: () => Express
  database: () => OwnDatabase
  admin: () => Caller
  /** Registers a person with these roles in the fund. */
  person: (
    name: string,
    fundId: string,
    roles: (Role | { role: Role; donorId?: string; entityId?: string })[],
  ) => Promise<Caller>
  /** A fund with a bank account, an entity, a process and a cast. */
  fund: (options?: { currency?: string; bankCurrency?: string }) => Promise<Fund>
  /** The service as nobody. */
  nobody: () => Caller
}

/** The service on a database of its own for this test file, spoken to through the front door. */
export function ownService(): TestService {
  const database = ownDatabase()
  let app: Express
  let admin: Caller
  let count = 0

  beforeAll(async () => {
    app = createApp(database().service, {
      sessionSecret: 'for tests only',
      secureCookies: false,
      log: pino({ level: 'silent' }),
    })
    const registered = await database().service.transaction((trx) =>
      addPerson(trx, { name: 'Adam', email: 'adam@example.org', administrator: true }),
    )
    admin = await callerFor({ ...registered, password: registered.password! })
  })

  async function callerFor(person: { id: string; name: string; email: string; password: string }): Promise<Caller> {
    const actor = { personId: person.id, administrator: false } as Parameters<typeof issueToken>[1]
    const { token } = await database().service.transaction((trx) => issueToken(trx, actor, { name: 'test', days: 1 }))
    return { ...person, token, ...verbs(token) }
  }

  function verbs(token: string) {
    const call = (method: 'get' | 'post' | 'put' | 'patch' | 'delete') => (path: string, body?: object) => {
      const test = request(app)[method](`/api/v1${path}`)
      if (token) void test.set('authorization', `Bearer ${token}`)
      if (method !== 'get' && method !== 'delete') void test.send(body ?? {})
      return test
    }
    return { get: call('get'), post: call('post'), put: call('put'), patch: call('patch'), delete: call('delete') }
  }

  const person: TestService['person'] = async (name, fundId, roles) => {
    count += 1
    const registered = await admin.post('/people', { name, email: `${count}.${fundId}@example.org` })
    if (registered.status !== 201) throw new Error(JSON.stringify(registered.body))
    for (const one of roles) {
      const grant = typeof one === 'string' ? { role: one } : one
      const granted = await admin.post(`/funds/${fundId}/roles`, { personId: registered.body.id, ...grant })
      if (granted.status !== 201) throw new Error(JSON.stringify(granted.body))
    }
    return callerFor(registered.body)
  }

  const fund: TestService['fund'] = async ({ currency = 'USD', bankCurrency = currency } = {}) => {
    count += 1
    const must = async (test: Test) => {
      const answer = await test
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
      return answer.body as { id: string }
    }
    const { id } = await must(admin.post('/funds', { code: `F${count}`, name: `Rapid response ${count}`, currency }))
    const bank = await must(
      admin.post(`/funds/${id}/bank-accounts`, { code: 'main', name: 'Main account', currency: bankCurrency }),
    )
    const entity = await must(
      admin.post(`/funds/${id}/entities`, {
        name: 'Office for Central Africa',
        kind: 'regional_office',
        region: 'Central Africa',
      }),
    )
    const process = await must(
      admin.post(`/funds/${id}/processes`, {
        name: 'Talks at Bangui',
        country: 'Central African Republic',
        region: 'Central Africa',
        phase: 'after_violence',
        confidentiality: 'open',
      }),
    )
    const cast: Record<string, Caller> = {}
    for (const role of ROLES.filter((one) => one !== 'donor' && one !== 'requester'))
      cast[camel(role)] = await person(role, id, [role])
    for (const role of ['fund_manager', 'bank_signatory', 'certifying_officer', 'payee_clerk'] as const)
      cast[`${camel(role)}2`] = await person(`${role} 2`, id, [role])
    cast.fundManager3 = await person('fund_manager 3', id, ['fund_manager'])
    cast.requester = await person('requester', id, [{ role: 'requester', entityId: entity.id }])
    return { id, bank: bank.id, entity: entity.id, process: process.id, cast }
  }

  return {
    app: () => app,
    database,
    admin: () => admin,
    person,
    fund,
    nobody: () => ({ id: '', name: '', email: '', password: '', token: '', ...verbs('') }),
  }
}

function camel(role: string): string {
  return role.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())
}
