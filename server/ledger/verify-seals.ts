import { createHash } from 'node:crypto'
import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { momentText } from './as-of.ts'
import { ACT_CONTENT, LOOK_UPS } from './seal.ts'

/** What is wrong, and with which seal, entry or act: the first of them by number. */
export type SealFault = {
  readonly kind:
    | 'entry_changed'
    | 'entry_missing'
    | 'entry_unbalanced'
    | 'contribution_not_conserved'
    | 'act_changed'
    | 'act_missing'
    | 'kept_hash_differs'
    | 'seal_changed'
    | 'seal_out_of_order'
    | 'seal_missing'
    | 'known_seal_differs'
  readonly seal: number | null
  readonly entry: string | null
  readonly act: string | null
  /** Where only a batch is known to be wrong: the first and the last entry under the seal. */
  readonly entries: readonly [string, string] | null
}

export type Reached = { readonly number: number; readonly hash: string }

/** What was read: how far it goes, how much it was, and of each seal with which something is wrong the first thing. */
export type Reading = { reached: Reached; entries: number; acts: number; postings: number; faults: SealFault[] }

/**
 * Reads the seals that follow one, up to `last`, with all that is under them: hashes of entries and acts are made anew from the rows
 * themselves, then the digests, then the seals, each from the one before; a seal that is `known` from before must be the same. All of it
 * in the database, so that several can read side by side. What is sealed never changes, so it may be read beside any writer.
 *
 * What a seal closes is kept beside it entry by entry and act by act. Where a seal does not close any more what is there and closes what
 * is kept, that tells which entry or act was changed, even together with its own hash.
 */
export async function readSeals(
  trx: Trx,
  fundId: string,
  { after, last, known }: { after: Reached; last: number; known?: Reached | undefined },
): Promise<Reading> {
  await trx.raw(`select ${LOOK_UPS}`)
  const under = await rows<Under>(trx, sealed('found'), { fundId, from: after.number + 1, to: last })
  const reading: Reading = { reached: after, entries: 0, acts: 0, postings: 0, faults: [] }
  for (const one of under) {
    const fault = await faultOf(trx, fundId, one, reading.reached)
    // All of it has been made anew, up to here at least.
    const isKnown = known?.number !== one.number || known.hash === one.hash
    if (fault) reading.faults.push(fault)
    else if (!isKnown) reading.faults.push(faultAt(one, 'known_seal_differs', { entries: rangeOf(one) }))
    reading.reached = { number: one.number, hash: one.hash }
    reading.entries += one.entries
    reading.acts += one.acts
    reading.postings += one.postings
  }
  return reading
}

/** What the first seal follows. */
export const beforeFirst = (fundId: string): Reached => ({ number: 0, hash: sha256(fundId) })

/** A seal, and what was found under it. */
type Under = {
  number: number
  hash: string
  previousHash: string
  entryCount: number
  actCount: number
  entries: number
  acts: number
  postings: number
  ofEntries: string
  ofActs: string
  firstEntry: string | null
  lastEntry: string | null
  /** The first entry that is wrong in itself, and how. */
  wrongEntry: string | null
  wrong: SealFault['kind'] | null
  /** The first entry and act that are not what is kept of them. */
  otherEntry: string | null
  otherAct: string | null
  isActThere: boolean | null
}

async function faultOf(trx: Trx, fundId: string, one: Under, before: Reached): Promise<SealFault | null> {
  if (one.wrong) return faultAt(one, one.wrong, { entry: one.wrongEntry })
  if (one.number !== before.number + 1 || one.previousHash !== before.hash) return faultAt(one, 'seal_out_of_order')
  const { otherEntry: entry, otherAct: act } = one
  if (closes(one, one))
    return (entry ?? act) ? faultAt(one, 'kept_hash_differs', { entry, act: entry ? null : act }) : null
  const [kept] = await rows<Under>(trx, sealed('kept'), { fundId, from: one.number, to: one.number })
  if (!closes(one, kept!) || !(entry ?? act)) return faultAt(one, 'seal_changed', { entries: rangeOf(one) })
  if (entry) return faultAt(one, 'entry_changed', { entry })
  return faultAt(one, one.isActThere ? 'act_changed' : 'act_missing', { act })
}

function closes(seal: Under, { entries, acts, ofEntries, ofActs }: Under): boolean {
  const isWhole = entries === seal.entryCount && acts === seal.actCount
  return isWhole && sha256(`${seal.previousHash}\n${ofEntries}\n${ofActs}\n`) === seal.hash
}

const rangeOf = ({ firstEntry, lastEntry }: Under) => (firstEntry ? ([firstEntry, lastEntry!] as const) : null)

const faultAt = ({ number }: Under, kind: SealFault['kind'], more: Partial<SealFault> = {}): SealFault => ({
  kind,
  ...{ seal: number, entry: null, act: null, entries: null },
  ...more,
})

const digest = (lines: string) => `encode(sha256(convert_to(coalesce(${lines}, ''), 'utf8')), 'hex')`

/**
 * SQL for each seal of some, with what is under it: digests of what is found there, or of what is kept of it beside the seal. What is hashed
 * is put together as post_entries and the sealing do it; what must be zero is what entries_must_balance says.
 */
const sealed = (what: 'found' | 'kept') => {
  const [e, act] = what === 'found' ? ['e', 't.now'] : ['z', 't.kept']
  return `
  with told as (
    select z.seal, z.entry_id as id, l.n, ${e}.content_hash, ${e}.recorded_at, ${e}.act_id,
           (z.content_hash, z.recorded_at, z.act_id) is distinct from (e.content_hash, e.recorded_at, e.act_id) as other,
           case when e.id is null then 'entry_missing'
                when e.content_hash <> sha256(convert_to(concat_ws(E'\\n', e.fund_id, e.kind, e.source, e.occurred_on, e.memo,
                                                                   coalesce(e.reverses::text, ''), l.lines), 'utf8')) then 'entry_changed'
                when l.uneven then 'entry_unbalanced'
                when l.unconserved then 'contribution_not_conserved' end as wrong
      from sealed_entries z
      left join entries e on e.id = z.entry_id and e.fund_id = z.fund_id
     cross join lateral (
       select count(*) as n, string_agg(concat_ws(' ', address, currency, amount, functional), E'\\n' order by line) as lines,
              bool_or(of_currency <> 0 or of_book <> 0) as uneven, bool_or(of_stages <> 0) as unconserved
         from (select p.line, a.address, a.currency, p.amount, p.functional,
                      sum(p.amount) over (partition by a.book, a.currency) as of_currency,
                      sum(p.functional) over (partition by a.book) as of_book,
                      case when a.stage is not null then sum(p.amount) over (partition by a.stage is null, split_part(a.address, ':', 3)) end as of_stages
                 from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) p) l
     where z.fund_id = :fundId and z.seal between :from and :to),
  entered as (
    select seal, count(*)::int as entries, sum(n)::int as postings, min(id) as first, max(id) as last,
           min(id) filter (where wrong is not null) as wrong_entry, (array_agg(wrong order by id) filter (where wrong is not null))[1] as wrong,
           min(id) filter (where other) as other,
           ${digest(`string_agg(concat_ws(' ', id, encode(content_hash, 'hex'), ${momentText('recorded_at')}, act_id) || E'\\n', '' order by id)`)} as digest
      from told group by seal),
  acted as (
    select t.seal, count(*)::int as acts, min(t.act_id) filter (where t.now is distinct from t.kept) as other,
           (array_agg(t.now is not null order by t.act_id) filter (where t.now is distinct from t.kept))[1] as is_there,
           ${digest(`string_agg(t.act_id || ' ' || encode(${act}, 'hex') || E'\\n', '' order by t.act_id)`)} as digest
      from (select z.seal, z.act_id, z.content_hash as kept, case when t.id is not null then sha256(convert_to(${ACT_CONTENT}, 'utf8')) end as now
              from sealed_acts z left join acts t on t.id = z.act_id
             where z.fund_id = :fundId and z.seal between :from and :to) t
     group by t.seal)
  select s.number, encode(s.hash, 'hex') as hash, encode(s.previous_hash, 'hex') as "previousHash",
         s.entry_count as "entryCount", s.act_count as "actCount", coalesce(n.entries, 0) as entries, coalesce(n.postings, 0) as postings,
         coalesce(t.acts, 0) as acts, coalesce(n.digest, ${digest('null')}) as "ofEntries", coalesce(t.digest, ${digest('null')}) as "ofActs",
         n.first as "firstEntry", n.last as "lastEntry", n.wrong_entry as "wrongEntry", n.wrong, n.other as "otherEntry",
         t.other as "otherAct", t.is_there as "isActThere"
    from seals s left join entered n on n.seal = s.number left join acted t on t.seal = s.number
   where s.fund_id = :fundId and s.number between :from and :to
   order by s.number`
}

// What an entry says is put together exactly as post_entries does it.
const CONTENT = `
  select encode(sha256(convert_to(concat_ws(E'\\n', e.fund_id, e.kind, e.source, e.occurred_on, e.memo, coalesce(e.reverses::text, ''),
                                            string_agg(concat_ws(' ', a.address, a.currency, p.amount, p.functional), E'\\n' order by p.line)),
                                  'utf8')), 'hex') as now
    from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id`

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
  return found ? { kind: 'entry_changed', seal: null, entry: found.id, act: null, entries: null } : null
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
