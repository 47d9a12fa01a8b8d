import { ownService, type Fund } from '../support/service.ts'
import { charged, postTo } from './books.ts'

const service = ownService()
let fund: Fund
beforeAll(async () => {
  fund = await service.fund()
})

const close = (month: string, of = fund) => of.cast.controller!.post(`/funds/${of.id}/closed-periods`, { month })
const closed = async () => {
  const { rows } = await service.database().owner.raw(`select fund_id, month::text from closed_periods order by 1, 2`)
  return rows
}

test('the controller closes a month; the list says who closed it and when, the latest month first', async () => {
  await close('2021-01').expect(201, { month: '2021-01' })
  await close('2021-03').expect(201)
  await close('2021-02').expect(201)
  const first = await fund.cast.auditor!.get(`/funds/${fund.id}/closed-periods?limit=2`).expect(200)
  const controller = { id: fund.cast.controller!.id, name: 'controller' }
  expect(first.body.items).toEqual([
    { month: '2021-03', closedAt: expect.any(String), closedBy: controller },
    { month: '2021-02', closedAt: expect.any(String), closedBy: controller },
  ])
  const rest = await fund.cast.auditor!.get(`/funds/${fund.id}/closed-periods?limit=2&after=${first.body.next}`)
  expect(rest.body.items.map((one: { month: string }) => one.month)).toEqual(['2021-01'])
})

test.each<[string, () => ReturnType<typeof close>, number, string]>([
  ['a month that is none', () => close('2022-13'), 400, 'invalid_request'],
  [
    'nobody',
    () => service.nobody().post(`/funds/${fund.id}/closed-periods`, { month: '2022-01' }),
    401,
    'not_signed_in',
  ],
  [
    'whoever is not the controller',
    () => fund.cast.treasurer!.post(`/funds/${fund.id}/closed-periods`, { month: '2022-01' }),
    403,
    'role_not_allowed',
  ],
  ['a month that is not over', () => close(new Date().toISOString().slice(0, 7)), 422, 'date_in_future'],
  ['a month that is closed', () => close('2021-01'), 409, 'already_exists'],
])('closing is refused to or for %s', async (_what, call, status, code) => {
  const before = await closed()
  const answer = await call()
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await closed()).toEqual(before)
})

test('nothing is posted into a closed month; its neighbours and other funds are open', async () => {
  await close('2020-06').expect(201)
  await expect(postTo(service, fund.id, [charged('1.00', '2020-06-30')])).rejects.toMatchObject({
    code: 'period_closed',
  })
  const other = await service.fund()
  await postTo(service, fund.id, [charged('1.00', '2020-05-31'), charged('1.00', '2020-07-01')])
  await postTo(service, other.id, [charged('1.00', '2020-06-15')])
})

test('of ten posters racing a closer, none gets in after the month is closed', async () => {
  for (const month of ['2019-01', '2019-02', '2019-03', '2019-04']) {
    const posters = Array.from({ length: 10 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * 3))
      return postTo(service, fund.id, [charged('1.00', `${month}-10`)])
    })
    const closing = new Promise((resolve) => setTimeout(resolve, 10)).then(() => close(month).expect(201))
    const ended = await Promise.allSettled(posters)
    await closing
    for (const end of ended) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'period_closed' })
    const { rows } = await service.database().owner.raw(
      `select count(*)::int as posted, count(*) filter (where e.recorded_at > c.closed_at)::int as late
         from entries e join closed_periods c on c.fund_id = e.fund_id and c.month = date_trunc('month', e.occurred_on)
        where e.fund_id = ? and c.month = ?`,
      [fund.id, `${month}-01`],
    )
    expect(rows[0]).toEqual({ posted: ended.filter((end) => end.status === 'fulfilled').length, late: 0 })
  }
})

test('closing waits for an entry that is being written, and that entry is in', async () => {
  const db = service.database().service
  const { newId } = await import('../../server/ids.ts')
  const { postEntry } = await import('../../server/ledger/post.ts')
  const { recordAct } = await import('../../server/acts/record.ts')
  const actId = newId('act')
  const trx = await db.transaction()
  const { id } = await postEntry(trx, { fundId: fund.id, actId }, charged('2.00', '2018-01-10'))
  let isClosed = false
  const closing = close('2018-01').then((answer) => {
    isClosed = true
    return answer
  })
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(isClosed).toBe(false)
  const act = {
    id: actId,
    fundId: fund.id,
    personId: null,
    tokenId: null,
    requestId: 'ledger-test',
    method: 'POST',
    path: '/',
  }
  await recordAct(trx, { ...act, address: null, outcome: 'done', details: null })
  await trx.commit()
  expect((await closing).status).toBe(201)
  await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/entries/${id}`).expect(200)
})
