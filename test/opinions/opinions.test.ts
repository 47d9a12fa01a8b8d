import { decide, draft, submit, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

let offsetMs = 0
const clock = () => new Date(Date.now() + offsetMs)
const service = ownService({ clock })
const DAY_MS = 24 * 60 * 60 * 1000

let fund: Fund
let advisor: Caller
beforeEach(async () => {
  offsetMs = 0
  fund = await service.fund()
  await received(fund, '5000000.00')
  advisor = fund.cast.advisor!
})

const inDays = (days: number) => new Date(clock().getTime() + days * DAY_MS).toISOString().slice(0, 10)
const ask = (by: Caller, id: string, more: Record<string, unknown> = {}) =>
  by.post(`/disbursement-requests/${id}/opinion-requests`, { advisorIds: [advisor.id], dueOn: inDays(3), ...more })
const give = (by: Caller, id: string, more: Record<string, unknown> = {}) =>
  by.post(`/opinion-requests/${id}/opinions`, { view: 'advises_against', words: 'ليس الآن', ...more })

/** A request on a confidential process of which its entity was told. */
async function confidential(amount = '60000.00') {
  const process = await service.admin().post(`/funds/${fund.id}/processes`, {
    ...{ name: 'Back channel at Geneva', country: 'Switzerland', region: 'Europe', phase: 'before_escalation' },
    confidentiality: 'strictly_confidential',
  })
  await service.admin().post(`/processes/${process.body.id}/entities`, { entityId: fund.entity }).expect(201)
  return submitted(fund, amount, { processId: process.body.id, title: 'Secret talks', purpose: 'Meet the general' })
}

test('a member is asked, answers once, and the request goes on without waiting', async () => {
  const { fundManager, certifyingOfficer, auditor } = fund.cast
  const { id } = await submitted(fund, '40.00')
  const asked = await ask(fundManager!, id, { question: 'Is now the time?' }).expect(201)
  const [{ id: opinion }] = asked.body.items
  await decide(certifyingOfficer!, id).expect(201)
  expect((await decide(fundManager!, id).expect(201)).body.status).toBe('approved')
  const mine = await advisor.get(`/funds/${fund.id}/opinion-requests`).expect(200)
  expect(mine.body.items).toMatchObject([
    {
      ...{ id: opinion, question: 'Is now the time?', confidential: false, opinion: null },
      outline: { region: 'Central Africa', phase: 'after_violence', themes: ['ceasefire_and_security'] },
      particulars: { title: 'Shuttle talks', payee: 'Centre for Dialogue', amount: { amount: '40.00' } },
    },
  ])
  expect((await give(advisor, opinion).expect(201)).body).toMatchObject({ view: 'advises_against', late: false })
  const told = await auditor!.get(`/disbursement-requests/${id}/opinion-requests`).expect(200)
  expect(told.body.items).toMatchObject([{ advisor: { id: advisor.id }, opinion: { words: 'ليس الآن', late: false } }])
  const events = await service.database().owner('notifications').where({ fund_id: fund.id }).pluck('event')
  expect(events).toEqual(expect.arrayContaining(['opinion_asked', 'opinion_given']))
})

test('of a confidential process the member sees theme, region, phase and band, and no name, payee, title or amount', async () => {
  const { fundManager } = fund.cast
  const { id, payeeId } = await confidential()
  const asked = await ask(fundManager!, id).expect(201)
  const [{ id: opinion }] = asked.body.items
  const read = await advisor.get(`/opinion-requests/${opinion}`).expect(200)
  expect(read.body).toMatchObject({
    ...{ confidential: true, particulars: null },
    outline: {
      ...{ region: 'Europe', phase: 'before_escalation', themes: ['ceasefire_and_security'] },
      band: { over: { amount: '50000.00', currency: 'USD' }, upTo: { amount: '150000.00', currency: 'USD' } },
    },
  })
  const all = JSON.stringify(read.body) + JSON.stringify((await advisor.get(`/funds/${fund.id}/opinion-requests`)).body)
  for (const secret of ['Geneva', 'Switzerland', 'Secret', 'general', 'Centre for', '60000', id, payeeId, 'R26'])
    expect(all).not.toContain(secret)
  const [notice] = await service
    .database()
    .owner('notifications')
    .where({ event: 'opinion_asked', person_id: advisor.id, fund_id: fund.id })
  expect(notice).toMatchObject({ confidential: true, facts: {} })
  // Nor do they get at it by another way.
  for (const path of [`/disbursement-requests/${id}`, `/disbursement-requests/${id}/opinion-requests`])
    expect([403, 404]).toContain((await advisor.get(path)).status)
})

test('a member sees only what they were asked themselves', async () => {
  const { fundManager } = fund.cast
  const other = await service.person('Another member', fund.id, ['advisor'])
  const { id } = await submitted(fund, '40.00')
  const asked = await ask(fundManager!, id).expect(201)
  const path = `/opinion-requests/${asked.body.items[0].id}`
  for (const one of [other, fundManager!]) expect((await one.get(path)).body.code).toBe('not_found')
  expect((await give(other, asked.body.items[0].id)).body.code).toBe('not_found')
  expect((await other.get(`/funds/${fund.id}/opinion-requests`)).body.items).toEqual([])
})

test('an opinion after its day is kept as late, on the day itself it is not', async () => {
  const { fundManager } = fund.cast
  const late = async (days: number) => {
    offsetMs = 0
    const { id } = await submitted(fund, '40.00')
    const asked = await ask(fundManager!, id, { dueOn: inDays(2) }).expect(201)
    offsetMs = days * DAY_MS
    return (await give(advisor, asked.body.items[0].id).expect(201)).body.late
  }
  const endOfDay = (2 * DAY_MS - (Date.now() % DAY_MS) + DAY_MS - 60_000) / DAY_MS
  expect([await late(0.1), await late(endOfDay), await late(endOfDay + 2 / 1440)]).toEqual([false, false, true])
})

test('above the highest ceiling the matrix asks every member who may advise, by itself', async () => {
  const payee = await service.person('Tied member', fund.id, ['advisor'])
  const made = await draft(fund, '1000000.01', { namedPeople: [payee.id] })
  await submit(fund, made).expect(201)
  const asked = await fund.cast.auditor!.get(`/disbursement-requests/${made.id}/opinion-requests`).expect(200)
  expect(asked.body.items).toMatchObject([{ advisor: { id: advisor.id }, askedBy: null, dueOn: inDays(5) }])
  const below = await submitted(fund, '1000000.00')
  expect((await fund.cast.auditor!.get(`/disbursement-requests/${below.id}/opinion-requests`)).body.items).toEqual([])
})

test('ten answers at once are one', async () => {
  const { id } = await submitted(fund, '40.00')
  const asked = await ask(fund.cast.fundManager!, id).expect(201)
  const answers = await Promise.all(Array.from({ length: 10 }, () => give(advisor, asked.body.items[0].id)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
    new Set(['opinion_given_already']),
  )
})

test.each<[string, number, string, (id: string) => PromiseLike<{ status: number; body: { code: string } }>]>([
  ['by a requester', 403, 'role_not_allowed', (id) => ask(fund.cast.requester!, id)],
  [
    'by the requester, whatever other role they hold',
    403,
    'separation_of_duties',
    async () => {
      const both = await service.person('Asks and manages', fund.id, [
        'fund_manager',
        { role: 'requester', entityId: fund.entity },
      ])
      return ask(both, (await submitted(fund, '40.00', { by: both })).id)
    },
  ],
  ['by a day that is past', 422, 'dates_out_of_order', (id) => ask(fund.cast.director!, id, { dueOn: inDays(-1) })],
  [
    'of who is no member',
    404,
    'not_found',
    (id) => ask(fund.cast.director!, id, { advisorIds: [fund.cast.controller!.id] }),
  ],
  [
    'of who is named in the request',
    403,
    'must_keep_away',
    async () => {
      const { id } = await submitted(fund, '40.00', { namedPeople: [advisor.id] })
      return ask(fund.cast.director!, id)
    },
  ],
  ['of a draft', 409, 'not_awaiting_decision', async () => ask(fund.cast.director!, (await draft(fund, '40.00')).id)],
  [
    'twice of the same member',
    409,
    'already_exists',
    async (id) => {
      await ask(fund.cast.director!, id).expect(201)
      await service.database().owner.raw('select 1')
      return ask(fund.cast.fundManager!, id)
    },
  ],
])('asking %s is refused and asks nobody', async (_title, status, code, act) => {
  const { id } = await submitted(fund, '40.00')
  const answer = await act(id)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect((await service.database().owner('opinion_requests').where({ fund_id: fund.id })).length).toBe(
    code === 'already_exists' ? 1 : 0,
  )
})
