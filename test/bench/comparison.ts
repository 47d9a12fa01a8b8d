import type pg from 'pg'
import type { Db } from '../../db/connect.ts'

/** Posting as others do it, on tables of the benchmark's own (comparison-schemas.sql). */

/** The accounts of the n-th pair: money goes from the first to the second. */
const pair = (n: number): [number, number] => [n * 2 + 1, n * 2 + 2]

let count = 0

/** The raw limit: one row, one commit. */
export async function singleRow(client: pg.Client): Promise<void> {
  count += 1
  await client.query({
    name: 'single_row',
    text: 'insert into comparison.single_rows (account_id, amount) values ($1, $2)',
    values: [count % 1000, 100],
  })
}

/** One function call between the n-th pair of accounts, in a transaction of its own. */
export async function transfer(client: pg.Client, n: number): Promise<void> {
  const [from, to] = pair(n)
  await client.query({
    name: 'transfer',
    text: 'select comparison.transfer($1, $2, $3)',
    values: [from, to, 100],
  })
}

/** An entry of two postings as five statements of the query builder in one transaction. */
export async function fiveStatements(db: Db, n: number): Promise<void> {
  const [from, to] = pair(n)
  const changes = [
    { account_id: from, amount: -100 },
    { account_id: to, amount: 100 },
  ]
  count += 1
  const entry = { kind: 'request_submitted', source: `bench-${count}`, occurred_on: '2026-03-02' }
  await db.transaction(async (trx) => {
    const [inserted] = await trx('comparison.entries').insert(entry).returning('id')
    await trx('comparison.balances').whereIn('account_id', [from, to]).orderBy('account_id').forUpdate().select()
    const balances = await trx('comparison.balances').whereIn('account_id', [from, to]).select('account_id', 'amount')
    if (BigInt(balances.find(({ account_id }) => account_id === `${from}`).amount) < 100n) throw new Error('no funds')
    await trx('comparison.postings').insert(
      changes.map((change, i) => ({
        ...change,
        entry_id: inserted.id,
        line: i + 1,
        occurred_on: entry.occurred_on,
      })),
    )
    await trx('comparison.balances')
      .whereIn('account_id', [from, to])
      .update({
        amount: trx.raw('amount + case account_id when ? then ?::bigint else ?::bigint end', [from, -100, 100]),
      })
  })
}
