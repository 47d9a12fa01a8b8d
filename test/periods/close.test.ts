import { adjustAsController } from '../../server/ledger/adjust.ts'
import { newId } from '../../server/ids.ts'
import { postEntry } from '../../server/ledger/post.ts'
import { recordAct } from '../../server/acts/record.ts'
import type { Actor } from '../../server/people/actor.ts'
import { booksOf } from '../contributions/books.ts'
import { charged, postTo } from '../ledger/books.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { monthsOf, robotOf } from './months.ts'

const service = ownService()
let fund: Fund
let months: ReturnType<typeof monthsOf>
beforeAll(async () => {
  fund = await service.fund()
  months = monthsOf(service, fund)
})

const states = async () => {
  const { rows } = await service
    .database()
    .owner.raw(`select fund_id, month::text, number, state from period_states order by 1, 2, 3`)
  return rows
}
const post = (on: string, of = fund) => postTo(service, of.id, [charged('1.00', on)])

/** Posts as a person does whose verb adjusts, in one transaction with its act. */
const adjust = (by: Caller, role: 'controller' | 'treasurer', on: string) =>
  service.database().service.transaction(async (trx) => {
    const act = { id: newId('act'), fundId: fund.id }
    const grants = [{ fundId: fund.id, role, donorId: null, entityId: null }]
    await adjustAsController(trx, { personId: by.id, kind: 'person', grants, act } as unknown as Actor, fund.id)
    const posted = await postEntry(trx, { fundId: fund.id, actId: act.id }, charged('2.00', on))
    const where = { requestId: 'test', method: 'POST', path: '/', address: null, tokenId: null }
    await recordAct(trx, { ...act, ...where, personId: by.id, outcome: 'done', details: null })
    return posted
  })

test('a month is open, then closed softly, then hard; the list tells each with who did it', async () => {
  await post('2019-01-15')
  expect(await months.state('2019-01')).toBe('open')
  expect((await months.close('2019-01', 'soft').expect(201)).body).toEqual({
    month: '2019-01',
    state: 'soft_closed',
    checklist: null,
  })
  await months.seal()
  const hard = await months.close('2019-01', 'hard').expect(201)
  expect(hard.body.state).toBe('hard_closed')
  const { body } = await fund.cast.auditor!.get(months.path('2019-01')).expect(200)
  const controller = { id: fund.cast.controller!.id, name: 'controller' }
  expect(body).toMatchObject({ month: '2019-01', state: 'hard_closed', hasEntries: true, changed: { by: controller } })
  expect(body.history.map((one: { state: string }) => one.state)).toEqual(['soft_closed', 'hard_closed'])
  expect(body.history[1].checklist).toEqual(hard.body.checklist)
  expect(hard.body.checklist.every((one: { state: string }) => one.state === 'done')).toBe(true)
  const list = await fund.cast.requester!.get(`/funds/${fund.id}/periods?limit=500`).expect(200)
  expect(list.body.items.at(-1)).toMatchObject({ month: '2019-01', state: 'hard_closed', hasEntries: true })
  expect(list.body.items[0]).toMatchObject({
    month: new Date().toISOString().slice(0, 7),
    state: 'open',
    changed: null,
  })
  const first = await fund.cast.auditor!.get(`/funds/${fund.id}/periods?limit=2`).expect(200)
  const next = await fund.cast.auditor!.get(`/funds/${fund.id}/periods?limit=2&after=${first.body.next}`).expect(200)
  expect([...first.body.items, ...next.body.items]).toEqual(list.body.items.slice(0, 4))
})

describe('closing is refused', () => {
  const cases: [string, () => ReturnType<typeof months.close>, number, string][] = [
    ['with another kind', () => months.close('2020-01', 'for good' as 'hard'), 400, 'invalid_request'],
    ['to nobody', () => months.close('2020-01', 'soft', service.nobody()), 401, 'not_signed_in'],
    ['for a month that is none', () => months.close('2022-13', 'soft'), 404, 'not_found'],
    [
      'to whoever is not the controller',
      () => months.close('2020-01', 'soft', fund.cast.treasurer!),
      403,
      'role_not_allowed',
    ],
    [
      'for a month that is not over',
      () => months.close(new Date().toISOString().slice(0, 7), 'soft'),
      422,
      'date_in_future',
    ],
    ['for a month that is closed softly', () => months.close('2019-02', 'soft'), 409, 'already_exists'],
    ['for a month that is closed hard', () => months.close('2019-01', 'hard'), 409, 'already_exists'],
    ['for good of a month that is open', () => months.close('2019-03', 'hard'), 409, 'close_softly_first'],
    ['while an earlier month with entries is open', () => months.close('2019-05', 'soft'), 409, 'month_still_open'],
    [
      'for good while an earlier one is only closed softly',
      () => months.close('2019-03', 'hard'),
      409,
      'close_softly_first',
    ],
  ]
  beforeAll(async () => {
    await months.close('2019-02', 'soft').expect(201)
    await post('2019-04-02')
  })
  test.each(cases)('%s', async (_what, call, status, code) => {
    const before = await states()
    const answer = await call()
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await states()).toEqual(before)
  })

  test('and says which month it is that is still open', async () => {
    expect((await months.close('2019-05', 'soft')).body.month).toBe('2019-04')
    await months.close('2019-04', 'soft').expect(201)
    await months.close('2019-05', 'soft').expect(201)
    const answer = await months.close('2019-05', 'hard')
    expect([answer.status, answer.body.code, answer.body.month]).toEqual([409, 'month_still_open', '2019-02'])
  })

  test('to a stranger and to a service account', async () => {
    const stranger = await service.person('Stranger', (await service.fund()).id, ['controller'])
    expect((await months.close('2020-01', 'soft', stranger)).body.code).toBe('not_found')
    const robot = await robotOf(service, fund, 'controller')
    expect((await months.close('2020-01', 'soft', robot)).body.code).toBe('service_account_decides_nothing')
  })
})

test('what is dated in a closed month is refused with the first open day; its neighbours and other funds are open', async () => {
  const own = await service.fund()
  const ownMonths = monthsOf(service, own)
  await ownMonths.close('2020-06', 'soft').expect(201)
  await ownMonths.close('2020-07', 'soft').expect(201)
  await expect(post('2020-06-30', own)).rejects.toMatchObject({
    code: 'period_closed',
    details: { firstOpenDay: '2020-08-01' },
  })
  await post('2020-08-01', own)
  await post('2020-06-15', await service.fund())
  const pledge = {
    donorId: (await own.cast.fundManager!.post(`/funds/${own.id}/donors`, { name: 'Norway', kind: 'Member State' }))
      .body.id,
    pledgedOn: '2020-06-30',
    amount: { amount: '10.00', currency: 'USD' },
    earmark: { level: 'unearmarked' },
  }
  const late = await own.cast.fundManager!.post(`/funds/${own.id}/contributions`, pledge)
  expect([late.status, late.body.code, late.body.firstOpenDay]).toEqual([409, 'period_closed', '2020-08-01'])
})

test('the empty months before a closed month are closed with it, so nothing late can change what it carried forward', async () => {
  const own = await service.fund()
  const ownMonths = monthsOf(service, own)
  await ownMonths.closeHard('2020-06')
  expect(await ownMonths.state('2019-12')).toBe('hard_closed')
  await expect(post('2019-12-31', own)).rejects.toMatchObject({ code: 'period_closed' })
  expect((await ownMonths.close('2019-12', 'soft')).body.code).toBe('already_exists')
  await ownMonths.reopen('2019-12')
  await post('2019-12-31', own)
  expect((await ownMonths.close('2020-07', 'soft')).body).toMatchObject({ code: 'month_still_open', month: '2019-12' })
  await ownMonths.closeHard('2019-12')
  await ownMonths.close('2020-07', 'soft').expect(201)
})

test('a softly closed month takes what a controller adjusts, and nothing of anybody else; a hard closed one takes nothing', async () => {
  const { controller, treasurer } = fund.cast as Record<string, Caller>
  const month = '2019-05'
  expect(await months.state(month)).toBe('soft_closed')
  await adjust(controller!, 'controller', `${month}-20`)
  await expect(adjust(treasurer!, 'treasurer', `${month}-20`)).rejects.toMatchObject({ code: 'period_closed' })
  // Who only says that they are a controller is found out by the database.
  await expect(adjust(treasurer!, 'controller', `${month}-20`)).rejects.toMatchObject({
    constraint: 'controller_adjusts',
  })
  await expect(adjust(controller!, 'controller', '2019-01-20')).rejects.toMatchObject({ code: 'period_closed' })
})

test('in a softly closed month a controller still decides a refund, while a receipt is for the open month', async () => {
  const own = await service.fund()
  const books = booksOf(service, own)
  const agreed = await books.agreed({ amount: '100.00' })
  await books.received(agreed, '60.00 USD', { receivedOn: '2024-02-15' })
  const ownMonths = monthsOf(service, own)
  for (const month of ['2024-01', '2024-02']) await ownMonths.close(month, 'soft').expect(201)
  const late = books.receipt('40.00 USD', { receivedOn: '2024-02-20' })
  const refused = await own.cast.treasurer!.post(`/contributions/${agreed.id}/receipts`, late)
  expect([refused.status, refused.body.code, refused.body.firstOpenDay]).toEqual([409, 'period_closed', '2024-03-01'])
  const refund = { amount: { amount: '10.00', currency: 'USD' }, decidedOn: '2024-02-20', reason: 'Too much' }
  await own.cast.controller!.post(`/contributions/${agreed.id}/refunds`, refund).expect(201)
  await ownMonths.seal()
  for (const month of ['2024-01', '2024-02']) await ownMonths.close(month, 'hard').expect(201)
  const shut = await own.cast.controller!.post(`/contributions/${agreed.id}/refunds`, refund)
  expect([shut.status, shut.body.code]).toEqual([409, 'period_closed'])
})

describe('the database by itself', () => {
  const insert = (row: object) =>
    service.database().service.transaction(async (trx) => {
      const by = fund.cast.controller!.id
      await trx('period_states').insert({ fund_id: fund.id, changed_by: by, act_id: newId('act'), ...row })
    })
  test.each([
    [
      'a closing in the wrong order',
      { month: '2021-01-01', number: 1, state: 'hard_closed', checklist: '[]' },
      'period_turns_in_order',
    ],
    ['a number out of turn', { month: '2021-01-01', number: 2, state: 'soft_closed' }, 'period_turns_in_order'],
    ['a month that is to come', { month: '2199-01-01', number: 1, state: 'soft_closed' }, 'period_is_over'],
    ['a reopening without a proposal', { month: '2019-01-01', number: 3, state: 'open' }, 'reopened_by_proposal'],
    [
      'a hard closing without its checklist',
      { month: '2019-02-01', number: 2, state: 'hard_closed' },
      'hard_close_keeps_checklist',
    ],
  ])('refuses %s', async (_what, row, constraint) => {
    await expect(insert(row)).rejects.toMatchObject({ constraint })
  })

  test('refuses a closing while an earlier month is open', async () => {
    await post('2022-02-02')
    await expect(insert({ month: '2022-03-01', number: 1, state: 'soft_closed' })).rejects.toMatchObject({
      constraint: 'earlier_months_closed',
    })
  })
})

test('of ten posters racing a closer, none gets in after the month is closed', async () => {
  const own = await service.fund()
  const ownMonths = monthsOf(service, own)
  for (const month of ['2019-01', '2019-02', '2019-03', '2019-04']) {
    // Half of them into a month that closes with it.
    const posters = Array.from({ length: 10 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * 3))
      return post(`${month}-10`, own)
    })
    const closing = new Promise((resolve) => setTimeout(resolve, 10)).then(() =>
      ownMonths.close(month, 'soft').expect(201),
    )
    const ended = await Promise.allSettled(posters)
    await closing
    for (const end of ended) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'period_closed' })
    const { rows } = await service.database().owner.raw(
      `select count(*)::int as posted, count(*) filter (where e.recorded_at > c.changed_at)::int as late
         from entries e join period_states c on c.fund_id = e.fund_id and c.month = date_trunc('month', e.occurred_on)
        where e.fund_id = ? and c.month = ?`,
      [own.id, `${month}-01`],
    )
    expect(rows[0]).toEqual({ posted: ended.filter((end) => end.status === 'fulfilled').length, late: 0 })
  }
})

test.each(['soft', 'hard'] as const)('of ten who close a month at once (%s) one does', async (kind) => {
  const own = await service.fund()
  const ownMonths = monthsOf(service, own)
  if (kind === 'hard') await ownMonths.close('2021-03', 'soft').expect(201)
  const answers = await Promise.all(Array.from({ length: 10 }, () => ownMonths.close('2021-03', kind)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)])
  expect((await states()).filter((one: { fund_id: string }) => one.fund_id === own.id)).toHaveLength(
    kind === 'hard' ? 2 : 1,
  )
})

test.each([
  ['the month', '2018-03-10'],
  ['an empty month before it', '2018-01-10'],
])('closing waits for an entry that is being written into %s, and that entry is seen', async (_where, on) => {
  const own = await service.fund()
  const ownMonths = monthsOf(service, own)
  const actId = newId('act')
  const trx = await service.database().service.transaction()
  const { id } = await postEntry(trx, { fundId: own.id, actId }, charged('2.00', on))
  const closing = ownMonths.close('2018-03', 'soft').then((answer) => answer)
  await waitingForLock()
  const where = { requestId: 'ledger-test', method: 'POST', path: '/', address: null, tokenId: null, personId: null }
  await recordAct(trx, { id: actId, fundId: own.id, ...where, outcome: 'done', details: null })
  await trx.commit()
  const answer = await closing
  if (on.startsWith('2018-03')) expect(answer.status).toBe(201)
  else expect(answer.body).toMatchObject({ code: 'month_still_open', month: '2018-01' })
  await own.cast.auditor!.get(`/funds/${own.id}/ledger/entries/${id}`).expect(200)
})

async function waitingForLock(): Promise<void> {
  const question = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  for (;;) {
    const { rows } = await service.database().owner.raw(question)
    if (rows[0].n > 0) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
