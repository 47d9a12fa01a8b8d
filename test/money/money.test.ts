import fc from 'fast-check'
import {
  add,
  amountComplaint,
  amountText,
  atRate,
  fromMinorUnits,
  minorText,
  minorUnitOf,
  minorUnits,
  money,
  proportion,
  publishedAmount,
  splitByWeight,
  splitGross,
  sum,
  type Money,
} from '../../server/money.ts'
import { ownDatabase } from '../support/database.ts'

const database = ownDatabase()
const usd = (units: bigint | string): Money => fromMinorUnits(String(units), 'USD')
const someUnits = fc.bigInt({ min: 0n, max: 10n ** 17n })

test('every currency of the table has the minor unit that the code counts with', async () => {
  const currencies: { code: string; minor_unit: number }[] = await database()
    .owner('currencies')
    .select('code', 'minor_unit')
  expect(currencies.length).toBeGreaterThan(200)
  expect(currencies.filter(({ code, minor_unit }) => minorUnitOf(code) !== minor_unit)).toEqual([])
})

test('a hundred of the largest amounts add up to the cent', () => {
  const largest = money('999999999999999.99', 'USD')
  expect(
    amountText(
      sum(
        Array.from({ length: 100 }, () => largest),
        'USD',
      ),
    ),
  ).toBe('99999999999999999.00')
})

test.each`
  text                      | currency | complaint
  ${'1.00'}                 | ${'USD'} | ${undefined}
  ${'1.005'}                | ${'USD'} | ${'too_many_decimals'}
  ${'1.005'}                | ${'KWD'} | ${undefined}
  ${'1.5'}                  | ${'JPY'} | ${'too_many_decimals'}
  ${'12345678901234567890'} | ${'USD'} | ${'not_an_amount'}
  ${'1e3'}                  | ${'USD'} | ${'not_an_amount'}
  ${'1,000.00'}             | ${'USD'} | ${'not_an_amount'}
  ${' 1.00'}                | ${'USD'} | ${'not_an_amount'}
  ${'١٢'}                   | ${'USD'} | ${'not_an_amount'}
  ${'NaN'}                  | ${'USD'} | ${'not_an_amount'}
  ${''}                     | ${'USD'} | ${'not_an_amount'}
`('$text $currency is an amount, or told why not: $complaint', ({ text, currency, complaint }) => {
  expect(amountComplaint(text, currency)).toBe(complaint)
})

test.each`
  gross           | bps     | net             | setAside
  ${'1000000.00'} | ${1300} | ${'884955.75'}  | ${'115044.25'}
  ${'1000000.00'} | ${700}  | ${'934579.44'}  | ${'65420.56'}
  ${'3000000.00'} | ${700}  | ${'2803738.32'} | ${'196261.68'}
  ${'50000.00'}   | ${1300} | ${'44247.79'}   | ${'5752.21'}
`('$gross with support cost of $bps basis points is $net and $setAside', ({ gross, bps, net, setAside }) => {
  const split = splitGross(money(gross, 'USD'), bps)
  expect([amountText(split.net), amountText(split.setAside)]).toEqual([net, setAside])
})

test('rounding is half-even, to the minor unit of the currency', () => {
  const at = (text: string) => amountText(atRate(money(text, 'USD'), '2', 'USD'))
  expect([at('0.01'), at('0.03'), at('0.05'), at('-0.01'), at('-0.03')]).toEqual([
    '0.00',
    '0.02',
    '0.02',
    '0.00',
    '-0.02',
  ])
  expect(amountText(atRate(money('100.00', 'USD'), '0.0091', 'JPY'))).toBe('10989')
  expect(publishedAmount('1987987.952', 'AUD')).toMatchObject({ rounded: true })
  expect(amountText(publishedAmount('20790.0016', 'EUR').money)).toBe('20790.00')
  expect(publishedAmount('50000000.0', 'JPY')).toMatchObject({ rounded: false })
})

test('what is split by weight sums to the whole, and no part exceeds its weight', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (weights, share) => {
        const whole = weights.reduce((all, one) => all + one, 0n)
        fc.pre(whole > 0n)
        const total = (whole * BigInt(Math.floor(share * 1e6))) / 1_000_000n
        const parts = splitByWeight(usd(total), weights.map(usd)).map((part) => BigInt(minorUnits(part)))
        expect(parts.reduce((all, one) => all + one, 0n)).toBe(total)
        parts.forEach((part, i) => expect(part >= 0n && part <= weights[i]!).toBe(true))
        parts.forEach((part, i) => {
          const exact = (total * weights[i]!) / whole
          expect(part - exact === 0n || part - exact === 1n).toBe(true)
        })
      },
    ),
  )
})

test('splitting a gross amount loses nothing at any rate', () => {
  fc.assert(
    fc.property(someUnits, fc.integer({ min: 0, max: 5000 }), (units, bps) => {
      const { net, setAside } = splitGross(usd(units), bps)
      expect(minorUnits(add(net, setAside))).toBe(String(units))
      expect(BigInt(minorUnits(setAside)) >= 0n).toBe(true)
    }),
  )
})

test('minor units and text are two ways to say one amount, in every currency', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      fc.constantFrom('USD', 'JPY', 'KWD', 'EUR', 'XOF'),
      (units, currency) => {
        const amount = fromMinorUnits(String(units), currency)
        expect(minorUnits(money(amountText(amount), currency))).toBe(String(units))
        expect(amountText(amount)).not.toContain('e')
      },
    ),
  )
})

test('the proportion of all is all, and of nothing is nothing', () => {
  fc.assert(
    fc.property(someUnits, fc.bigInt({ min: 1n, max: 10n ** 15n }), (units, whole) => {
      expect(minorUnits(proportion(usd(units), usd(whole), usd(whole)))).toBe(String(units))
      expect(minorUnits(proportion(usd(units), usd(0n), usd(whole)))).toBe('0')
    }),
  )
})

test('amounts of two currencies do not add up', () => {
  expect(() => add(money('1', 'USD'), money('1', 'EUR'))).toThrow('mixed currencies')
})

test('whole minor units and the amount that is told are the same number, whatever its sign, size and currency', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      fc.constantFrom('USD', 'JPY', 'KWD'),
      (units, currency) => {
        const decimals = minorUnitOf(currency)
        const amount = fromMinorUnits(`${units}`, currency)
        expect(minorUnits(amount)).toBe(`${units}`)
        expect(minorText(`${units}`, currency)).toEqual({ amount: amountText(amount), currency })
        expect(amountText(amount)).toMatch(new RegExp(`^-?(0|[1-9]\\d*)${decimals ? `\\.\\d{${decimals}}` : ''}$`))
        expect(BigInt(amountText(amount).replace('.', ''))).toBe(units)
      },
    ),
    {
      examples: [
        [0n, 'USD'],
        [-5n, 'USD'],
        [5n, 'KWD'],
        [-100n, 'JPY'],
      ],
    },
  )
})

test('what has more decimals than its currency is no whole number of minor units', () => {
  expect(() => minorUnits({ ...usd(1n), currency: 'JPY' })).toThrow('more decimals')
})
