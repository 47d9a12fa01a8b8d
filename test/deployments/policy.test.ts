import fc from 'fast-check'
import {
  changeBlocker,
  costDeployment,
  daysOf,
  MOST_DAYS,
  nightsByMonth,
  type Mode,
} from '../../server/deployments/policy.ts'
import { amountText, fromMinorUnits, minorUnits } from '../../server/money.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const dayAt = (offset: number) => new Date(Date.UTC(2026, 0, 1) + offset * DAY_MS).toISOString().slice(0, 10)
const days = fc
  .tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: MOST_DAYS }))
  .map(([from, count]) => ({ days: { startsOn: dayAt(from), endsOn: dayAt(from + count - 1) }, count }))
const mode = fc.constantFrom<Mode>('on_site', 'remote')
// Up to twenty digits: nothing on the way is a float.
const units = fc.bigInt({ min: 0n, max: 99_999_999_999_999_999_999n })
const usd = (minor: bigint) => fromMinorUnits(minor.toString(), 'USD')

test('days are counted inclusively and nights are one fewer on site and none from afar, over leap days and months', () => {
  fc.assert(
    fc.property(days, mode, (made, how) => {
      const nights = nightsByMonth(how, made.days).reduce((all, one) => all + one.nights, 0)
      return daysOf(made.days) === made.count && nights === (how === 'on_site' ? made.count - 1 : 0)
    }),
  )
})

test('what a deployment costs is fee by days, subsistence by nights of each month, and travel, exactly', () => {
  fc.assert(
    fc.property(
      days,
      mode,
      units,
      fc.array(units, { minLength: 12, maxLength: 12 }),
      units,
      (made, how, fee, rates, travel) => {
        const rateOf = (month: string) => rates[Number(month.slice(5)) - 1]!
        const asked = { mode: how, days: made.days, dailyFee: usd(fee), travel: usd(travel) }
        const lines = costDeployment({ ...asked, subsistence: (month) => usd(rateOf(month)) })
        let expected = fee * BigInt(made.count) + (how === 'on_site' ? travel : 0n)
        for (let night = 0; how === 'on_site' && night < made.count - 1; night += 1)
          expected += rateOf(new Date(Date.parse(made.days.startsOn) + night * DAY_MS).toISOString().slice(0, 7))
        const total = lines.reduce((all, line) => all + BigInt(minorUnits(line.total)), 0n)
        return total === expected && lines.every(({ total: one }) => minorUnits(one) !== '0')
      },
    ),
  )
})

test.each([
  ['on_site', '2028-02-28', '2028-03-01', ['fee 3 × 400.00', 'subsistence 2 × 150.00', 'travel 1 × 10.01']],
  ['on_site', '2027-02-28', '2027-03-01', ['fee 2 × 400.00', 'subsistence 1 × 150.00', 'travel 1 × 10.01']],
  ['on_site', '2027-02-28', '2027-02-28', ['fee 1 × 400.00', 'travel 1 × 10.01']],
  ['remote', '2028-02-28', '2028-03-01', ['fee 3 × 400.00']],
] as [Mode, string, string, string[]][])('%s from %s to %s costs %j', (how, startsOn, endsOn, expected) => {
  const money = (text: string) => fromMinorUnits(text.replace('.', ''), 'USD')
  const lines = costDeployment({
    ...{ mode: how, days: { startsOn, endsOn }, dailyFee: money('400.00'), travel: money('10.01') },
    subsistence: () => money('150.00'),
  })
  expect(lines.map(({ cost, quantity, unit }) => `${cost} ${quantity} × ${amountText(unit)}`)).toEqual(expected)
})

const STANDING = { startsOn: '2027-03-01', endsOn: '2027-03-10', requestStatus: 'approved', startedOn: null } as const
test.each([
  ['started', '2027-03-01', { ...STANDING, state: 'confirmed' }, true],
  ['started', '2027-03-11', { ...STANDING, state: 'confirmed' }, false],
  ['started', '2027-03-01', { ...STANDING, state: 'planned', requestStatus: 'submitted' }, false],
  ['started', '2027-03-02', { ...STANDING, state: 'active', startedOn: '2027-03-01' }, false],
  ['ended', '2027-03-05', { ...STANDING, state: 'active', startedOn: '2027-03-02' }, true],
  ['ended', '2027-03-01', { ...STANDING, state: 'active', startedOn: '2027-03-02' }, false],
  ['ended', '2027-03-11', { ...STANDING, state: 'active', startedOn: '2027-03-02' }, false],
  ['ended', '2027-03-05', { ...STANDING, state: 'confirmed' }, false],
  ['cancelled', '2027-01-01', { ...STANDING, state: 'confirmed' }, true],
  ['cancelled', '2027-03-05', { ...STANDING, state: 'active', startedOn: '2027-03-02' }, false],
  ['cancelled', '2027-03-05', { ...STANDING, state: 'cancelled' }, false],
] as const)('%s on %s', (change, onDay, standing, may) => {
  expect(changeBlocker(standing, change, onDay) === undefined).toBe(may)
})
