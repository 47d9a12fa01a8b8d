import fc from 'fast-check'
import { newId } from '../../server/ids.ts'
import { authority, cash, stage, type Account } from '../../server/ledger/accounts.ts'
import { credit, debit, type Entry } from '../../server/ledger/post.ts'
import { fromMinorUnits } from '../../server/money.ts'
import { ownService } from '../support/service.ts'
import { contribution, postTo } from './books.ts'

const service = ownService()

const ACCOUNTS: Account[] = ['main', 'petty', 'trust'].map((code) => cash({ code, currency: 'USD' }))
const OF = contribution('NOR-1')
const DAYS = ['2024-01-31', '2024-02-01', '2024-02-29', '2024-03-15', '2024-12-31']

// Random transfers between three accounts on random days, posted a few at a time; some give authority as well.
const transfer = fc.record({
  from: fc.nat(2),
  to: fc.nat(2),
  units: fc.integer({ min: 1, max: 10 ** 12 }),
  on: fc.constantFrom(...DAYS),
  authority: fc.nat(500),
})
const batches = fc.array(fc.array(transfer, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 })

type Posted = { address: string; on: string; batch: number; units: bigint }

test('the balance and the trial balance as of any day and any moment are those of a plain recomputation', async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.constantFrom(...DAYS, '2023-12-31'), fc.nat(5), async (drawn, day, moment) => {
      const fund = await service.fund()
      const posted: Posted[] = []
      const moments = [await now()]
      for (const [batch, transfers] of drawn.entries()) {
        const entries = transfers.filter((one) => one.from !== one.to || one.authority > 0).map((one) => entryOf(one))
        if (entries.length > 0) await postTo(service, fund.id, entries)
        for (const { occurredOn, postings } of entries)
          for (const { account, amount } of postings)
            posted.push({
              address: account.address,
              on: occurredOn,
              batch,
              units: BigInt(amount.amount.times(100).toFixed(0)),
            })
        moments.push(await now())
      }
      const known = Math.min(moment, drawn.length)
      const expected = new Map<string, bigint>()
      for (const one of posted)
        if (one.on <= day && one.batch < known) expected.set(one.address, (expected.get(one.address) ?? 0n) + one.units)

      const asOf = `occurredOn=${day}&recordedAt=${moments[known]}`
      const at = (path: string) => fund.cast.auditor!.get(`/funds/${fund.id}/ledger/${path}`)
      const accounts = await at(`accounts?${asOf}`).expect(200)
      for (const account of accounts.body.items) {
        const units = expected.get(account.address) ?? 0n
        expect([account.address, account.balance.amount]).toEqual([account.address, told(units)])
      }
      const trial = await at(`trial-balance?${asOf}`).expect(200)
      const lines = [...expected].filter(([, units]) => units !== 0n)
      expect(trial.body.balanced).toBe(true)
      expect(
        trial.body.accounts.map((one: Record<string, { amount: string }>) => [
          one.address,
          one.debit ? one.debit.amount : `-${one.credit!.amount}`,
        ]),
      ).toEqual(lines.sort(([a], [b]) => (a < b ? -1 : 1)).map(([address, units]) => [address, told(units)]))
      const conserved = await at(`conservation?${asOf}`).expect(200)
      expect(conserved.body.allAgree).toBe(true)
    }),
    { numRuns: 15 },
  )
})

function entryOf(one: { from: number; to: number; units: number; on: string; authority: number }): Entry {
  const money = (units: number) => fromMinorUnits(`${units}`, 'USD')
  const moved =
    one.from === one.to
      ? []
      : [debit(ACCOUNTS[one.to]!, money(one.units)), credit(ACCOUNTS[one.from]!, money(one.units))]
  const given =
    one.authority === 0
      ? []
      : [debit(stage('available', OF, 'USD'), money(one.authority)), credit(authority(OF, 'USD'), money(one.authority))]
  return { kind: 'receipt', source: newId('receipt'), occurredOn: one.on, postings: [...moved, ...given] }
}

async function now(): Promise<string> {
  const { rows } = await service
    .database()
    .owner.raw(`select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`)
  return rows[0].now
}

const told = (units: bigint) => fromMinorUnits(`${units}`, 'USD').amount.toFixed(2)
