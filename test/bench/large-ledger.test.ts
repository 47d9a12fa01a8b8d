import pg from 'pg'
import type { Account } from '../../server/ledger/accounts.ts'
import { checkLedger } from '../../server/ledger/check.ts'
import { postEntries, type Entry } from '../../server/ledger/post.ts'
import { fromMinorUnits } from '../../server/money.ts'
import { ownDatabase } from '../support/database.ts'
import { loadLargeLedger } from './large-ledger.ts'

const database = ownDatabase()

test('what the loader makes at once is what posting, sealing and folding make one by one; a change of it is found', async () => {
  const { connection, service } = database()
  const client = new pg.Client(typeof connection === 'string' ? { connectionString: connection } : connection)
  await client.connect()
  const { fundId, actId, accounts } = await loadLargeLedger(client, 2_500)
  try {
    // Each entry is there already, with the same hash, or posting would say so.
    const { rows } = await client.query(
      `select e.kind, e.source, e.occurred_on as "occurredOn", e.memo, json_agg(json_build_array(a.address, p.amount::text) order by p.line) as lines
         from entries e join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id group by e.id order by e.id`,
    )
    const usd = (units: string) => fromMinorUnits(units, 'USD')
    const entries = rows.map(({ lines, ...entry }): Entry => ({
      ...entry,
      postings: lines.map(([address, units]: [string, string]) => ({
        account: { address, currency: 'USD' } satisfies Account,
        amount: usd(units),
        functional: usd(units),
      })),
    }))
    expect(entries).toHaveLength(2_500)
    const again = await service.transaction((trx) => postEntries(trx, { fundId, actId }, entries))
    expect(again.some(({ isNew }) => isNew)).toBe(false)
    expect(accounts).toHaveLength(1_000)

    // The chain holds, and folded anew it is the same.
    expect(await checkLedger(service, fundId)).toEqual({ entries: 2_500, postings: 5_000, seals: 5, faults: [] })
    const tables = ['turnover', 'closings', 'sealed_balances', 'back_dated', 'seal_reach']
    const sums = `select ${tables.map((one) => `(select md5(string_agg(f::text, ',' order by f::text)) from ${one} f) as ${one}`).join()}`
    const loaded = (await client.query(sums)).rows
    await client.query(`begin; set local session_replication_role = replica`)
    for (const table of tables) await client.query(`delete from ${table}`)
    await client.query(`select fold_seal($1, n) from generate_series(1, 5) n`, [fundId])
    expect((await client.query(sums)).rows).toEqual(loaded)
    await client.query('commit')

    const changes: [string, string][] = [
      [`update entries set memo = 'x' where id = (select min(id) from entries)`, 'entry_changed'],
      [
        `update postings set amount = amount + 1 where line = 1 and entry_id = (select max(entry_id) from postings)`,
        'entry_changed',
      ],
      [`update seals set hash = sha256('x') where number = 2`, 'seal_changed'],
      [
        `update turnover set amount = amount + 1 where account_id = (select min(account_id) from turnover)`,
        'turnover_differs',
      ],
      [`update closings set amount = amount + 1 where month = (select max(month) from closings)`, 'turnover_differs'],
    ]
    for (const [change, fault] of changes) {
      await client.query(`begin; set local session_replication_role = replica`)
      await client.query(change)
      await client.query('commit')
      const { faults } = await checkLedger(service, fundId)
      expect([change, faults.map((one) => one.kind)]).toEqual([change, expect.arrayContaining([fault])])
    }
  } finally {
    await client.end()
  }
})
