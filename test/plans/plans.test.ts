import { expirePlans } from '../../server/plans/expire.ts'
import { violations } from '../invariants/check.ts'
import { expert } from '../experts/sending.ts'
import { newPayee } from '../support/bank-details.ts'
import { verifiedPayee, decide, submit, draft } from '../support/asking.ts'
import { balances, received, stages } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { activate, inDays, plan, ready, setAside, told, usd } from './planning.ts'

const service = ownService()
let fund: Fund

beforeEach(async () => {
  fund = await service.fund()
})
afterEach(async () => {
  expect(await violations(service.database().owner, fund.id)).toEqual([])
})

const later = (days: number) => new Date(Date.now() + days * 86_400_000)

test('setting aside moves money from available to ready, of the contributions whose earmark permits it on the last day', async () => {
  await received(fund, '1000.00')
  const tight = await received(fund, '30.00', { level: 'tightly', regions: ['Central Africa'] })
  await received(fund, '500.00', { level: 'tightly', regions: ['Central Asia'] })
  await received(fund, '500.00', { level: 'tightly', regions: ['Central Africa'], spendBy: inDays(60) })
  const one = await plan(fund, ['60.00', '40.00'])
  const answer = await setAside(fund, one)
  expect([answer.status, answer.body.amount]).toEqual([201, usd('100.00')])
  expect(await stages(service, fund)).toEqual({ authority: '-2030.00', available: '1930.00', ready: '100.00' })
  const { body } = await fund.cast.auditor!.get(`/contingency-plans/${one.id}`).expect(200)
  expect(body).toMatchObject({ cost: usd('100.00'), setAside: usd('100.00'), missing: usd('0.00'), faults: [] })
  expect(body.setAsides[0].parts).toMatchObject([
    { code: tight.code, amount: usd('30.00'), reason: { level: 'tightly', place: 1, rule: 'tightest_first' } },
    { amount: usd('70.00'), reason: { level: 'unearmarked', place: 2 } },
  ])
  expect(await balances(service, fund, `budget:ready:${tight.code}:${body.code}`)).toEqual({
    [`budget:ready:${tight.code}:${body.code}`]: '30.00',
  })
})

test('what is set aside is not there for anybody else', async () => {
  await received(fund, '100.00')
  await ready(fund, ['80.00'])
  const answer = await submit(fund, await draft(fund, '20.01'))
  expect([answer.body.code, answer.body.available]).toEqual(['insufficient_funds', usd('20.00')])
})

test('ten plans at once never set aside more than there is', async () => {
  await received(fund, '70.00')
  await received(fund, '30.00')
  const plans = await Promise.all(Array.from({ length: 10 }, () => plan(fund, ['30.00'])))
  const answers = await Promise.all(plans.map((one) => setAside(fund, one)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  expect(answers.filter(({ body }) => body.code === 'insufficient_funds')).toHaveLength(7)
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '10.00', ready: '90.00' })
})

test('one plan is given no more than it costs, however many set aside for it at once', async () => {
  await received(fund, '1000.00')
  const one = await plan(fund, ['100.00'])
  const managers = ['fundManager', 'fundManager2', 'fundManager3'].map((name) => fund.cast[name]!)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) => setAside(fund, one, '30.00', managers[i % managers.length])),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
  expect(answers.find(({ status }) => status === 409)!.body).toMatchObject({
    code: 'exceeds_plan',
    missing: usd('10.00'),
  })
  expect(await stages(service, fund)).toMatchObject({ ready: '90.00' })
})

test('one call turns a plan into a submitted request: all of it filled in, money first from what was set aside', async () => {
  await received(fund, '1000.00')
  const tranches = [
    { afterDays: 0, amount: usd('60.00'), condition: '' },
    { afterDays: 20, amount: usd('40.00'), condition: 'First report' },
  ]
  const one = await plan(fund, ['75.00', '25.00'], { tranches })
  await setAside(fund, one, '70.00').expect(201)
  const done = await activate(fund, one)
  expect(done.status).toBe(201)
  expect(done.body).toMatchObject({
    ...{ status: 'submitted', amount: usd('100.00'), fromReady: usd('70.00'), fromAvailable: usd('30.00') },
    ...{ givenBack: usd('0.00'), kept: usd('0.00') },
  })
  expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '900.00', reserved: '100.00' })
  const { body } = await fund.cast.requester!.get(`/disbursement-requests/${done.body.id}`).expect(200)
  expect(body).toMatchObject({
    ...{
      status: 'submitted',
      title: 'Mediators if the talks break down',
      payeeId: one.payeeId,
      processId: fund.process,
    },
    ...{ startsOn: inDays(0), endsOn: inDays(29), amount: usd('100.00'), themes: ['ceasefire_and_security'] },
    funding: [{ amount: usd('100.00'), reason: { fromPlan: { amount: usd('70.00') } } }],
  })
  expect(body.steps.map(({ role }: { role: string }) => role)).toEqual(['certifying_officer', 'fund_manager'])
  const kept = await service.database().owner('request_tranches').where({ request_id: done.body.id }).orderBy('tranche')
  expect(kept.map(({ after_days, amount, condition }) => [after_days, amount, condition])).toEqual([
    [0, '6000', ''],
    [20, '4000', 'First report'],
  ])
  expect(await told(fund, one)).toMatchObject({ status: 'activated', activations: [{ requestId: done.body.id }] })
  for (const by of ['certifyingOfficer', 'fundManager']) await decide(fund.cast[by]!, done.body.id).expect(201)
  expect(await stages(service, fund)).toMatchObject({ committed: '100.00' })
})

test('a plan activated by ten callers at once, and again with the same key, becomes one request', async () => {
  await received(fund, '1000.00')
  const one = await ready(fund, ['100.00'])
  const answers = await Promise.all(Array.from({ length: 10 }, () => activate(fund, one)))
  const made = answers.filter(({ status }) => status === 201)
  expect(made).toHaveLength(1)
  for (const { body } of answers.filter(({ status }) => status !== 201))
    expect(body).toMatchObject({ code: 'plan_ended', ended: 'activated', requestId: made[0]!.body.id })
  expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '900.00', reserved: '100.00' })

  const other = await ready(fund, ['50.00'])
  const retried = await Promise.all(
    Array.from({ length: 10 }, () => activate(fund, other).set('idempotency-key', 'crisis')),
  )
  expect(new Set(retried.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
  expect(await stages(service, fund)).toMatchObject({ reserved: '150.00' })
})

test('who wrote a plan is requester of what it becomes, so nobody approves their own words', async () => {
  await received(fund, '1000.00')
  const one = await plan(fund, ['100.00'], { by: fund.cast.fundManager2! })
  const done = await activate(fund, one)
  await decide(fund.cast.certifyingOfficer!, done.body.id).expect(201)
  const own = await decide(fund.cast.fundManager2!, done.body.id)
  expect([own.status, own.body.code]).toEqual([403, 'separation_of_duties'])
  await decide(fund.cast.fundManager!, done.body.id).expect(201)
})

test('a plan that keeps its money is used line by line, each line once', async () => {
  await received(fund, '1000.00')
  const one = await ready(fund, ['60.00', '40.00'], { whenActivated: 'keep' })
  const first = await activate(fund, one, { lines: [1] })
  expect(first.body).toMatchObject({ amount: usd('60.00'), fromReady: usd('60.00'), kept: usd('40.00') })
  expect(await stages(service, fund)).toMatchObject({ available: '900.00', ready: '40.00', reserved: '60.00' })
  const again = await activate(fund, one, { lines: [1] })
  expect([again.status, again.body.code, again.body.requestId]).toEqual([409, 'plan_activated_already', first.body.id])
  expect((await setAside(fund, one)).body).toMatchObject({ code: 'exceeds_plan', missing: usd('0.00') })
  expect((await activate(fund, one)).body).toMatchObject({ amount: usd('40.00'), kept: usd('0.00') })
  expect(await told(fund, one)).toMatchObject({ status: 'activated', setAside: usd('0.00') })
})

test('a plan that gives back what is left does so with its first request', async () => {
  await received(fund, '1000.00')
  const one = await ready(fund, ['60.00', '40.00'])
  expect((await activate(fund, one, { lines: [2] })).body).toMatchObject({
    ...{ fromReady: usd('40.00'), givenBack: usd('60.00') },
  })
  expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '960.00', reserved: '40.00' })
})

test('a plan that has expired gives all back to the cent, to the contributions that it came from, once', async () => {
  const ones = [
    await received(fund, '33.33'),
    await received(fund, '66.67', { level: 'softly', regions: ['Central Africa'] }),
  ]
  const one = await ready(fund, ['99.99'])
  const { service: db } = service.database()
  await expirePlans(db, later(90))
  expect(await told(fund, one)).toMatchObject({ status: 'open', setAside: usd('99.99') })
  await Promise.all(Array.from({ length: 5 }, () => expirePlans(db, later(91))))
  expect(await stages(service, fund)).toEqual({ authority: '-100.00', available: '100.00' })
  expect(await balances(service, fund, 'budget:available:')).toEqual({
    [`budget:available:${ones[0]!.code}`]: '33.33',
    [`budget:available:${ones[1]!.code}`]: '66.67',
  })
  expect(await told(fund, one)).toMatchObject({
    status: 'expired',
    releases: [{ kind: 'expired', amount: usd('99.99') }],
  })
})

test('a plan that is changed or withdrawn gives back what was set aside; a review leaves it', async () => {
  await received(fund, '1000.00')
  const one = await ready(fund, ['100.00'])
  const { requester } = fund.cast
  await requester!.post(`/contingency-plans/${one.id}/reviews`, { reviewOn: inDays(60), note: 'Still so' }).expect(201)
  expect(await told(fund, one)).toMatchObject({ reviewOn: inDays(60), setAside: usd('100.00'), version: 1 })
  const changed = await requester!
    .patch(`/contingency-plans/${one.id}`, { title: 'Otherwise', reason: 'The parties moved' })
    .set('if-match', one.etag)
  expect([changed.status, changed.body.givenBack]).toEqual([200, usd('100.00')])
  expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '1000.00' })
  const anew = { ...one, etag: changed.headers.etag! }
  await setAside(fund, anew).expect(201)
  await requester!.post(`/contingency-plans/${one.id}/withdrawals`, { reason: 'Peace' }).expect(201)
  expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '1000.00' })
  expect((await told(fund, one)).versions).toMatchObject([
    { version: 2, reason: 'The parties moved' },
    { version: 1, reason: 'prepared' },
  ])
})

test('money set aside that its donor has since bound elsewhere is a fault, and a change of earmark is refused while it is held', async () => {
  const given = await received(fund, '100.00')
  await ready(fund, ['100.00'])
  const read = await fund.cast.fundManager!.get(`/contributions/${given.id}`)
  const answer = await fund.cast
    .fundManager!.put(`/contributions/${given.id}/earmark`, {
      earmark: { level: 'earmarked', regions: ['Central Asia'] },
      consent: 'Letter',
    })
    .set('if-match', read.headers.etag!)
  expect([answer.status, answer.body.code]).toEqual([409, 'earmark_forbids_use'])
})

test('a plan for a place is told its process when the crisis comes', async () => {
  await received(fund, '100.00')
  const place = { country: 'Central African Republic', region: 'Central Africa', phase: 'after_violence' }
  const one = await ready(fund, ['50.00'], { place })
  const without = await activate(fund, one)
  expect([without.status, without.body.code, without.body.missing]).toEqual([422, 'incomplete_request', ['processId']])
  const elsewhere = await service.admin().post(`/funds/${fund.id}/processes`, {
    ...{
      name: 'Elsewhere',
      country: 'Chad',
      region: 'Central Africa',
      phase: 'after_violence',
      confidentiality: 'open',
    },
  })
  expect((await activate(fund, one, { processId: elsewhere.body.id })).body.code).toBe('invalid_request')
  await activate(fund, one, { processId: fund.process }).expect(201)
})

test('an expert whom a plan names is sent by the request, at the fee of the day; who is not free is a fault and a refusal', async () => {
  await received(fund, '10000.00')
  const expertId = await expert(fund, {
    availability: [{ from: inDays(0), to: inDays(60), onSite: true, remote: true }],
  })
  const named = { category: 'experts', description: 'Adviser from afar', amount: usd('4000.00') }
  const line = { ...named, expert: { expertId, mode: 'remote', afterDays: 5, days: 10 } }
  const one = await ready(fund, [], {
    lines: [line, { category: 'grants', description: 'Talks', amount: usd('100.00') }],
  })
  const other = await ready(fund, [], { lines: [line] })
  expect((await told(fund, one)).faults).toEqual([])
  const done = await activate(fund, one)
  expect([done.status, done.body.amount, done.body.givenBack]).toEqual([201, usd('4100.00'), usd('0.00')])
  const sent = await service.database().owner('deployments').where({ request_id: done.body.id })
  expect(sent).toMatchObject([{ expert_id: expertId, mode: 'remote', starts_on: inDays(5), ends_on: inDays(14) }])
  expect((await told(fund, other)).faults).toEqual(['expert_unavailable'])
  const twice = await activate(fund, other)
  expect([twice.status, twice.body.code]).toEqual([409, 'expert_double_booked'])
  expect(await stages(service, fund)).toMatchObject({ ready: '4000.00', reserved: '4100.00' })
})

test('an Arabic title and a script in a scenario come back as they were written', async () => {
  const words = { title: 'خطة للطوارئ', scenario: '<script>alert(1)</script>' }
  const one = await plan(fund, ['50.00'], words)
  expect(await told(fund, one)).toMatchObject(words)
})

describe('refused is', () => {
  const content = { title: 'x', reason: 'y' }
  test.each<
    [what: string, status: number, code: string, act: () => Promise<{ status: number; body: { code: string } }>]
  >([
    [
      'a plan whose tranches do not add up',
      422,
      'tranches_differ',
      async () =>
        post('requester', `/funds/${fund.id}/contingency-plans`, {
          ...(await whole()),
          tranches: [{ afterDays: 0, amount: usd('1.00') }],
        }),
    ],
    [
      'an amount of three decimals',
      400,
      'invalid_request',
      async () =>
        post('requester', `/funds/${fund.id}/contingency-plans`, {
          ...(await whole()),
          lines: [{ category: 'grants', description: 'x', amount: usd('1.005') }],
        }),
    ],
    [
      'an amount of twenty digits',
      400,
      'invalid_request',
      async () =>
        post('requester', `/funds/${fund.id}/contingency-plans`, {
          ...(await whole()),
          lines: [{ category: 'grants', description: 'x', amount: usd('12345678901234567890') }],
        }),
    ],
    [
      'another currency',
      422,
      'currency_mismatch',
      async () =>
        post('requester', `/funds/${fund.id}/contingency-plans`, {
          ...(await whole()),
          lines: [{ category: 'grants', description: 'x', amount: { amount: '1.00', currency: 'EUR' } }],
        }),
    ],
    [
      'a plan by an auditor',
      403,
      'role_not_allowed',
      async () => post('auditor', `/funds/${fund.id}/contingency-plans`, await whole()),
    ],
    [
      'a plan with an expiry that is past',
      400,
      'invalid_request',
      async () =>
        post('requester', `/funds/${fund.id}/contingency-plans`, {
          ...(await whole()),
          expiresOn: inDays(-1),
          reviewOn: inDays(-1),
        }),
    ],
    [
      'a plan for a process that is not there',
      404,
      'not_found',
      async () =>
        post('requester', `/funds/${fund.id}/contingency-plans`, {
          ...(await whole()),
          processId: 'prc_00000000000000000000000000',
        }),
    ],
    [
      'money by who may not',
      403,
      'role_not_allowed',
      async () => setAside(fund, await plan(fund, ['5.00']), '5.00', fund.cast.director),
    ],
    [
      'money by its author',
      403,
      'two_people_needed',
      async () => setAside(fund, await plan(fund, ['5.00'], { by: fund.cast.fundManager! })),
    ],
    [
      'money for another version than was read',
      412,
      'version_changed',
      async () => setAside(fund, { ...(await plan(fund, ['5.00'])), etag: '"v7"' }),
    ],
    ['money beyond what it costs', 409, 'exceeds_plan', async () => setAside(fund, await plan(fund, ['5.00']), '5.01')],
    ['money that is not there', 409, 'insufficient_funds', async () => setAside(fund, await plan(fund, ['1000.01']))],
    [
      'money in another currency',
      422,
      'currency_mismatch',
      async () => {
        const one = await plan(fund, ['5.00'])
        return fund.cast
          .fundManager!.post(`/contingency-plans/${one.id}/set-asides`, { amount: { amount: '5.00', currency: 'EUR' } })
          .set('if-match', one.etag)
      },
    ],
    [
      'money for a payee whom nobody has verified',
      409,
      'payee_not_verified',
      async () => setAside(fund, await plan(fund, ['5.00'], { payeeIds: [await unverified()] })),
    ],
    [
      'activation to a payee whom nobody has verified',
      409,
      'payee_not_verified',
      async () => activate(fund, await plan(fund, ['5.00'], { payeeIds: [await unverified()] })),
    ],
    [
      'activation by a fund manager',
      403,
      'role_not_allowed',
      async () => activate(fund, await plan(fund, ['5.00']), {}, fund.cast.fundManager),
    ],
    [
      'activation to a payee of another plan',
      404,
      'not_found',
      async () => activate(fund, await plan(fund, ['5.00']), { payeeId: await verifiedPayee(fund, 'Somebody else') }),
    ],
    [
      'activation of a line that is not there',
      404,
      'not_found',
      async () => activate(fund, await plan(fund, ['5.00']), { lines: [2] }),
    ],
    [
      'activation without the money',
      409,
      'insufficient_funds',
      async () => activate(fund, await plan(fund, ['1000.01'])),
    ],
    [
      'a change of a plan that has ended',
      409,
      'plan_ended',
      async () => {
        const one = await withdrawn()
        return fund.cast.requester!.patch(`/contingency-plans/${one.id}`, content).set('if-match', one.etag)
      },
    ],
    [
      'a review of a plan that has ended',
      409,
      'plan_ended',
      async () =>
        post('requester', `/contingency-plans/${(await withdrawn()).id}/reviews`, { reviewOn: inDays(1), note: 'x' }),
    ],
    ['money for a plan that has ended', 409, 'plan_ended', async () => setAside(fund, await withdrawn())],
    ['an activation of a plan that has ended', 409, 'plan_ended', async () => activate(fund, await withdrawn())],
    [
      'a review after the last day',
      400,
      'invalid_request',
      async () =>
        post('requester', `/contingency-plans/${(await plan(fund, ['5.00'])).id}/reviews`, {
          reviewOn: inDays(91),
          note: 'x',
        }),
    ],
    ['money for a plan of which the last day is past', 409, 'plan_expired', async () => setAside(fund, await past())],
    [
      'an activation of a plan of which the last day is past',
      409,
      'plan_expired',
      async () => activate(fund, await past()),
    ],
    [
      'a plan read by a stranger',
      404,
      'not_found',
      async () => {
        const stranger = await service.person('Stranger', (await service.fund()).id, ['fund_manager'])
        return stranger.get(`/contingency-plans/${(await plan(fund, ['5.00'])).id}`)
      },
    ],
  ])('%s: %i %s, and nothing changes', async (_what, status, code, act) => {
    await received(fund, '1000.00')
    const answer = await act()
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '1000.00' })
    const { owner } = service.database()
    expect((await owner('requests').where({ fund_id: fund.id })).length).toBe(0)
    expect((await owner('plan_set_asides').where({ fund_id: fund.id })).length).toBe(0)
  })

  const post = (by: string, path: string, body: object) => fund.cast[by]!.post(path, body)

  const whole = async () => (await import('./planning.ts')).planContent(fund, ['5.00'])

  const unverified = async () =>
    (await fund.cast.payeeClerk!.post(`/funds/${fund.id}/payees`, newPayee({ name: 'Not yet' }))).body.id as string

  const withdrawn = async () => {
    const one = await plan(fund, ['5.00'])
    await post('requester', `/contingency-plans/${one.id}/withdrawals`, { reason: 'x' })
    return one
  }

  /** As it is on the morning after its last day, before anything has ended it. */
  const past = async () => {
    const one = await plan(fund, ['5.00'], { reviewOn: inDays(0), expiresOn: inDays(0) })
    await service
      .database()
      .owner('contingency_plans')
      .where({ id: one.id })
      .update({ review_on: inDays(-1), expires_on: inDays(-1) })
    return one
  }
})

test('the database itself keeps an author from the money, and an ended or changed plan from holding any', async () => {
  await received(fund, '100.00')
  const one = await ready(fund, ['10.00'])
  const { owner } = service.database()
  const [{ fund_id, version, act_id, rule_from }] = await owner('plan_set_asides').where({ plan_id: one.id })
  const row = { fund_id, plan_id: one.id, version, act_id, rule_from, amount: 1, decided_at: new Date() }
  await expect(
    owner('plan_set_asides').insert({
      id: 'psa_00000000000000000000000000',
      ...row,
      decided_by: fund.cast.requester!.id,
    }),
  ).rejects.toThrow(/wrote plan/)
  await expect(
    owner.transaction(async (trx) => {
      await trx('plan_endings').insert({
        fund_id,
        plan_id: one.id,
        kind: 'withdrawn',
        reason: 'x',
        ended_at: new Date(),
        act_id,
      })
      await trx('contingency_plans').where({ id: one.id }).update({ status: 'withdrawn' })
    }),
  ).rejects.toThrow(/holds more than it needs/)
  await expect(owner('contingency_plans').where({ id: one.id }).update({ status: 'expired' })).rejects.toThrow(
    /nobody made it so/,
  )
})
