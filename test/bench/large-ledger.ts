import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { newId } from '../../server/ids.ts'
import { momentText } from '../../server/ledger/as-of.ts'
import { ACT_CONTENT } from '../../server/ledger/seal.ts'

/** A fund whose ledger was filled at once. */
export type LargeLedger = { readonly fundId: string; readonly actId: string; readonly accounts: readonly string[] }

const TABLES = [
  'entries',
  'postings',
  'seals',
  'sealed_entries',
  'sealed_acts',
  'turnover',
  'closings',
  'sealed_balances',
  'back_dated',
  'seal_reach',
]

/**
 * Fills a new fund with `entries` sealed entries of two postings over a thousand accounts and three years, as posting and sealing would have
 * left them (large-ledger.sql; `large-ledger.test.ts` compares). Needs a login that may leave triggers out.
 */
export async function loadLargeLedger(client: pg.Client, entries: number): Promise<LargeLedger> {
  const ledger = {
    fundId: newId('fund'),
    actId: newId('act'),
    accounts: Array.from({ length: 1_000 }, (_, i) => `assets:cash:a${i}`),
  }
  const { fundId, actId, accounts } = ledger
  await client.query('begin')
  await client.query(`set local session_replication_role = replica`)
  await client.query(`set local work_mem = '256MB'`)
  await client.query(`set local maintenance_work_mem = '512MB'`)
  await client.query(`select setseed(0.5)`)
  const values = [fundId, `BENCH-${entries}`]
  await client.query(
    `insert into funds (id, code, name, currency, opened_on) values ($1, $2, 'Bench', 'USD', '2022-01-01')`,
    values,
  )
  await client.query(
    `insert into acts (id, fund_id, request_id, method, path, outcome) values ($1, $2, 'bench', '-', '-', 'done')`,
    [actId, fundId],
  )
  await client.query(`insert into accounts (fund_id, address, currency) select $1, unnest($2::text[]), 'USD'`, [
    fundId,
    accounts,
  ])
  const indexes = await dropIndexes(client)
  const sql = readFileSync(new URL('./large-ledger.sql', import.meta.url), 'utf8')
  await client.query(
    sql
      .replaceAll(':content', ACT_CONTENT)
      .replaceAll(':entries', `${entries}`)
      .replaceAll(':fund', `'${fundId}'`)
      .replaceAll(':act', `'${actId}'`),
  )
  for (const index of indexes) await client.query(index)
  await chain(client, fundId)
  await client.query('commit')
  await client.query('vacuum analyze')
  return ledger
}

/** Takes the indexes away that are no constraints, and gives the statements that make them anew. */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as made
       from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = any ($1::regclass[]) and not exists (select from pg_constraint k where k.conindid = i.indexrelid)`,
    [TABLES],
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map(({ made }) => made)
}

/** Gives each seal its hash over its entries, its acts and the seal before, as `sealEntries` does. */
async function chain(client: pg.Client, fundId: string): Promise<void> {
  const { rows } = await client.query<{ seal: number; entries: string; acts: string }>(
    `select z.seal, encode(sha256(convert_to(string_agg(concat_ws(' ', z.entry_id, encode(z.content_hash, 'hex'), ${momentText('z.recorded_at')}, z.act_id)
                                                        || E'\\n', '' order by z.entry_id), 'utf8')), 'hex') as entries,
            (select encode(sha256(convert_to(coalesce(string_agg(a.act_id || ' ' || encode(a.content_hash, 'hex') || E'\\n', '' order by a.act_id), ''),
                                             'utf8')), 'hex')
               from sealed_acts a where a.fund_id = $1 and a.seal = z.seal) as acts
       from sealed_entries z where z.fund_id = $1 group by z.seal order by z.seal`,
    [fundId],
  )
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const hashes: string[] = []
  for (const { entries, acts } of rows) hashes.push(sha256(`${hashes.at(-1) ?? sha256(fundId)}\n${entries}\n${acts}\n`))
  await client.query(
    `update seals s set hash = decode(h.hash, 'hex'), previous_hash = decode(h.previous, 'hex')
       from unnest($2::text[], $3::text[]) with ordinality h (hash, previous, number) where s.fund_id = $1 and s.number = h.number`,
    [fundId, hashes, [sha256(fundId), ...hashes.slice(0, -1)]],
  )
}
