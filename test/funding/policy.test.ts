import fc from 'fast-check'
import {
  chooseFunding,
  EARMARK_LEVELS,
  permits,
  type Earmark,
  type FundingRule,
  type Source,
  type Use,
} from '../../server/funding/policy.ts'
import { amountText, fromMinorUnits, minorUnits, money, type Money } from '../../server/money.ts'

const use: Use = {
  region: 'Central Africa',
  country: 'Chad',
  phase: 'after_violence',
  themes: ['ceasefire_and_security'],
  partner: 'pye_1',
  on: '2026-06-01',
}

const source = (code: string, available: string, earmark: Earmark, firstReceivedOn = '2026-01-01'): Source => ({
  contributionId: code,
  code,
  earmark,
  available: money(available, 'USD'),
  firstReceivedOn,
})

const partsOf = (amount: string, sources: Source[], rule: FundingRule) => {
  const chosen = chooseFunding(money(amount, 'USD'), use, sources, rule)
  return 'parts' in chosen ? chosen.parts.map((part) => `${part.code} ${amountText(part.amount)}`) : chosen
}

test.each`
  earmark                                                 | permitted
  ${{}}                                                   | ${true}
  ${{ regions: ['Central Africa'] }}                      | ${true}
  ${{ regions: ['West Africa'] }}                         | ${false}
  ${{ countries: ['Chad', 'Mali'] }}                      | ${true}
  ${{ countries: ['Mali'] }}                              | ${false}
  ${{ phases: ['implementation'] }}                       | ${false}
  ${{ themes: ['gender_and_inclusion'] }}                 | ${false}
  ${{ themes: ['ceasefire_and_security'] }}               | ${true}
  ${{ partners: ['pye_1'] }}                              | ${true}
  ${{ partners: ['pye_2'] }}                              | ${false}
  ${{ window: 'rapid' }}                                  | ${false}
  ${{ spendBy: '2026-06-01' }}                            | ${true}
  ${{ spendBy: '2026-05-31' }}                            | ${false}
  ${{ regions: ['Central Africa'], countries: ['Mali'] }} | ${false}
`('an earmark of $earmark permits the use: $permitted', ({ earmark, permitted }) => {
  expect(permits({ level: 'earmarked', ...earmark }, use)).toBe(permitted)
})

test('tightest earmark first, then earliest spend-by date, then earliest receipt', () => {
  const sources = [
    source('plain-late', '100.00', { level: 'unearmarked' }, '2026-03-01'),
    source('plain-early', '100.00', { level: 'unearmarked' }, '2026-02-01'),
    source('soft', '10.00', { level: 'softly' }),
    source('tight-later', '10.00', { level: 'tightly', spendBy: '2027-01-01' }),
    source('tight-sooner', '10.00', { level: 'tightly', spendBy: '2026-07-01' }),
    source('tight-elsewhere', '10.00', { level: 'tightly', regions: ['Asia'] }),
  ]
  expect(partsOf('145.50', sources, 'tightest_first')).toEqual([
    'tight-sooner 10.00',
    'tight-later 10.00',
    'soft 10.00',
    'plain-early 100.00',
    'plain-late 15.50',
  ])
})

test('pro rata divides within a level by available balance, to the cent', () => {
  const sources = [
    source('a', '100.00', { level: 'softly' }),
    source('b', '50.00', { level: 'softly' }),
    source('c', '50.00', { level: 'softly' }),
  ]
  expect(partsOf('100.01', sources, 'pro_rata')).toEqual(['a 50.01', 'b 25.00', 'c 25.00'])
})

test('short by one cent chooses nothing and says what is available', () => {
  const short = chooseFunding(
    money('100.01', 'USD'),
    use,
    [source('a', '100.00', { level: 'softly' })],
    'tightest_first',
  )
  expect('short' in short && amountText(short.short.available)).toBe('100.00')
})

test('whatever the sources, the parts sum to the amount, are permitted and held, and no cent more could have been chosen', () => {
  const earmark = fc.record(
    {
      level: fc.constantFrom(...EARMARK_LEVELS),
      regions: fc.subarray(['Central Africa', 'Asia'], { minLength: 1 }),
      themes: fc.subarray(['ceasefire_and_security', 'power_sharing'], { minLength: 1 }),
      spendBy: fc.constantFrom('2026-05-31', '2026-06-01', '2027-01-01'),
    },
    { requiredKeys: ['level'] },
  )
  const someSources = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 100_000n }), earmark), { maxLength: 20 })
  fc.assert(
    fc.property(
      someSources,
      fc.bigInt({ min: 1n, max: 500_000n }),
      fc.constantFrom<FundingRule>('tightest_first', 'pro_rata'),
      (made, asked, rule) => {
        const sources = made.map(([units, terms], i) => ({
          ...source(`s${i}`, '0.00', terms as Earmark),
          available: fromMinorUnits(String(units), 'USD'),
        }))
        const held = sources
          .filter((one) => permits(one.earmark, use))
          .reduce((all, one) => all + units(one.available), 0n)
        const chosen = chooseFunding(fromMinorUnits(String(asked), 'USD'), use, sources, rule)
        expect('parts' in chosen).toBe(asked <= held)
        if (!('parts' in chosen)) return expect(units(chosen.short.available)).toBe(held)
        expect(chosen.parts.reduce((all, part) => all + units(part.amount), 0n)).toBe(asked)
        for (const part of chosen.parts) {
          const from = sources.find(({ code }) => code === part.code)!
          expect(
            permits(from.earmark, use) && units(part.amount) > 0n && units(part.amount) <= units(from.available),
          ).toBe(true)
        }
      },
    ),
  )
})

function units(amount: Money): bigint {
  return BigInt(minorUnits(amount))
}
