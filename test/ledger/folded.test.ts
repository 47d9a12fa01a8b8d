import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import type { Knex } from 'knex'
import type { Trx } from '../../db/connect.ts'
import { recordAct } from '../../server/acts/record.ts'
import { newId } from '../../server/ids.ts'
import { authority, cash, stage, type Account } from '../../server/ledger/accounts.ts'
import { BALANCES, KNOWN } from '../../server/ledger/as-of.ts'
import { credit, debit, postEntries, type Entry } from '../../server/ledger/post.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { fromMinorUnits } from '../../server/money.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService } from '../support/service.ts'
import { contribution, postTo } from './books.ts'

/** What is folded when a seal is made says what the postings say: on both axes of time, at every position, at every step of a history. */

const service = ownService()

const ACCOUNTS: Account[] = ['main', 'petty', 'trust'].map((code) => cash({ code, currency: 'USD' }))
// Of two contributions: a long transaction holds the guarded balance of its own, and nobody waits for it.
const [OF, OF_LONG] = [contribution('NOR-1'), contribution('FIN-1')]
const DAYS = ['2023-12-31', '2024-01-31', '2024-02-01', '2024-02-29', '2024-03-15', '2024-12-31']

type Transfer = { from: number; to: number; units: number; on: string; authority: number }

const transfer = fc.record({
  from: fc.nat(2),
  to: fc.nat(2),
  units: fc.integer({ min: 1, max: 10 ** 12 }),
  on: fc.constantFrom(...DAYS.slice(1)),
  authority: fc.integer({ min: 1, max: 500 }),
})
const transfers = fc.array(transfer, { minLength: 1, maxLength: 4 })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('post' as const), transfers }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('post in a long transaction' as const), transfers }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('end it' as const, 'undo it' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('seal' as const), most: fc.integer({ min: 1, max: 9 }) }) },
)

test('a balance is the sum of the postings, on either axis, on both, and at every position, whatever was back-dated or late', async () => {
  let everSealed = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      const fund = await service.fund()
      const db = service.database().service
      const openAll = { to: 0, units: 1, on: DAYS[2]!, authority: 1 }
      await postTo(service, fund.id, [entryOf({ ...openAll, from: 1 }), entryOf({ ...openAll, from: 2 }, OF_LONG)])
      let long: { trx: Trx; actId: string } | undefined
      const end = async () => {
        if (long) await recordAct(long.trx, actOf(fund.id, long.actId))
        await long?.trx.commit()
        long = undefined
      }
      try {
        for (const one of steps) {
          if (one.act === 'post')
            await postTo(
              service,
              fund.id,
              one.transfers.map((some) => entryOf(some)),
            )
          if (one.act === 'post in a long transaction') {
            long ??= { trx: await db.transaction(), actId: newId('act') }
            await postEntries(
              long.trx,
              { fundId: fund.id, actId: long.actId },
              one.transfers.map((some) => entryOf(some, OF_LONG)),
            )
            expect(await differences(long.trx, fund.id, 3)).toEqual([])
          }
          if (one.act === 'end it') await end()
          if (one.act === 'undo it') {
            await long?.trx.rollback()
            long = undefined
          }
          if (one.act === 'seal') await db.transaction((trx) => sealEntries(trx, fund.id, one.most))
          expect(await differences(db, fund.id, 2)).toEqual([])
        }
        await end()
      } finally {
        await long?.trx.rollback()
      }
      await allSealable(service.database().owner, fund.id)
      while ((await db.transaction((trx) => sealEntries(trx, fund.id, 3))) > 0) everSealed += 1
      expect(await differences(db, fund.id)).toEqual([])
    }),
    { numRuns: 10 },
  )
  expect(everSealed).toBeGreaterThan(10)
})

test('beside ten writers and two sealers every reading is the sum of the postings', async () => {
  const fund = await service.fund()
  const { owner, service: db } = service.database()
  let writing = true
  const drawn = fc.sample(transfers, { numRuns: 60, seed: 7 })
  const writers = Array.from({ length: 10 }, async (_, writer) => {
    for (let i = writer; i < drawn.length; i += 10)
      await postTo(
        service,
        fund.id,
        drawn[i]!.map((one) => entryOf(one)),
      )
  })
  const sealers = [4, 11].map(async (most) => {
    while (writing) {
      await db.transaction((trx) => sealEntries(trx, fund.id, most))
      await pause(3)
    }
  })
  let readings = 0
  const reader = (async () => {
    for (; writing; readings += 1) expect(await differences(db, fund.id, 15)).toEqual([])
  })()
  await Promise.all(writers)
  writing = false
  await Promise.all([...sealers, reader])
  expect(readings).toBeGreaterThan(0)
  await allSealable(owner, fund.id)
  while ((await db.transaction((trx) => sealEntries(trx, fund.id))) > 0);
  expect(await differences(db, fund.id, 11)).toEqual([])
  expect(await unfolded(fund.id)).toBe(0)
})

test('a sealer that is killed in the middle leaves the seal and what is folded of it, or neither', async () => {
  const fund = await service.fund()
  const { owner, service: db } = service.database()
  for (const some of fc.sample(transfers, { numRuns: 6, seed: 3 }))
    await postTo(
      service,
      fund.id,
      some.map((one) => entryOf(one)),
    )
  await allSealable(owner, fund.id)
  await db.transaction((trx) => sealEntries(trx, fund.id, 2))
  const before = await folded(fund.id)

  // While this lock is held nobody can fold to the end, so the sealer is stopped after its first writes.
  const lock = await owner.transaction()
  await lock.raw('lock table closings in share mode')
  const child = fork(new URL('./sealer.ts', import.meta.url), [fund.id], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_OPTIONS: '', CONNECTION: JSON.stringify(service.database().connection) },
  })
  const ended = once(child, 'exit')
  const isHeld = async () =>
    (await owner.raw(`select from pg_locks where relation = 'closings'::regclass and not granted`)).rowCount > 0
  while (!(await isHeld())) await pause(20)
  child.kill('SIGKILL')
  await ended
  await lock.rollback()

  while ((await owner.raw(`select from pg_locks where relation = 'closings'::regclass`)).rowCount > 1) await pause(20)
  expect(await differences(db, fund.id)).toEqual([])
  expect(await unfolded(fund.id)).toBe(0)
  expect(await folded(fund.id)).toEqual(before)
  while ((await db.transaction((trx) => sealEntries(trx, fund.id, 2))) > 0);
  expect(await differences(db, fund.id)).toEqual([])
  expect(await folded(fund.id)).not.toEqual(before)
})

test('what is pinned to index look-ups starts no other processes, however large the tables are', async () => {
  const { rows } = await service
    .database()
    .owner.raw<{ rows: { name: string; settings: string[] }[] }>(
      `select proname as name, proconfig as settings from pg_proc where 'enable_seqscan=off' = any (proconfig)`,
    )
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['balance_parts', 'fold_seal']))
  for (const { settings } of rows) expect(settings).toContain('max_parallel_workers_per_gather=0')
})

test('a seal is folded once and in its turn, and nobody but the sealing writes what is folded', async () => {
  const fund = await service.fund()
  const { owner, service: db } = service.database()
  await postTo(service, fund.id, [entryOf({ from: 0, to: 1, units: 5, on: DAYS[1]!, authority: 1 })])
  await allSealable(owner, fund.id)
  await db.transaction((trx) => sealEntries(trx, fund.id))
  await expect(owner.raw(`select fold_seal(?, 1)`, [fund.id])).rejects.toMatchObject({ constraint: 'folded_in_order' })
  for (const table of ['turnover', 'closings', 'sealed_balances', 'back_dated', 'seal_reach']) {
    await expect(db(table).del()).rejects.toThrow('permission denied')
    await expect(db(table).insert({})).rejects.toThrow('permission denied')
  }
  for (const table of ['sealed_balances', 'back_dated', 'seal_reach'])
    await expect(owner(table).del()).rejects.toThrow('append-only')
  expect(await differences(db, fund.id)).toEqual([])
})

/**
 * Where what is read and the sum of the postings differ: over every position, the moments at and just before each recording, the days,
 * the accounts; or every `sparsely`-th moment and position. One statement, so that both sides see the same.
 */
async function differences(db: Knex, fundId: string, sparsely = 1): Promise<unknown[]> {
  const asked = (sql: string) =>
    sql
      .replaceAll(':fundId', `'${fundId}'`)
      .replaceAll(':upTo', 'd.day')
      .replaceAll(':knownAt', 'm.at')
      .replaceAll(':position', 'q.number')
  const known = `from postings p where p.account_id = a.id and p.recorded_at <= m.at
    and (q.number is null or exists (select from sealed_entries z where z.entry_id = p.entry_id and z.seal <= q.number))`
  const { rows } = await db.raw(
    `with a as materialized (select id, address from accounts where fund_id = :fundId),
          d as (select unnest(array[${DAYS.map((day) => `'${day}'`).join()}, 'infinity']::date[]) as day),
          m as materialized (
            select at from (select at, row_number() over (order by at desc) as n
                              from (select distinct recorded_at - step as at
                                      from entries cross join (values (interval '0'), ('1 microsecond')) s (step) where fund_id = :fundId
                                    union select 'infinity') recorded) numbered where (n - 1) % :sparsely = 0),
          q as materialized (
            select null::int as number union all select number from seals where fund_id = :fundId and number % :sparsely = 0)
     select told.*, d.day, m.at, q.number
       from m cross join q
       cross join lateral (select array_agg(account_id) as ids from ${asked(KNOWN('array(select id from a)'))} k) k
       cross join d
       cross join lateral (
         select a.address, read.amount as read, posted.amount as posted
           from a
           left join ${asked(BALANCES('array(select id from a)'))} read on read.account_id = a.id
           cross join lateral (select sum(p.amount) filter (where p.occurred_on <= d.day) as amount,
                                      sum(p.functional) filter (where p.occurred_on <= d.day) as functional,
                                      count(*) > 0 as known ${known}) posted
          where coalesce(read.amount, 0) <> coalesce(posted.amount, 0) or coalesce(read.functional, 0) <> coalesce(posted.functional, 0)
             or coalesce(a.id = any (k.ids), false) <> posted.known) told
      limit 3`,
    { fundId, sparsely },
  )
  return rows
}

/** How many sealed postings are missing from what is folded, or the reverse. */
async function unfolded(fundId: string): Promise<number> {
  const { rows } = await service.database().owner.raw(
    `select count(*)::int as n
       from (select p.account_id, p.occurred_on as day, sum(p.amount) as amount, sum(p.functional) as functional
               from sealed_entries z join postings p on p.entry_id = z.entry_id where z.fund_id = :fundId group by 1, 2) posted
       full join (select t.* from turnover t join accounts a on a.id = t.account_id where a.fund_id = :fundId) t using (account_id, day)
      where (posted.amount, posted.functional) is distinct from (t.amount, t.functional)`,
    { fundId },
  )
  return rows[0].n
}

async function folded(fundId: string): Promise<unknown> {
  const tables = ['turnover', 'closings', 'sealed_balances', 'back_dated']
  const sums = tables.map((table) => `(select md5(string_agg(f::text, ',' order by f)) from ${table} f) as ${table}`)
  const { rows } = await service
    .database()
    .owner.raw(`select ${sums.join()}, (select count(*) from seals where fund_id = ?) as seals`, [fundId])
  return rows
}

function entryOf(one: Transfer, of = OF): Entry {
  const money = (units: number) => fromMinorUnits(`${units}`, 'USD')
  const moved = [debit(ACCOUNTS[one.to]!, money(one.units)), credit(ACCOUNTS[one.from]!, money(one.units))]
  return {
    kind: 'receipt',
    source: newId('receipt'),
    occurredOn: one.on,
    postings: [
      ...(one.from === one.to ? [] : moved),
      debit(stage('available', of, 'USD'), money(one.authority)),
      credit(authority(of, 'USD'), money(one.authority)),
    ],
  }
}

function actOf(fundId: string, id: string) {
  const from = { personId: null, tokenId: null, address: null, details: null }
  return { ...from, id, fundId, requestId: 'folded-test', method: 'POST', path: '/', outcome: 'done' } as const
}
