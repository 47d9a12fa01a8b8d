import fc from 'fast-check'
import {
  statusOf,
  tellMissions,
  tellYears,
  type MissionPart,
  type ToldMission,
} from '../../server/donor-reports/policy.ts'
import { fromMinorUnits, money } from '../../server/money.ts'
import { units } from './recomputed.ts'

const usd = (amount: string) => money(amount, 'USD')

function part(process: string, region: string | null, disbursed: string, more: Partial<MissionPart> = {}): MissionPart {
  const nothing = usd('0')
  return {
    process,
    name: null,
    region,
    reserved: nothing,
    committed: nothing,
    disbursed: usd(disbursed),
    reported: nothing,
    ...more,
  }
}

const open = (name: string, disbursed: string) => part(name, 'Africa', disbursed, { name })

/** `Africa ×3 60.00`, `Talks 10.00`, `- ×4 70.00`. */
const inWords = ({ name, region, missionCount, disbursed }: ToldMission) =>
  name !== null ? `${name} ${disbursed.amount}` : `${region ?? '-'} ×${missionCount} ${disbursed.amount}`

const africa = [part('a', 'Africa', '10'), part('b', 'Africa', '20'), part('c', 'Africa', '30')]
const asia = ['100', '100', '100', '100'].map((amount, i) => part(`asia ${i}`, 'Asia', amount))

test.each<[string, MissionPart[], string[]]>([
  ['no missions', [], []],
  ['open ones by name, largest first', [open('B', '5'), open('A', '10')], ['A 10.00', 'B 5.00']],
  ['open ones of the same size by name', [open('B', '5'), open('A', '5')], ['A 5.00', 'B 5.00']],
  ['several requests of one mission as one', [open('A', '5'), open('B', '6'), open('A', '7')], ['A 12.00', 'B 6.00']],
  ['three confidential ones of a region as one line', africa, ['Africa ×3 60.00']],
  ['a confidential one with several requests counts once', [...africa, part('c', 'Africa', '1')], ['Africa ×3 61.00']],
  ['two of a region one level up', africa.slice(0, 2), ['- ×2 30.00']],
  ['one alone one level up', africa.slice(0, 1), ['- ×1 10.00']],
  [
    'regions with fewer than three together one level up',
    [...africa.slice(0, 2), part('d', 'Asia', '1'), part('e', 'Europe', '2')],
    ['- ×4 33.00'],
  ],
  [
    'a region with three beside three left over',
    [...africa, part('d', 'Asia', '1'), part('e', 'Asia', '1'), part('f', 'Europe', '1')],
    ['Africa ×3 60.00', '- ×3 3.00'],
  ],
  ['one left over takes the smallest region with it', [...africa, part('d', 'Europe', '1')], ['- ×4 61.00']],
  [
    'one left over takes the region with the fewest, and leaves the others',
    [...africa, ...asia, part('d', 'Europe', '1')],
    ['Asia ×4 400.00', '- ×4 61.00'],
  ],
  [
    'those of no known region one level up',
    [...africa, part('d', null, '1'), part('e', null, '1'), part('f', null, '1')],
    ['Africa ×3 60.00', '- ×3 3.00'],
  ],
  [
    'an open one of the same region is not counted with them',
    [...africa.slice(0, 2), open('A', '5')],
    ['- ×2 30.00', 'A 5.00'],
  ],
  [
    'what has no money now is not counted',
    [...africa.slice(0, 2), part('c', 'Africa', '0'), open('A', '0')],
    ['- ×2 30.00'],
  ],
  [
    'the largest line first, whichever kind it is',
    [...africa, open('A', '59'), open('B', '61')],
    ['B 61.00', 'Africa ×3 60.00', 'A 59.00'],
  ],
])('missions: %s', (_rule, parts, lines) => {
  expect(tellMissions(parts, 'USD').map(inWords)).toEqual(lines)
})

const parts = fc.array(
  fc.record({
    process: fc.integer({ min: 0, max: 8 }),
    units: fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000)),
  }),
  { maxLength: 20 },
)
const regions = ['Africa', 'Africa', 'Africa', 'Africa', 'Asia', 'Asia', 'Asia', null, 'Europe']

test('whatever the missions are, the lines add up, no confidential name is told, and fewer than three stand together only when there are no more', () => {
  fc.assert(
    fc.property(parts, fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8]), (drawn, named) => {
      const given = drawn.map(({ process, units: [reserved, committed, disbursed, reported] }) => ({
        ...{
          process: `${process}`,
          region: regions[process]!,
          name: named.includes(process) ? `Talks ${process}` : null,
        },
        ...{ reserved: fromMinorUnits(`${reserved}`, 'USD'), committed: fromMinorUnits(`${committed}`, 'USD') },
        ...{ disbursed: fromMinorUnits(`${disbursed}`, 'USD'), reported: fromMinorUnits(`${reported}`, 'USD') },
      }))
      const told = tellMissions(given, 'USD')
      for (const [i, stage] of (['reserved', 'committed', 'disbursed', 'reported'] as const).entries()) {
        const total = drawn.reduce((all, one) => all + BigInt(one.units[i]!), 0n)
        expect(told.reduce((all, one) => all + units(one[stage].amount), 0n)).toBe(total)
      }
      const withMoney = drawn.filter((one) => one.units.some((amount) => amount > 0))
      const confidential = new Set(withMoney.map((one) => one.process).filter((process) => !named.includes(process)))
      const aggregates = told.filter(({ name }) => name === null)
      expect(aggregates.reduce((all, { missionCount }) => all + missionCount, 0)).toBe(confidential.size)
      for (const { missionCount, region } of aggregates)
        expect(missionCount >= 3 || (region === null && confidential.size < 3)).toBe(true)
    }),
  )
})

test.each([
  ['pledged', { agreed: false }],
  ['cancelled', { agreed: false, cancelled: true }],
  ['agreed', { outstanding: usd('0.01') }],
  ['agreed', { outstanding: usd('0.01'), last: 'write_off' }],
  ['received', { last: 'receipt' }],
  ['received', { last: 'receipt_applied' }],
  ['written_off', { last: 'write_off' }],
])('a contribution is told as %s by what had happened to it: %j', (status, happened) => {
  const nothing = { cancelled: false, agreed: true, outstanding: usd('0'), last: null }
  expect(statusOf({ ...nothing, ...happened })).toBe(status)
})

test('years run without a gap from the first to the last in which money came or went', () => {
  const received = [
    { year: '2023', amount: usd('5') },
    { year: '2021', amount: usd('1') },
    { year: '2021', amount: usd('2') },
  ]
  const disbursed = [{ year: '2024', amount: usd('-4') }]
  const told = tellYears({ received, disbursed }, 'USD')
  expect(told.map(({ year, received: came, disbursed: went }) => [year, came.amount, went.amount])).toEqual([
    ['2021', '3.00', '0.00'],
    ['2022', '0.00', '0.00'],
    ['2023', '5.00', '0.00'],
    ['2024', '0.00', '-4.00'],
  ])
  expect(tellYears({ received: [], disbursed: [] }, 'USD')).toEqual([])
})
