import { approved, draft, released, submit } from '../support/asking.ts'
import { ownService, type Fund } from '../support/service.ts'
import { booksOf, moneyIn, rowCounts, type Books } from '../contributions/books.ts'
import { violations } from '../invariants/check.ts'
import { correctingIn, type Correcting } from './correcting.ts'

const service = ownService()
let fund: Fund
let books: Books
let correcting: Correcting
const today = new Date().toISOString().slice(0, 10)

beforeEach(async () => {
  fund = await service.fund()
  books = booksOf(service, fund)
  correcting = correctingIn(service, fund)
})
afterEach(async () => expect(await violations(service.database().owner, fund.id)).toEqual([]))

const lower = { bankValue: moneyIn('900.00 USD'), bankCharge: moneyIn('100.00 USD') }

/** A contribution of 1,000.00, all received; gives its receipt's entry. */
async function wholly() {
  const contribution = await books.agreed()
  const { id } = await books.received(contribution, '1000.00 USD')
  return { contribution, receipt: id as string, entry: await correcting.entry('receipt', id) }
}

describe('a proposal is refused, and changes nothing', () => {
  type Asked = Parameters<Correcting['propose']>
  const asked = (...ask: Asked): Asked => ask
  type Case = [what: string, prepare: () => Promise<Asked>, status: number, code: string]
  const cases: Case[] = [
    ['without a reason', async () => asked((await wholly()).entry, undefined, { reason: '' }), 400, 'invalid_request'],
    [
      'with half a cent',
      async () => asked((await wholly()).entry, { sent: moneyIn('1.005 USD') }),
      400,
      'invalid_request',
    ],
    [
      'with 20 digits',
      async () => asked((await wholly()).entry, { sent: moneyIn('12345678901234567890.00 USD') }),
      400,
      'invalid_request',
    ],
    [
      'with values of another kind',
      async () => asked((await wholly()).entry, { category: 'venue' }),
      400,
      'invalid_request',
    ],
    ['by nobody', async () => asked('1', lower, {}, service.nobody()), 401, 'not_signed_in'],
    ['of an entry that is not there', async () => asked('999999999'), 404, 'not_found'],
    [
      'of an entry of another fund',
      async () => {
        const other = await service.fund()
        const elsewhere = booksOf(service, other)
        await elsewhere.received(await elsewhere.agreed(), '1.00 USD')
        return asked(await correctingIn(service, other).entry('receipt'))
      },
      404,
      'not_found',
    ],
    [
      'for a contribution of another fund',
      async () => {
        const elsewhere = await booksOf(service, await service.fund()).agreed()
        return asked((await wholly()).entry, { contributionId: elsewhere.id })
      },
      404,
      'not_found',
    ],
    [
      'by a fund manager',
      async () => asked((await wholly()).entry, lower, {}, fund.cast.fundManager),
      403,
      'role_not_allowed',
    ],
    ['by an auditor', async () => asked((await wholly()).entry, lower, {}, fund.cast.auditor), 403, 'role_not_allowed'],
    [
      'by a service account',
      async () => {
        const robot = await service.person('Robot', fund.id, ['controller'])
        await service
          .database()
          .owner('people')
          .where({ id: robot.id })
          .update({ kind: 'service', password_hash: null })
        return asked((await wholly()).entry, lower, {}, robot)
      },
      403,
      'service_account_decides_nothing',
    ],
    [
      'that says what is there already',
      async () => asked((await wholly()).entry, { receivedOn: '2024-02-15' }),
      422,
      'nothing_to_correct',
    ],
    [
      'of a day to come',
      async () => asked((await wholly()).entry, { receivedOn: '2199-01-01' }),
      422,
      'date_in_future',
    ],
    [
      'dated before what it corrects',
      async () => asked((await wholly()).entry, lower, { datedOn: '2024-01-01' }),
      422,
      'dates_out_of_order',
    ],
    [
      'whose parts do not add up',
      async () => asked((await wholly()).entry, { bankCharge: moneyIn('1.00 USD') }),
      422,
      'bank_value_differs',
    ],
    [
      'that agrees to less than came',
      async () => {
        const { contribution } = await wholly()
        const entry = await correcting.entry('unconditional_agreement', contribution.id)
        return asked(entry, { amount: moneyIn('999.99 USD') })
      },
      409,
      'nothing_outstanding',
    ],
    [
      'of what decided how money was booked',
      async () => {
        const { contribution } = await wholly()
        const entry = await correcting.entry('unconditional_agreement', contribution.id)
        return asked(entry, { supportCost: { rateBps: 700, base: 'deposit' } })
      },
      409,
      'built_upon',
    ],
    [
      'of a receipt of which more was applied later',
      async () => {
        const contribution = await books.agreed()
        const { body } = await books.as('treasurer').post(`/funds/${fund.id}/receipts`, books.receipt('100.00 USD'))
        await books
          .as('treasurer')
          .post(`/receipts/${body.id}/applications`, { contributionId: contribution.id })
          .expect(201)
        return asked(await correcting.entry('unidentified_receipt', body.id))
      },
      409,
      'built_upon',
    ],
    [
      'of a receipt whose authority came with the condition',
      async () => {
        const contribution = await books.agreed({ condition: 'A ceasefire holds' })
        const { id } = await books.received(contribution, '100.00 USD')
        const met = { metOn: '2024-03-01', evidence: 'Minutes' }
        await books.as('fundManager').post(`/contributions/${contribution.id}/fulfilments`, met).expect(201)
        return asked(await correcting.entry('receipt', id))
      },
      409,
      'built_upon',
    ],
    [
      'of a refund that is paid',
      async () => {
        const { contribution } = await wholly()
        const refund = { amount: moneyIn('10.00 USD'), decidedOn: '2024-06-01', reason: 'Unspent' }
        const { body } = await books
          .as('controller')
          .post(`/contributions/${contribution.id}/refunds`, refund)
          .expect(201)
        const paid = { bankAccountId: fund.bank, paidOn: '2024-06-02', reference: 'OUT' }
        await books.as('treasurer').post(`/refunds/${body.id}/payments`, paid).expect(201)
        return asked(await correcting.entry('refund_decided', body.id))
      },
      409,
      'built_upon',
    ],
    [
      'of money that a request holds',
      async () => {
        const { entry } = await wholly()
        await submit(fund, await draft(fund, '400.00')).expect(201)
        return asked(entry)
      },
      409,
      'insufficient_funds',
    ],
    [
      'while another is open',
      async () => {
        const { entry } = await wholly()
        await correcting.propose(entry, lower).expect(201)
        return asked(entry)
      },
      409,
      'already_exists',
    ],
    [
      'of what was corrected',
      async () => {
        const { entry } = await wholly()
        await correcting.correct(entry, lower)
        return asked(entry)
      },
      409,
      'taken_back',
    ],
    [
      'that would count a receipt twice',
      async () => {
        const { entry } = await wholly()
        return asked((await correcting.correct(entry, lower)).mirror)
      },
      409,
      'correct_otherwise',
    ],
  ]
  test.each(cases)('%s', async (_what, prepare, status, code) => {
    const ask = await prepare()
    const before = await rowCounts(service)
    const refused = await correcting.propose(...ask)
    expect([refused.status, refused.body.code]).toEqual([status, code])
    expect(await rowCounts(service)).toEqual(before)
  })
})

test('what holds the money is told with the refusal', async () => {
  const { entry, contribution } = await wholly()
  const made = await draft(fund, '400.00')
  await submit(fund, made).expect(201)
  const refused = await correcting.propose(entry).expect(409)
  expect(refused.body.requests).toEqual([
    expect.objectContaining({ contribution: contribution.code, reserved: moneyIn('400.00 USD') }),
  ])
  // Only what is different must be there: a charge of 100.00 is.
  await correcting.correct(entry, lower)
})

test('another person confirms, of the right role, and only once', async () => {
  const { entry } = await wholly()
  const both = await service.person('Both', fund.id, ['controller', 'director'])
  const { body } = await correcting.propose(entry, lower, {}, both).expect(201)
  const before = await rowCounts(service)
  const robot = await service.person('Robot', fund.id, ['director'])
  await service.database().owner('people').where({ id: robot.id }).update({ kind: 'service', password_hash: null })
  for (const [by, code] of [
    [both, 'two_people_needed'],
    [fund.cast.fundManager!, 'role_not_allowed'],
    [fund.cast.auditor!, 'role_not_allowed'],
    [robot, 'service_account_decides_nothing'],
  ] as const) {
    const refused = await correcting.confirm(body.id, by)
    expect([refused.status, refused.body.code]).toEqual([403, code])
  }
  const after = await rowCounts(service)
  expect([after.entries, after.receipts, after.correction_endings]).toEqual([
    before.entries,
    before.receipts,
    before.correction_endings,
  ])
  await correcting.confirm(body.id, fund.cast.controller).expect(201)
  const again = await correcting.confirm(body.id)
  expect([again.status, again.body.code]).toEqual([409, 'correction_ended'])
})

test('a write-off is corrected with the director, whose authority it took', async () => {
  const contribution = await books.agreed()
  const body = { amount: moneyIn('10.00 USD'), writtenOffOn: '2024-05-01', reason: 'Will not come' }
  const { id } = await books.writtenOff(contribution, body)
  const proposed = await correcting.propose(await correcting.entry('write_off', id)).expect(201)
  const controller2 = await service.person('Cora', fund.id, ['controller'])
  expect((await correcting.confirm(proposed.body.id, controller2)).body.code).toBe('role_not_allowed')
  await correcting.confirm(proposed.body.id).expect(201)
})

test('nobody named in the request, nor tied to the payee, decides on the correction of its payment', async () => {
  await wholly()
  const named = await service.person('Nadia', fund.id, ['director'])
  const director2 = await service.person('Dina', fund.id, ['director'])
  const request = await approved(fund, '100.00', { namedPeople: [named.id] })
  const payment = await released(fund, request.id, '100.00')
  const { owner } = service.database()
  const act = await owner('acts').first('id')
  await owner('ties').insert({ person_id: director2.id, payee_id: request.payeeId, nature: 'brother', act_id: act.id })
  const { body } = await correcting.propose(await correcting.entry('payment_certified', payment), { category: 'venue' })
  expect((await correcting.confirm(body.id, named)).body.code).toBe('named_in_request')
  expect((await correcting.confirm(body.id, director2)).body.code).toBe('tied_to_payee')
})

test('a rejected or withdrawn proposal posts nothing, and the entry may be proposed again', async () => {
  const { entry } = await wholly()
  const first = await correcting.propose(entry, lower).expect(201)
  const entries = (await rowCounts(service)).entries
  const bare = await fund.cast.director!.post(`/corrections/${first.body.id}/decisions`, { verdict: 'reject' })
  expect(bare.body.code).toBe('invalid_request')
  const rejection = { verdict: 'reject', reason: 'The bank says otherwise' }
  await fund.cast.director!.post(`/corrections/${first.body.id}/decisions`, rejection).expect(201)
  const second = await correcting.propose(entry, lower).expect(201)
  const other = await service.person('Cora', fund.id, ['controller'])
  expect((await other.post(`/corrections/${second.body.id}/withdrawals`)).body.code).toBe('role_not_allowed')
  await fund.cast.controller!.post(`/corrections/${second.body.id}/withdrawals`).expect(201)
  expect((await correcting.confirm(second.body.id)).body.code).toBe('correction_ended')
  expect((await rowCounts(service)).entries).toBe(entries)
  await correcting.correct(entry, lower)
})

test('a proposal is confirmed as it was shown, or not at all: what was built since makes it lapse', async () => {
  const { entry } = await wholly()
  const { body } = await correcting.propose(entry, lower).expect(201)
  const fresh = await fund.cast.auditor!.get(`/corrections/${body.id}`).expect(200)
  expect([fresh.body.lapsed, fresh.body.shown]).toEqual([false, body.shown])
  await submit(fund, await draft(fund, '400.00')).expect(201)
  const refused = await correcting.confirm(body.id)
  expect([refused.status, refused.body.code]).toEqual([412, 'version_changed'])
  expect((await fund.cast.auditor!.get(`/corrections/${body.id}`)).body.lapsed).toBe(true)
  const second = await correcting.propose(entry, lower).expect(201)
  expect((await fund.cast.auditor!.get(`/corrections/${body.id}`)).body.status).toBe('lapsed')
  await correcting.confirm(second.body.id).expect(201)
})

test('what other people pay into the fund meanwhile is no reason to lapse', async () => {
  const { entry } = await wholly()
  const { body } = await correcting.propose(entry, lower).expect(201)
  await wholly()
  await correcting.confirm(body.id).expect(201)
})

test('all that was built on the wrong entry is listed before it is confirmed', async () => {
  const donorId = await books.donor('النرويج')
  const contribution = await books.agreed({ donorId })
  const { id } = await books.received(contribution, '1000.00 USD')
  const entry = await correcting.entry('receipt', id)
  const payment = await released(fund, (await approved(fund, '300.00')).id, '200.00')
  await submit(fund, await draft(fund, '50.00')).expect(201)
  const refund = { amount: moneyIn('10.00 USD'), decidedOn: today, reason: 'Agreed' }
  await books.as('controller').post(`/contributions/${contribution.id}/refunds`, refund).expect(201)
  const report = `/funds/${fund.id}/donors/${donorId}/report`
  await books.as('auditor').get(report).expect(200)
  await books.as('auditor').get(`${report}.pdf?language=ar`).expect(200)
  await books.as('auditor').get(`${report}?occurredOn=2024-01-31`).expect(200)

  const { body } = await correcting.propose(entry, lower).expect(201)
  const { shown } = (await books.as('auditor').get(`/corrections/${body.id}`).expect(200)).body
  expect(
    shown.requests.map((one: Record<string, { amount: string }>) => [
      one.reserved!.amount,
      one.committed!.amount,
      one.disbursed!.amount,
    ]),
  ).toEqual([
    ['0.00', '100.00', '200.00'],
    ['50.00', '0.00', '0.00'],
  ])
  expect(shown.payments).toEqual([
    expect.objectContaining({ id: payment, amount: moneyIn('200.00 USD'), status: 'released' }),
  ])
  expect(shown.refunds).toEqual([expect.objectContaining({ amount: moneyIn('10.00 USD'), paidOn: null })])
  expect(shown.reports.map((one: { format: string; donor: { name: string } }) => [one.format, one.donor.name])).toEqual(
    [
      ['json', 'النرويج'],
      ['pdf', 'النرويج'],
    ],
  )
  const available = shown.balances.find((one: { address: string }) => one.address.startsWith('budget:available'))
  expect([available.before.amount, available.after.amount]).toEqual(['640.00', '540.00'])
  expect(shown.entries.map((one: { kind: string; takesBack: boolean }) => [one.kind, one.takesBack])).toEqual([
    ['receipt', true],
    ['receipt', false],
  ])
})

test('a donor reads the report as it was told before, and the corrected figures afterwards', async () => {
  const donorId = await books.donor()
  const contribution = await books.agreed({ donorId })
  const { id } = await books.received(contribution, '1000.00 USD')
  const path = `/funds/${fund.id}/donors/${donorId}/report?occurredOn=${today}`
  const before = (await books.as('auditor').get(path)).body
  await correcting.correct(await correcting.entry('receipt', id), lower)
  await correcting.correct(await correcting.entry('unconditional_agreement', contribution.id), {
    amount: moneyIn('2000.00 USD'),
    reference: 'B-2',
  })
  const then = (await books.as('auditor').get(`${path}&recordedAt=${before.asOf.recordedAt}`)).body
  expect(then).toEqual(before)
  const donor = await service.person('Donor', fund.id, [{ role: 'donor', donorId }])
  const now = (await donor.get(path).expect(200)).body
  const { recordedAt: _at, ...asOf } = now.asOf
  expect(asOf).toEqual({ occurredOn: today })
  expect(now).toEqual({ ...(await books.as('auditor').get(path)).body, asOf: now.asOf })
  expect([now.totals.received.amount, now.totals.agreed.amount, now.totals.bankCharges.amount]).toEqual([
    '900.00',
    '2000.00',
    '-100.00',
  ])
  const lines = now.contributions[0].lines.filter((one: { kind: string }) => one.kind === 'receipt')
  expect(lines.map((one: { amount: { amount: string } }) => one.amount.amount)).toEqual([
    '1000.00',
    '-1000.00',
    '900.00',
  ])
  const years = await books.as('auditor').get(`/funds/${fund.id}/contributions/yearly-receipts`)
  expect(years.body.items).toEqual([{ fiscalYear: 2024, receipts: 1, received: moneyIn('900.00 USD') }])
})

test('a correction of a correction, any number of times', async () => {
  const { entry, contribution } = await wholly()
  let standing = entry
  for (const charge of ['10.00', '20.00', '30.00', '40.00']) {
    const bankValue = moneyIn(`${1000 - Number.parseInt(charge, 10)}.00 USD`)
    const { corrected } = await correcting.correct(standing, { bankValue, bankCharge: moneyIn(`${charge} USD`) })
    standing = corrected[0]!
  }
  expect((await books.figures(contribution)).figures.stages.available.amount).toBe('960.00')
  await correcting.correct(standing)
  expect((await books.figures(contribution)).figures.stages.available.amount).toBe('0.00')
})

test('ten people confirm at once: it is posted once', async () => {
  const { entry, contribution } = await wholly()
  const { body } = await correcting.propose(entry, lower).expect(201)
  const directors = await Promise.all(
    Array.from({ length: 10 }, (_, i) => service.person(`D${i}`, fund.id, ['director'])),
  )
  const answers = await Promise.all(directors.map((by) => correcting.confirm(body.id, by)))
  expect(answers.map((one) => one.status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  expect((await books.figures(contribution)).figures.stages.available.amount).toBe('900.00')
})

test('a confirmation and a request race for the same money: the stage never goes below zero', async () => {
  for (let i = 0; i < 3; i += 1) {
    const { entry } = await wholly()
    const { body } = await correcting.propose(entry).expect(201)
    const made = await draft(fund, '1000.00')
    const [confirmed, submitted] = await Promise.all([correcting.confirm(body.id), submit(fund, made)])
    expect([confirmed.status, submitted.status].filter((status) => status === 201)).toHaveLength(1)
    if (submitted.status === 201)
      await fund.cast.requester!.post(`/disbursement-requests/${made.id}/withdrawals`, { reason: 'x' }).expect(201)
    // With the request gone the proposal does again what it said.
    if (confirmed.status !== 201) await correcting.confirm(body.id).expect(201)
  }
})

test('a second sending of the same confirmation gets the first answer', async () => {
  const { entry } = await wholly()
  const { body } = await correcting.propose(entry, lower).expect(201)
  const first = await correcting.confirm(body.id).set('idempotency-key', 'k1').expect(201)
  const again = await correcting.confirm(body.id).set('idempotency-key', 'k1').expect(201)
  expect(again.body).toEqual(first.body)
})

test('the auditor lists corrections by what they are, page by page and as a file', async () => {
  const { entry } = await wholly()
  await correcting.correct(entry, lower, { reason: '=cmd|x <script>alert(1)</script>' })
  const second = await wholly()
  await correcting.propose(second.entry, lower).expect(201)
  const list = async (filter: string) =>
    (await books.as('auditor').get(`/funds/${fund.id}/corrections?${filter}`).expect(200)).body
  expect((await list('')).items.map((one: { status: string }) => one.status)).toEqual(['proposed', 'confirmed'])
  const page = await list('limit=1')
  expect((await list(`limit=1&after=${page.next}`)).items[0].entryId).toBe(entry)
  for (const filter of ['status=confirmed', `entry=${entry}`, `person=${fund.cast.director!.id}`])
    expect((await list(filter)).items.map((one: { entryId: string }) => one.entryId)).toEqual([entry])
  expect((await list('to=2024-01-01')).items).toEqual([])
  expect((await list('kind=receipt')).items).toHaveLength(2)
  const file = await books.as('auditor').get(`/funds/${fund.id}/corrections?format=csv`).expect(200)
  expect(file.text).toContain(`'=cmd|x`)
  const stranger = await service.person('Stranger', (await service.fund()).id, ['controller', 'director'])
  const { items } = await list('')
  for (const answer of [
    await stranger.get(`/funds/${fund.id}/corrections`),
    await stranger.get(`/corrections/${items[0].id}`),
    await correcting.confirm(items[0].id, stranger),
    await books.as('auditor').get(`/corrections/cor_${'0'.repeat(26)}`),
  ])
    expect(answer.status).toBe(404)
})

test('the database keeps the rules of corrections whatever the service does', async () => {
  const { entry, receipt } = await wholly()
  const { id, mirror } = await correcting.correct(entry, lower)
  const { owner, service: db } = service.database()
  const ending = await owner('correction_endings').where({ correction_id: id }).first()
  const open = await correcting.propose((await wholly()).entry, lower).expect(201)
  const more = { ...ending, correction_id: open.body.id }
  await expect(owner('correction_endings').insert({ ...more, ended_by: ending.proposed_by })).rejects.toThrow(
    'correction_by_two_people',
  )
  await expect(owner('correction_endings').insert({ ...more, person_kind: 'service' })).rejects.toThrow(
    'service_account_decides_nothing',
  )
  const was = await owner('receipts').where({ id: receipt }).first()
  const row = { ...was, id: `rct_${'0'.repeat(26)}`, takes_back: receipt, source_key: 'x', correction_id: id }
  await expect(owner('receipts').insert(row)).rejects.toThrow('_taken_back_once')
  const fresh = await owner('receipts').where({ fund_id: fund.id }).orderBy('id', 'desc').first()
  const wrongly = { ...fresh, id: `rct_${'1'.repeat(26)}`, takes_back: fresh.id, source_key: 'y', correction_id: id }
  await expect(owner('receipts').insert(wrongly)).rejects.toThrow('is not the opposite')
  await expect(
    owner('receipts').insert({ ...fresh, id: `rct_${'2'.repeat(26)}`, source_key: 'z', correction_id: open.body.id }),
  ).rejects.toThrow('is not confirmed')
  await expect(db('agreements').update({ amount: 1 })).rejects.toThrow('by a correction only')
  await expect(db('corrections').update({ reason: 'x' })).rejects.toThrow('permission denied')
  await expect(db('rows_before_correction').del()).rejects.toThrow('permission denied')
  await expect(owner('issued_reports').del()).rejects.toThrow('append-only')
  const twice = owner.raw(
    `select post_entries(e.fund_id, e.act_id, array['correction'], array['again'], array[e.occurred_on], array[''], array[e.reverses],
       array[1, 1], array['assets:cash:main', 'expense:bank-charges'], array['USD', 'USD'], array[null, null]::text[], array[null, null]::text[],
       array[1, -1]::bigint[], array[1, -1]::bigint[]) from entries e where e.id = ?`,
    [mirror],
  )
  await expect(twice).rejects.toThrow('entry_reversed_once')
})
