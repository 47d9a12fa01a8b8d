import { newPayee } from '../support/bank-details.ts'
import { balances, received, stages } from '../support/money-in.ts'
import { approved, certify, draft, released, submit, submitted } from '../support/asking.ts'
import { ownService, type Fund } from '../support/service.ts'

const service = ownService()
const today = new Date().toISOString().slice(0, 10)
const usd = (amount: string) => ({ amount, currency: 'USD' })

async function fundWithApproved(amount: string, category = 'grants'): Promise<{ fund: Fund; id: string }> {
  const fund = await service.fund()
  await received(fund, '1000.00')
  return { fund, id: (await approved(fund, amount, { category })).id }
}

const settle = (fund: Fund, payment: string, debited: string, charge?: string) =>
  fund.cast.reconciler!.post(`/payments/${payment}/settlements`, {
    valueDate: today,
    debited: usd(debited),
    ...(charge ? { charge: usd(charge) } : {}),
    reference: 'ST-77',
  })

test('a grant passes from committed to disbursed, and stands as an advance until it is reported', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const payment = await certify(fund, id, '150.00').expect(201)
  expect(await balances(service, fund, 'assets:advances')).toEqual({
    [`assets:advances:${await codeOf(fund, id)}`]: '150.00',
  })
  expect(await stages(service, fund)).toMatchObject({ committed: '400.00' })

  const first = await fund.cast.treasurer!.post(`/payments/${payment.body.id}/releases`).expect(201)
  expect(first.body).toMatchObject({ status: 'certified', releases: 1 })
  expect(await stages(service, fund)).toMatchObject({ committed: '400.00' })
  const second = await fund.cast.bankSignatory!.post(`/payments/${payment.body.id}/releases`).expect(201)
  expect(second.body).toMatchObject({ status: 'released', releases: 2 })
  expect(await stages(service, fund)).toEqual({
    authority: '-1000.00',
    available: '600.00',
    committed: '250.00',
    disbursed: '150.00',
  })
  expect(await balances(service, fund, 'liabilities')).toEqual({ 'liabilities:in-transit:main': '-150.00' })

  await settle(fund, payment.body.id, '150.00', '2.50').expect(201)
  expect(await balances(service, fund, 'liabilities')).toEqual({})
  expect(await balances(service, fund, 'assets:cash')).toEqual({ 'assets:cash:main': '847.50' })
  expect(await balances(service, fund, 'expense')).toEqual({ 'expense:bank-charges': '2.50' })
})

test('a direct cost is an expense of its category from certification on', async () => {
  const { fund, id } = await fundWithApproved('400.00', 'travel')
  await released(fund, id, '150.00', 'travel')
  expect(await balances(service, fund, 'expense')).toEqual({
    [`expense:mission:travel:${await codeOf(fund, id)}`]: '150.00',
  })
})

test('what the bank debits is what it was told, not a cent more or less, and a charge is less than the payment', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const payment = await released(fund, id, '150.00')
  for (const [debited, charge] of [
    ['150.01', '0.00'],
    ['149.99', '0.00'],
    ['0.01', '0.00'],
    ['150.00', '150.01'],
  ] as const) {
    const answer = await settle(fund, payment, debited, charge)
    expect([answer.status, answer.body.code]).toEqual([422, 'bank_value_differs'])
  }
  expect(await balances(service, fund, 'assets:cash')).toEqual({ 'assets:cash:main': '1000.00' })
})

test('a charge is carried by the operating reserve, and what it lacks nobody can ask for', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const payment = await released(fund, id, '150.00')
  await settle(fund, payment, '150.00', '100.00').expect(201)
  expect(await balances(service, fund, 'budget:available:reserve')).toEqual({ 'budget:available:reserve': '-100.00' })
  const { id: tooMuch, etag } = await draft(fund, '500.01')
  const answer = await submit(fund, { id: tooMuch, etag })
  expect([answer.status, answer.body.code, answer.body.reserve]).toEqual([409, 'insufficient_funds', usd('-100.00')])
  await submitted(fund, '500.00')
})

test('a payment is settled no earlier than it was released, and comes back no earlier than it was settled', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const payment = await released(fund, id, '150.00')
  const early = { valueDate: '2026-01-01', debited: usd('150.00'), reference: 'S' }
  const settled = await fund.cast.reconciler!.post(`/payments/${payment}/settlements`, early)
  expect([settled.status, settled.body.code]).toEqual([422, 'dates_out_of_order'])
  const back = await fund.cast.reconciler!.post(`/payments/${payment}/returns`, {
    valueDate: '2026-01-01',
    reason: 'x',
    reference: 'R',
  })
  expect([back.status, back.body.code]).toEqual([422, 'dates_out_of_order'])
})

test("from an account in another currency the bank is told the amount at the operational rate, and what rates do later is the reserve's", async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const { controller, certifyingOfficer, treasurer, bankSignatory, reconciler } = fund.cast
  const account = await service
    .admin()
    .post(`/funds/${fund.id}/bank-accounts`, { code: 'geneva', name: 'Geneva', currency: 'EUR' })
    .expect(201)
  const { id } = await approved(fund, '400.00')
  const pay = () =>
    certifyingOfficer!.post(`/disbursement-requests/${id}/payments`, {
      amount: usd('110.00'),
      category: 'grants',
      bankAccountId: account.body.id,
    })
  const rate = (month: string, units: string) =>
    controller!
      .post(`/funds/${fund.id}/exchange-rates`, { currency: 'EUR', month, units, source: 'operational rates' })
      .expect(201)
  const unrated = await pay()
  expect([unrated.status, unrated.body.code]).toEqual([422, 'rate_missing'])
  await rate('2026-01', '0.8')
  const { body } = await pay().expect(201)
  await treasurer!.post(`/payments/${body.id}/releases`).expect(201)
  await bankSignatory!.post(`/payments/${body.id}/releases`).expect(201)
  await rate(today.slice(0, 7), '0.64')
  const settlement = (debited: string) => ({
    valueDate: today,
    debited: { amount: debited, currency: 'EUR' },
    charge: { amount: '0.64', currency: 'EUR' },
    reference: 'G-1',
  })
  const other = await reconciler!.post(`/payments/${body.id}/settlements`, settlement('87.00'))
  expect([other.status, other.body.code]).toEqual([422, 'bank_value_differs'])
  await reconciler!.post(`/payments/${body.id}/settlements`, settlement('88.00')).expect(201)

  expect(await balances(service, fund, 'assets:cash:geneva')).toEqual({ 'assets:cash:geneva': '-88.64' })
  expect(await balances(service, fund, 'liabilities:in-transit:geneva')).toEqual({})
  const { owner } = service.database()
  const [loss] = await owner('postings')
    .join('accounts', 'accounts.id', 'account_id')
    .where({ 'accounts.fund_id': fund.id, address: 'expense:exchange:realised' })
  expect([loss.amount, loss.functional]).toEqual(['0', '2750'])
  expect(await balances(service, fund, 'budget:available:reserve')).toEqual({ 'budget:available:reserve': '-28.50' })

  await reconciler!
    .post(`/payments/${body.id}/returns`, { valueDate: today, reason: 'Closed', reference: 'G-2' })
    .expect(201)
  expect(await balances(service, fund, 'assets:cash:geneva')).toEqual({ 'assets:cash:geneva': '-0.64' })
  expect(await balances(service, fund, 'budget:available:reserve')).toEqual({ 'budget:available:reserve': '-1.00' })
  expect(await stages(service, fund)).toMatchObject({ committed: '400.00' })
})

test('a payment that comes back reverses its settlement and its release, and can be cancelled and paid again', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const before = { stages: await stages(service, fund), cash: await balances(service, fund, 'assets:cash') }
  const payment = await released(fund, id, '150.00')
  await settle(fund, payment, '150.00', '1.25').expect(201)
  const back = { valueDate: today, credited: usd('148.00'), reason: 'Account closed', reference: 'ST-78' }
  await fund.cast.reconciler!.post(`/payments/${payment}/returns`, back).expect(201)
  expect(await stages(service, fund)).toEqual(before.stages)
  expect(await balances(service, fund, 'assets:cash')).toEqual({ 'assets:cash:main': '996.75' })
  expect(await balances(service, fund, 'expense')).toEqual({ 'expense:bank-charges': '3.25' })
  expect(await balances(service, fund, 'budget:available:reserve')).toEqual({ 'budget:available:reserve': '-3.25' })

  const blocked = await certify(fund, id, '300.00')
  expect([blocked.status, blocked.body.code]).toEqual([409, 'exceeds_committed'])
  await fund.cast.certifyingOfficer!.post(`/payments/${payment}/cancellations`, { reason: 'New account' }).expect(201)
  expect(await balances(service, fund, 'liabilities')).toEqual({})
  await certify(fund, id, '400.00').expect(201)
})

test('a payment that the bank rejects before it is settled only reverses its release', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const payment = await released(fund, id, '150.00')
  const odd = await fund.cast.reconciler!.post(`/payments/${payment}/returns`, {
    valueDate: today,
    credited: usd('1.00'),
    reason: 'x',
    reference: 'R',
  })
  expect([odd.status, odd.body.code]).toEqual([422, 'bank_value_differs'])
  await fund.cast
    .reconciler!.post(`/payments/${payment}/returns`, {
      valueDate: today,
      reason: 'No such account',
      reference: 'R-1',
    })
    .expect(201)
  expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '600.00', committed: '400.00' })
  expect(await balances(service, fund, 'assets:cash')).toEqual({ 'assets:cash:main': '1000.00' })
})

test('several contributions pay a payment in proportion, to the cent, and the last one takes what is left', async () => {
  const fund = await service.fund()
  for (const amount of ['33.33', '33.33', '33.34']) await received(fund, amount)
  const { id } = await approved(fund, '100.00')
  for (const amount of ['10.00', '0.01', '89.99']) await released(fund, id, amount)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', disbursed: '100.00' })
})

test('a payment released ten times at once by three people leaves once', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const { body } = await certify(fund, id, '150.00').expect(201)
  const { treasurer, bankSignatory, bankSignatory2 } = fund.cast
  const people = Array.from({ length: 10 }, (_, i) => [treasurer, bankSignatory, bankSignatory2][i % 3]!)
  const answers = await Promise.all(people.map((person) => person.post(`/payments/${body.id}/releases`)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
  expect(await stages(service, fund)).toMatchObject({ committed: '250.00', disbursed: '150.00' })
})

test('ten payments certified at once never exceed what is committed', async () => {
  const { fund, id } = await fundWithApproved('100.00')
  const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => certify(fund, id, `30.0${i}`)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  expect(answers.filter(({ body }) => body.code === 'exceeds_committed')).toHaveLength(7)
})

test('a settlement recorded ten times at once settles once', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const payment = await released(fund, id, '150.00')
  const answers = await Promise.all(Array.from({ length: 10 }, () => settle(fund, payment, '150.00')))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(await balances(service, fund, 'assets:cash')).toEqual({ 'assets:cash:main': '850.00' })
})

test('requester, certifier, approvers, releasers and reconciler are different people, whatever roles they hold', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const all = await service.person('All', fund.id, [
    'certifying_officer',
    'fund_manager',
    'treasurer',
    'bank_signatory',
    'reconciler',
  ])
  const { id } = await approved(fund, '400.00')
  const payment = (await certify(fund, id, '100.00', 'grants', all).expect(201)).body.id
  const release = await all.post(`/payments/${payment}/releases`)
  expect([release.status, release.body.code]).toEqual([403, 'separation_of_duties'])
  await fund.cast.treasurer!.post(`/payments/${payment}/releases`).expect(201)
  const again = await fund.cast.treasurer!.post(`/payments/${payment}/releases`)
  expect([again.status, again.body.code]).toEqual([409, 'already_released_by_you'])
  await fund.cast.bankSignatory!.post(`/payments/${payment}/releases`).expect(201)
  const settled = await all.post(`/payments/${payment}/settlements`, {
    valueDate: today,
    debited: usd('100.00'),
    reference: 'S',
  })
  expect([settled.status, settled.body.code]).toEqual([403, 'separation_of_duties'])
})

// Refusals of a settlement and of a payment, in the order in which they are checked.
test.each`
  what                                   | act                                                                                                                                                                                          | status | code
  ${'a payment by a fund manager'}       | ${(f: Fund, id: string) => certify(f, id, '10.00', 'grants', f.cast.fundManager)}                                                                                                            | ${403} | ${'role_not_allowed'}
  ${'a payment in another currency'}     | ${(f: Fund, id: string) => f.cast.certifyingOfficer!.post(`/disbursement-requests/${id}/payments`, { amount: { amount: '1', currency: 'EUR' }, category: 'grants', bankAccountId: f.bank })} | ${422} | ${'currency_mismatch'}
  ${'a payment above what is committed'} | ${(f: Fund, id: string) => certify(f, id, '400.01')}                                                                                                                                         | ${409} | ${'exceeds_committed'}
`('$what is refused: $code', async ({ act, status, code }) => {
  const { fund, id } = await fundWithApproved('400.00')
  const answer = await act(fund, id)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await stages(service, fund)).toMatchObject({ available: '600.00', committed: '400.00' })
  expect(await service.database().owner('payments').where({ request_id: id })).toHaveLength(0)
})

test('no more is paid in a category than the approved budget has in it', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const lines = ['grants', 'travel', 'grants'].map((category, i) => ({
    category,
    description: `Part ${i}`,
    amount: usd('100.00'),
  }))
  const { id } = await approved(fund, '300.00', { lines })
  const other = await certify(fund, id, '1.00', 'security')
  expect([other.status, other.body.code, other.body.left]).toEqual([409, 'exceeds_budget_line', usd('0.00')])
  const travel = await certify(fund, id, '100.01', 'travel')
  expect([travel.status, travel.body.code, travel.body.left]).toEqual([409, 'exceeds_budget_line', usd('100.00')])
  const all = await certify(fund, id, '200.00', 'grants').expect(201)
  expect((await certify(fund, id, '0.01', 'grants')).body.code).toBe('exceeds_budget_line')
  await fund.cast.certifyingOfficer!.post(`/payments/${all.body.id}/cancellations`, { reason: 'Too early' }).expect(201)
  await certify(fund, id, '200.00', 'grants').expect(201)
  await certify(fund, id, '100.00', 'travel').expect(201)
})

test('what the operating reserve lacks is not paid back to a donor either', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const payment = await released(fund, id, '150.00')
  await settle(fund, payment, '150.00', '100.00').expect(201)
  const [contribution] = await service.database().owner('contributions').where({ fund_id: fund.id })
  const refund = (amount: string) =>
    fund.cast.controller!.post(`/contributions/${contribution.id}/refunds`, {
      amount: usd(amount),
      decidedOn: today,
      reason: 'Not needed',
    })
  const tooMuch = await refund('500.01')
  expect([tooMuch.status, tooMuch.body.code, tooMuch.body.reserve]).toEqual([409, 'insufficient_funds', usd('-100.00')])
  await refund('500.00').expect(201)
})

test('an amount that is nothing at all in the currency of the account is not told to the bank', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const account = await service
    .admin()
    .post(`/funds/${fund.id}/bank-accounts`, { code: 'small', name: 'Small', currency: 'EUR' })
    .expect(201)
  const rate = { currency: 'EUR', month: '2026-01', units: '0.4', source: 'x' }
  await fund.cast.controller!.post(`/funds/${fund.id}/exchange-rates`, rate).expect(201)
  const { id } = await approved(fund, '1.00')
  const answer = await fund.cast.certifyingOfficer!.post(`/disbursement-requests/${id}/payments`, {
    amount: usd('0.01'),
    category: 'grants',
    bankAccountId: account.body.id,
  })
  expect([answer.status, answer.body.code]).toEqual([422, 'amount_out_of_range'])
})

test('nothing is paid before approval, nor to a payee that nobody verified', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const waiting = await submitted(fund, '40.00')
  const early = await certify(fund, waiting.id, '40.00')
  expect([early.status, early.body.code]).toEqual([409, 'not_approved'])
  const payee = await fund.cast
    .payeeClerk!.post(`/funds/${fund.id}/payees`, newPayee({ name: 'New', kind: 'person' }))
    .expect(201)
  const unverified = await approved(fund, '40.00', { payeeId: payee.body.id })
  const answer = await certify(fund, unverified.id, '40.00')
  expect([answer.status, answer.body.code]).toEqual([409, 'payee_not_verified'])
})

test('a settled, a returned and a cancelled payment are past being released, settled or cancelled', async () => {
  const { fund, id } = await fundWithApproved('400.00')
  const payment = await released(fund, id, '100.00')
  await settle(fund, payment, '100.00').expect(201)
  const codes = [
    await fund.cast.bankSignatory2!.post(`/payments/${payment}/releases`),
    await settle(fund, payment, '100.00'),
    await fund.cast.certifyingOfficer!.post(`/payments/${payment}/cancellations`, { reason: 'x' }),
    await fund.cast.reconciler!.post(`/payments/${payment}/settlements`, {
      valueDate: '2199-01-01',
      debited: usd('1.00'),
      reference: 'S',
    }),
  ].map(({ body }) => body.code)
  expect(codes).toEqual(['not_awaiting_release', 'not_released', 'not_cancellable', 'not_released'])
  const future = await released(fund, id, '90.00')
  const early = await fund.cast.reconciler!.post(`/payments/${future}/settlements`, {
    valueDate: '2199-01-01',
    debited: usd('90.00'),
    reference: 'S',
  })
  expect([early.status, early.body.code]).toEqual([422, 'date_in_future'])
})

async function codeOf(fund: Fund, id: string): Promise<string> {
  return (await fund.cast.auditor!.get(`/disbursement-requests/${id}`)).body.code
}
