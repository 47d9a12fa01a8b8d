import { createHash } from 'node:crypto'
import { row, rows, type Db } from '../../db/connect.ts'
import { momentText } from './as-of.ts'
import { ACT_CONTENT } from './seal.ts'

/** What is wrong, and with which seal, entry or act: the first of them by number. */
export type SealFault = {
  readonly kind:
    | 'entry_changed'
    | 'entry_missing'
    | 'entry_unbalanced'
    | 'contribution_not_conserved'
    | 'seal_changed'
    | 'seal_out_of_order'
    | 'seal_missing'
    | 'known_seal_differs'
  readonly seal: number | null
  readonly entry: string | null
  /** Where only a batch is known to be wrong: the first and the last entry under the seal. */
  readonly entries: readonly [string, string] | null
}

export type Reached = { readonly number: number; readonly hash: string }
export type Slice = { reached: Reached; entries: number; acts: number; fault: SealFault | null; isEnd: boolean }

const MOST_SEALS = 200

/**
 * Reads the seals that follow one, with all that is under them, and says the first thing that is wrong: hashes of entries and acts
 * are made anew from the rows themselves, then the digests, then the seals, each from the one before; a seal that is `known` from
 * before must be the same. Takes about `mostEntries` entries and acts, but always one seal. What is sealed never changes, so it may be read beside any writer.
 */
export async function verifySlice(
  db: Db,
  fundId: string,
  { after, known, mostEntries }: { after: Reached; known?: Reached | undefined; mostEntries: number },
): Promise<Slice> {
  const found = await rows<SealRow>(
    db,
    `select s.number, s.entry_count as "entryCount", s.act_count as "actCount", encode(s.hash, 'hex') as hash,
            encode(s.previous_hash, 'hex') as "previousHash"
       from (select *, sum(entry_count + act_count) over (order by number) - entry_count - act_count as before
               from (select * from seals where fund_id = :fundId and number > :after order by number limit :most) next) s
      where s.before < :mostEntries order by s.number`,
    { fundId, after: after.number, most: MOST_SEALS, mostEntries },
  )
  const slice: Slice = { reached: after, entries: 0, acts: 0, fault: null, isEnd: found.length === 0 }
  if (slice.isEnd) return slice
  const last = found.at(-1)!.number
  const bindings = { fundId, after: after.number, last }
  const entries = Map.groupBy(await rows<EntryRow>(db, ENTRIES, bindings), ({ seal }) => seal)
  const acts = Map.groupBy(await rows<ActRow>(db, ACTS, bindings), ({ seal }) => seal)
  for (const seal of found) {
    const under = { entries: entries.get(seal.number) ?? [], acts: acts.get(seal.number) ?? [] }
    slice.fault ??= faultOf(seal, slice.reached, under, known)
    slice.reached = { number: seal.number, hash: seal.hash }
    slice.entries += under.entries.length
    slice.acts += under.acts.length
  }
  return slice
}

/** What the first seal follows. */
export const beforeFirst = (fundId: string): Reached => ({ number: 0, hash: sha256(fundId) })

type SealRow = { number: number; entryCount: number; actCount: number; hash: string; previousHash: string }
type EntryRow = {
  seal: number
  id: string
  isThere: boolean
  contentHash: string | null
  contentNow: string | null
  recordedAt: string | null
  actId: string | null
  unbalanced: boolean
  unconserved: boolean
}
type ActRow = { seal: number; id: string; contentHash: string | null }

function faultOf(
  seal: SealRow,
  before: Reached,
  { entries, acts }: { entries: EntryRow[]; acts: ActRow[] },
  known: Reached | undefined,
): SealFault | null {
  const fault = (kind: SealFault['kind'], more: Partial<SealFault> = {}) => ({
    kind,
    seal: seal.number,
    entry: null,
    entries: null,
    ...more,
  })
  for (const one of entries) {
    const entry = one.id
    if (!one.isThere) return fault('entry_missing', { entry })
    if (one.contentHash !== one.contentNow) return fault('entry_changed', { entry })
    if (one.unbalanced) return fault('entry_unbalanced', { entry })
    if (one.unconserved) return fault('contribution_not_conserved', { entry })
  }
  if (seal.number !== before.number + 1 || seal.previousHash !== before.hash) return fault('seal_out_of_order')
  const ofEntries = digestOf(entries.map((one) => `${one.id} ${one.contentNow} ${one.recordedAt} ${one.actId}`))
  const ofActs = digestOf(acts.map((one) => `${one.id} ${one.contentHash}`))
  const isWhole = entries.length === seal.entryCount && acts.length === seal.actCount
  const batch = { entries: entries.length > 0 ? ([entries[0]!.id, entries.at(-1)!.id] as const) : null }
  if (!isWhole || sha256(`${seal.previousHash}\n${ofEntries}\n${ofActs}\n`) !== seal.hash)
    return fault('seal_changed', batch)
  // All of it has been made anew, up to here at least.
  return known?.number === seal.number && known.hash !== seal.hash ? fault('known_seal_differs', batch) : null
}

// What an entry says is put together exactly as post_entries does it; its sums are made from the same rows.
const CONTENT = `
  select encode(sha256(convert_to(concat_ws(E'\\n', e.fund_id, e.kind, e.source, e.occurred_on, e.memo, coalesce(e.reverses::text, ''),
                                            string_agg(concat_ws(' ', a.address, a.currency, p.amount, p.functional), E'\\n' order by p.line)),
                                  'utf8')), 'hex') as now
    from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id`

const ENTRIES = `
  with lines as materialized (
    select x.entry_id, p.line, a.address, a.currency, a.book, a.stage, p.amount, p.functional
      from sealed_entries x join postings p on p.entry_id = x.entry_id join accounts a on a.id = p.account_id
     where x.fund_id = :fundId and x.seal > :after and x.seal <= :last),
  content as (
    select entry_id, string_agg(concat_ws(' ', address, currency, amount, functional), E'\\n' order by line) as lines,
           coalesce(sum(functional) filter (where book = 'actual'), 0) <> 0 or coalesce(sum(functional) filter (where book = 'budget'), 0) <> 0 as uneven
      from lines group by entry_id),
  unbalanced as (select distinct entry_id from (select entry_id from lines group by entry_id, book, currency having sum(amount) <> 0) u),
  unconserved as (select distinct entry_id from (
    select entry_id from lines where stage is not null group by entry_id, split_part(address, ':', 3) having sum(amount) <> 0) u)
  select x.seal, x.entry_id as id, e.id is not null as "isThere", encode(e.content_hash, 'hex') as "contentHash",
         encode(sha256(convert_to(concat_ws(E'\\n', e.fund_id, e.kind, e.source, e.occurred_on, e.memo, coalesce(e.reverses::text, ''), c.lines),
                                  'utf8')), 'hex') as "contentNow",
         ${momentText('e.recorded_at')} as "recordedAt", e.act_id as "actId",
         coalesce(c.uneven, false) or u.entry_id is not null as unbalanced, n.entry_id is not null as unconserved
    from sealed_entries x left join entries e on e.id = x.entry_id and e.fund_id = x.fund_id
    left join content c on c.entry_id = x.entry_id
    left join unbalanced u on u.entry_id = x.entry_id
    left join unconserved n on n.entry_id = x.entry_id
   where x.fund_id = :fundId and x.seal > :after and x.seal <= :last order by x.seal, x.entry_id`

const ACTS = `
  select x.seal, x.act_id as id, case when t.id is not null then encode(sha256(convert_to(${ACT_CONTENT}, 'utf8')), 'hex') end as "contentHash"
    from sealed_acts x left join acts t on t.id = x.act_id
   where x.fund_id = :fundId and x.seal > :after and x.seal <= :last order by x.seal, x.act_id`

/** The first entry without a seal that does not say any more what was posted; of the oldest ten thousand. */
export async function faultBeforeSealing(db: Db, fundId: string): Promise<SealFault | null> {
  const found = await row<{ id: string }>(
    db,
    `select e.id from (
       select e.* from entries e
        where e.fund_id = :fundId and not exists (select from sealed_entries z where z.entry_id = e.id)
          and e.xid >= coalesce((select case when s.horizon > pg_snapshot_xmax(pg_current_snapshot()) then '0' else s.horizon end
                                   from seals s where s.fund_id = :fundId order by s.number desc limit 1), '0'::xid8)
        order by e.id limit 10000) e
      cross join lateral (${CONTENT}) l
      where encode(e.content_hash, 'hex') <> l.now order by e.id limit 1`,
    { fundId },
  )
  return found ? { kind: 'entry_changed', seal: null, entry: found.id, entries: null } : null
}

function digestOf(lines: readonly string[]): string {
  const digest = createHash('sha256')
  for (const line of lines) digest.update(`${line}\n`)
  return digest.digest('hex')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
