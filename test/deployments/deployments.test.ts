import { decide, draft, submit } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { draftSending, expert, nights, send } from '../experts/sending.ts'

const service = ownService()

async function ready(): Promise<{ fund: Fund; expertId: string }> {
  const fund = await service.fund()
  await nights(fund).expect(201)
  return { fund, expertId: await expert(fund) }
}

const read = async (fund: Fund, id: string) =>
  (await fund.cast.auditor!.get(`/disbursement-requests/${id}`).expect(200)).body
const heldUntil = async (id: string) =>
  (await service.database().owner('deployments').where({ id }).first('held_until')).held_until

test('a deployment costs the fee for each day, subsistence for each night and the travel, as lines of its request and in its total', async () => {
  const { fund, expertId } = await ready()
  const request = await draftSending(fund, expertId, { travel: { amount: '1234.56', currency: 'USD' } })
  const { lines, amount } = await read(fund, request.id)
  const sent = lines.filter((line: { deploymentId?: string }) => line.deploymentId === request.deploymentId)
  expect(
    sent.map((line: { category: string; amount: { amount: string } }) => [line.category, line.amount.amount]),
  ).toEqual([
    ['experts', '4000.00'],
    ['travel', '1350.00'],
    ['travel', '1234.56'],
  ])
  expect(amount).toEqual({ amount: '6594.56', currency: 'USD' })
})

test('nights are given by the rate of their own month and country, and work from afar has none', async () => {
  const { fund, expertId } = await ready()
  await nights(fund, { country: 'Chad', month: '2027-04', rate: { amount: '200.50', currency: 'USD' } }).expect(201)
  const across = await draftSending(fund, expertId, { startsOn: '2027-03-30', endsOn: '2027-04-03' })
  const amounts = async (id: string) =>
    (await read(fund, id)).lines.map((line: { amount: { amount: string } }) => line.amount.amount)
  expect(await amounts(across.id)).toEqual(['10.00', '2000.00', '300.00', '401.00'])
  const remote = await draftSending(fund, expertId, { mode: 'remote', startsOn: '2027-03-30', endsOn: '2027-04-03' })
  expect(await amounts(remote.id)).toEqual(['10.00', '2000.00'])
})

test('a fee that changes does not change what was costed', async () => {
  const { fund, expertId } = await ready()
  const request = await draftSending(fund, expertId)
  const before = await read(fund, request.id)
  await fund.cast
    .controller!.patch(`/experts/${expertId}`, { dailyFee: { amount: '900.00', currency: 'USD' }, reason: 'New year' })
    .set('if-match', '"v1"')
    .expect(200)
  expect((await read(fund, request.id)).amount).toEqual(before.amount)
  const later = await draftSending(fund, expertId)
  expect((await read(fund, later.id)).lines[1].amount.amount).toBe('9000.00')
  const told = await fund.cast.auditor!.get(`/experts/${expertId}`).expect(200)
  expect(
    told.body.versions.map((one: { version: number; said: object }) => [one.version, Object.keys(one.said)])[0],
  ).toEqual([2, ['daily_fee']])
})

test('lines that are typed anew leave those of deployments alone, also where they are sent along', async () => {
  const { fund, expertId } = await ready()
  const request = await draftSending(fund, expertId)
  const { lines, version } = await read(fund, request.id)
  const changed = await fund.cast
    .requester!.patch(`/disbursement-requests/${request.id}`, {
      lines: [...lines, { ...lines[0], description: 'More' }],
    })
    .set('if-match', `"v${version}"`)
    .expect(200)
  expect((await read(fund, request.id)).lines).toHaveLength(lines.length + 1)
  const taken = await fund.cast
    .requester!.delete(`/deployments/${request.deploymentId}`)
    .set('if-match', changed.headers.etag!)
  expect(taken.status).toBe(200)
  expect((await read(fund, request.id)).amount.amount).toBe('20.00')
})

test('a draft holds nobody; a submitted, returned and approved request does, and one that comes to nothing no longer', async () => {
  const { fund, expertId } = await ready()
  await received(fund, '100000.00')
  const first = await draftSending(fund, expertId)
  const second = await draftSending(fund, expertId)
  expect(await heldUntil(first.deploymentId)).toBeNull()
  await submit(fund, first).expect(201)
  expect(await heldUntil(first.deploymentId)).toBe('2027-03-10')
  const refused = await submit(fund, second)
  expect([refused.status, refused.body.code, refused.body.until]).toEqual([409, 'expert_double_booked', '2027-03-10'])
  await decide(fund.cast.fundManager!, first.id, 'return', 'Say more').expect(201)
  expect(await heldUntil(first.deploymentId)).toBe('2027-03-10')
  await fund.cast
    .requester!.post(`/disbursement-requests/${first.id}/withdrawals`, { reason: 'Not needed' })
    .expect(201)
  expect(await heldUntil(first.deploymentId)).toBeNull()
  await submit(fund, second).expect(201)
})

test('of ten requests that send one expert on the same day at once, one is submitted', async () => {
  const { fund, expertId } = await ready()
  await received(fund, '1000000.00')
  const drafts = []
  for (let i = 0; i < 10; i += 1) {
    const day = String(10 + i)
    drafts.push(await draftSending(fund, expertId, { startsOn: `2027-03-${day}`, endsOn: '2027-03-25' }))
  }
  const answers = await Promise.all(drafts.map((one) => submit(fund, one)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)])
  expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'expert_double_booked']))
  const { owner } = service.database()
  expect(await owner('deployments').where({ expert_id: expertId }).whereNotNull('held_until')).toHaveLength(1)
  // Whatever way is taken past the verbs, the database says the same.
  const [free] = await owner('deployments').where({ expert_id: expertId }).whereNull('held_until')
  await expect(owner('deployments').where({ id: free.id }).update({ held_until: '2027-03-25' })).rejects.toThrow(
    'expert_double_booked',
  )
})

test('who leaves and comes back early is out until then and free from the next day on', async () => {
  const { fund, expertId } = await ready()
  await received(fund, '100000.00')
  const request = await draftSending(fund, expertId)
  await submit(fund, request).expect(201)
  const change = (body: object, by: Caller = fund.cast.requester!) =>
    by.post(`/deployments/${request.deploymentId}/changes`, body)
  expect((await change({ change: 'started', onDay: '2026-01-01' })).body.code).toBe('deployment_out_of_order')
  for (const by of [fund.cast.certifyingOfficer!, fund.cast.fundManager!]) await decide(by, request.id).expect(201)
  const standby = async (on: string) =>
    (await fund.cast.auditor!.get(`/funds/${fund.id}/standby?on=${on}`).expect(200)).body
  const onTheFifth = await standby('2027-03-05')
  expect(onTheFifth.out.map((one: { state: string; heldUntil: string }) => [one.state, one.heldUntil])).toEqual([
    ['confirmed', '2027-03-10'],
  ])
  expect(onTheFifth.couldLeave.items).toEqual([])
  const after = await standby('2027-03-11')
  expect(after.couldLeave.items.map((one: { freeUntil: string }) => one.freeUntil)).toEqual(['2027-12-31'])
  expect((await change({ change: 'started', onDay: '2027-03-01' })).body.code).toBe('date_in_future')
  // The days of the deployment are still to come, so its rows are written as they will be.
  const { owner } = service.database()
  const by = {
    fund_id: fund.id,
    deployment_id: request.deploymentId,
    recorded_by: fund.cast.requester!.id,
    recorded_at: new Date(),
  }
  const act = (await owner('acts').first('id')).id
  await owner('deployment_changes').insert({ ...by, act_id: act, change: 'started', on_day: '2027-03-01' })
  await owner('deployment_changes').insert({ ...by, act_id: act, change: 'ended', on_day: '2027-03-04' })
  expect(await heldUntil(request.deploymentId)).toBe('2027-03-04')
  expect((await standby('2027-03-05')).couldLeave.items).toHaveLength(1)
  await expect(
    owner('deployment_changes').insert({ ...by, act_id: act, change: 'cancelled', on_day: '2027-03-01', reason: 'x' }),
  ).rejects.toThrow('is not to be cancelled now')
})

test('a confirmed deployment that does not happen is cancelled, and the expert is free', async () => {
  const { fund, expertId } = await ready()
  await received(fund, '100000.00')
  const request = await draftSending(fund, expertId)
  await submit(fund, request).expect(201)
  const cancel = { change: 'cancelled', onDay: '2026-11-24', reason: 'Ill' }
  await fund.cast.fundManager!.post(`/deployments/${request.deploymentId}/changes`, cancel).expect(201)
  expect(await heldUntil(request.deploymentId)).toBeNull()
  const again = await fund.cast.fundManager!.post(`/deployments/${request.deploymentId}/changes`, cancel)
  expect(again.body.code).toBe('deployment_out_of_order')
})

test('an expert who works with the service is named in the request that sends them, and decides nothing on it', async () => {
  const { fund } = await ready()
  await received(fund, '100000.00')
  const manager = fund.cast.fundManager2!
  const expertId = await expert(fund, { personId: manager.id })
  const request = await draftSending(fund, expertId)
  expect((await read(fund, request.id)).namedPeople).toEqual([manager.id])
  const changed = await fund.cast
    .requester!.patch(`/disbursement-requests/${request.id}`, { namedPeople: [] })
    .set('if-match', request.etag)
    .expect(200)
  expect((await read(fund, request.id)).namedPeople).toEqual([manager.id])
  await submit(fund, { id: request.id, etag: changed.headers.etag! }).expect(201)
  expect((await decide(manager, request.id)).body.code).toBe('named_in_request')
  const own = await manager.patch(`/experts/${expertId}`, { reason: 'More', phone: '1' }).set('if-match', '"v1"')
  expect([own.status, own.body.code]).toEqual([403, 'about_yourself'])
})

type Arranged = { fund: Fund; expertId: string; request: { id: string; etag: string } }
test.each([
  ['invalid_request', 400, () => ({ endsOn: '2027-02-28' })],
  ['invalid_request', 400, () => ({ mode: 'remote', travel: { amount: '10.00', currency: 'USD' } })],
  ['not_found', 404, () => ({ expertId: `exp_${'0'.repeat(26)}` })],
  ['not_found', 404, async () => ({ by: await service.person('Far', (await service.fund()).id, ['controller']) })],
  ['role_not_allowed', 403, ({ fund }: Arranged) => ({ by: fund.cast.fundManager })],
  ['version_changed', 412, () => ({ etag: '"v9"' })],
  ['expert_not_available', 409, () => ({ endsOn: '2028-01-01' })],
  ['travel_above_ceiling', 422, () => ({ travel: { amount: '2000.01', currency: 'USD' } })],
  [
    'not_found',
    404,
    async () => {
      const elsewhere = await service.fund()
      return { expertId: await expert(elsewhere) }
    },
  ],
  [
    'expert_has_duty',
    409,
    async ({ fund }: Arranged) => ({ expertId: await expert(fund, { personId: fund.cast.requester!.id }) }),
  ],
  ['subsistence_rate_missing', 422, async () => ({ bare: true })],
] as [string, number, (arranged: Arranged) => Promise<Record<string, unknown>> | Record<string, unknown>][])(
  'sending is refused and nothing changes: %s',
  async (code, status, arrange) => {
    const arranged = await ready()
    let { fund } = arranged
    let request = await draft(fund, '10.00')
    const {
      by = fund.cast.requester,
      expertId = arranged.expertId,
      etag = request.etag,
      bare,
      ...more
    } = await arrange({ ...arranged, request })
    let whom = expertId as string
    let sender = by as Caller
    if (bare) {
      fund = await service.fund()
      request = await draft(fund, '10.00')
      whom = await expert(fund)
      sender = fund.cast.requester!
    }
    const answer = await send(sender, { id: request.id, etag: etag as string }, whom, more)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    const { owner } = service.database()
    expect(await owner('deployments').where({ request_id: request.id })).toEqual([])
    expect(await owner('budget_lines').where({ request_id: request.id })).toHaveLength(1)
  },
)

test('the database submits no deployment that is not costed whole', async () => {
  const { fund, expertId } = await ready()
  const request = await draftSending(fund, expertId)
  const { owner } = service.database()
  await owner('budget_lines').where({ deployment_id: request.deploymentId, cost: 'fee' }).del()
  await expect(owner('requests').where({ id: request.id }).update({ status: 'submitted' })).rejects.toThrow(
    'are not what its lines say',
  )
  await expect(
    owner('budget_lines').where({ deployment_id: request.deploymentId }).update({ amount: 1 }),
  ).rejects.toThrow('line_multiplies')
})
