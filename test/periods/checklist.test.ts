import { booksOf, type Books } from '../contributions/books.ts'
import { approved, released } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { monthsOf } from './months.ts'

const service = ownService()
let fund: Fund
let books: Books
let months: ReturnType<typeof monthsOf>
beforeEach(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  months = monthsOf(service, fund)
})

const explain = (month: string, itemId: string, by = fund.cast.treasurer!) =>
  by.post(months.path(month, '/explanations'), { itemId, explanation: 'ننتظر رسالة المانح <b>' })

/** Says what hard closing says: the points that are not done. */
async function toDo(month: string): Promise<string[]> {
  const answer = await months.close(month, 'hard')
  if (answer.status === 201) return []
  expect([answer.status, answer.body.code]).toEqual([409, 'checklist_not_done'])
  return answer.body.toDo
}

test('a month without entries has nothing to do; every point has its figures and its name in both languages', async () => {
  const english = await fund.cast.auditor!.get(months.path('2024-01', '/checklist')).expect(200)
  const arabic = await fund.cast
    .auditor!.get(months.path('2024-01', '/checklist'))
    .set('accept-language', 'ar')
    .expect(200)
  expect(english.body).toMatchObject({ month: '2024-01', on: '2024-01-31', done: true })
  expect(english.body.items.map((one: { item: string }) => one.item)).toEqual([
    'earlier_months',
    'entries_balance',
    'conservation_law',
    'trial_balance',
    'unapplied_receipts',
    'payments_in_transit',
    'revaluation',
    'imports',
    'seals',
  ])
  expect(english.body.items[1]).toEqual({
    ...{ item: 'entries_balance', state: 'done', title: 'Every entry balances', toDo: null },
    figures: { entries: 0, unbalanced: [] },
  })
  expect(arabic.body.items[1].title).toBe('كل قيد متوازن')
})

test('a receipt that nobody identified holds the month until somebody explains it, with their name', async () => {
  const receipt = books.receipt('50.00 USD', { receivedOn: '2024-02-15' })
  const { body } = await fund.cast.treasurer!.post(`/funds/${fund.id}/receipts`, receipt).expect(201)
  await months.close('2024-02', 'soft').expect(201)
  await months.seal()
  expect(await toDo('2024-02')).toEqual(['unapplied_receipts'])
  const point = await months.check('2024-02', 'unapplied_receipts')
  expect(point).toMatchObject({ state: 'to_do', figures: { open: 1, unexplained: 1 }, toDo: expect.any(String) })
  expect(point.open).toEqual([
    {
      id: body.id,
      reference: receipt.reference,
      on: '2024-02-15',
      amount: { amount: '50.00', currency: 'USD' },
      explanation: null,
    },
  ])
  expect((await months.check('2024-01', 'unapplied_receipts')).open).toEqual([])

  const refusals: [ReturnType<typeof explain>, number, string][] = [
    [explain('2024-02', 'rct_x'), 400, 'invalid_request'],
    [explain('2024-02', body.id, service.nobody()), 401, 'not_signed_in'],
    [explain('2024-02', body.id, fund.cast.auditor), 403, 'role_not_allowed'],
    [explain('2024-01', body.id), 404, 'not_found'],
  ]
  for (const [call, status, code] of refusals) {
    const answer = await call
    expect([answer.status, answer.body.code]).toEqual([status, code])
  }
  expect(await service.database().owner('explanations').where({ fund_id: fund.id })).toEqual([])

  await explain('2024-02', body.id).expect(201)
  expect((await months.check('2024-02', 'unapplied_receipts')).open[0].explanation).toEqual({
    text: 'ننتظر رسالة المانح <b>',
    by: { id: fund.cast.treasurer!.id, name: 'treasurer' },
    at: expect.any(String),
  })
  expect(await toDo('2024-02')).toEqual([])
  const kept = await fund.cast.auditor!.get(months.path('2024-02')).expect(200)
  expect(kept.body.history[1].checklist[4].open[0].explanation.text).toBe('ننتظر رسالة المانح <b>')
})

test('an identified receipt holds nothing', async () => {
  const agreed = await books.agreed({ amount: '50.00' })
  await books.received(agreed, '50.00 USD')
  await months.closeHard('2024-01')
  await months.closeHard('2024-02')
})

test('a payment that left before the end of the month and is on no statement must be explained', async () => {
  await received(fund, '1000.00')
  const { id } = await approved(fund, '100.00')
  const paymentId = await released(fund, id, '100.00')
  const { owner } = service.database()
  expect((await months.check('2024-03', 'payments_in_transit')).figures).toEqual({ open: 0, unexplained: 0 })
  // Releases are of now; a month that is over needs one of then.
  await owner.raw(`alter table releases disable trigger append_only`)
  await owner('releases').where({ payment_id: paymentId }).update({ released_at: '2024-03-31T23:00:00Z' })
  await owner.raw(`alter table releases enable trigger append_only`)
  expect((await months.check('2024-02', 'payments_in_transit')).figures.open).toBe(0)
  expect((await months.check('2024-04', 'payments_in_transit')).figures.open).toBe(1)
  await months.close('2024-03', 'soft').expect(201)
  expect(await toDo('2024-03')).toEqual(['payments_in_transit'])
  await explain('2024-03', paymentId, fund.cast.reconciler).expect(201)
  expect(await toDo('2024-03')).toEqual([])
})

test('entries that no seal covers yet hold the month', async () => {
  await books.pledge({ pledgedOn: '2024-01-05' })
  await months.close('2024-01', 'soft').expect(201)
  expect(await toDo('2024-01')).toEqual(['seals'])
  expect((await months.check('2024-01', 'seals')).figures).toMatchObject({ unsealed: 1, faults: 0 })
  await months.seal()
  expect((await months.check('2024-01', 'seals')).figures).toMatchObject({ unsealed: 0, entries: 1, seals: 1 })
  expect(await toDo('2024-01')).toEqual([])
})

test('whoever has been at the tables is found out, and the month stays open', async () => {
  const { owner } = service.database()
  await books.agreed({ signedOn: '2024-01-10' })
  await months.close('2024-01', 'soft').expect(201)
  await months.seal()
  await owner.raw(`alter table postings disable trigger append_only`)
  await owner.raw(
    `update postings set functional = functional + 1 where (entry_id, line) in
       (select e.id, 1 from entries e where e.fund_id = ? and e.kind = 'unconditional_agreement')`,
    [fund.id],
  )
  await owner.raw(`alter table postings enable trigger append_only`)
  // The trial balance is read from what sealing folded, which nobody has touched; that it differs from the postings is found with the seals.
  expect(await toDo('2024-01')).toEqual(['entries_balance', 'seals'])
  expect((await months.check('2024-01', 'entries_balance')).figures.unbalanced).toHaveLength(1)
  expect((await months.check('2024-01', 'seals')).figures.faults).toBeGreaterThan(0)
})

test('an import with fewer outcomes than its file had rows holds the month', async () => {
  const { owner } = service.database()
  const act = await owner('acts').first('id')
  await owner('imports').insert({
    ...{ id: 'imp_00000000000000000000000000', fund_id: fund.id, file_name: 'x', file_hash: Buffer.from('x') },
    ...{ row_count: 3, act_id: act.id },
  })
  await months.close('2024-01', 'soft').expect(201)
  expect(await toDo('2024-01')).toEqual(['imports'])
})

test('the checklist is for those who read the books', async () => {
  expect((await fund.cast.requester!.get(months.path('2024-01', '/checklist'))).body.code).toBe('role_not_allowed')
  expect((await fund.cast.auditor!.get(months.path('2024-1', '/checklist'))).body.code).toBe('not_found')
})
