import fc from 'fast-check'
import { sealEntries } from '../../server/ledger/seal.ts'
import { minorText, moneyFrom, moneyText, sum, type MoneyText } from '../../server/money.ts'
import { exported, verdictOf } from '../ledger/proof.ts'
import { beancountAgrees, hledgerAgrees, isThere } from '../ledger/programs.ts'
import { verifiedPayee } from '../support/asking.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService } from '../support/service.ts'
import { violations } from './check.ts'
import { AHEAD } from './ahead.ts'
import { ACTS, attempt, type ActName, type Choice } from './story.ts'
import type { Story } from './told.ts'

const service = ownService()

const today = new Date().toISOString().slice(0, 10)

async function newStory(): Promise<Story> {
  const fund = await service.fund()
  for (const [currency, units] of [
    ['EUR', '0.91'],
    ['JPY', '147.3'],
    ['KWD', '0.3071'],
  ]) {
    const rate = { currency, month: today.slice(0, 7), units, source: 'operational rates' }
    await fund.cast.controller!.post(`/funds/${fund.id}/exchange-rates`, rate).expect(201)
  }
  const donor = await fund.cast
    .fundManager!.post(`/funds/${fund.id}/donors`, { name: 'Norway', kind: 'Member State' })
    .expect(201)
  const payeeId = await verifiedPayee(fund)
  const bank = async (code: string, currency: string) => {
    const account = { code, name: `${currency} account`, currency }
    const made = await fund.cast.treasurer!.post(`/funds/${fund.id}/bank-accounts`, account).expect(201)
    return { id: made.body.id as string, currency }
  }
  return {
    fund,
    today,
    contributions: [],
    receipts: [],
    refunds: [],
    requests: [],
    payments: [],
    banks: [{ id: fund.bank, currency: 'USD' }, await bank('geneva', 'EUR'), await bank('savings', 'USD')],
    plans: [],
    proposals: [],
    approved: [],
    donorId: donor.body.id,
    payeeId,
    told: [],
    keys: 0,
  }
}

/** The way of a request to its payment, tried more often than the rest, so that stories reach their end. */
const PATH: ActName[] = [
  'draftAndSubmit',
  'approve',
  'approve',
  'approve',
  'certify',
  'certify',
  'release',
  'release',
  'release',
  'settle',
]

const CORRECTING: ActName[] = Array.from({ length: 12 }, () => 'correct')

const choice = (acts: readonly ActName[]): fc.Arbitrary<Choice> =>
  fc.noBias(fc.record({ act: fc.constantFrom(...acts), pick: fc.nat({ max: 1000 }), size: fc.nat({ max: 1000 }) }))

/** The fund's own money: each act of the treasurer and controller, tried more often than it would be by chance. */
const OWN_MONEY: ActName[] = [
  'convert',
  'convert',
  'earn',
  'impair',
  'writeOff',
  'moveReserve',
  'decideProposal',
  'decideProposal',
]

/** A plan that keeps a part of its money, and advances, of which one is paid, rejected, and comes back in part: all of it is in every ledger. */
const aheadOfTime: Choice[] = (
  [
    ['plan', 1, 1],
    ['setAside', 1],
    ['activatePlan', 1],
    ['plan', 0],
    ['setAside', 3],
    ['changePlan', 0],
    ['setAside', 1],
    ['withdrawPlan', 0],
    ['plan', 2],
    ['setAside', 0],
    ['hurry', 22],
    ['advance', 0],
    // Another amount than that of the way through, or it would look like the same payment again.
    ['certify', 3],
    ['release', 0],
    ['release', 1],
    ['settle', 1],
    ['rejectOrReturn', 0],
    ['recover', 0],
    ['giveUpRecovery', 2],
    ['decideProposal', 0],
    ['hurry', 3],
    ['advance', 0],
  ] as const
).map(([act, size, pick = 0]) => ({ act, pick, size }))

/** Six contributions, each pledged, agreed and received in good part. */
const someMoney: Choice[] = Array.from({ length: 6 }, (_, i) =>
  (['pledge', 'agree', 'receive'] as const).map((act) => ({ act, pick: act === 'pledge' ? i : 0, size: 560 + i })),
).flat()

/** One request goes all the way to the bank's statement, so that every story has something of everything to get wrong. */
const oneWayThrough: Choice[] = (
  [
    ['draftAndSubmit', 0],
    ['approve', 0],
    ['approve', 1],
    ['certify', 0],
    ['release', 0],
    ['release', 1],
    ['settle', 1],
    ['convert', 3],
    ['decideProposal', 2],
    ['earn', 1],
    ['impair', 1],
    ['decideProposal', 1],
    ['writeOff', 20],
    ['decideProposal', 6],
    ['refund', 1, 1],
    ['receiveUnidentified', 1],
    ['apply', 1, 0],
    ['moveReserve', 1, 1],
    ['decideProposal', 1],
  ] as const
).map(([act, size, pick = 0]) => ({ act, pick, size }))

// Money first, so that there is something to fight for; then everything in any order.
const story = fc.tuple(
  fc.array(choice(['pledge', 'pledge', 'agree', 'receive']), { minLength: 8, maxLength: 14 }),
  fc.array(choice([...ACTS, ...PATH, ...PATH, ...PATH, ...OWN_MONEY, ...OWN_MONEY, ...AHEAD, ...CORRECTING]), {
    minLength: 50,
    maxLength: 80,
  }),
)

const seen = new Map<string, number>()

test('whatever people try in whatever order, every invariant of the books holds, and a retry changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ([beginning, rest]) => {
      const told = await newStory()
      for (const one of [...someMoney, ...oneWayThrough, ...aheadOfTime, ...beginning, ...rest])
        await attempt(told, one)
      expect(await violations(service.database().owner, told.fund.id)).toEqual([])
      await entriesMatchDeeds(told)
      await booksTellTheSame(told)
      await nothingIsRewritten(told)
      for (const { act, code } of told.told) seen.set(`${act} ${code}`, (seen.get(`${act} ${code}`) ?? 0) + 1)
    }),
    { numRuns: Number(process.env.STORIES ?? 8), endOnFailure: true },
  )
  // The stories must get far, or they prove nothing.
  for (const act of ['correct', ...[...someMoney, ...oneWayThrough, ...aheadOfTime].map((one) => one.act)])
    expect([...seen.keys()]).toContain(`${act} done`)
}, 300_000)

test('ten people who try everything at once leave the books sound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(choice([...ACTS, ...OWN_MONEY]), { minLength: 40, maxLength: 60 }), async (choices) => {
      const told = await newStory()
      for (const one of someMoney) await attempt(told, one)
      for (let i = 0; i < choices.length; i += 10)
        await Promise.all(choices.slice(i, i + 10).map((one) => attempt(told, one)))
      expect(await violations(service.database().owner, told.fund.id)).toEqual([])
    }),
    { numRuns: 3, endOnFailure: true },
  )
}, 300_000)

/** A replay made no second entry: one entry per kind and source is a key, so here it is counted against what was answered as done. */
async function entriesMatchDeeds({ fund, told, approved }: Story): Promise<void> {
  const count = async (kinds: string[]) =>
    Number(
      (await service
        .database()
        .owner('entries')
        .where({ fund_id: fund.id })
        .whereIn('kind', kinds)
        .count('* as n')
        .first())!.n,
    )
  const deeds = (...acts: ActName[]) =>
    told.filter((one) => acts.includes(one.act as ActName) && one.code === 'done').length
  expect(await count(['pledge'])).toBe(deeds('pledge'))
  expect(await count(['request_submitted'])).toBe(deeds('draftAndSubmit', 'resubmit', 'hurry', 'activatePlan'))
  expect(await count(['payment_certified'])).toBe(deeds('certify'))
  expect(await count(['payment_settled'])).toBe(deeds('settle'))
  expect(await count(['plan_set_aside'])).toBe(deeds('setAside'))
  expect(await count(['recovery_received'])).toBe(deeds('recover'))
  expect(await count(['obligation_reduced'])).toBe(deeds('reduce'))
  for (const [kind, entries] of [
    ['write_off', 'write_off'],
    ['conversion', 'conversion'],
    ['impairment', 'impairment'],
    ['recovery_write_off', 'recovery_written_off'],
  ] as const)
    expect(await count([entries])).toBe(approved.filter((one) => one === kind).length)
}

/** Invariants 10, 11 and 12: totals are the sums of their lines, at any moment, and an export proves itself without us, also to others. */
async function booksTellTheSame({ fund, donorId, today: on }: Story): Promise<void> {
  const { auditor } = fund.cast
  const { owner, service: db } = service.database()
  const trial = await auditor!.get(`/funds/${fund.id}/ledger/trial-balance`).expect(200)
  expect(trial.body.balanced).toBe(true)
  expect((await auditor!.get(`/funds/${fund.id}/ledger/conservation`)).body.allAgree).toBe(true)
  const report = await auditor!.get(`/funds/${fund.id}/donors/${donorId}/report`).expect(200)
  for (const figure of ['agreed', 'received', 'authority', 'available', 'committed', 'disbursed'] as const) {
    const parts = report.body.contributions.map((one: { figures: Record<string, MoneyText> }) =>
      moneyFrom(one.figures[figure]!),
    )
    expect(moneyText(sum(parts, 'USD'))).toEqual(report.body.totals[figure])
  }

  const middle = await owner('entries').where({ fund_id: fund.id }).orderBy('id').offset(5).first('recorded_at')
  const recordedAt = new Date(middle.recorded_at).toISOString()
  const { rows } = await owner.raw(
    `select coalesce(sum(functional), 0)::text as debits from (
       select sum(p.functional) as functional from postings p join accounts a on a.id = p.account_id
        where a.fund_id = ? and a.book = 'actual' and p.recorded_at <= ? group by a.id having sum(p.functional) > 0) s`,
    [fund.id, recordedAt],
  )
  const then = await auditor!
    .get(`/funds/${fund.id}/ledger/trial-balance?occurredOn=${on}&recordedAt=${recordedAt}`)
    .expect(200)
  const actual = then.body.books.find((one: { book: string }) => one.book === 'actual')
  expect(actual?.functional.debit ?? minorText('0', 'USD')).toEqual(minorText(rows[0].debits, 'USD'))

  await allSealable(owner, fund.id)
  await db.transaction((trx) => sealEntries(trx, fund.id))
  const verdict = await verdictOf(await exported(fund))
  expect(verdict.faults).toEqual([])
  expect(verdict.counts.entries).toBe(
    Number((await owner('entries').where({ fund_id: fund.id }).count('* as n').first())!.n),
  )
  if (isThere('hledger')) await hledgerAgrees(service, fund)
  if (isThere('bean-check')) await beancountAgrees(service, fund)
}

/** Invariants 4 and 6: the service cannot touch what is recorded, and a closed month takes nothing more. */
async function nothingIsRewritten({ fund, donorId }: Story): Promise<void> {
  const { service: db, owner } = service.database()
  await expect(db('postings').update({ amount: 1 })).rejects.toThrow('permission denied')
  await expect(db('entries').where({ fund_id: fund.id }).del()).rejects.toThrow('permission denied')
  await expect(owner('postings').del()).rejects.toThrow('append-only')
  for (const kind of ['soft', 'hard'])
    await fund.cast.controller!.post(`/funds/${fund.id}/periods/2025-12/closings`, { kind }).expect(201)
  const before = await owner('entries').where({ fund_id: fund.id }).count('* as n').first()
  const pledge = {
    donorId,
    pledgedOn: '2025-12-31',
    amount: { amount: '10.00', currency: 'USD' },
    earmark: { level: 'unearmarked' },
  }
  const late = await fund.cast.fundManager!.post(`/funds/${fund.id}/contributions`, pledge)
  expect([late.status, late.body.code]).toEqual([409, 'period_closed'])
  expect(await owner('entries').where({ fund_id: fund.id }).count('* as n').first()).toEqual(before)
}
