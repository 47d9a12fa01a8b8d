import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { SERVICE_ROLE } from '../../db/connect.ts'
import { connectionFromParent, serveForParent } from './process.ts'

/**
 * The least that a program on Node and PostgreSQL can do for the same work: no framework, no checks, nobody signs in; one
 * named statement per request.
 */

const connection = connectionFromParent()
const pool = new pg.Pool({
  ...(typeof connection === 'string' ? { connectionString: connection } : connection),
  options: `-c role=${SERVICE_ROLE}`,
  max: 10,
})

await serveForParent((req, res) => void answer(req, res))

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = req.method === 'GET' ? await readBalance(req) : await postEntry(req)
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** What the service's own address for the balance of an account asks of the database, and nothing else. */
async function readBalance(req: IncomingMessage): Promise<unknown> {
  const { searchParams } = new URL(req.url!, 'http://localhost')
  const { rows } = await pool.query({
    name: 'balance',
    text: `select a.address, a.currency, a.book, a.contribution_id as "contributionId", a.request_id as "requestId", a.opened_at as "openedAt",
                  coalesce(sum(p.amount), 0)::text as amount, coalesce(sum(p.functional), 0)::text as functional
             from accounts a
             left join postings p on p.account_id = a.id and p.occurred_on <= $4 and p.recorded_at <= $5
            where a.fund_id = $1 and a.address = $2 and a.currency = $3 group by a.id`,
    values: [searchParams.get('fund'), searchParams.get('address'), 'USD', 'infinity', 'infinity'],
  })
  return rows[0]
}

/** One entry in a transaction of its own: what the service writes to the ledger for one submission. */
async function postEntry(req: IncomingMessage): Promise<unknown> {
  const { fundId, actId, contributionId, code, source, requestId, requestCode, on, units } = JSON.parse(await text(req))
  const { rows } = await pool.query({
    name: 'post_entries',
    text: `select entry_id, is_new from post_entries($1, $2, $3::text[], $4::text[], $5::date[], $6::text[], $7::bigint[],
             $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::bigint[]) order by ord`,
    values: [
      fundId,
      actId,
      ['request_submitted'],
      [source],
      [on],
      [requestCode],
      [null],
      [1, 1],
      [`budget:reserved:${code}:${requestCode}`, `budget:available:${code}`],
      ['USD', 'USD'],
      [contributionId, contributionId],
      [requestId, null],
      [units, `-${units}`],
      [units, `-${units}`],
    ],
  })
  return rows[0]
}
