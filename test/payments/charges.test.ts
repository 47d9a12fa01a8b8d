import fc from 'fast-check'
import { money } from '../../server/money.ts'
import { isAboveLimit } from '../../server/payments/policy.ts'
import { inForce } from '../rules/ruling.ts'
import { balances, received } from '../support/money-in.ts'
import { approved, released } from '../support/asking.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

const service = ownService()
const today = new Date().toISOString().slice(0, 10)
const usd = (amount: string) => ({ amount, currency: 'USD' })

/** A payment that two people have released, of a fund with as much again. */
async function sent(amount: string): Promise<{ fund: Fund; payment: string; cast: Record<string, Caller> }> {
  const fund = await service.fund()
  await received(fund, '60000.00')
  const request = await approved(fund, amount)
  return { fund, payment: await released(fund, request.id, amount), cast: fund.cast }
}

const settle = (by: Caller, payment: string, debited: string, charge: string) =>
  by.post(`/payments/${payment}/settlements`, {
    ...{ valueDate: today, debited: usd(debited), charge: usd(charge), reference: 'ST-1' },
  })
const comesBack = (by: Caller, payment: string, credited: string) =>
  by.post(`/payments/${payment}/returns`, {
    ...{ valueDate: today, credited: usd(credited), reason: 'Account closed', reference: 'ST-2' },
  })
const confirm = (by: Caller, payment: string, event: string, amount: object = usd('500.00')) =>
  by.post(`/payments/${payment}/charge-approvals`, { event, amount, reason: 'The correspondent bank wrote' })

test('a charge up to the usual needs nobody else, and one cent more takes a controller', async () => {
  const small = await sent('1000.00')
  await settle(small.cast.reconciler!, small.payment, '1000.00', '250.00').expect(201)

  const { fund, payment, cast } = await sent('1000.00')
  const refused = await settle(cast.reconciler!, payment, '1000.00', '250.01')
  expect([refused.status, refused.body.code]).toEqual([409, 'charge_above_limit'])
  expect(refused.body).toMatchObject({ most: usd('250.00'), bps: 300 })
  expect(await balances(service, fund, 'expense:bank-charges')).toEqual({})
  await confirm(cast.controller!, payment, 'settlement', usd('250.00')).expect(201)
  expect((await settle(cast.reconciler!, payment, '1000.00', '250.01')).body.code).toBe('charge_above_limit')
  await confirm(cast.controller!, payment, 'return', usd('300.00')).expect(201)
  expect((await settle(cast.reconciler!, payment, '1000.00', '250.01')).body.code).toBe('charge_above_limit')
  const confirmed = await confirm(cast.controller!, payment, 'settlement', usd('300.00')).expect(201)
  await settle(cast.reconciler!, payment, '1000.00', '250.01').expect(201)
  expect(await balances(service, fund, 'expense:bank-charges')).toEqual({ 'expense:bank-charges': '250.01' })
  const told = await cast.auditor!.get(`/payments/${payment}`).expect(200)
  expect(told.body.chargeApprovals).toHaveLength(3)
  expect(told.body.chargeApprovals[2]).toMatchObject({ id: confirmed.body.id, amount: usd('300.00') })
  const { owner } = service.database()
  expect(await owner('settlements').where({ payment_id: payment }).first()).toMatchObject({
    charge_approval_id: confirmed.body.id,
  })
})

test('of a large payment, three per cent is the usual', async () => {
  const { payment, cast } = await sent('20000.00')
  expect((await settle(cast.reconciler!, payment, '20000.00', '600.01')).body.code).toBe('charge_above_limit')
  await settle(cast.reconciler!, payment, '20000.00', '600.00').expect(201)
})

test('nobody says alone that 1.00 came back of a payment, or splits what was kept over settling and returning', async () => {
  const { fund, payment, cast } = await sent('1000.00')
  await settle(cast.reconciler!, payment, '1000.00', '200.00').expect(201)
  expect((await comesBack(cast.reconciler!, payment, '1.00')).body.code).toBe('charge_above_limit')
  expect((await comesBack(cast.reconciler!, payment, '900.00')).body.code).toBe('charge_above_limit')
  expect(await balances(service, fund, 'expense:bank-charges')).toEqual({ 'expense:bank-charges': '200.00' })
  await confirm(cast.controller!, payment, 'return', usd('100.00')).expect(201)
  await comesBack(cast.reconciler!, payment, '900.00').expect(201)
  expect(await balances(service, fund, 'expense:bank-charges')).toEqual({ 'expense:bank-charges': '300.00' })
})

test('what comes back whole needs nobody else', async () => {
  const { payment, cast } = await sent('1000.00')
  await settle(cast.reconciler!, payment, '1000.00', '0.00').expect(201)
  await comesBack(cast.reconciler!, payment, '1000.00').expect(201)
})

test('whoever confirms a charge has no other part in the request, and none afterwards', async () => {
  const { fund, payment, cast } = await sent('1000.00')
  const both = await service.person('Both', fund.id, ['controller', 'reconciler'])
  await confirm(both, payment, 'settlement').expect(201)
  expect((await settle(both, payment, '1000.00', '400.00')).body.code).toBe('separation_of_duties')
  await settle(cast.reconciler!, payment, '1000.00', '400.00').expect(201)
})

test.each([
  ['not_found', 404, async () => ({ by: (await service.fund()).cast.controller!, payment: `pay_${'0'.repeat(26)}` })],
  [
    'not_found',
    404,
    async (to: Sent) => ({ by: await service.person('Stranger', (await service.fund()).id, ['controller']), ...to }),
  ],
  ['role_not_allowed', 403, async ({ cast, payment }: Sent) => ({ by: cast.reconciler!, payment })],
  [
    'not_released',
    409,
    async ({ cast, payment }: Sent) => {
      await settle(cast.reconciler!, payment, '1000.00', '0.00').expect(201)
      return { by: cast.controller!, payment }
    },
  ],
  [
    'separation_of_duties',
    403,
    async ({ fund, cast, payment }: Sent) => {
      const grant = { personId: cast.certifyingOfficer!.id, role: 'controller' }
      await service.admin().post(`/funds/${fund.id}/roles`, grant).expect(201)
      return { by: cast.certifyingOfficer!, payment }
    },
  ],
  [
    'currency_mismatch',
    422,
    async ({ cast, payment }: Sent) => ({ by: cast.controller!, payment, amount: { amount: '5.00', currency: 'EUR' } }),
  ],
] as [string, number, (to: Sent) => Promise<{ by: Caller; payment: string; amount?: object }>][])(
  'confirming a charge is refused: %s',
  async (code, status, arrange) => {
    const { by, payment, amount } = await arrange(await sent('1000.00'))
    const count = async () => (await service.database().owner('charge_approvals')).length
    const before = await count()
    const answer = await confirm(by, payment, 'settlement', amount)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await count()).toBe(before)
  },
)
type Sent = Awaited<ReturnType<typeof sent>>

test('the limit is a rule of the fund with the day from which it holds', async () => {
  const { fund, payment, cast } = await sent('1000.00')
  await inForce(fund, 'bank-charges', { most: usd('1.00'), bps: 0 })
  expect((await settle(cast.reconciler!, payment, '1000.00', '1.01')).body.code).toBe('charge_above_limit')
  await settle(cast.reconciler!, payment, '1000.00', '1.00').expect(201)
})

test('the database keeps the limit too, and one person out of both parts', async () => {
  const { payment, cast } = await sent('1000.00')
  const { owner } = service.database()
  const { request_id: request } = await owner('payments').where({ id: payment }).first()
  const reconciler = cast.reconciler!.id
  await owner('duties').insert({
    request_id: request,
    person_id: reconciler,
    duty: 'reconciler',
    person_kind: 'person',
  })
  const row = { payment_id: payment, request_id: request, act_id: `act_${'0'.repeat(26)}` }
  const settlement = {
    ...row,
    settled_by: reconciler,
    value_date: today,
    debited: 100_000,
    functional: 100_000,
    reference: 'x',
  }
  await expect(
    owner('settlements').insert({ ...settlement, charge: 25_001, functional_charge: 25_001 }),
  ).rejects.toThrow('nobody has confirmed it')
  const own = {
    ...row,
    id: `cha_${'0'.repeat(26)}`,
    event: 'settlement',
    amount: 1,
    reason: 'x',
    approved_by: reconciler,
  }
  await expect(owner('charge_approvals').insert(own)).rejects.toThrow('one_duty_each')
})

test('above the limit means above both halves of it, exactly', () => {
  const units = fc.integer({ min: 0, max: 10_000_000 })
  const cents = (n: number) => money(`${Math.trunc(n / 100)}.${String(n % 100).padStart(2, '0')}`, 'USD')
  fc.assert(
    fc.property(units, units, units, fc.integer({ min: 0, max: 10_000 }), (kept, paid, most, bps) => {
      const expected = kept > most && kept * 10_000 > paid * bps
      expect(isAboveLimit(cents(kept), cents(paid), { most: String(most), bps })).toBe(expected)
    }),
  )
})
