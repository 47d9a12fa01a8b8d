import { momentText } from '../as-of.ts'
import type { Query } from '../queries.ts'
import { ACT_CONTENT } from '../seal.ts'
import type { Part, TableName } from '../verify/manifest.ts'

/**
 * What is under the seals up to a position, in the order in which it was sealed, with the columns of a table of the export. Amounts are whole
 * minor units. Of entries and acts that are left out of a part only what their seal takes is told.
 */
export function sealedQuery(table: TableName, fundId: string, position: number, part: Part | null): Query {
  return {
    sql: SEALED[table]!,
    bindings: {
      fundId,
      position,
      since: part?.from ?? null,
      upTo: part?.to ?? null,
      beginning: part?.prefix == null ? null : `${part.prefix.replaceAll(/[\\%_]/g, '\\$&')}%`,
    },
  }
}

// Whether an entry `e` is chosen: by its value date, and whole as soon as one of its postings is on an account that begins so.
const CHOSEN = `(cast(:since as date) is null or e.occurred_on >= cast(:since as date))
   and (cast(:upTo as date) is null or e.occurred_on <= cast(:upTo as date))
   and (cast(:beginning as text) is null or exists (
         select from postings q join accounts b on b.id = q.account_id where q.entry_id = e.id and b.address like cast(:beginning as text)))`

const SEALED_ENTRIES = `
  select x.seal, e.id, ${momentText('e.recorded_at')} as recorded_at, e.act_id, encode(e.content_hash, 'hex') as content_hash,
         case when c.chosen then 'yes' else 'no' end as told, case when c.chosen then e.kind end as kind,
         case when c.chosen then e.source end as source, case when c.chosen then e.occurred_on end as occurred_on,
         case when c.chosen then e.memo end as memo, case when c.chosen then e.reverses end as reverses
    from sealed_entries x join entries e on e.id = x.entry_id cross join lateral (select ${CHOSEN} as chosen) c
   where x.fund_id = :fundId and x.seal <= :position
   order by x.seal, x.entry_id`

const SEALED_POSTINGS = `
  select x.seal, p.entry_id as entry, p.line, a.address, a.currency, p.amount, p.functional
    from sealed_entries x join entries e on e.id = x.entry_id join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id
   where x.fund_id = :fundId and x.seal <= :position and ${CHOSEN}
   order by x.seal, x.entry_id, p.line`

// An act is told whole where everything is, and else where it recorded one of the entries chosen.
const SEALED_ACTS = `
  select x.seal, t.id, encode(sha256(convert_to(${ACT_CONTENT}, 'utf8')), 'hex') as content_hash,
         case when c.chosen then 'yes' else 'no' end as told, case when c.chosen then t.person_id end as person_id,
         case when c.chosen then t.token_id end as token_id, case when c.chosen then t.request_id end as request_id,
         case when c.chosen then t.method end as method, case when c.chosen then t.path end as path,
         case when c.chosen then t.address end as address, case when c.chosen then t.outcome end as outcome,
         case when c.chosen then t.details::text end as details, case when c.chosen then ${momentText('t.at')} end as at
    from sealed_acts x join acts t on t.id = x.act_id
   cross join lateral (select coalesce(cast(:since as text), cast(:upTo as text), cast(:beginning as text)) is null
            or exists (select from entries e join sealed_entries y on y.entry_id = e.id
                        where e.act_id = t.id and y.fund_id = :fundId and y.seal <= :position and ${CHOSEN}) as chosen) c
   where x.fund_id = :fundId and x.seal <= :position
   order by x.seal, x.act_id`

const SEALS_TO = `
  select s.number, s.entry_count, s.act_count, encode(s.hash, 'hex') as hash, encode(s.previous_hash, 'hex') as previous_hash,
         ${momentText('s.sealed_at')} as sealed_at
    from seals s where s.fund_id = :fundId and s.number <= :position order by s.number`

const SEALED: Partial<Record<TableName, string>> = {
  'entries.csv': SEALED_ENTRIES,
  'postings.csv': SEALED_POSTINGS,
  'acts.csv': SEALED_ACTS,
  'seals.csv': SEALS_TO,
}
