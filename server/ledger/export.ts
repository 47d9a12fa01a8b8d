import { pipeline } from 'node:stream/promises'
import { row, type Db } from '../../db/connect.ts'
import { streamOf } from '../http/csv.ts'
import { momentText } from './as-of.ts'
import { ACT_CONTENT, SEAL } from './seal.ts'

/**
 * Writes everything that is sealed, one JSON text to a line: each entry as it was hashed, with the number of its seal, then each
 * act likewise, then each seal. `verify.ts` checks it without this service. Amounts are whole minor units. What is sealed while it is written
 * is left for the next export.
 */
export async function writeExport(db: Db, fundId: string, to: NodeJS.WritableStream): Promise<void> {
  const last = await row<{ number: number }>(
    db,
    `select coalesce(max(number), 0) as number from seals where fund_id = :fundId`,
    { fundId },
  )
  const bindings = { fundId, last: last!.number }
  await pipeline(async function* () {
    for (const sql of [ENTRIES, ACTS, SEALS]) {
      for await (const found of streamOf(db, sql, bindings)) yield `${JSON.stringify(found)}\n`
    }
  }, to)
}

const ENTRIES = `
  select 'entry' as type, x.seal, e.id, e.fund_id as "fundId", e.kind, e.source, e.occurred_on as "occurredOn",
         ${momentText('e.recorded_at')} as "recordedAt", e.act_id as "actId", e.memo, e.reverses,
         encode(e.content_hash, 'hex') as "contentHash",
         (select json_agg(json_build_object('address', a.address, 'currency', a.currency, 'amount', p.amount::text,
                                            'functional', p.functional::text) order by p.line)
            from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) as postings
    from sealed_entries x join entries e on e.id = x.entry_id
   where x.fund_id = :fundId and x.seal <= :last
   order by x.seal, x.entry_id`

const ACTS = `
  select 'act' as type, x.seal, t.id, t.fund_id as "fundId", t.person_id as "personId", t.token_id as "tokenId", t.request_id as "requestId",
         t.method, t.path, t.address, t.outcome, t.details::text as details, ${momentText('t.at')} as at,
         encode(sha256(convert_to(${ACT_CONTENT}, 'utf8')), 'hex') as "contentHash"
    from sealed_acts x join acts t on t.id = x.act_id
   where x.fund_id = :fundId and x.seal <= :last
   order by x.seal, x.act_id`

const SEALS = `select 'seal' as type, s.fund_id as "fundId", ${SEAL} from seals s
  where s.fund_id = :fundId and s.number <= :last order by s.number`
