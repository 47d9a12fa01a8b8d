import { newId } from '../../server/ids.ts'
import { charged, postTo } from '../ledger/books.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { monthsOf, robotOf } from './months.ts'

const service = ownService()
let fund: Fund
let months: ReturnType<typeof monthsOf>
beforeAll(async () => {
  fund = await service.fund()
  months = monthsOf(service, fund)
  await months.closeHard('2020-01')
})

const history = async () => {
  const { owner } = service.database()
  return [await owner('period_states').orderBy(['fund_id', 'month', 'number']), await owner('reopenings').orderBy('id')]
}
const post = (on: string) => postTo(service, fund.id, [charged('1.00', on)])

test('a closed month is opened again by two people with a reason; the auditor sees it, and it must be closed again', async () => {
  await months.closeHard('2020-02')
  const { controller, director, auditor } = fund.cast as Record<string, Caller>
  const proposed = await months.propose('2020-02', controller, 'فاتورة متأخرة <script>').expect(201)
  expect(proposed.body).toMatchObject({
    month: '2020-02',
    reason: 'فاتورة متأخرة <script>',
    state: 'open',
    confirmed: null,
  })
  expect(await months.state('2020-02')).toBe('hard_closed')
  await expect(post('2020-02-10')).rejects.toMatchObject({ code: 'period_closed' })
  const confirmed = await months.confirm(proposed.body.id, director).expect(201)
  expect(confirmed.body).toMatchObject({ state: 'confirmed', confirmed: { by: { id: director!.id } } })
  expect(await months.state('2020-02')).toBe('open')
  await post('2020-02-10')

  const seen = await auditor!.get(months.path('2020-02')).expect(200)
  expect(seen.body.history.map((one: { state: string }) => one.state)).toEqual(['soft_closed', 'hard_closed', 'open'])
  expect(seen.body.reopenings).toEqual([confirmed.body])
  expect((await auditor!.get(`/reopenings/${proposed.body.id}`).expect(200)).body).toEqual(confirmed.body)
  expect((await auditor!.get(`/funds/${fund.id}/reopenings?limit=1`).expect(200)).body.items).toEqual([confirmed.body])
  expect((await months.close('2020-03', 'soft')).body).toMatchObject({ code: 'month_still_open', month: '2020-02' })
  await months.closeHard('2020-02')
  await months.closeHard('2020-03')
})

describe('refused', () => {
  let open: { id: string }
  let overtaken: { id: string }
  let done: { id: string }
  beforeAll(async () => {
    await months.closeHard('2020-04')
    overtaken = (await months.propose('2020-04').expect(201)).body
    done = (await months.propose('2020-04').expect(201)).body
    await months.confirm(done.id).expect(201)
    await months.closeHard('2020-04')
    open = (await months.propose('2020-04', fund.cast.director).expect(201)).body
  })
  const by = (name: string) => fund.cast[name]!
  test.each<[string, () => ReturnType<typeof months.propose>, number, string]>([
    ['a proposal without a reason', () => months.propose('2020-04', by('controller'), ''), 400, 'invalid_request'],
    ['a proposal of nobody', () => months.propose('2020-04', service.nobody()), 401, 'not_signed_in'],
    ['a proposal for a month that is none', () => months.propose('2020-4'), 404, 'not_found'],
    ['a proposal of the treasurer', () => months.propose('2020-04', by('treasurer')), 403, 'role_not_allowed'],
    ['a proposal for an open month', () => months.propose('2021-01'), 409, 'period_not_closed'],
    ['a confirmation of nothing', () => months.confirm(newId('reopening')), 404, 'not_found'],
    ['a confirmation of the auditor', () => months.confirm(open.id, by('auditor')), 403, 'role_not_allowed'],
    ['a confirmation by who proposed', () => months.confirm(open.id, by('director')), 403, 'two_people_needed'],
    ['a confirmation of what is confirmed', () => months.confirm(done.id), 409, 'already_exists'],
    ['a confirmation of what was overtaken', () => months.confirm(overtaken.id), 412, 'version_changed'],
  ])('%s', async (_what, call, status, code) => {
    const before = await history()
    const answer = await call()
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await history()).toEqual(before)
  })

  test('to a service account, and to somebody of another fund', async () => {
    const robot = await robotOf(service, fund, 'controller')
    expect((await months.propose('2020-04', robot)).body.code).toBe('service_account_decides_nothing')
    expect((await months.confirm(open.id, robot)).body.code).toBe('service_account_decides_nothing')
    const stranger = await service.person('Stranger', (await service.fund()).id, ['controller', 'director'])
    expect((await months.confirm(open.id, stranger)).body.code).toBe('not_found')
    expect((await stranger.get(`/reopenings/${open.id}`)).status).toBe(404)
  })
})

test('the database refuses who confirms their own proposal, whatever the service does', async () => {
  await months.closeHard('2020-05')
  const { body } = await months.propose('2020-05').expect(201)
  const { controller, director } = fund.cast as Record<string, Caller>
  const row = {
    fund_id: fund.id,
    month: '2020-05-01',
    number: 3,
    state: 'open',
    reopening_id: body.id,
    follows: 2,
    act_id: newId('act'),
  }
  const insert = (more: object) =>
    service.database().service.transaction(async (trx) => void (await trx('period_states').insert({ ...row, ...more })))
  await expect(insert({ proposed_by: controller!.id, changed_by: controller!.id })).rejects.toMatchObject({
    constraint: 'reopening_by_two_people',
  })
  // Nor can it be said that somebody else proposed it.
  await expect(insert({ proposed_by: director!.id, changed_by: controller!.id })).rejects.toMatchObject({
    code: '23503',
  })
})

test('of ten who confirm at once one opens the month', async () => {
  await months.closeHard('2020-06')
  const { body } = await months.propose('2020-06').expect(201)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => months.confirm(body.id, fund.cast[i % 2 ? 'director' : 'headOfDepartment'])),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)])
  const { owner } = service.database()
  expect(await owner('period_states').where({ reopening_id: body.id })).toHaveLength(1)
})
