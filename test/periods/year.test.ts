import { newId } from '../../server/ids.ts'
import { booksOf, type Books } from '../contributions/books.ts'
import { charged, postTo } from '../ledger/books.ts'
import { stages } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { monthsOf, robotOf } from './months.ts'

const service = ownService()
let fund: Fund
let books: Books
let months: ReturnType<typeof monthsOf>
beforeAll(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  months = monthsOf(service, fund)
  await books.rate('EUR', '2024-01', '0.8')
  const euros = await books.agreed({ amount: '800.00', currency: 'EUR' })
  await books.received(euros, '800.00 EUR', { bankValue: '1010.00 USD' })
  await books.agreed({ amount: '100.00', signedOn: '2025-01-10', pledgedOn: '2025-01-05' })
  await postTo(service, fund.id, [charged('5.00', '2023-06-01'), charged('7.00', '2024-12-31')])
})

const closeYear = (year: string, by = fund.cast.controller!) => by.post(`/funds/${fund.id}/years/${year}/closings`)
const trial = async (query: string) => {
  const { body } = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/trial-balance?${query}`).expect(200)
  expect(body.balanced).toBe(true)
  const result = body.accounts.filter((one: { address: string }) => /^(income|expense|equity:net)/.test(one.address))
  return result.map((one: Record<string, { amount: string } | null | string>) => {
    const side = (name: string) => (one[name] as { amount: string } | null)?.amount
    const functional = side('functionalDebit') ?? `-${side('functionalCredit')}`
    return `${(one.address as string).replace(/contributions:.*/, 'contributions:*')} ${one.currency as string} ${functional}`
  })
}

test('a year is closed once all its months are; income and expense go to net assets by account and currency', async () => {
  await months.closeHard('2023-06')
  await months.closeHard('2023-12')
  for (const month of ['2024-01', '2024-02']) await months.closeHard(month)
  const early = await closeYear('2024')
  expect([early.status, early.body.code, early.body.month]).toEqual([409, 'month_still_open', '2024-03'])
  await months.closeHard('2024-12')
  const before = await stages(service, fund)
  const incomeBefore = await trial('occurredOn=2024-12-31')

  const closed = await closeYear('2024').expect(201)
  expect(closed.body).toEqual({
    id: expect.stringMatching(/^ycl_/),
    year: 2024,
    accounts: 3,
    entries: [expect.any(String)],
    result: { amount: '1003.00', currency: 'USD' },
  })
  expect(await stages(service, fund)).toEqual(before)
  // What 2023 left is its own year's.
  expect(await trial('occurredOn=2024-12-31')).toEqual([
    'equity:net-assets EUR -1000.00',
    'equity:net-assets USD -3.00',
    'expense:bank-charges USD 5.00',
  ])
  expect(await trial('occurredOn=2024-12-31&yearEnd=before')).toEqual(incomeBefore)
  expect(await trial('occurredOn=2024-12-30')).toEqual(await trial('occurredOn=2024-12-30&yearEnd=before'))
  const { body } = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/entries?kind=year_closed`).expect(200)
  expect(body.items).toMatchObject([{ occurredOn: '2024-12-31', memo: '2024' }])

  await closeYear('2023').expect(201)
  expect(await trial('occurredOn=2024-12-31')).toEqual(['equity:net-assets EUR -1000.00', 'equity:net-assets USD 2.00'])
  expect(await trial('occurredOn=2023-12-31&yearEnd=before')).toEqual(['expense:bank-charges USD 5.00'])
  const years = await fund.cast.auditor!.get(`/funds/${fund.id}/years`).expect(200)
  expect(years.body.items).toMatchObject([{ year: 2024, entries: closed.body.entries }, { year: 2023 }])
})

test.each<[string, () => ReturnType<typeof closeYear>, number, string]>([
  ['nobody', () => closeYear('2022', service.nobody()), 401, 'not_signed_in'],
  ['a year that is none', () => closeYear('24'), 404, 'not_found'],
  ['the director', () => closeYear('2022', fund.cast.director), 403, 'role_not_allowed'],
  ['a year that is closed', () => closeYear('2024'), 409, 'already_exists'],
  ['a year with an open month', () => closeYear('2025'), 409, 'month_still_open'],
  ['opening a month of a closed year', () => months.propose('2024-06') as never, 409, 'year_closed'],
])('refused: %s', async (_what, call, status, code) => {
  const { owner } = service.database()
  const before = [
    await owner('entries').count(),
    await owner('year_closings').count(),
    await owner('reopenings').count(),
  ]
  const answer = await call()
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect([
    await owner('entries').count(),
    await owner('year_closings').count(),
    await owner('reopenings').count(),
  ]).toEqual(before)
})

test('a reopening proposed before the year was closed is not confirmed after it', async () => {
  const own = await service.fund()
  const ownMonths = monthsOf(service, own)
  await ownMonths.closeHard('2020-12')
  const { body } = await ownMonths.propose('2020-12').expect(201)
  await own.cast.controller!.post(`/funds/${own.id}/years/2020/closings`).expect(201)
  expect((await ownMonths.confirm(body.id)).body.code).toBe('year_closed')
  await expect(
    service.database().service.transaction(async (trx) => {
      await trx('period_states').insert({
        ...{ fund_id: own.id, month: '2020-12-01', number: 3, state: 'open', reopening_id: body.id, follows: 2 },
        ...{ proposed_by: own.cast.controller!.id, changed_by: own.cast.director!.id, act_id: newId('act') },
      })
    }),
  ).rejects.toMatchObject({ constraint: 'closed_year_stays_closed' })
})

test('of ten who close a year at once one does; a service account does not', async () => {
  const own = await service.fund()
  await monthsOf(service, own).closeHard('2021-12')
  const close = (by = own.cast.controller!) => by.post(`/funds/${own.id}/years/2021/closings`)
  expect((await close(await robotOf(service, own, 'controller'))).body.code).toBe('service_account_decides_nothing')
  const answers = await Promise.all(Array.from({ length: 10 }, () => close()))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)])
})

test('the database lets the act that closes a year post nothing but its closing', async () => {
  const own = await service.fund()
  await monthsOf(service, own).closeHard('2021-12')
  const { postEntry } = await import('../../server/ledger/post.ts')
  const { recordAct } = await import('../../server/acts/record.ts')
  const close = (year: number, on: string | undefined) =>
    service.database().service.transaction(async (trx) => {
      const act = { id: newId('act'), fundId: own.id }
      await trx('year_closings').insert({
        ...{ id: newId('yearClosing'), fund_id: own.id, year, closed_by: own.cast.controller!.id, act_id: act.id },
      })
      if (on) await postEntry(trx, { fundId: own.id, actId: act.id }, charged('1.00', on))
      const where = { requestId: 't', method: 'POST', path: '/', address: null, tokenId: null, personId: null }
      await recordAct(trx, { ...act, ...where, outcome: 'done', details: null })
    })
  await expect(close(2021, '2021-12-31')).rejects.toMatchObject({ constraint: 'year_closes_itself' })
  await expect(close(2022, undefined)).rejects.toMatchObject({ constraint: 'months_of_year_closed' })
  await close(2021, undefined)
  await expect(close(2021, undefined)).rejects.toMatchObject({ constraint: 'year_closed_already' })
})
