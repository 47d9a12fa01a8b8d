import { approved, released, submitted } from '../support/asking.ts'
import { ownService, type Fund } from '../support/service.ts'
import { inDays, plan, setAside, usd } from '../plans/planning.ts'

const service = ownService()
let fund: Fund
let donor: string

/** Pledged so many days ago, agreed then, and received whole today; a gift that is not here is left as it was agreed today. */
async function given(
  code: string,
  amount: string,
  daysAgo: number,
  here = true,
  earmark: object = { level: 'unearmarked' },
) {
  const { fundManager, treasurer } = fund.cast
  const pledgedOn = inDays(-daysAgo)
  const pledge = { donorId: donor, code, fiscalYear: 2026, pledgedOn, amount: usd(amount), earmark }
  const { id } = (await fundManager!.post(`/funds/${fund.id}/contributions`, pledge).expect(201)).body
  const supportCost = { rateBps: 0, base: 'deposit' }
  const agreement = { conditional: false, amount: usd(amount), signedOn: pledgedOn, supportCost }
  await fundManager!.post(`/contributions/${id}/agreements`, agreement).expect(201)
  if (!here) return
  const receipt = { receivedOn: inDays(0), bankAccountId: fund.bank, sent: usd(amount), bankValue: usd(amount) }
  await treasurer!.post(`/contributions/${id}/receipts`, { ...receipt, reference: code }).expect(201)
}

beforeAll(async () => {
  fund = await service.fund()
  const made = await fund.cast.fundManager!.post(`/funds/${fund.id}/donors`, { name: 'Norway', kind: 'Member State' })
  donor = made.body.id
  await given('A', '100.00', 10)
  await given('B', '100.00', 20)
  await given('C', '100.00', 30, true, { level: 'softly', regions: ['Central Africa'] })
  await given('LATE', '200.00', 0, false)
})

test('the forecast says what is ready, obliged, spent and still to come, by the delays of the same donor', async () => {
  const one = await plan(fund, ['60.00', '40.00'])
  await setAside(fund, one, '50.00').expect(201)
  await submitted(fund, '40.00')
  const { id } = await approved(fund, '60.00')
  await released(fund, id, '30.00')
  const { body } = await fund.cast.auditor!.get(`/funds/${fund.id}/forecast`).expect(200)

  // 300 came; 50 are set aside, 40 reserved, 60 committed, of which 30 have left.
  expect(body.ready).toEqual({
    ...{ available: usd('150.00'), setAside: usd('50.00'), reserve: usd('0.00'), total: usd('200.00') },
  })
  expect(body.commitments).toMatchObject({ reserved: usd('40.00'), committed: usd('30.00') })
  // Money of this donor took 10, 20 and 30 days, a third each: a fifth of it was here by 10, half by 20, four fifths by 30.
  expect(body.history).toEqual({ receipts: 3, donors: 1 })
  expect(body.receipts).toMatchObject([
    {
      ...{ code: 'LATE', kind: 'agreed', net: usd('200.00'), basis: 'donor', receipts: 3 },
      ...{ early: inDays(10), middle: inDays(20), late: inDays(30) },
    },
  ])
  expect(body.foreseen).toEqual({ dated: usd('200.00'), conditional: usd('0.00'), undated: usd('0.00') })
  expect(body.spending[0]).toMatchObject({ to: inDays(0), paid: usd('30.00') })
  // The dearest quarter is 30.00, which is 400.00 in 1,213 days at least: beyond the horizon.
  expect(body.runsOut.low).toEqual({ burn: usd('30.00'), on: null })
  // After 30 days the 200.00 are here in every way; 30.00 in 91 days are 9.89 in 30, rounded to the cent.
  expect(body.course[0]).toMatchObject({ on: inDays(0), low: usd('200.00') })
  expect(body.course[1]).toMatchObject({ on: inDays(30), low: usd('390.11') })
})

test('readiness says region by region what is planned, set aside, missing, and given for it', async () => {
  const { body } = await fund.cast.auditor!.get(`/funds/${fund.id}/readiness`).expect(200)
  const africa = body.items.find(({ region }: { region: string }) => region === 'Central Africa')
  expect(africa).toMatchObject({ planned: usd('100.00'), setAside: usd('50.00'), missing: usd('50.00') })
  // The tightest earmark pays first: of the 100.00 for Central Africa 50.00 are set aside, 40.00 reserved and 10.00 committed.
  expect(africa.earmarked).toEqual([])
  expect((await fund.cast.requester!.get(`/funds/${fund.id}/readiness`)).body.code).toBe('role_not_allowed')
})
