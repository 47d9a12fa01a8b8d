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

/** A transfer with volumes, moves and a chained log, as statements that a program sends one after the other in one transaction. */
export async function loggedTransfer(client: pg.Client, n: number): Promise<void> {
  const [from, to] = pair(n).map((account) => `account:${account}`)
  count += 1
  const reference = `bench-${count}`
  const data = JSON.stringify([{ source: from, destination: to, amount: 100, asset: 'USD' }])
  const ask = (name: string, text: string, values: unknown[]) => client.query({ name, text, values })
  await client.query('begin')
  const { rows } = await ask(
    'volumes',
    `insert into comparison.volumes as v (account, asset, input, output)
     select account, 'USD', input, output from unnest($1::text[], $2::numeric[], $3::numeric[]) as u (account, input, output) order by account
     on conflict (account, asset) do update set input = v.input + excluded.input, output = v.output + excluded.output
     returning account, input, output`,
    [
      [from, to],
      [0, 100],
      [100, 0],
    ],
  )
  const after = (account: string) => rows.find((row) => row.account === account)
  if (BigInt(after(from!).input) < BigInt(after(from!).output)) throw new Error('no funds')
  const transaction = await ask(
    'logged_transaction',
    'insert into comparison.transactions (reference, postings) values ($1, $2) returning id',
    [reference, data],
  )
  await ask(
    'moves',
    `insert into comparison.moves (transaction_id, account, asset, amount, is_source, input_after, output_after)
     select $1, account, 'USD', 100, source, input, output from unnest($2::text[], $3::bool[], $4::numeric[], $5::numeric[]) as u (account, source, input, output)`,
    [
      transaction.rows[0].id,
      [from, to],
      [true, false],
      [after(from!).input, after(to!).input],
      [after(from!).output, after(to!).output],
    ],
  )
  await ask('log_lock', 'select pg_advisory_xact_lock($1)', [7_001])
  await ask(
    'log',
    `insert into comparison.logs (hash, data)
     select sha256(coalesce((select hash from comparison.logs order by id desc limit 1), '') || convert_to($1, 'utf8')), $1::jsonb`,
    [data],
  )
  await client.query('commit')
}
