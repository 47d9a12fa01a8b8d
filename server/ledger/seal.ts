import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { row, rows, takeItsTime, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { every } from '../every.ts'
import { FORM, keyAfter, momentText } from './as-of.ts'
import type { Page } from './queries.ts'

/** What a seal holds at most is also what a balance as recorded at a moment within its span has to look through. */
const MOST_ENTRIES = 500

/**
 * SQL for what an act `t` says, as one text: fund, id, person, token, request, method, path, address, outcome, details and moment, each on a
 * line, empty where there is none.
 */
export const ACT_CONTENT = `concat_ws(E'\\n', t.fund_id, t.id, coalesce(t.person_id, ''), coalesce(t.token_id, ''), t.request_id, t.method, t.path,
  coalesce(t.address, ''), t.outcome, coalesce(t.details::text, ''), ${momentText('t.at')})`

/**
 * Seals the entries and acts of a fund that are not sealed yet, those of the oldest transactions first and under one seal in the order
 * of their ids, and tells how many they were; the database folds their postings into what reads are answered from, in the same
 * transaction. One sealer at a time per fund. Only what a transaction older than every open one has written is taken, so that nothing can still come
 * between; and each is read again, so that what is sealed is what was recorded.
 *
 * A seal is the sha-256 of the seal before, of the digest of its entries (a line each: id, content hash, moment, act) and of the
 * digest of its acts (a line each: id, content hash), each on a line, in hexadecimal.
 *
 * Throws when an entry no longer says what its own hash says: then somebody has been at the tables, and nothing is sealed.
 */
export async function sealEntries(trx: Trx, fundId: string, most: number = MOST_ENTRIES): Promise<number> {
  await takeItsTime(trx)
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 2)), ${LOOK_UPS}`, [fundId])
  const last = await lastSeal(trx, fundId)
  const found = await row<Fresh>(trx, FRESH, { fundId, base: last.base, most })
  const { entries, acts, horizon } = found!
  const changed = entries.find((entry) => entry.contentHash !== entry.contentNow)
  if (changed) throw new Error(`entry ${changed.id} does not say any more what was posted`)
  if (entries.length + acts.length === 0) return 0

  const ofEntries = digestOf(entries.map((one) => `${one.id} ${one.contentHash} ${one.recordedAt} ${one.actId}`))
  const ofActs = digestOf(acts.map((one) => `${one.id} ${one.contentHash}`))
  await trx('seals').insert({
    fund_id: fundId,
    number: last.number + 1,
    entry_count: entries.length,
    act_count: acts.length,
    hash: createHash('sha256').update(`${last.hash}\n${ofEntries}\n${ofActs}\n`).digest(),
    previous_hash: Buffer.from(last.hash, 'hex'),
    horizon,
  })
  const under = [fundId, last.number + 1]
  await trx.raw(SEAL_ENTRIES, [
    ...under,
    entries.map(({ id }) => id),
    entries.map(({ contentHash }) => contentHash),
    entries.map(({ recordedAt }) => recordedAt),
    entries.map(({ actId }) => actId),
  ])
  await trx.raw(SEAL_ACTS, [...under, acts.map(({ id }) => id), acts.map(({ contentHash }) => contentHash)])
  return entries.length + acts.length
}

// With what the seal closes of each, so that it can be told which of them was changed.
const SEAL_ENTRIES = `
  insert into sealed_entries (fund_id, seal, entry_id, content_hash, recorded_at, act_id)
  select ?, ?, id, decode(hash, 'hex'), at, act
    from unnest(?::bigint[], ?::text[], ?::timestamptz[], ?::text[]) as sealed (id, hash, at, act)`
const SEAL_ACTS = `
  insert into sealed_acts (fund_id, seal, act_id, content_hash)
  select ?, ?, id, decode(hash, 'hex') from unnest(?::text[], ?::text[]) as sealed (id, hash)`

function digestOf(lines: readonly string[]): string {
  const digest = createHash('sha256')
  for (const line of lines) digest.update(`${line}\n`)
  return digest.digest('hex')
}

type Fresh = {
  entries: { id: string; contentHash: string; contentNow: string; recordedAt: string; actId: string }[]
  acts: { id: string; contentHash: string }[]
  horizon: string
}

/**
 * The seal that the next one follows; the first follows a hash of the fund's id. `base` is the transaction from which on there may
 * be entries and acts without a seal.
 */
async function lastSeal(trx: Trx, fundId: string): Promise<{ number: number; hash: string; base: string }> {
  const found = await row<{ number: number; hash: string; base: string }>(
    trx,
    `select number, encode(hash, 'hex') as hash,
            unsealed_since(:fundId)::text as base
       from seals where fund_id = :fundId order by number desc limit 1`,
    { fundId },
  )
  return found ?? { number: 0, hash: createHash('sha256').update(fundId).digest('hex'), base: '0' }
}

/**
 * SQL that keeps a transaction to index look-ups in its own process: what it seals is little beside what the tables hold, whatever their
 * statistics say.
 */
export const LOOK_UPS = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'max_parallel_workers_per_gather']
  .map((setting) => `set_config('${setting}', '0', true)`)
  .join(', ')

// What may be sealed: written by a transaction from the base on and older than every open one. In a database that was restored on
// another server transactions may lie ahead; those are over.
const MAY_BE_SEALED = (its: string) => `${its}.fund_id = :fundId and ${its}.xid >= cast(cast(:base as text) as xid8)
       and (${its}.xid < pg_snapshot_xmin(pg_current_snapshot()) or ${its}.xid > pg_snapshot_xmax(pg_current_snapshot()))`

// What an entry says is put together exactly as post_entries does it. One more of each is looked for than is taken: the next
// seal looks from its transaction on, or from the horizon where this was all.
const FRESH = `
  with fresh as materialized (
    select e.* from entries e
     where ${MAY_BE_SEALED('e')} and not exists (select from sealed_entries s where s.entry_id = e.id)
     order by e.xid, e.id limit :most + 1),
  told as (
    select e.id, json_build_object('id', e.id::text, 'contentHash', encode(e.content_hash, 'hex'),
                                   'recordedAt', ${momentText('e.recorded_at')}, 'actId', e.act_id, 'contentNow',
             encode(sha256(convert_to(concat_ws(E'\\n', e.fund_id, e.kind, e.source, e.occurred_on, e.memo, coalesce(e.reverses::text, ''), l.lines),
                                      'utf8')), 'hex')) as entry
      from (select * from fresh order by xid, id limit :most) e
      cross join lateral (select string_agg(concat_ws(' ', a.address, a.currency, p.amount, p.functional), E'\\n' order by p.line) as lines
                            from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) l),
  acted as (
    select t.id, t.xid, ${ACT_CONTENT} as content from acts t
     where ${MAY_BE_SEALED('t')} and not exists (select from sealed_acts s where s.act_id = t.id)
     order by t.xid, t.id limit :most + 1)
  select coalesce((select json_agg(entry order by id) from told), '[]') as entries,
         coalesce((select json_agg(json_build_object('id', id, 'contentHash', encode(sha256(convert_to(content, 'utf8')), 'hex')) order by id)
                     from (select * from acted order by xid, id limit :most) t), '[]') as acts,
         least(pg_snapshot_xmin(pg_current_snapshot()),
               (select max(xid) from fresh having count(*) > :most), (select max(xid) from acted having count(*) > :most))::text as horizon`

/**
 * Seals whatever can be sealed in every fund, every so often, until the function it gives back is called, which waits for what
 * is under way. A failure is logged and tried again; it stops neither the other funds nor the process from ending.
 */
export function startSealing(db: Db, everyMs: number, log: Pick<Logger, 'error'>): () => Promise<void> {
  return every(everyMs, 'sealing', (stopping) => sealFunds(db, log, stopping), log)
}

async function sealFunds(db: Db, log: Pick<Logger, 'error'>, stopping: AbortSignal): Promise<void> {
  for (const fundId of (await db('funds').pluck('id')) as string[]) {
    let sealed = MOST_ENTRIES
    while (sealed >= MOST_ENTRIES && !stopping.aborted) {
      sealed = await db
        .transaction((trx) => sealEntries(trx, fundId))
        .catch((error: Error) => {
          log.error({ err: error, fund: fundId }, 'sealing failed')
          return 0
        })
    }
  }
}

export type Seal = {
  number: number
  entryCount: number
  actCount: number
  hash: string
  previousHash: string
  sealedAt: string
}

/** What is told of every seal `s`. */
export const SEAL = `s.number, s.entry_count as "entryCount", s.act_count as "actCount", encode(s.hash, 'hex') as hash, encode(s.previous_hash, 'hex') as "previousHash",
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

/** The seal whose number is asked for as a position of the ledger. Refuses `not_found` where nothing is sealed under it yet. */
export async function sealAt(db: Db, fundId: string, position: number): Promise<Seal> {
  const found = await row<Seal>(
    db,
    `select ${SEAL} from seals s where s.fund_id = :fundId and s.number = cast(:position as int)`,
    { fundId, position },
  )
  if (!found) throw new Refusal('not_found', { field: 'position' })
  return found
}
