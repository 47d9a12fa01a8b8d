import { inDays } from '../../server/days.ts'
import fc from 'fast-check'
import {
  burnOf,
  courseOf,
  daysBetween,
  dueOf,
  expectReceipts,
  foresee,
  quantile,
  type Delay,
  type Expected,
  type Promise as Promised,
} from '../../server/forecast/policy.ts'
import { amountText, fromMinorUnits, sum, type Money } from '../../server/money.ts'

const usd = (units: number) => fromMinorUnits(`${units}`, 'USD')
const ON = '2026-11-24'
const delay = (days: number, units = 100): Delay => ({ days, amount: usd(units) })
const promise = (more: Partial<Promised> = {}): Promised => ({
  ...{ contributionId: 'c', donorId: 'd', kind: 'agreed', pledgedOn: '2026-11-14', net: usd(1000) },
  ...more,
})
const only = (expected: Expected[]) => expected[0]!

describe('when promised money comes', () => {
  test.each([
    ['half by count where all are alike', [delay(10), delay(20), delay(30)], 5, 20],
    ['the large one decides', [delay(10, 1), delay(20, 1), delay(300, 98)], 5, 300],
    ['exactly a fifth', [delay(10, 20), delay(20, 80)], 2, 10],
    ['one unit more than a fifth', [delay(10, 19), delay(20, 81)], 2, 20],
  ])('%s', (_what, delays, tenths, days) => expect(quantile(delays, tenths)).toBe(days))

  test("a donor's own history dates its money, by what took longer than this has waited", () => {
    const history = new Map([
      ['d', [delay(5), delay(40), delay(50), delay(60)]],
      ['e', [delay(200)]],
    ])
    expect(only(expectReceipts([promise()], history, ON))).toMatchObject({
      ...{ basis: 'donor', receipts: 3, early: '2026-12-24', middle: '2027-01-03', late: '2027-01-13' },
    })
  })
  test("a donor with too little history uses the fund's", () => {
    const history = new Map([
      ['d', [delay(30), delay(30)]],
      ['e', [delay(100, 800)]],
    ])
    expect(only(expectReceipts([promise()], history, ON))).toMatchObject({ basis: 'fund', middle: '2027-02-22' })
    expect(only(expectReceipts([promise({ donorId: 'x' })], history, ON))).toMatchObject({ basis: 'fund', receipts: 3 })
  })
  test('money later than any before is not dated, nor is any where nothing has come yet, nor what is under a condition', () => {
    const history = new Map([['d', [delay(3), delay(4), delay(5)]]])
    expect(only(expectReceipts([promise()], history, ON))).toMatchObject({ basis: 'overdue', middle: null })
    expect(only(expectReceipts([promise()], new Map(), ON))).toMatchObject({ basis: 'none', middle: null })
    const conditional = promise({ kind: 'conditional', pledgedOn: ON })
    expect(only(expectReceipts([conditional], history, ON))).toMatchObject({ basis: 'donor', middle: null })
  })
})

test('what is paid goes on as in the dearest, the average and the cheapest quarter, and never backwards', () => {
  const said = (quarters: number[]) =>
    Object.values(burnOf({ quarters: quarters.map(usd) }, 'USD')).map((money: Money) => amountText(money))
  expect(said([100, 400, -50])).toEqual(['4.00', '1.67', '0.00'])
  expect(said([])).toEqual(['0.00', '0.00', '0.00'])
})

test.each([
  ['nothing is ready', 0, 0, [], ON],
  ['nothing is paid', 100, 0, [], null],
  ['one unit a day for ten days', 10, 91, [], '2026-12-04'],
  ['a receipt in time', 10, 91, [{ on: '2026-12-03', amount: usd(5) }], '2026-12-09'],
  ['a receipt too late', 10, 91, [{ on: '2026-12-10', amount: usd(500) }], '2026-12-04'],
  ['a receipt that is overdue counts today', 10, 91, [{ on: '2026-01-01', amount: usd(5) }], '2026-12-09'],
])('the ready money runs out: %s', (_what, ready, burn, receipts, on) => {
  expect(courseOf(ON, { ready: usd(ready), burn: usd(burn), receipts }).runsOutOn).toBe(on)
})

test('what a request holds falls due by its last tranches, else when it begins', () => {
  const tranches = [
    { afterDays: 0, amount: usd(60) },
    { afterDays: 30, amount: usd(40) },
  ]
  const due = (left: number, more: object = {}) =>
    dueOf(ON, { startsOn: '2026-11-20', stage: 'committed', left: usd(left), tranches, ...more }).map(
      ({ on, amount }) => `${on} ${amountText(amount)}`,
    )
  expect(due(100)).toEqual([`${ON} 0.60`, '2026-12-20 0.40'])
  expect(due(30)).toEqual(['2026-12-20 0.30'])
  expect(due(30, { tranches: [], startsOn: '2026-12-01' })).toEqual(['2026-12-01 0.30'])
  expect(due(110)).toEqual([`${ON} 0.10`, `${ON} 0.60`, '2026-12-20 0.40'])
})

test('days are counted over leap days and turns of the year', () => {
  expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2)
  expect(inDays('2027-12-31', 60)).toBe('2028-02-29')
})

const cents = fc.integer({ min: 0, max: 10_000_000 }).map(usd)
const receipts = fc.array(
  fc.record({ on: fc.integer({ min: 0, max: 1000 }).map((days) => inDays(ON, days)), amount: cents }),
  { maxLength: 5 },
)
const later = (a: string | null, b: string | null) => (a ?? '9999') >= (b ?? '9999')
const runs = { numRuns: 60 }

test('paying more never brings a later day', () => {
  fc.assert(
    fc.property(cents, cents, cents, receipts, (ready, burn, more, coming) => {
      const day = (paid: Money) => courseOf(ON, { ready, burn: paid, receipts: coming }).runsOutOn
      return later(day(burn), day(sum([burn, more], 'USD')))
    }),
    runs,
  )
})

test('money that is expected besides never brings an earlier day', () => {
  fc.assert(
    fc.property(cents, cents, receipts, receipts, (ready, burn, coming, more) => {
      const day = (all: typeof coming) => courseOf(ON, { ready, burn, receipts: all }).runsOutOn
      return later(day([...coming, ...more]), day(coming))
    }),
    runs,
  )
})

test('low is never later than expected, nor expected than high; and every promise stands once', () => {
  const delays = fc.array(fc.record({ days: fc.integer({ min: 0, max: 900 }), amount: cents }), { maxLength: 8 })
  const promises = fc.array(
    fc.record({
      ...{ contributionId: fc.uuid(), donorId: fc.constantFrom('a', 'b'), net: cents },
      kind: fc.constantFrom('agreed', 'pledged', 'conditional'),
      pledgedOn: fc.integer({ min: 0, max: 900 }).map((days) => inDays(ON, -days)),
    }),
    { maxLength: 5 },
  )
  const quarters = fc.array(fc.integer({ min: -1000, max: 1_000_000 }).map(usd), { maxLength: 4 })
  fc.assert(
    fc.property(cents, promises, delays, delays, quarters, (ready, promised, a, b, paid) => {
      const history = new Map(Object.entries({ a, b }).filter(([, all]) => all.length > 0))
      const expected = expectReceipts(promised, history, ON)
      expect(expected.map(({ contributionId }) => contributionId)).toEqual(promised.map((one) => one.contributionId))
      for (const { early, middle, late } of expected)
        expect(early === null || (ON < early && early <= middle! && middle! <= late!)).toBe(true)
      const { low, expected: usual, high } = foresee(ON, { ready, expected, spending: { quarters: paid } })
      return later(usual.runsOutOn, low.runsOutOn) && later(high.runsOutOn, usual.runsOutOn)
    }),
    runs,
  )
})
