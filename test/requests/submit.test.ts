import { balances, received, stages } from '../support/money-in.ts'
import { draft, submit, submitted, verifiedPayee } from '../support/asking.ts'
import { ownService } from '../support/service.ts'

const service = ownService()

test('submitting moves the amount from available to reserved, and says which contribution holds it and why', async () => {
  const fund = await service.fund()
  const wide = await received(fund, '1000.00')
  const tight = await received(fund, '30.00', { level: 'tightly', regions: ['Central Africa'], spendBy: '2027-06-30' })
  const { id } = await submitted(fund, '40.00')

  expect(await stages(service, fund)).toEqual({ authority: '-1030.00', available: '990.00', reserved: '40.00' })
  const request = await fund.cast.auditor!.get(`/disbursement-requests/${id}`).expect(200)
  expect(request.body.funding).toMatchObject([
    {
      code: tight.code,
      amount: { amount: '30.00', currency: 'USD' },
      reason: { level: 'tightly', place: 1, rule: 'tightest_first' },
    },
    { code: wide.code, amount: { amount: '10.00', currency: 'USD' }, reason: { level: 'unearmarked', place: 2 } },
  ])
})

test('submitting fixes the approval steps of the matrix in force', async () => {
  const fund = await service.fund()
  await received(fund, '5000000.00')
  const roles = async (amount: string) => {
    const { id } = await submitted(fund, amount)
    const { body } = await fund.cast.auditor!.get(`/disbursement-requests/${id}`)
    return body.steps.map(
      (step: { step: number; role: string; quorum: number }) => `${step.step} ${step.role} ${step.quorum}`,
    )
  }
  expect(await roles('50000.00')).toEqual(['1 certifying_officer 1', '1 fund_manager 1'])
  expect(await roles('50000.01')).toEqual(['1 certifying_officer 1', '2 fund_manager 2'])
  expect(await roles('150000.01')).toEqual(['1 certifying_officer 1', '2 fund_manager 1', '3 director 1'])
  expect(await roles('1000000.01')).toEqual([
    '1 certifying_officer 1',
    '2 fund_manager 2',
    '3 director 1',
    '4 head_of_department 1',
  ])
})

test('short by one cent is refused, with what is available under which earmark, and nothing is held', async () => {
  const fund = await service.fund()
  await received(fund, '60.00')
  await received(fund, '39.99', { level: 'earmarked', themes: ['ceasefire_and_security'] })
  await received(fund, '500.00', { level: 'tightly', regions: ['Central Asia'] })
  const answer = await submit(fund, await draft(fund, '100.00'))
  expect([answer.status, answer.body.code]).toEqual([409, 'insufficient_funds'])
  expect(answer.body).toMatchObject({
    asked: { amount: '100.00' },
    available: { amount: '99.99' },
    byEarmark: [
      { level: 'tightly', available: { amount: '0.00' } },
      { level: 'earmarked', available: { amount: '39.99' } },
      { level: 'softly', available: { amount: '0.00' } },
      { level: 'unearmarked', available: { amount: '60.00' } },
    ],
  })
  expect(await stages(service, fund)).toEqual({ authority: '-599.99', available: '599.99' })
})

test('ten submissions at once never reserve more than is available', async () => {
  const fund = await service.fund()
  await received(fund, '70.00')
  await received(fund, '30.00')
  const payeeId = await verifiedPayee(fund)
  const drafts = await Promise.all(Array.from({ length: 10 }, () => draft(fund, '30.00', { payeeId })))
  const answers = await Promise.all(drafts.map((one) => submit(fund, one)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  expect(answers.filter(({ body }) => body.code === 'insufficient_funds')).toHaveLength(7)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '10.00', reserved: '90.00' })
})

test('one draft submitted ten times at once is submitted once', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const one = await draft(fund, '30.00')
  const answers = await Promise.all(Array.from({ length: 10 }, () => submit(fund, one)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  expect(await stages(service, fund)).toMatchObject({ available: '970.00', reserved: '30.00' })
})

test('a retry with the same key gets the first answer again, also while the first is still running', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const one = await draft(fund, '30.00')
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => submit(fund, one).set('idempotency-key', 'retry-1')),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(answers.filter(({ headers }) => headers['idempotency-replayed'])).toHaveLength(9)
  expect(await stages(service, fund)).toMatchObject({ available: '970.00', reserved: '30.00' })
  const other = await draft(fund, '20.00')
  const reused = await submit(fund, other).set('idempotency-key', 'retry-1')
  expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused'])
})

test('a refusal is told again under its key', async () => {
  const fund = await service.fund()
  const one = await draft(fund, '30.00')
  const first = await submit(fund, one).set('idempotency-key', 'no-1')
  expect(first.body.code).toBe('insufficient_funds')
  await received(fund, '100.00')
  const again = await submit(fund, one).set('idempotency-key', 'no-1')
  expect([again.status, again.body]).toEqual([409, first.body])
  await submit(fund, one).set('idempotency-key', 'no-2').expect(201)
})

test('a draft is changed only by who read its latest version', async () => {
  const fund = await service.fund()
  const one = await draft(fund, '30.00')
  const change = (etag?: string) => {
    const call = fund.cast.requester!.patch(`/disbursement-requests/${one.id}`, { title: 'Talks about talks' })
    return etag ? call.set('if-match', etag) : call
  }
  expect((await change()).body.code).toBe('version_missing')
  const changed = await change(one.etag).expect(200)
  const late = await change(one.etag)
  expect([late.status, late.body.code]).toEqual([412, 'version_changed'])
  await change(changed.headers.etag).expect(200)
})

test('what is submitted is changed no more, and not submitted twice', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  const change = await fund.cast
    .requester!.patch(`/disbursement-requests/${id}`, { title: 'x' })
    .set('if-match', '"v2"')
  expect([change.status, change.body.code]).toEqual([409, 'not_editable'])
  const again = await submit(fund, { id, etag: '"v2"' })
  expect([again.status, again.body.code]).toEqual([409, 'not_editable'])
  expect(await stages(service, fund)).toMatchObject({ reserved: '40.00' })
})

test('withdrawing gives back what was held, and only before approval', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  await fund.cast
    .requester!.post(`/disbursement-requests/${id}/withdrawals`, { reason: 'The parties agreed' })
    .expect(201)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '100.00' })
  const again = await fund.cast.requester!.post(`/disbursement-requests/${id}/withdrawals`, { reason: 'Again' })
  expect([again.status, again.body.code]).toEqual([409, 'not_awaiting_ending'])
})

// Refusals, in the order in which they are checked.
test.each`
  what                               | change                                                                                                                | by             | status | code
  ${'an amount with three decimals'} | ${{ lines: [{ category: 'grants', description: 'x', amount: { amount: '1.005', currency: 'USD' } }] }}                | ${'requester'} | ${400} | ${'invalid_request'}
  ${'an amount of twenty digits'}    | ${{ lines: [{ category: 'grants', description: 'x', amount: { amount: '12345678901234567890', currency: 'USD' } }] }} | ${'requester'} | ${400} | ${'invalid_request'}
  ${'a JSON number as amount'}       | ${{ lines: [{ category: 'grants', description: 'x', amount: { amount: 12, currency: 'USD' } }] }}                     | ${'requester'} | ${400} | ${'invalid_request'}
  ${'a change by an auditor'}        | ${{ title: 'x' }}                                                                                                     | ${'auditor'}   | ${403} | ${'role_not_allowed'}
  ${'another currency'}              | ${{ lines: [{ category: 'grants', description: 'x', amount: { amount: '1', currency: 'EUR' } }] }}                    | ${'requester'} | ${422} | ${'currency_mismatch'}
  ${'an end before the beginning'}   | ${{ startsOn: '2026-12-02', endsOn: '2026-12-01' }}                                                                   | ${'requester'} | ${400} | ${'invalid_request'}
  ${"somebody else's process"}       | ${{ processId: 'prc_00000000000000000000000000' }}                                                                    | ${'requester'} | ${404} | ${'not_found'}
`('$what is refused: $code', async ({ change, by, status, code }) => {
  const fund = await service.fund()
  const one = await draft(fund, '30.00')
  const answer = await fund.cast[by]!.patch(`/disbursement-requests/${one.id}`, change).set('if-match', one.etag)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  const after = await fund.cast.requester!.get(`/disbursement-requests/${one.id}`)
  expect(after.body).toMatchObject({ title: 'Shuttle talks', version: 1, amount: { amount: '30.00' } })
})

test('an incomplete request is refused with all that is missing', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const one = await draft(fund, '30.00', { purpose: '', mandateBasis: null, lines: [] })
  const answer = await submit(fund, one)
  expect([answer.status, answer.body.code]).toEqual([422, 'incomplete_request'])
  expect(answer.body.missing).toEqual(['purpose', 'mandateBasis', 'lines'])
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '100.00' })
})

test('lines that add up to more than the books can hold are refused, not broken', async () => {
  const fund = await service.fund()
  const line = { category: 'grants', description: 'x', amount: { amount: '999999999999999.99', currency: 'USD' } }
  const one = await draft(fund, '1.00', { lines: Array.from({ length: 100 }, () => line) })
  const answer = await submit(fund, one)
  expect([answer.status, answer.body.code, answer.body.asked.amount]).toEqual([
    409,
    'insufficient_funds',
    '99999999999999999.00',
  ])
})

test('somebody from another fund finds nothing, and an id that is none is not found', async () => {
  const [fund, other] = [await service.fund(), await service.fund()]
  const stranger = await service.person('Stranger', other.id, ['fund_manager'])
  const one = await draft(fund, '30.00')
  for (const path of [
    `/disbursement-requests/${one.id}`,
    '/disbursement-requests/1',
    `/disbursement-requests/${fund.bank}`,
  ]) {
    const answer = await stranger.get(path)
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
  }
})

test('an Arabic title and a script in it come back as they were written', async () => {
  const fund = await service.fund()
  const title = 'محادثات <script>alert(1)</script>'
  const one = await draft(fund, '30.00', { title })
  const read = await fund.cast.requester!.get(`/disbursement-requests/${one.id}`)
  expect(read.body.title).toBe(title)
})

test('the entry of a submission names its act and leaves the actual book alone', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const before = await balances(service, fund, 'assets')
  const { id } = await submitted(fund, '40.00')
  expect(await balances(service, fund, 'assets')).toEqual(before)
  const { owner } = service.database()
  const [entry] = await owner('entries')
    .where({ source: `${id}#1` })
    .join('acts', 'acts.id', 'entries.act_id')
    .select('kind', 'person_id', 'outcome')
  expect(entry).toMatchObject({ kind: 'request_submitted', person_id: fund.cast.requester!.id, outcome: 'done' })
})
