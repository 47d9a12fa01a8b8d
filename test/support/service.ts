import type { Express } from 'express'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import request, { type Test } from 'supertest'
import { createApp } from '../../server/app.ts'
import { folderStore, type FileStore } from '../../server/attachments/store.ts'
import type { Clock } from '../../server/clock.ts'
import type { Role } from '../../server/people/actor.ts'
import { watchAnswers } from './declared.ts'
import { ownDatabase, PEOPLED, type OwnDatabase } from './database.ts'
import { CAST, tokenFor, type People, type Person } from './people.ts'

/** Somebody who calls the API with a token of their own. */
export type Caller = Person & {
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
  /** Where attachments are kept. */
  files: () => { folder: string; store: FileStore }
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

/** The service on a database of its own for this test file, spoken to through the front door; at the time that `clock` tells. */
export function ownService({ clock }: { clock?: Clock } = {}): TestService {
  const database = ownDatabase(PEOPLED)
  let app: Express
  let admin: Caller
  let count = 0
  const answers = watchAnswers()
  const folder = mkdtempSync(join(tmpdir(), 'wasata-files-'))
  const files = folderStore(folder)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  /** The same people work in every fund of this file; whoever must be a stranger is made by `person`. */
  const cast: Record<string, Caller> = {}

  beforeAll(async () => {
    app = createApp(database().service, {
      sessionSecret: 'for tests only',
      secureCookies: false,
      log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
      ...(clock ? { clock } : {}),
      files,
    })
    const people = JSON.parse(process.env.TEST_PEOPLE!) as People
    admin = { ...people.admin, ...verbs(people.admin.token) }
    for (const [name, one] of Object.entries(people.cast)) cast[name] = { ...one, ...verbs(one.token) }
  })

  // What the documentation does not say of an endpoint is put right in its `refuses` or `success`.
  afterAll(async () => expect(await answers.undeclared(app)).toEqual([]))

  /** As if they had chosen what they were given: that first passwords open nothing is a test of its own. */
  async function passwordStays(...ids: string[]): Promise<void> {
    await database().owner('people').whereIn('id', ids).update({ password_is_first: false })
  }

  async function callerFor(person: { id: string; name: string; email: string; password: string }): Promise<Caller> {
    const token = await tokenFor(database().service, person.id)
    return { ...person, token, ...verbs(token) }
  }

  function verbs(token: string) {
    const call = (method: 'get' | 'post' | 'put' | 'patch' | 'delete') => (path: string, body?: object) => {
      const test = answers.watch(request(app)[method](`/api/v1${path}`), method, path)
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
    await passwordStays(registered.body.id)
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
    for (const [role, people] of Object.entries(CAST)) {
      for (const name of people) {
        const grant = { personId: cast[name]!.id, role, ...(role === 'requester' ? { entityId: entity.id } : {}) }
        await must(admin.post(`/funds/${id}/roles`, grant))
      }
    }
    return { id, bank: bank.id, entity: entity.id, process: process.id, cast }
  }

  return {
    app: () => app,
    files: () => ({ folder, store: files }),
    database,
    admin: () => admin,
    person,
    fund,
    nobody: () => ({ id: '', name: '', email: '', password: '', token: '', ...verbs('') }),
  }
}
