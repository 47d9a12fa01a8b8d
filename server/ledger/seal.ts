import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { FORM, keyAfter, momentText } from './as-of.ts'
import type { Page } from './queries.ts'

const MOST_ENTRIES = 5_000

/**
 * Seals the entries of a fund that are not sealed yet, in the order of their numbers, and tells how many they were. One sealer at
 * a time per fund. Only entries are taken whose transaction is older than every open one, so that nothing can still come
 * between them; and each is read again, so that what is sealed is what was posted.
 *
 * Throws when an entry no longer says what its own hash says: then somebody has been at the tables, and nothing is sealed.
 */
export async function sealEntries(trx: Trx, fundId: string, most: number = MOST_ENTRIES): Promise<number> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 2))`, [fundId])
  const last = await lastSeal(trx, fundId)
  // One more is looked for than is taken, to know whether this is all.
  const found = await rows<FreshEntry>(trx, FRESH, { fundId, base: last.base, most: most + 1 })
  const fresh = found.slice(0, most)
  const changed = fresh.find((entry) => entry.contentHash !== entry.contentNow)
  if (changed) throw new Error(`entry ${changed.id} does not say any more what was posted`)
  if (fresh.length === 0) return 0

  const digest = createHash('sha256')
  for (const entry of fresh) digest.update(`${entry.id} ${entry.contentHash} ${entry.recordedAt} ${entry.actId}\n`)
  const hash = createHash('sha256')
    .update(`${last.hash}\n${digest.digest('hex')}\n`)
    .digest()
  await trx('seals').insert({
    fund_id: fundId,
    number: last.number + 1,
    entry_count: fresh.length,
    hash,
    previous_hash: Buffer.from(last.hash, 'hex'),
    horizon: found.length > most ? last.base : fresh[0]!.horizon,
  })
  await trx.raw(`insert into sealed_entries (entry_id, fund_id, seal) select unnest(?::bigint[]), ?, ?`, [
    fresh.map((entry) => entry.id),
    fundId,
    last.number + 1,
  ])
  return fresh.length
}

type FreshEntry = {
  id: string
  contentHash: string
  contentNow: string
  recordedAt: string
  actId: string
  horizon: string
}

/**
 * The seal that the next one follows; the first follows a hash of the fund's id. `base` is the transaction from which on there may
 * be entries without a seal. In a database that was restored on another server all transactions seem to lie ahead: then
 * everything is looked at once more.
 */
async function lastSeal(trx: Trx, fundId: string): Promise<{ number: number; hash: string; base: string }> {
  const found = await row<{ number: number; hash: string; base: string }>(
    trx,
    `select number, encode(hash, 'hex') as hash,
            case when horizon > pg_snapshot_xmax(pg_current_snapshot()) then '0' else horizon::text end as base
       from seals where fund_id = :fundId order by number desc limit 1`,
    { fundId },
  )
  return found ?? { number: 0, hash: createHash('sha256').update(fundId).digest('hex'), base: '0' }
}

// What an entry says is put together exactly as post_entries does it.
const FRESH = `
  with fresh as materialized (
    select e.* from entries e
     where e.fund_id = :fundId and e.xid >= cast(cast(:base as text) as xid8)
       and (e.xid < pg_snapshot_xmin(pg_current_snapshot()) or e.xid > pg_snapshot_xmax(pg_current_snapshot()))
       and not exists (select from sealed_entries s where s.entry_id = e.id)
     order by e.id limit :most)
  select e.id, encode(e.content_hash, 'hex') as "contentHash", ${momentText('e.recorded_at')} as "recordedAt", e.act_id as "actId",
         encode(sha256(convert_to(concat_ws(E'\\n', e.fund_id, e.kind, e.source, e.occurred_on, e.memo, coalesce(e.reverses::text, ''), l.lines),
                                  'utf8')), 'hex') as "contentNow",
         pg_snapshot_xmin(pg_current_snapshot())::text as horizon
    from fresh e
    cross join lateral (select string_agg(concat_ws(' ', a.address, a.currency, p.amount, p.functional), E'\\n' order by p.line) as lines
                          from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) l
   order by e.id`

/**
 * Seals whatever can be sealed in every fund, every so often, until the function it gives back is called, which waits for what
 * is under way. A failure is logged and tried again; it stops neither the other funds nor the process from ending.
 */
export function startSealing(db: Db, everyMs: number, log: Pick<Logger, 'error'>): () => Promise<void> {
  let stopped = false
  let timer: NodeJS.Timeout
  let running = Promise.resolve()
  const later = () => {
    if (stopped) return
    timer = setTimeout(() => {
      running = sealFunds(db, log, () => stopped).then(later)
    }, everyMs)
    timer.unref()
  }
  later()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}

async function sealFunds(db: Db, log: Pick<Logger, 'error'>, isStopped: () => boolean): Promise<void> {
  try {
    for (const fundId of (await db('funds').pluck('id')) as string[]) {
      let sealed = MOST_ENTRIES
      while (sealed === MOST_ENTRIES && !isStopped()) {
        sealed = await db
          .transaction((trx) => sealEntries(trx, fundId))
          .catch((error: Error) => {
            log.error({ err: error, fund: fundId }, 'sealing failed')
            return 0
          })
      }
    }
  } catch (error) {
    log.error({ err: error }, 'sealing failed')
  }
}

export type Seal = { number: number; entryCount: number; hash: string; previousHash: string; sealedAt: string }

/** What is told of every seal `s`. */
export const SEAL = `s.number, s.entry_count as "entryCount", encode(s.hash, 'hex') as hash, encode(s.previous_hash, 'hex') as "previousHash",
  ${momentText('s.sealed_at')} as "sealedAt"`

/** Seals in their order; one more than `limit`. */
export async function listSeals(db: Db, fundId: string, { limit, after }: Page): Promise<Seal[]> {
  const [behind] = keyAfter(after, [(part) => FORM.id(part) && part.length <= 9]) ?? ['0']
  return rows<Seal>(
    db,
    `select ${SEAL} from seals s where s.fund_id = :fundId and s.number > cast(:behind as int) order by s.number limit :most`,
    { fundId, behind: behind!, most: limit + 1 },
  )
}
