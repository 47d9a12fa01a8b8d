import fc from 'fast-check'
import { verifiedPayee } from '../support/asking.ts'
import { ownService } from '../support/service.ts'
import { violations } from './check.ts'
import { ACTS, attempt, type ActName, type Choice, type Story } from './story.ts'

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
  return {
    fund,
    today,
    contributions: [],
    receipts: [],
    refunds: [],
    requests: [],
    payments: [],
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

const choice = (acts: readonly ActName[]): fc.Arbitrary<Choice> =>
  fc.noBias(fc.record({ act: fc.constantFrom(...acts), pick: fc.nat({ max: 1000 }), size: fc.nat({ max: 1000 }) }))

/** Six contributions, each pledged, agreed and received in good part. */
const someMoney: Choice[] = Array.from({ length: 6 }, (_, i) =>
  (['pledge', 'agree', 'receive'] as const).map((act) => ({ act, pick: act === 'pledge' ? i : 0, size: 560 + i })),
).flat()

// Money first, so that there is something to fight for; then everything in any order.
const story = fc.tuple(
  fc.array(choice(['pledge', 'pledge', 'agree', 'receive']), { minLength: 8, maxLength: 14 }),
  fc.array(choice([...ACTS, ...PATH, ...PATH, ...PATH]), { minLength: 50, maxLength: 80 }),
)

const seen = new Map<string, number>()

test('whatever people try in whatever order, every invariant of the books holds, and a retry changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ([beginning, rest]) => {
      const told = await newStory()
      for (const one of [...someMoney, ...beginning, ...rest]) await attempt(told, one)
      expect(await violations(service.database().owner, told.fund.id)).toEqual([])
      await entriesMatchDeeds(told)
      for (const { act, code } of told.told) seen.set(`${act} ${code}`, (seen.get(`${act} ${code}`) ?? 0) + 1)
    }),
    { numRuns: Number(process.env.STORIES ?? 12), endOnFailure: true },
  )
  // The stories must get far, or they prove nothing.
  const done = [...seen.keys()].filter((key) => key.endsWith(' done')).map((key) => key.split(' ')[0])
  expect(done).toEqual(
    expect.arrayContaining(['pledge', 'agree', 'receive', 'draftAndSubmit', 'approve', 'certify', 'release']),
  )
}, 300_000)

test('ten people who try everything at once leave the books sound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(choice(ACTS), { minLength: 40, maxLength: 60 }), async (choices) => {
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
async function entriesMatchDeeds({ fund, told }: Story): Promise<void> {
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
  expect(await count(['request_submitted'])).toBe(deeds('draftAndSubmit', 'resubmit'))
  expect(await count(['payment_certified'])).toBe(deeds('certify'))
  expect(await count(['payment_settled'])).toBe(deeds('settle'))
  expect(await count(['obligation_reduced'])).toBe(deeds('reduce'))
  expect(await count(['write_off'])).toBe(deeds('writeOff'))
}
