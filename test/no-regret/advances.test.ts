import { unwindOverdue } from '../../server/no-regret/overdue.ts'
import { remindToRatify } from '../../server/no-regret/tell.ts'
import { certify, decide, draft, released, submit } from '../support/asking.ts'
import { received, stages } from '../support/money-in.ts'
import { ownService } from '../support/service.ts'
import { violations } from '../invariants/check.ts'
import { accounts, active, advance, asked, hurried, movableClock, paid, ratify, recover, settle } from './telling.ts'

const time = movableClock()
const service = ownService({ clock: time.clock })
const today = () => time.now().toISOString().slice(0, 10)
const db = () => service.database().service

afterEach(() => time.set(Date.now()))

/** A fund of 100,000.00, and at the end every invariant of the books. */
async function fundWith(amount = '100000.00') {
  const fund = await service.fund()
  await received(fund, amount)
  return fund
}
const soundBooks = async (fundId: string) => expect(await violations(service.database().owner, fundId)).toEqual([])

test('one fund manager lets the money of an advance move, and the rest of the row ratifies it afterwards', async () => {
  const fund = await fundWith()
  const { id } = await asked(fund, '8000.00')
  expect((await advance(fund, id)).advance).toMatchObject({
    status: 'asked',
    ratificationHours: 72,
    ceiling: { left: { amount: '12000.00' }, open: { amount: '8000.00' } },
  })
  await decide(fund.cast.fundManager!, id).expect(201)
  const let_ = await advance(fund, id)
  expect(let_).toMatchObject({ status: 'active', advance: { status: 'active', ratifyBy: expect.any(String) } })
  expect(let_.waitingFor.map(({ role }: { role: string }) => role).sort()).toEqual([
    'certifying_officer',
    'fund_manager',
  ])
  expect(await stages(service, fund)).toMatchObject({ available: '92000.00', committed: '8000.00' })

  await paid(fund, id, '8000.00', today())
  const again = await decide(fund.cast.fundManager!, id)
  expect([again.status, again.body.code]).toEqual([409, 'already_decided_by_you'])
  await ratify(fund, id)
  expect(await advance(fund, id)).toMatchObject({
    status: 'active',
    waitingFor: [],
    advance: { status: 'ratified', cause: 'approved', ceiling: { left: { amount: '20000.00' } }, recovery: null },
  })
  time.passHours(100)
  expect(await unwindOverdue(db(), time.now())).toBe(0)
  await soundBooks(fund.id)
})

test('the time for ratification ends to the second: its last instant is in time, the next is not, before any worker has come', async () => {
  const fund = await fundWith()
  const [inTime, late] = [await active(fund, '5000.00'), await active(fund, '6000.00')]
  const until = new Date((await advance(fund, late.id)).advance.ratifyBy)
  expect(until.getTime() - new Date((await advance(fund, late.id)).advance.activatedAt).getTime()).toBe(72 * 3_600_000)
  time.set(new Date((await advance(fund, inTime.id)).advance.ratifyBy))
  await ratify(fund, inTime.id)
  expect(await unwindOverdue(db(), time.now())).toBe(0)

  await decide(fund.cast.certifyingOfficer!, late.id).expect(201)
  time.set(until.getTime() + 1)
  const tooLate = await decide(fund.cast.fundManager2!, late.id)
  expect([tooLate.status, tooLate.body.code]).toEqual([409, 'ratification_overdue'])
  const certified = await certify(fund, late.id, '1.00')
  expect([certified.status, certified.body.code]).toEqual([409, 'ratification_overdue'])
  expect((await advance(fund, late.id)).advance).toMatchObject({ status: 'active', isOverdue: true })

  expect(
    (await Promise.all(Array.from({ length: 5 }, () => unwindOverdue(db(), time.now())))).reduce((a, b) => a + b),
  ).toBe(1)
  expect(await advance(fund, late.id)).toMatchObject({
    status: 'unwound',
    advance: { status: 'unwound', cause: 'overdue' },
  })
  expect(await stages(service, fund)).toMatchObject({ available: '95000.00', committed: '5000.00' })
  await soundBooks(fund.id)
})

test('unwinding cancels what is unpaid and makes what was paid a debt of the payee, to the cent and contribution by contribution', async () => {
  const fund = await service.fund()
  const [one, two] = [await received(fund, '6000.01'), await received(fund, '9000.00')]
  const { id } = await active(fund, '9000.00')
  await paid(fund, id, '3333.33', today())
  await paid(fund, id, '0.01', today())
  await certify(fund, id, '2000.00').expect(201)
  await decide(fund.cast.certifyingOfficer!, id, 'reject', 'The parties did not come').expect(201)
  const told = await advance(fund, id)
  expect(told).toMatchObject({
    status: 'unwound',
    advance: {
      status: 'unwound',
      cause: 'rejected',
      reason: 'The parties did not come',
      recovery: { payee: 'Centre for Dialogue', due: { amount: '3333.34' }, outstanding: { amount: '3333.34' } },
    },
  })
  expect(await stages(service, fund)).toMatchObject({
    authority: '-15000.01',
    available: '11666.67',
    disbursed: '3333.34',
  })
  const owed = await accounts(service, fund, 'budget:disbursed:%')
  expect(Object.keys(owed).every((address) => /^budget:disbursed:D\d+:recoverable:R/.test(address))).toBe(true)
  expect(Object.values(await accounts(service, fund, 'assets:partner-refunds:%'))).toEqual(['333334'])
  expect(await accounts(service, fund, 'assets:advances:%')).toEqual({})
  expect(await accounts(service, fund, 'liabilities:payable:%')).toEqual({})
  const report = (await fund.cast.auditor!.get(`/funds/${fund.id}/donors/${one.donorId}/report`)).body
  const others = (await fund.cast.auditor!.get(`/funds/${fund.id}/donors/${two.donorId}/report`)).body
  expect((Number(report.totals.toBeRecovered.amount) + Number(others.totals.toBeRecovered.amount)).toFixed(2)).toBe(
    '3333.34',
  )
  await soundBooks(fund.id)

  // Some of it comes back, the rest is given up by two people with the authority.
  await recover(fund, id, '1000.00', today()).expect(201)
  const more = await recover(fund, id, '2333.35', today())
  expect([more.status, more.body.code, more.body.outstanding]).toEqual([
    409,
    'exceeds_recoverable',
    { amount: '2333.34', currency: 'USD' },
  ])
  expect(await stages(service, fund)).toMatchObject({ available: '12666.67', disbursed: '2333.34' })
  await soundBooks(fund.id)
  const proposed = await fund.cast
    .controller!.post(`/disbursement-requests/${id}/recovery-write-offs`, {
      amount: { amount: '2333.34', currency: 'USD' },
      writtenOffOn: today(),
      reason: 'The centre was closed',
    })
    .expect(201)
  const own = await fund.cast.controller!.post(`/proposals/${proposed.body.id}/decisions`, { verdict: 'approve' })
  expect(own.body.code).toBe('two_people_needed')
  await fund.cast.director!.post(`/proposals/${proposed.body.id}/decisions`, { verdict: 'approve' }).expect(201)
  expect((await advance(fund, id)).advance.recovery).toMatchObject({
    received: { amount: '1000.00' },
    writtenOff: { amount: '2333.34' },
    outstanding: { amount: '0.00' },
  })
  expect(await stages(service, fund)).toMatchObject({ available: '12666.67', disbursed: '2333.34' })
  expect(await accounts(service, fund, 'expense:write-off')).toEqual({ 'expense:write-off': '233334' })
  await soundBooks(fund.id)
})

test.each(['settled first', 'unwound first'])(
  'a payment on its way ends as a debt of the payee, once, whichever comes first: %s',
  async (order) => {
    const fund = await fundWith()
    const { id } = await active(fund, '4000.00')
    const payment = await released(fund, id, '4000.00')
    const unwind = () => decide(fund.cast.certifyingOfficer!, id, 'reject', 'No').expect(201)
    if (order === 'unwound first') await unwind()
    await settle(fund, payment, '4000.00', today()).expect(201)
    if (order === 'settled first') await unwind()
    expect((await advance(fund, id)).advance.recovery).toMatchObject({
      due: { amount: '4000.00' },
      onItsWay: { amount: '0.00' },
    })
    const back = await fund.cast.reconciler!.post(`/payments/${payment}/returns`, {
      ...{ valueDate: today(), reason: 'Closed account', reference: 'ST 9' },
    })
    expect([back.status, back.body.code]).toEqual([409, 'to_be_recovered'])
    await soundBooks(fund.id)
  },
)

test('a payment on its way that comes back after the unwinding is cancelled, and its money returns to where it came from', async () => {
  const fund = await fundWith()
  const { id } = await active(fund, '4000.00')
  const payment = await released(fund, id, '4000.00')
  await decide(fund.cast.certifyingOfficer!, id, 'reject', 'No').expect(201)
  expect((await advance(fund, id)).advance.recovery).toMatchObject({ onItsWay: { amount: '4000.00' } })
  await fund.cast
    .reconciler!.post(`/payments/${payment}/returns`, {
      valueDate: today(),
      reason: 'Closed account',
      reference: 'ST 9',
    })
    .expect(201)
  expect(await stages(service, fund)).toEqual({ authority: '-100000.00', available: '100000.00' })
  expect((await fund.cast.auditor!.get(`/payments/${payment}`)).body.status).toBe('cancelled')
  await soundBooks(fund.id)
})

test('settling and unwinding at once leave the payment in exactly one state', async () => {
  for (let round = 0; round < 4; round += 1) {
    const fund = await fundWith('5000.00')
    const { id } = await active(fund, '4000.00')
    const payment = await released(fund, id, '4000.00')
    time.passHours(73)
    const [unwound, settled] = await Promise.all([
      unwindOverdue(db(), time.now()),
      settle(fund, payment, '4000.00', today()),
    ])
    expect([unwound, settled.status]).toEqual([1, 201])
    expect((await advance(fund, id)).advance.recovery).toMatchObject({ due: { amount: '4000.00' } })
    expect(await stages(service, fund)).toEqual({ authority: '-5000.00', available: '1000.00', disbursed: '4000.00' })
    await soundBooks(fund.id)
  }
})

test('ten requests at once never exceed the ceiling of their process, and the last cent of it can be asked for', async () => {
  const fund = await fundWith()
  const drafts = []
  for (let i = 0; i < 10; i += 1) drafts.push(await hurried(fund, '6000.01'))
  const answers = await Promise.all(drafts.map((one) => submit(fund, one)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  for (const { status, body } of answers.filter((one) => one.status !== 201))
    expect([status, body.code]).toEqual([409, 'no_regret_ceiling'])
  await submit(fund, await hurried(fund, '1999.97')).expect(201)
  const none = await submit(fund, await hurried(fund, '0.01'))
  expect(none.body).toMatchObject({ code: 'no_regret_ceiling', left: { amount: '0.00' } })
  const ceiling = await fund.cast.auditor!.get(`/processes/${fund.process}/no-regret-ceiling`).expect(200)
  expect(ceiling.body).toMatchObject({ ceiling: { amount: '20000.00' }, left: { amount: '0.00' } })
  expect(await stages(service, fund)).toMatchObject({ reserved: '20000.00' })
})

test('the ceiling stands in the database as well, for ten at once who pass by the service', async () => {
  const fund = await fundWith()
  const { owner } = service.database()
  const drafts: string[] = []
  for (let i = 0; i < 10; i += 1) drafts.push((await hurried(fund, '6000.01')).id)
  const act = await owner('acts').orderBy('id', 'desc').first('id')
  const answers = await Promise.allSettled(
    drafts.map((id) =>
      owner.transaction(async (trx) => {
        const key = { request_id: id, round: 1 }
        const hash = Buffer.alloc(32)
        await trx('submissions').insert({
          ...{
            ...key,
            submitted_by: fund.cast.requester!.id,
            amount: 600001,
            content_hash: hash,
            content: {},
            risk: 'low',
          },
          ...{
            matrix_from: '1990-01-01',
            rule_from: '1990-01-01',
            reserved_until: '2099-01-01',
            submitted_at: time.now(),
          },
          act_id: act.id,
        })
        await trx('requests').where({ id }).update({ status: 'submitted', round: 1, content_hash: hash })
        await trx('no_regret_advances').insert({
          ...{ ...key, fund_id: fund.id, process_id: fund.process, amount: 600001, ceiling: 2000000 },
          ...{ ratification_hours: 72, lanes_from: '1990-01-01', act_id: act.id },
        })
      }),
    ),
  )
  const reasons = answers.flatMap((one) =>
    one.status === 'rejected' ? [(one.reason as { constraint: string }).constraint] : [],
  )
  expect(reasons).toEqual(Array.from({ length: 7 }, () => 'no_regret_ceiling'))
  // Nor is a request of the lane submitted without being counted.
  const uncounted = owner.transaction((trx) =>
    trx('requests')
      .where({ id: drafts[reasons.length > 0 ? answers.findIndex(({ status }) => status === 'rejected') : 0] })
      .update({ status: 'submitted' }),
  )
  await expect(uncounted).rejects.toMatchObject({ constraint: 'no_regret_is_counted' })
})

test('nobody ratifies, certifies or releases late in the database either, and what is unwound stays unwound', async () => {
  const fund = await fundWith()
  const { id } = await active(fund, '100.00')
  await paid(fund, id, '10.00', today())
  const { owner } = service.database()
  const until = new Date((await advance(fund, id)).advance.ratifyBy)
  const after = new Date(until.getTime() + 1)
  const row = { request_id: id, fund_id: fund.id, ratify_by: until, act_id: (await owner('acts').first('id')).id }
  const ending = (more: object) => owner('advance_endings').insert({ ...row, reason: '', ...more })
  const early = ending({ outcome: 'unwound', cause: 'overdue', ended_at: until })
  await expect(early).rejects.toMatchObject({ constraint: 'unwound_when_overdue' })
  const undecided = ending({ outcome: 'ratified', cause: 'approved', ended_at: until })
  await expect(undecided).rejects.toMatchObject({ constraint: 'advance_is_ratified' })
  const [payment] = await owner('payments').where({ request_id: id })
  const late = owner('payments').insert({
    ...payment,
    id: payment.id.replace(/...$/, 'zzz'),
    code: 'P-late',
    certified_at: after,
  })
  await expect(late).rejects.toMatchObject({ constraint: 'advance_in_time' })
  const release = await owner('releases').where({ request_id: id }).first()
  const released_ = owner('releases').insert({ ...release, place: 2, released_at: after })
  await expect(released_).rejects.toMatchObject({ constraint: 'advance_in_time' })
  const [decision] = await owner('decisions').where({ request_id: id })
  const decided = owner('decisions').insert({ ...decision, id: decision.id.replace(/...$/, 'zzz'), decided_at: after })
  await expect(decided).rejects.toMatchObject({ constraint: 'advance_in_time' })

  await ratify(fund, id)
  const second = ending({ outcome: 'unwound', cause: 'rejected', ended_at: until })
  await expect(second).rejects.toMatchObject({ constraint: 'advance_endings_pkey' })
  const status = owner('requests').where({ id }).update({ status: 'unwound' })
  await expect(status).rejects.toMatchObject({ constraint: 'advance_is_as_its_rows' })
  const due = { payment_id: payment.id, request_id: id, fund_id: fund.id, amount: payment.amount, due_from: today() }
  await expect(owner('recoverables').insert({ ...due, act_id: row.act_id })).rejects.toMatchObject({ code: '23503' })
})

test('who must ratify is reminded at half of the time and once more before its end, and who asked is told that it was unwound', async () => {
  const fund = await fundWith()
  const { id } = await active(fund, '100.00')
  const told = async () => {
    const rows = await service
      .database()
      .owner('notifications')
      .join('people', 'people.id', 'notifications.person_id')
      .where({ fund_id: fund.id })
      .where('link', `/requests/${id}`)
      .whereIn('event', ['ratification_due', 'no_regret_unwound'])
      .select('event', 'key', 'name')
    return (name: string) => rows.filter((one) => one.name === name).map((one) => one.event)
  }
  time.passHours(35.9)
  await remindToRatify(db(), time.now())
  expect((await told())('certifyingOfficer')).toEqual([])
  time.passHours(0.2)
  for (let i = 0; i < 3; i += 1) await remindToRatify(db(), time.now())
  expect((await told())('certifyingOfficer')).toEqual(['ratification_due'])
  time.passHours(31)
  await Promise.all([remindToRatify(db(), time.now()), remindToRatify(db(), time.now())])
  expect((await told())('certifyingOfficer')).toEqual(['ratification_due', 'ratification_due'])
  time.passHours(5)
  await unwindOverdue(db(), time.now())
  expect((await told())('requester')).toEqual(['no_regret_unwound'])
})

type Wrong = [
  name: string,
  code: string,
  status: number,
  made: () => Promise<() => PromiseLike<{ status: number; body: { code: string } }>>,
]
const wrongs: Wrong[] = [
  [
    'a reason is missing',
    'incomplete_request',
    422,
    async () => {
      const fund = await fundWith()
      const made = await draft(fund, '10.00', { lane: 'no_regret' })
      return () => submit(fund, made)
    },
  ],
  [
    'the rapid lane needs a reason too',
    'incomplete_request',
    422,
    async () => {
      const fund = await fundWith()
      const made = await draft(fund, '10.00', { lane: 'rapid' })
      return () => submit(fund, made)
    },
  ],
  [
    'the process is past its crisis',
    'lane_not_open',
    409,
    async () => {
      const fund = await fundWith()
      const process = await fund.cast.fundManager!.post(`/funds/${fund.id}/processes`, {
        ...{ name: 'After the accord', country: 'Chad', region: 'Central Africa', phase: 'implementation' },
        confidentiality: 'open',
      })
      const made = await hurried(fund, '10.00', { processId: process.body.id })
      return () => submit(fund, made)
    },
  ],
  [
    'one request is above the ceiling',
    'no_regret_ceiling',
    409,
    async () => {
      const fund = await fundWith()
      const made = await hurried(fund, '20000.01')
      return () => submit(fund, made)
    },
  ],
  [
    'an advance is not returned',
    'ratify_or_reject',
    409,
    async () => {
      const fund = await fundWith()
      const { id } = await active(fund, '10.00')
      return () => decide(fund.cast.certifyingOfficer!, id, 'return', 'Change it')
    },
  ],
  [
    'the requester does not let it move',
    'role_not_allowed',
    403,
    async () => {
      const fund = await fundWith()
      const { id } = await asked(fund, '10.00')
      return () => decide(fund.cast.requester!, id)
    },
  ],
  [
    'a certifying officer does not let it move',
    'not_your_step',
    403,
    async () => {
      const fund = await fundWith()
      const { id } = await asked(fund, '10.00')
      return () => decide(fund.cast.certifyingOfficer!, id)
    },
  ],
  [
    'nothing is to be recovered of it',
    'exceeds_recoverable',
    409,
    async () => {
      const fund = await fundWith()
      const { id } = await active(fund, '10.00')
      return () => recover(fund, id, '1.00', today())
    },
  ],
  [
    'who let it move gives nothing up',
    'role_not_allowed',
    403,
    async () => {
      const fund = await fundWith()
      const { id } = await active(fund, '10.00')
      return () =>
        fund.cast.fundManager!.post(`/disbursement-requests/${id}/recovery-write-offs`, {
          ...{ amount: { amount: '1.00', currency: 'USD' }, writtenOffOn: today(), reason: 'Lost' },
        })
    },
  ],
]
/** All that an act on an advance could write. Acts themselves are not among it: a refused attempt is kept. */
const WRITTEN = [
  ...['requests', 'submissions', 'approval_steps', 'decisions', 'duties', 'payments', 'pauses', 'entries', 'balances'],
  ...[
    'no_regret_advances',
    'advance_activations',
    'advance_endings',
    'recoverables',
    'recoveries',
    'recovery_write_offs',
  ],
  ...['proposals', 'notifications'],
]
const allWritten = async () => {
  const { rows } = await service
    .database()
    .owner.raw(
      WRITTEN.map(
        (table) => `select '${table}' as name, md5(string_agg(t::text, '|' order by t::text)) as rows from ${table} t`,
      ).join(' union all '),
    )
  return rows as unknown
}

test.each(wrongs)('refused, with nothing changed: %s', async (_name, code, status, made) => {
  const attempt = await made()
  const before = await allWritten()
  const answer = await attempt()
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await allWritten()).toEqual(before)
})

test('a recovery is taken once, by the reconciler alone, not before the payment, not in the future, not in a closed month', async () => {
  const fund = await fundWith()
  const { id } = await active(fund, '50.00')
  await paid(fund, id, '50.00', today())
  await decide(fund.cast.certifyingOfficer!, id, 'reject', 'No').expect(201)
  const code = async (answer: Promise<{ body: { code: string } }>) => (await answer).body.code
  expect(await code(recover(fund, id, '1.00', today(), fund.cast.treasurer!))).toBe('role_not_allowed')
  expect(await code(recover(fund, id, '1.00', '2026-01-01'))).toBe('dates_out_of_order')
  expect(await code(recover(fund, id, '1.00', '2199-01-01'))).toBe('date_in_future')
  await recover(fund, id, '1.00', today()).expect(201)
  expect(await code(recover(fund, id, '1.00', today()))).toBe('already_exists')
  const dear = { ...{ receivedOn: today(), bankAccountId: fund.bank, reference: 'X' } }
  const euro = await fund.cast.reconciler!.post(`/disbursement-requests/${id}/recoveries`, {
    ...dear,
    received: { amount: '1.00', currency: 'EUR' },
  })
  expect(euro.body.code).toBe('currency_mismatch')
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      fund.cast.reconciler!.post(`/disbursement-requests/${id}/recoveries`, {
        ...dear,
        reference: `AT ONCE ${i}`,
        received: { amount: '20.00', currency: 'USD' },
      }),
    ),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
  expect((await advance(fund, id)).advance.recovery.outstanding.amount).toBe('9.00')
  await soundBooks(fund.id)
})
