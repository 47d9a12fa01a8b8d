import fc from 'fast-check'
import { carryingOf, settle, supportOf, type Held, type Outstanding } from '../../server/contributions/policy.ts'
import { add, exceeds, fromMinorUnits, isNegative, isZero, subtract, zero, type Money } from '../../server/money.ts'

/** Properties of how a receipt is split, over amounts from one unit to a thousand million. */

const units = (currency: string, min = 1) =>
  fc.bigInt({ min: BigInt(min), max: 100_000_000_000n }).map((n) => fromMinorUnits(String(n), currency))

const received = fc
  .record({
    value: units('CHF'),
    charge: units('CHF', 0),
    functional: units('USD', 0),
    chargeFunctional: units('USD', 0),
  })
  .map(({ value, charge, functional, chargeFunctional }): Held => ({
    gross: add(value, charge),
    functional: add(functional, chargeFunctional),
    cash: functional,
  }))
const agreed = fc.record({ amount: units('EUR'), carrying: units('USD', 0) })
const bps = fc.integer({ min: 0, max: 5000 })

const holds = (...amounts: Money[]) => amounts.every((amount) => !isNegative(amount))

test('what is applied and what is left add up to what came, and neither is ever less than nothing', () => {
  fc.assert(
    fc.property(received, units('EUR'), agreed, bps, (held, worth, outstanding, supportCostBps) => {
      const { applied, value, functional, carrying, authority, support, left } = settle({
        ...{ held, worth, outstanding, supportCostBps },
      })
      expect(exceeds(applied, worth) || exceeds(applied, outstanding.amount)).toBe(false)
      expect(add(value, left.gross)).toEqual(held.gross)
      expect(add(functional, left.functional)).toEqual(held.functional)
      expect(add(authority, left.cash)).toEqual(held.cash)
      expect(holds(applied, value, functional, carrying, authority, left.gross, left.functional, left.cash)).toBe(true)
      expect(exceeds(support, authority) || isNegative(support)).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('whatever the parts, an agreement that is settled is settled to nothing, original and functional', () => {
  fc.assert(
    fc.property(
      agreed,
      fc.array(received, { minLength: 1, maxLength: 8 }),
      fc.array(units('EUR'), { minLength: 8, maxLength: 8 }),
      (all, receipts, worths) => {
        let outstanding: Outstanding = all
        let carried = zero('USD')
        const parts = [
          ...receipts.map((held, i) => ({ held, worth: worths[i]! })),
          { held: receipts[0]!, worth: all.amount },
        ]
        for (const { held, worth } of parts) {
          const { applied, carrying } = settle({ held, worth, outstanding, supportCostBps: 0 })
          carried = add(carried, carrying)
          outstanding = {
            amount: subtract(outstanding.amount, applied),
            carrying: subtract(outstanding.carrying, carrying),
          }
          expect(holds(outstanding.amount, outstanding.carrying)).toBe(true)
        }
        expect(isZero(outstanding.amount) && isZero(outstanding.carrying)).toBe(true)
        expect(carried).toEqual(all.carrying)
      },
    ),
    { numRuns: 300 },
  )
})

test('whatever it is applied to, a receipt gives exactly its own cash as authority once it is used up', () => {
  fc.assert(
    fc.property(received, fc.array(agreed, { minLength: 1, maxLength: 6 }), (all, agreements) => {
      let held = all
      let given = zero('USD')
      for (const [i, outstanding] of agreements.entries()) {
        if (isZero(held.gross)) break
        // The last agreement takes all that is left; each before it is worth twice what is outstanding.
        const last = i === agreements.length - 1
        const worth = last ? outstanding.amount : add(outstanding.amount, outstanding.amount)
        const { authority, left } = settle({ held, worth, outstanding, supportCostBps: 0 })
        given = add(given, authority)
        held = left
      }
      expect(add(given, held.cash)).toEqual(all.cash)
      if (isZero(held.gross)) expect(isZero(held.functional) && isZero(held.cash)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('support cost and what is left of it are the whole', () => {
  fc.assert(
    fc.property(units('USD', 0), bps, (authority, rateBps) => {
      const support = supportOf(authority, rateBps)
      expect(holds(support, subtract(authority, support))).toBe(true)
    }),
  )
})

test('all of what is outstanding carries all of its carrying amount', () => {
  fc.assert(fc.property(agreed, (all) => expect(carryingOf(all, all.amount)).toBe(all.carrying)))
})
