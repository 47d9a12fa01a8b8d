import { sealEntries } from '../../server/ledger/seal.ts'
import { allSealable } from '../support/sealable.ts'
import type { Caller, Fund, TestService } from '../support/service.ts'

/** What a test does with months. */
export function monthsOf(service: TestService, fund: Fund) {
  const path = (month: string, what = '') => `/funds/${fund.id}/periods/${month}${what}`
  const { controller, auditor, director } = fund.cast as Record<string, Caller>

  const close = (month: string, kind: 'soft' | 'hard', by = controller!) => by.post(path(month, '/closings'), { kind })
  const seal = async () => {
    await allSealable(service.database().owner, fund.id)
    await service.database().service.transaction((trx) => sealEntries(trx, fund.id))
  }
  const closeHard = async (month: string) => {
    await close(month, 'soft').expect(201)
    await seal()
    const closed = await close(month, 'hard')
    if (closed.status !== 201) throw new Error(JSON.stringify(closed.body))
  }
  const propose = (month: string, by = controller!, reason = 'An invoice came late') =>
    by.post(path(month, '/reopenings'), { reason })
  const confirm = (id: string, by = director!) => by.post(`/reopenings/${id}/confirmations`)
  const reopen = async (month: string) => {
    const { body } = await propose(month).expect(201)
    await confirm(body.id).expect(201)
  }
  const revalue = (month: string, by = controller!) => by.post(path(month, '/revaluations'))
  const state = async (month: string) => (await auditor!.get(path(month)).expect(200)).body.state as string
  const check = async (month: string, item: string) => {
    const { body } = await auditor!.get(path(month, '/checklist')).expect(200)
    return body.items.find((one: { item: string }) => one.item === item)
  }
  return { path, close, seal, closeHard, propose, confirm, reopen, revalue, state, check }
}

let robots = 0

/** A service account with this role, as a caller. */
export async function robotOf(service: TestService, fund: Fund, role: string): Promise<Caller> {
  robots += 1
  const person = { name: 'Robot', email: `robot${robots}@example.org`, kind: 'service' }
  const made = await service.admin().post('/people', person).expect(201)
  await service.admin().post(`/funds/${fund.id}/roles`, { personId: made.body.id, role }).expect(201)
  const { body } = await service.admin().post('/tokens', { name: 'robot', days: 1, personId: made.body.id }).expect(201)
  const authorization = `Bearer ${body.token}`
  const post = (path: string, sent?: object) => service.nobody().post(path, sent).set({ authorization })
  return { ...service.nobody(), ...made.body, token: body.token, post }
}
