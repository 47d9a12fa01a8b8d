import fc from 'fast-check'
import { stage, type Stage } from '../../server/ledger/accounts.ts'
import { credit, debit } from '../../server/ledger/post.ts'
import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { complaints, plain, postingsOf, recompute } from './recomputed.ts'
import { postAsOwner, reportOf, storyOf, type Made, type Story } from './story.ts'

const service = ownService()
let fund: Fund
let story: Story
let euro: string
let auditor: Caller
let count = 0

beforeAll(async () => {
  fund = await service.fund()
  story = storyOf(fund, service)
  euro = await story.bank('euro', 'EUR')
  for (const [month, units] of Object.entries({ '2024-01': '0.91', '2024-02': '0.87', '2024-03': '0.937' }))
    await story.rate('EUR', month, units)
  auditor = fund.cast.auditor!
})

const day = fc.integer({ min: 1, max: 28 }).map((number) => `${number}`.padStart(2, '0'))
const cents = (max: number) =>
  fc.integer({ min: 1, max }).map((units) => `${Math.floor(units / 100)}.${`${units % 100}`.padStart(2, '0')}`)
const STAGES: Stage[] = ['available', 'reserved', 'committed', 'disbursed', 'reported']

/** What happens to a contribution after its agreement, in any order; what the rules refuse has not happened. */
const act = fc.oneof(
  fc.record({
    kind: fc.constant('receive' as const),
    amount: cents(90_000),
    charge: cents(500),
    on: day,
    inEuros: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('identify' as const), amount: cents(50_000), part: cents(30_000), on: day }),
  fc.record({ kind: fc.constant('inParts' as const), amount: cents(50_000), part: cents(30_000), on: day }),
  fc.record({ kind: fc.constant('writeOff' as const), amount: cents(40_000), on: day }),
  fc.record({ kind: fc.constant('refund' as const), amount: cents(20_000), on: day }),
  fc.record({ kind: fc.constant('move' as const), amount: cents(20_000), from: fc.nat(4), to: fc.nat(4) }),
)

const history = fc.array(
  fc.record({
    currency: fc.constantFrom('USD', 'EUR'),
    pledged: cents(100_000),
    agreed: fc.option(cents(100_000)),
    cancelled: fc.boolean(),
    acts: fc.array(act, { maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 3 },
)

type Act = typeof act extends fc.Arbitrary<infer A> ? A : never

async function happen(contribution: Made, currency: string, what: Act): Promise<void> {
  const inItsOwn = (amount: string) => `${amount} ${currency}`
  switch (what.kind) {
    case 'receive': {
      const [of, bank] = what.inEuros ? ['EUR', euro] : ['USD', fund.bank]
      // What is sent is what the bank books and its charge, where the currency is the same.
      const sent = of === currency ? add(what.amount, what.charge) : what.amount
      await story.receive(contribution, `2024-03-${what.on}`, {
        ...{ bank, sent: inItsOwn(sent), booked: `${what.amount} ${of}`, charge: `${what.charge} ${of}` },
      })
      return
    }
    case 'identify': {
      const sent = inItsOwn(what.amount)
      const bank = currency === 'EUR' ? euro : fund.bank
      const receipt = await story.receive(undefined, '2024-02-20', {
        bank,
        sent: inItsOwn(add(what.amount, '0.77')),
        booked: sent,
        charge: inItsOwn('0.77'),
      })
      await story.apply(receipt.id, contribution, `2024-03-${what.on}`, inItsOwn(what.part))
      await story.apply(receipt.id, contribution, `2024-03-${what.on}`)
      return
    }
    case 'inParts': {
      const bank = currency === 'EUR' ? euro : fund.bank
      const came = {
        bank,
        sent: inItsOwn(add(what.amount, '0.99')),
        booked: inItsOwn(what.amount),
        charge: inItsOwn('0.99'),
      }
      const receipt = await story.receive(contribution, '2024-03-05', { ...came, applied: inItsOwn(what.part) })
      await story.apply(receipt.id, contribution, `2024-03-${what.on}`)
      return
    }
    case 'writeOff':
      return story.writeOff(contribution, inItsOwn(what.amount), `2024-03-${what.on}`)
    case 'refund':
      return story.refund(contribution, `${what.amount} USD`, `2024-03-${what.on}`)
    case 'move': {
      const request = { id: 'req_00000000000000000000000000', code: 'R-1' }
      const [from, to] = [STAGES[what.from]!, STAGES[what.to]!]
      const account = (name: Stage) => stage(name, contribution, 'USD', name === 'available' ? undefined : request)
      return postAsOwner(service, fund, {
        kind: 'obligation_reduced',
        postings: (money) => {
          const amount = money({ amount: what.amount, currency: 'USD' })
          return [debit(account(to), amount), credit(account(from), amount)]
        },
      })
    }
  }
}

function add(a: string, b: string): string {
  const units = BigInt(a.replace('.', '')) + BigInt(b.replace('.', ''))
  return `${units / 100n}.${`${units % 100n}`.padStart(2, '0')}`
}

/** What the rules refuse has not happened; anything else that goes wrong is a failure of the test. */
async function perhaps(attempt: () => Promise<unknown>): Promise<void> {
  try {
    await attempt()
  } catch (error) {
    const { message } = error as Error
    if (!/"status":4\d\d|insufficient_funds|fewer than two postings/.test(message)) throw error
  }
}

test('totals are the sums of the contributions, and these are the ledger, whatever has happened and on whichever day', async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.constantFrom('2024-01-31', '2024-03-10', '2024-03-20', '2026-12-31'),
      async (drawn, occurredOn) => {
        count += 1
        const donorId = await story.donor(`Donor ${count}`)
        const reader = await story.reader(`Reader ${count}`, donorId)
        for (const { currency, pledged, agreed, cancelled, acts } of drawn) {
          const contribution = await story.pledge(donorId, `${pledged} ${currency}`, '2024-01-05')
          if (agreed !== null) await story.agree(contribution, `${agreed} ${currency}`, '2024-02-01')
          if (cancelled) await perhaps(() => story.cancel(contribution, '2024-02-02'))
          for (const one of acts) await perhaps(() => happen(contribution, currency, one))
        }
        for (const asOf of [{}, { occurredOn }]) {
          const report: DonorReport = (await reportOf(auditor, fund, donorId, asOf).expect(200)).body
          expect(complaints(report)).toEqual([])
          const postings = await postingsOf(service.database(), fund.id, report.asOf)
          for (const one of report.contributions) expect(plain(one.figures)).toEqual(recompute(postings, one.id))
          const known = new Set(postings.map(({ contribution }) => contribution))
          const { rows } = await service
            .database()
            .owner.raw(`select id from contributions where donor_id = ?`, [donorId])
          expect(report.contributions.map(({ id }) => id).sort()).toEqual(
            rows
              .map(({ id }: { id: string }) => id)
              .filter((id: string) => known.has(id))
              .sort(),
          )
          expect((await reportOf(reader, fund, donorId, report.asOf).expect(200)).body).toEqual(report)
        }
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)
