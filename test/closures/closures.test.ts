import { remindFindings } from '../../server/findings/remind.ts'
import { violations } from '../invariants/check.ts'
import { accounts, movableClock, recover, settle } from '../no-regret/telling.ts'
import { monthsOf } from '../periods/months.ts'
import { certify, decide, approved, released } from '../support/asking.ts'
import { treasuryOf } from '../treasury/money.ts'
import { received, stages } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { close, closing, finding, lesson, paidRequest, readyToClose, today, unspent, usd } from './closing.ts'

const time = movableClock()
const service = ownService({ clock: time.clock })
let fund: Fund
let other: Fund
let donorContribution: { id: string; code: string }

beforeAll(async () => {
  fund = await service.fund()
  donorContribution = await received(fund, '200000.00')
  other = await service.fund()
})
const owner = () => service.database().owner
const sound = async () => expect(await violations(owner(), fund.id)).toEqual([])
const read = async (id: string) => (await fund.cast.auditor!.get(`/disbursement-requests/${id}`).expect(200)).body
const openPointsOf = async (id: string) =>
  (await closing(fund, id)).points.filter(({ isDone }: { isDone: boolean }) => !isDone)

test('what a payee has not spent becomes its debt, and available again once the cash is back', async () => {
  const id = await paidRequest(fund, '500.00', '500.00')
  const before = await stages(service, fund)
  await unspent(fund, id, '120.01').expect(201)
  expect(await read(id)).toMatchObject({
    recovery: {
      due: usd('120.01'),
      outstanding: usd('120.01'),
      unspent: [{ category: 'grants', reason: 'Left over', amount: usd('120.01') }],
    },
    stages: { disbursed: usd('500.00') },
  })
  expect(await stages(service, fund)).toEqual(before)
  await recover(fund, id, '120.01', today()).expect(201)
  const { stages: at, recovery } = await read(id)
  expect([at.disbursed, recovery.outstanding]).toEqual([usd('379.99'), usd('0.00')])
  const code = (await read(id)).code
  expect(await accounts(service, fund, `assets:%:${code}`)).toEqual({ [`assets:advances:${code}`]: '37999' })
  await sound()
})

test('what was recorded as unspent or as come back too high is taken back or put right by two people', async () => {
  const id = await paidRequest(fund, '500.00', '500.00')
  const wrong = await unspent(fund, id, '400.00').expect(201)
  const came = await recover(fund, id, '300.00', today()).expect(201)
  const entryOf = async (kind: string, source: string) =>
    (await owner()('entries').where({ fund_id: fund.id, kind, source }).first('id')).id as string
  const propose = (entryId: string, right?: object) =>
    fund.cast.controller!.post(`/funds/${fund.id}/corrections`, {
      entryId,
      reason: 'A digit',
      ...(right ? { right } : {}),
    })
  const confirm = (correction: string, by = fund.cast.director!) =>
    by.post(`/corrections/${correction}/decisions`, { verdict: 'confirm', reason: 'Seen' })

  const built = await propose(await entryOf('unspent_identified', wrong.body.id))
  expect([built.status, built.body.code]).toEqual([409, 'built_upon'])
  const proposed = await propose(await entryOf('recovery_received', came.body.id), { bankValue: usd('30.00') })
  expect(proposed.status).toBe(201)
  await sound()
  const confirmed = await confirm(proposed.body.id)
  expect([confirmed.status, confirmed.body.code]).toEqual([201, undefined])
  expect((await read(id)).recovery).toMatchObject({ received: usd('30.00'), outstanding: usd('370.00') })
  expect((await read(id)).recovery.recoveries).toHaveLength(1)
  await sound()
  const right = await owner()('entries')
    .where({ fund_id: fund.id, kind: 'corrected', source: proposed.body.id })
    .first('id')
  const none = await propose(right.id)
  await confirm(none.body.id).expect(201)
  expect((await read(id)).recovery).toMatchObject({ received: usd('0.00'), outstanding: usd('400.00') })
  await recover(fund, id, '300.00', today()).expect(201)
  const twice = await recover(fund, id, '300.00', today())
  expect(twice.body.code).toBe('already_exists')
  await sound()
})

test('a recovery above what is owed, in a closed month or in another currency says what to do', async () => {
  const id = await paidRequest(fund, '500.00', '500.00')
  await unspent(fund, id, '100.00').expect(201)
  const more = await recover(fund, id, '100.01', today())
  expect([more.body.code, more.body.outstanding]).toEqual(['exceeds_recoverable', usd('100.00')])
  const early = await fund.cast.reconciler!.post(`/disbursement-requests/${id}/recoveries`, {
    ...{ receivedOn: today(), bookedOn: '2026-01-01', bankAccountId: fund.bank, received: usd('1.00'), reference: 'E' },
  })
  expect(early.body.code).toBe('dates_out_of_order')
  const euros = await service
    .admin()
    .post(`/funds/${fund.id}/bank-accounts`, { code: 'euro', name: 'Euro', currency: 'EUR' })
    .expect(201)
  const inEuros = (amount: string) =>
    fund.cast.reconciler!.post(`/disbursement-requests/${id}/recoveries`, {
      ...{
        receivedOn: today(),
        bankAccountId: euros.body.id,
        received: { amount, currency: 'EUR' },
        reference: 'EUR 1',
      },
    })
  expect((await inEuros('80.00')).body.code).toBe('rate_missing')
  await treasuryOf(service, fund).rate('EUR', today().slice(0, 7), '0.8')
  expect((await inEuros('80.01')).body.code).toBe('exceeds_recoverable')
  const came = await inEuros('33.33').expect(201)
  expect(came.body).toMatchObject({ settles: usd('41.66'), outstanding: usd('58.34'), late: false })
  await sound()
})

test('money that came in a month which is closed since is booked on an open day, at the rate of the day on which it came', async () => {
  const own = await service.fund()
  const treasury = treasuryOf(service, own)
  await treasury.received(await treasury.agreed(), '500.00 USD')
  const came = '2026-09-15'
  try {
    time.set(new Date(`${came}T09:00:00Z`))
    const { id } = await approved(own, '400.00')
    const payment = await released(own, id, '400.00')
    await settle(own, payment, '400.00', came).expect(201)
    await unspent(own, id, '400.00', undefined, { identifiedOn: came }).expect(201)
    time.set(Date.now())
    const { close: shut } = monthsOf(service, own)
    for (let month = came.slice(0, 7); ;) {
      const { status, body } = await shut(month, 'soft')
      if (status === 201 && month === came.slice(0, 7)) break
      month = status === 201 ? came.slice(0, 7) : body.month
    }
    const record = (more: object) =>
      own.cast.reconciler!.post(`/disbursement-requests/${id}/recoveries`, {
        ...{ receivedOn: came, bankAccountId: own.bank, received: usd('400.00'), reference: 'LATE NOTE', ...more },
      })
    const refused = await record({})
    expect([refused.status, refused.body.code]).toEqual([409, 'period_closed'])
    await record({ bookedOn: refused.body.firstOpenDay }).expect(201)
    const row = await owner()('recoveries').where({ request_id: id }).first()
    const entry = await owner()('entries').where({ fund_id: own.id, source: row.id }).first()
    expect([row.received_on, entry.occurred_on]).toEqual([came, refused.body.firstOpenDay])
  } finally {
    time.set(Date.now())
  }
  expect(await violations(owner(), own.id)).toEqual([])
})

test('closing gives back what is committed, is done once by ten at a time, and leaves only what was accounted for', async () => {
  const id = await readyToClose(fund)
  expect(await openPointsOf(id)).toEqual([{ point: 'committed', isDone: false, items: 1, amount: usd('100.00') }])
  const before = await stages(service, fund)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => close(fund, id, i % 2 ? fund.cast.fundManager2! : fund.cast.controller!)),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'not_closable']))
  expect(await read(id)).toMatchObject({ status: 'closed', stages: { committed: usd('0.00'), disbursed: usd('0.00') } })
  const after = await stages(service, fund)
  expect(Number(after.available) - Number(before.available)).toBeCloseTo(100)
  expect(await closing(fund, id)).toMatchObject({
    closure: { note: 'All is back' },
    contributions: [{ contribution: { code: donorContribution.code }, unspent: usd('400.00'), terms: 'stay' }],
  })
  await sound()
})

test('a closed request stands still: in what people ask, and in the database', async () => {
  const id = await readyToClose(fund)
  await close(fund, id).expect(201)
  const [payment] = await owner()('payments').where({ request_id: id })
  const code = async (answer: PromiseLike<{ body: { code: string } }>) => (await answer).body.code
  const { cast } = fund
  expect(await code(certify(fund, id, '1.00'))).toBe('not_approved')
  expect(await code(decide(cast.fundManager3!, id))).toBe('not_awaiting_decision')
  expect(await code(unspent(fund, id, '1.00'))).toBe('not_paid_yet')
  expect(await code(close(fund, id))).toBe('not_closable')
  const back = { valueDate: today(), reason: 'No', reference: 'R' }
  expect(await code(cast.reconciler!.post(`/payments/${payment.id}/returns`, back))).toBe('request_closed')
  const lower = { amount: usd('1.00'), reason: 'Less' }
  expect(await code(cast.fundManager!.post(`/disbursement-requests/${id}/reductions`, lower))).toBe('not_approved')
  expect(await code(recover(fund, id, '1.00', today()))).toBe('exceeds_recoverable')

  const final = { constraint: 'closed_request_is_final' }
  const { service: db } = service.database()
  const row = await owner()('requests').where({ id }).first()
  await expect(db('requests').where({ id }).update({ status: 'active' })).rejects.toMatchObject(final)
  await expect(db('requests').where({ id }).update({ title: 'Another' })).rejects.toMatchObject(final)
  const act = (await owner()('closures').where({ request_id: id }).first()).act_id
  for (const [table, more] of Object.entries({
    obligation_reductions: {
      id: 'rdn_00000000000000000000000000',
      amount: 1,
      reason: 'x',
      reduced_by: cast.fundManager!.id,
    },
    releases: { payment_id: payment.id, place: 1, released_by: cast.treasurer!.id },
  }))
    await expect(db(table).insert({ request_id: id, act_id: act, ...more })).rejects.toMatchObject(final)
  await expect(owner()('payments').where({ id: payment.id }).update({ status: 'returned' })).rejects.toMatchObject(
    final,
  )
  const post = (address: string, stage: string) =>
    db
      .raw(
        `select * from post_entries(?, ?, array['receipt'], array['x'], array[current_date], array[''], array[null]::bigint[], array[1, 1],
         array[?, 'budget:available:${donorContribution.code}'], array['USD', 'USD'], array[?, ?], array[?, null], array[1, -1]::bigint[], array[1, -1]::bigint[])`,
        [fund.id, act, address, donorContribution.id, donorContribution.id, id],
      )
      .then(() => stage)
  await expect(post(`budget:disbursed:${donorContribution.code}:${row.code}`, 'disbursed')).rejects.toMatchObject({
    constraint: 'closed_accounts_stand_still',
  })
  await sound()
})

test('nobody says that a request is closed while something of it is left, nor without its closing', async () => {
  const { service: db } = service.database()
  const id = await paidRequest(fund, '400.00', '300.00')
  const refused = { constraint: 'closed_with_nothing_left' }
  await expect(db('requests').where({ id }).update({ status: 'closed' })).rejects.toMatchObject(refused)
  const ready = await readyToClose(fund)
  await expect(db('requests').where({ id: ready }).update({ status: 'closed' })).rejects.toMatchObject(refused)
  const { id: unpaid } = await approved(fund, '10.00')
  await expect(db('requests').where({ id: unpaid }).update({ status: 'closed' })).rejects.toMatchObject({
    constraint: 'closed_after_paying',
  })
})

test('what will not come back is given up by two, is accounted for, and what comes of it after all is recorded late', async () => {
  const id = await paidRequest(fund, '400.00', '400.00')
  await unspent(fund, id, '400.00').expect(201)
  await lesson(fund, id).expect(201)
  const proposed = await fund.cast
    .controller!.post(`/disbursement-requests/${id}/recovery-write-offs`, {
      ...{ amount: usd('400.00'), writtenOffOn: today(), reason: 'The partner is no more' },
    })
    .expect(201)
  expect((await close(fund, id)).body).toMatchObject({ code: 'not_ready_to_close', points: [{ point: 'recoveries' }] })
  await fund.cast.director!.post(`/proposals/${proposed.body.id}/decisions`, { verdict: 'approve' }).expect(201)
  await recover(fund, id, '15.00', today()).expect(201)
  await close(fund, id).expect(201)
  expect((await read(id)).stages).toMatchObject({ disbursed: usd('0.00'), reported: usd('385.00') })
  await sound()

  const before = await stages(service, fund)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      fund.cast.reconciler!.post(`/disbursement-requests/${id}/recoveries`, {
        ...{ receivedOn: today(), bankAccountId: fund.bank, received: usd('100.00'), reference: `LATE ${i} ${id}` },
      }),
    ),
  )
  expect(answers.filter(({ status }) => status === 201).map(({ body }) => body.late)).toEqual([true, true, true])
  expect(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code)).toEqual(
    Array.from({ length: 7 }, () => 'exceeds_recoverable'),
  )
  const after = await stages(service, fund)
  expect(Number(after.available) - Number(before.available)).toBeCloseTo(300)
  expect((await read(id)).recovery).toMatchObject({ late: usd('315.00'), outstanding: usd('0.00') })
  expect(await accounts(service, fund, 'income:prior-year-recoveries')).toMatchObject({
    'income:prior-year-recoveries': '-31500',
  })
  await sound()
})

test('an audit finding is answered by who must act, ended by the side that recorded it, and keeps the request open', async () => {
  const id = await readyToClose(fund)
  const { cast } = fund
  const { body } = await finding(fund, id).expect(201)
  const at = `/findings/${body.id}`
  const end = (by = cast.auditor!, outcome = 'settled') => by.post(`${at}/endings`, { outcome, note: 'Seen' })
  const answer = (by = cast.certifyingOfficer!) => by.post(`${at}/answers`, { answer: 'One was a copy' })
  expect((await close(fund, id)).body).toMatchObject({
    code: 'not_ready_to_close',
    points: [{ point: 'findings', items: 1 }],
  })
  expect((await end()).body.code).toBe('not_answered_yet')
  expect((await answer(cast.fundManager!)).body.code).toBe('not_for_you')
  await answer().expect(201)
  expect((await end(cast.controller!)).body.code).toBe('role_not_allowed')
  expect((await end(cast.certifyingOfficer!)).body.code).toBe('role_not_allowed')
  const ended = await Promise.all(Array.from({ length: 5 }, () => end()))
  expect(ended.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409])
  expect((await answer()).body.code).toBe('finding_ended')
  expect((await end()).body.code).toBe('finding_ended')
  const { items } = (await cast.auditor!.get(`/funds/${fund.id}/findings`).expect(200)).body
  expect(items[0]).toMatchObject({
    ...{ request: { id }, severity: 'high', mustAct: { id: cast.certifyingOfficer!.id } },
    answers: [{ answer: 'One was a copy' }],
    ending: { outcome: 'settled', by: { id: cast.auditor!.id } },
  })
  expect((await cast.auditor!.get(`/disbursement-requests/${id}/findings?open=true`).expect(200)).body.items).toEqual(
    [],
  )
  await close(fund, id).expect(201)

  const both = await service.person('Both', fund.id, ['auditor', 'certifying_officer'])
  const own = await finding(fund, id, { mustAct: both.id }).expect(201)
  const answered = await both.post(`/findings/${own.body.id}/answers`, { answer: 'Done' }).expect(201)
  const itself = await both.post(`/findings/${own.body.id}/endings`, { outcome: 'settled', note: 'Fine' })
  expect([itself.status, itself.body.code]).toEqual([403, 'not_for_you'])
  const { owner: db } = service.database()
  const of = { finding_id: own.body.id, fund_id: fund.id, must_act: both.id, outcome: 'settled', note: 'x' }
  const act = (await db('findings').where({ id: own.body.id }).first()).act_id
  const row = {
    ...of,
    answer_id: answered.body.id,
    ended_by: both.id,
    person_kind: 'person',
    ended_at: new Date(),
    act_id: act,
  }
  await expect(db('finding_endings').insert(row)).rejects.toMatchObject({ constraint: 'finding_ended_by_another' })
})

test('who must act is reminded once on the day, and once more a week later with those above', async () => {
  const id = await paidRequest(fund, '40.00', '40.00')
  const { body } = await finding(fund, id).expect(201)
  const { service: db } = service.database()
  const told = async () => {
    const rows = await owner()('notifications').where({ event: 'finding_due' }).where('key', 'like', `${body.id}%`)
    return rows.map(({ person_id, key }) => [key.split('#')[1], person_id]).sort()
  }
  const inAWeek = new Date(Date.now() + 7 * 86_400_000)
  await remindFindings(db, new Date(Date.now() - 86_400_000))
  expect(await told()).toEqual([])
  await Promise.all([1, 2, 3].map(() => remindFindings(db, new Date())))
  expect(await told()).toEqual([['due', fund.cast.certifyingOfficer!.id]])
  await remindFindings(db, inAWeek)
  await remindFindings(db, inAWeek)
  const late = ['certifyingOfficer', 'auditor', 'director'].map((name) => ['late', fund.cast[name]!.id])
  expect(await told()).toEqual([['due', fund.cast.certifyingOfficer!.id], ...late].sort())
})

test('a lesson is found by its words in any script, by theme and phase, and only by who may know of its process', async () => {
  const id = await paidRequest(fund, '40.00', '40.00')
  await lesson(fund, id, fund.cast.fundManager!, {
    title: 'Ferry for the delegations',
    themes: ['natural_resources'],
  }).expect(201)
  await lesson(fund, id, fund.cast.requester!, { title: 'لقاء على النهر', advice: 'اجتمعوا حيث لا مضيف' }).expect(201)
  const found = async (query: string, by = fund.cast.certifyingOfficer!) =>
    (await by.get(`/funds/${fund.id}/lessons?${query}`).expect(200)).body.items.map(
      ({ title }: { title: string }) => title,
    )
  expect(await found('words=ferry')).toEqual(['Ferry for the delegations'])
  expect(await found(`words=${encodeURIComponent('النهر')}`)).toEqual(['لقاء على النهر'])
  expect(await found('theme=natural_resources')).toEqual(['Ferry for the delegations'])
  expect(await found('words=ferry&phase=implementation')).toEqual([])
  const secret = await fund.cast.fundManager!.post(`/funds/${fund.id}/processes`, {
    ...{ name: 'A quiet channel', country: 'Chad', region: 'Central Africa', phase: 'after_violence' },
    confidentiality: 'strictly_confidential',
  })
  const { owner: db } = service.database()
  const row = await db('lessons').where({ title: 'Ferry for the delegations' }).first()
  await db('lessons').insert({
    ...row,
    id: row.id.replace(/..$/, 'zz'),
    process_id: secret.body.id,
    title: 'Quiet ferry',
  })
  expect(await found('words=ferry')).toEqual(['Ferry for the delegations'])
  expect(await found('words=ferry', fund.cast.auditor!)).toContain('Quiet ferry')
})

test('where the agreement says so, what a closed request left unspent is due back to the donor, and is refunded as ever', async () => {
  const giving = await service.fund()
  const { id: contribution } = await received(giving, '1000.00', undefined, { unspent: 'return' })
  const due = async () =>
    (await giving.cast.controller!.get(`/funds/${giving.id}/refunds-due`).expect(200)).body.items as object[]
  const id = await readyToClose(giving)
  expect(await due()).toEqual([])
  await close(giving, id).expect(201)
  expect(await due()).toMatchObject([{ contribution: { id: contribution }, terms: 'return', due: usd('400.00') }])
  const refund = { amount: usd('150.00'), decidedOn: today(), reason: 'Unspent' }
  await giving.cast.controller!.post(`/contributions/${contribution}/refunds`, refund).expect(201)
  expect(await due()).toMatchObject([{ due: usd('250.00'), refunded: usd('150.00'), isOver: false }])
  expect(await violations(owner(), giving.id)).toEqual([])
})

type Wrong = [
  says: string,
  code: string,
  status: number,
  attempt: () => Promise<{ status: number; body: { code: string } }>,
]
const wrongs: Wrong[] = [
  [
    'unspent of another fund’s request',
    'not_found',
    404,
    async () => unspent(other, await paidOnce(), '1.00', await stranger()),
  ],
  [
    'unspent, said by who asked',
    'role_not_allowed',
    403,
    async () => unspent(fund, await paidOnce(), '1.00', fund.cast.requester!),
  ],
  [
    'unspent of what is not paid',
    'not_paid_yet',
    409,
    async () => unspent(fund, (await approved(fund, '5.00')).id, '1.00'),
  ],
  [
    'unspent tomorrow',
    'date_in_future',
    422,
    async () => unspent(fund, await paidOnce(), '1.00', undefined, { identifiedOn: '2199-01-01' }),
  ],
  [
    'unspent before it was paid',
    'dates_out_of_order',
    422,
    async () => unspent(fund, await paidOnce(), '1.00', undefined, { identifiedOn: '2026-01-01' }),
  ],
  [
    'unspent in another currency',
    'currency_mismatch',
    422,
    async () => unspent(fund, await paidOnce(), '1.00', undefined, { amount: { amount: '1.00', currency: 'EUR' } }),
  ],
  ['more unspent than was paid', 'exceeds_unaccounted', 409, async () => unspent(fund, await paidOnce(), '40.01')],
  [
    'unspent where nothing was paid',
    'exceeds_unaccounted',
    409,
    async () => unspent(fund, await paidOnce(), '1.00', undefined, { category: 'travel' }),
  ],
  ['closing by who asked', 'role_not_allowed', 403, async () => close(fund, await paidOnce(), fund.cast.requester!)],
  [
    'closing by who certified',
    'role_not_allowed',
    403,
    async () => close(fund, await paidOnce(), fund.cast.certifyingOfficer!),
  ],
  ['closing while money is out', 'not_ready_to_close', 409, async () => close(fund, await paidOnce())],
  ['closing what was never paid', 'not_closable', 409, async () => close(fund, (await approved(fund, '5.00')).id)],
  [
    'a finding against oneself',
    'about_yourself',
    403,
    async () => {
      const both = await service.person('Both', fund.id, ['auditor', 'certifying_officer'])
      return finding(fund, await paidOnce(), { mustAct: both.id }, both)
    },
  ],
  [
    'a finding for somebody of no fund',
    'not_found',
    404,
    async () => finding(fund, await paidOnce(), { mustAct: service.admin().id }),
  ],
  [
    'a finding that was due yesterday',
    'dates_out_of_order',
    422,
    async () => finding(fund, await paidOnce(), { dueOn: '2026-01-01' }),
  ],
  [
    'a finding by a fund manager',
    'role_not_allowed',
    403,
    async () => finding(fund, await paidOnce(), {}, fund.cast.fundManager!),
  ],
  ['a lesson of what was not decided', 'not_approved', 409, async () => lesson(fund, (await approvedNot()).id)],
  ['a lesson by an auditor', 'role_not_allowed', 403, async () => lesson(fund, await paidOnce(), fund.cast.auditor!)],
]
let once: string | undefined
const paidOnce = async () => (once ??= await paidRequest(fund, '50.00', '40.00'))
const stranger = () => service.person('Stranger', other.id, ['controller'])
const approvedNot = async () => {
  const { draft } = await import('../support/asking.ts')
  return draft(fund, '5.00')
}
test.each(wrongs)('refused, with nothing changed: %s', async (_says, code, status, attempt) => {
  const count = async () =>
    (
      await owner().raw(
        `select (select count(*) from entries) + (select count(*) from recoverables) + (select count(*) from closures)
              + (select count(*) from findings) + (select count(*) from lessons) as n, (select count(*) from payments) as p`,
      )
    ).rows[0]
  await paidOnce()
  const before = await count()
  const answer = await attempt()
  expect([answer.status, answer.body.code]).toEqual([status, code])
  if (code !== 'not_paid_yet' && code !== 'not_closable') expect(await count()).toEqual(before)
})
