import { createHash } from 'node:crypto'
import { row, rows, type Db } from '../../db/connect.ts'
import { BALANCES, boundsOf, momentText } from './as-of.ts'
import { ACT_CONTENT, LOOK_UPS } from './seal.ts'

/** What a check found: `faults` is empty where all is well, and tells at most a hundred of them. */
export type Checked = { entries: number; postings: number; seals: number; faults: Fault[] }

/** Where it is: the number of a seal, or the id of an account. */
export type Fault = { fault: 'entry_changed' | 'entry_unbalanced' | 'seal_changed' | 'turnover_differs'; at: string }

const SEALS_AT_ONCE = 20
const ACCOUNTS_AT_ONCE = 50
const MOST_FAULTS = 100

/**
 * Checks everything that is sealed in a fund straight from its database: each entry says what its hash says and balances, each seal is
 * of its entries and acts and of the seal before, and what is read of every account is the sum of its postings. It goes through the seals a
 * few at a time, `workers` of them side by side, and holds no more than that in memory. For a check that trusts neither the service
 * nor its database there is `verify.ts`.
 */
export async function checkLedger(
  db: Db,
  fundId: string,
  { workers = 2 }: { workers?: number } = {},
): Promise<Checked> {
  const { last } = (await row<{ last: number }>(
    db,
    `select coalesce(max(number), 0) as last from seals where fund_id = :fundId`,
    { fundId },
  ))!
  const checked: Checked = { entries: 0, postings: 0, seals: last, faults: [] }
  const find = (fault: Fault['fault'], at: string | number) => {
    if (checked.faults.length < MOST_FAULTS) checked.faults.push({ fault, at: `${at}` })
  }

  const starts = Array.from({ length: Math.ceil(last / SEALS_AT_ONCE) }, (_, i) => i * SEALS_AT_ONCE + 1)
  await sideBySide(workers, starts, async (from) => {
    const to = Math.min(from + SEALS_AT_ONCE - 1, last)
    const digests = await db.transaction(async (trx) => {
      await trx.raw(`select ${LOOK_UPS}`)
      return rows<Digests>(trx, SEALED, { fundId, from, to })
    })
    for (const one of digests) {
      checked.entries += one.entries
      checked.postings += one.postings
      if (one.changed > 0) find('entry_changed', one.number)
      if (one.unbalanced > 0) find('entry_unbalanced', one.number)
      const previous = one.before ?? createHash('sha256').update(fundId).digest('hex')
      const hash = createHash('sha256').update(`${previous}\n${one.ofEntries}\n${one.ofActs}\n`).digest('hex')
      const isWhole = one.entries === one.entryCount && one.acts === one.actCount
      if (one.previous !== previous || one.hash !== hash || !isWhole) find('seal_changed', one.number)
    }
  })

  const accounts = await rows<{ id: string }>(db, `select id from accounts where fund_id = :fundId order by id`, {
    fundId,
  })
  const groups = Array.from({ length: Math.ceil(accounts.length / ACCOUNTS_AT_ONCE) }, (_, i) =>
    accounts.slice(i * ACCOUNTS_AT_ONCE, (i + 1) * ACCOUNTS_AT_ONCE).map(({ id }) => id),
  )
  await sideBySide(workers, groups, async (ids) => {
    for (const { id } of await rows<{ id: string }>(db, TURNED, { fundId, ids, ...boundsOf({}) }))
      find('turnover_differs', id)
  })
  return checked
}

/** Works through a list, several at a time. */
async function sideBySide<One>(
  workers: number,
  list: readonly One[],
  work: (one: One) => Promise<void>,
): Promise<void> {
  let next = 0
  const one = async () => {
    while (next < list.length) await work(list[next++]!)
  }
  await Promise.all(Array.from({ length: workers }, one))
}

type Digests = {
  number: number
  hash: string
  previous: string
  before: string | null
  entryCount: number
  actCount: number
  ofEntries: string
  ofActs: string
  entries: number
  acts: number
  postings: number
  changed: number
  unbalanced: number
}

const digest = (lines: string) => `encode(sha256(convert_to(coalesce(${lines}, ''), 'utf8')), 'hex')`

// What is hashed is put together as post_entries and the sealing do it; what must be zero is what entries_must_balance says.
const SEALED = `
  with told as (
    select z.seal, e.id, e.content_hash, e.act_id, e.recorded_at, l.n, l.uneven,
           sha256(convert_to(concat_ws(E'\\n', e.fund_id, e.kind, e.source, e.occurred_on, e.memo, coalesce(e.reverses::text, ''), l.lines),
                             'utf8')) as content_now
      from sealed_entries z
      join entries e on e.id = z.entry_id
     cross join lateral (
       select count(*) as n, string_agg(concat_ws(' ', address, currency, amount, functional), E'\\n' order by line) as lines,
              bool_or(of_currency <> 0 or of_book <> 0 or of_stages <> 0) as uneven
         from (select p.line, a.address, a.currency, p.amount, p.functional,
                      sum(p.amount) over (partition by a.book, a.currency) as of_currency,
                      sum(p.functional) over (partition by a.book) as of_book,
                      case when a.stage is not null then sum(p.amount) over (partition by a.stage is null, a.contribution_id) end as of_stages
                 from postings p join accounts a on a.id = p.account_id where p.entry_id = e.id) p) l
     where z.fund_id = :fundId and z.seal between :from and :to),
  sealed as (
    select seal, count(*)::int as entries, sum(n)::int as postings, count(*) filter (where content_now <> content_hash)::int as changed,
           count(*) filter (where uneven)::int as unbalanced,
           ${digest(`string_agg(concat_ws(' ', id, encode(content_hash, 'hex'), ${momentText('recorded_at')}, act_id) || E'\\n', '' order by id)`)} as digest
      from told group by seal),
  acted as (
    select z.seal, count(*)::int as acts,
           ${digest(`string_agg(t.id || ' ' || encode(sha256(convert_to(${ACT_CONTENT}, 'utf8')), 'hex') || E'\\n', '' order by t.id)`)} as digest
      from sealed_acts z join acts t on t.id = z.act_id
     where z.fund_id = :fundId and z.seal between :from and :to group by z.seal)
  select s.number, encode(s.hash, 'hex') as hash, encode(s.previous_hash, 'hex') as previous,
         (select encode(b.hash, 'hex') from seals b where b.fund_id = s.fund_id and b.number = s.number - 1) as before,
         s.entry_count as "entryCount", s.act_count as "actCount", coalesce(z.entries, 0) as entries, coalesce(z.postings, 0) as postings,
         coalesce(t.acts, 0) as acts, coalesce(z.changed, 0) as changed, coalesce(z.unbalanced, 0) as unbalanced,
         coalesce(z.digest, ${digest('null')}) as "ofEntries", coalesce(t.digest, ${digest('null')}) as "ofActs"
    from seals s left join sealed z on z.seal = s.number left join acted t on t.seal = s.number
   where s.fund_id = :fundId and s.number between :from and :to
   order by s.number`

// One statement, so that what is sealed meanwhile is seen on both sides or on neither.
const TURNED = `
  select a.id
    from unnest(cast(:ids as bigint[])) a (id)
   cross join lateral (
     select coalesce(sum(p.amount), 0) as amount, coalesce(sum(p.functional), 0) as functional from postings p where p.account_id = a.id) posted
    left join ${BALANCES('cast(:ids as bigint[])')} told on told.account_id = a.id
   cross join lateral (
     select sum(t.amount) as amount, sum(t.functional) as functional from turnover t where t.account_id = a.id) turned
    left join lateral (select s.amount, s.functional from sealed_balances s where s.account_id = a.id order by s.seal desc limit 1) stood on true
    left join lateral (select c.amount, c.functional from closings c where c.account_id = a.id order by c.month desc limit 1) closed on true
   where (posted.amount, posted.functional) <> (coalesce(told.amount, 0), coalesce(told.functional, 0))
      or (stood.amount, stood.functional) is distinct from (turned.amount, turned.functional)
      or (closed.amount, closed.functional) is distinct from (turned.amount, turned.functional)`
