import fc from 'fast-check'
import { reported, review } from '../expenditure-reports/telling.ts'
import { violations } from '../invariants/check.ts'
import { accounts, recover, settle } from '../no-regret/telling.ts'
import { approved, released } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { close, closing, lesson, today, unspent, usd } from './closing.ts'

const service = ownService()

/** Cents of each end that money which was paid can come to, and of what was approved and never paid. */
type Story = {
  accepted: number
  ineligible: number
  unspent: number
  unpaid: number
  /** How much of what must come back does, in thousandths; the rest is given up. */
  back: number
  /** How much of what was given up comes late, in thousandths. */
  late: number
}
const cents = fc.integer({ min: 0, max: 30_000 })
const story: fc.Arbitrary<Story> = fc.record({
  accepted: fc.integer({ min: 1, max: 30_000 }),
  ineligible: cents,
  unspent: cents,
  unpaid: cents,
  back: fc.constantFrom(0, 1, 333, 500, 1000),
  late: fc.constantFrom(0, 333, 1000),
})
const text = (units: number) => (units / 100).toFixed(2)

test('however the money of a request ends, closing leaves nothing but what is accounted for, and every cent is somewhere', async () => {
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const fund = await service.fund()
      // Two contributions, so that every amount is shared out.
      await received(fund, '333.33', { level: 'tightly', regions: ['Central Africa'] })
      await received(fund, '2000.00')
      await tell(fund, told)
    }),
    { numRuns: Number(process.env.STORIES ?? 3), endOnFailure: true },
  )
}, 120_000)

async function tell(fund: Fund, told: Story): Promise<void> {
  const paid = told.accepted + told.ineligible + told.unspent
  const { id } = await approved(fund, text(paid + told.unpaid))
  const payment = await released(fund, id, text(paid))
  await notYet(fund, id, 'payments')
  await settle(fund, payment, text(paid), today()).expect(201)
  await notYet(fund, id, 'advances')

  const parts = [
    { units: told.accepted, verdict: 'accept' },
    { units: told.ineligible, verdict: 'ineligible' },
  ].filter(({ units }) => units > 0)
  const report = await reported(
    fund,
    id,
    parts.map(({ units }) => ({ amount: text(units), spentOn: today() })),
    { periodTo: today() },
  )
  for (const [i, { verdict }] of parts.entries())
    await review(
      fund.cast.certifyingOfficer!,
      report.lines[i]!,
      verdict,
      verdict === 'accept' ? undefined : 'No',
    ).expect(201)
  if (told.unspent > 0) await unspent(fund, id, text(told.unspent)).expect(201)

  const owed = told.ineligible + told.unspent
  const back = Math.floor((owed * told.back) / 1000)
  const givenUp = owed - back
  if (back > 0) await recover(fund, id, text(back), today()).expect(201)
  if (givenUp > 0) {
    await notYet(fund, id, 'recoveries')
    await giveUp(fund, id, text(givenUp))
  }
  await notYet(fund, id, 'lesson')
  await lesson(fund, id).expect(201)
  const closed = await close(fund, id)
  expect([closed.status, closed.body.code]).toEqual([201, undefined])

  const late = Math.floor((givenUp * told.late) / 1000)
  if (late > 0)
    await fund.cast
      .reconciler!.post(`/disbursement-requests/${id}/recoveries`, {
        ...{ receivedOn: today(), bankAccountId: fund.bank, received: usd(text(late)), reference: 'LATE' },
      })
      .expect(201)
  await addsUp(fund, id, { left: told.accepted + givenUp - late, cash: 233_333 - paid + back + late })
}

async function notYet(fund: Fund, id: string, point: string): Promise<void> {
  const { body } = await close(fund, id)
  expect(body.code).toBe('not_ready_to_close')
  expect(body.points.map((one: { point: string }) => one.point)).toContain(point)
}

async function giveUp(fund: Fund, id: string, amount: string): Promise<void> {
  const { body } = await fund.cast
    .controller!.post(`/disbursement-requests/${id}/recovery-write-offs`, {
      ...{ amount: usd(amount), writtenOffOn: today(), reason: 'It will not come' },
    })
    .expect(201)
  await fund.cast.director!.post(`/proposals/${body.id}/decisions`, { verdict: 'approve' }).expect(201)
}

/** Every account of the request is empty but costs and what is accounted for; cash is what arrived, less what left, more what came back. */
async function addsUp(fund: Fund, id: string, { left, cash }: { left: number; cash: number }): Promise<void> {
  const { owner } = service.database()
  const { rows } = await owner.raw(
    `select coalesce(a.stage, 'actual') as place, sum(p.functional)::int as units
       from accounts a join postings p on p.account_id = a.id
      where a.request_id = ? and a.address !~ '^expense:' group by a.id, 1 having sum(p.functional) <> 0`,
    [id],
  )
  const places = new Set(rows.map(({ place }: { place: string }) => place))
  expect([...places].filter((place) => place !== 'reported')).toEqual([])
  expect(rows.reduce((sum: number, { units }: { units: number }) => sum + units, 0)).toBe(left)
  expect(await accounts(service, fund, 'assets:cash:%')).toEqual({ 'assets:cash:main': `${cash}` })
  const { points, contributions } = await closing(fund, id)
  expect(points.every(({ isDone }: { isDone: boolean }) => isDone)).toBe(true)
  const units = (name: 'funded' | 'reported' | 'unspent') =>
    contributions.reduce(
      (sum: number, one: Record<string, { amount: string }>) => sum + Number(one[name]!.amount.replace('.', '')),
      0,
    )
  expect(units('funded')).toBe(units('reported') + units('unspent'))
  expect(units('reported')).toBe(left)
  expect(await violations(owner, fund.id)).toEqual([])
}
