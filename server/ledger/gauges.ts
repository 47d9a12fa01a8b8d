import { rows, type Db } from '../../db/connect.ts'

/** Figures of each fund's ledger for those who watch the service; nothing about anybody. */
export type LedgerGauges = {
  /** The fund's code. */
  fund: string
  seals: number
  sealedEntries: string
  /** Age in seconds of the oldest entry without a seal; null where all are sealed. */
  oldestUnsealedSeconds: number | null
  broken: boolean
  /** Of the last full pass, in seconds since 1970; null where there was none. */
  lastFullPassAt: number | null
  lastFullPassPosition: number | null
  verifiedPosition: number
}

export function readGauges(db: Db): Promise<LedgerGauges[]> {
  return rows<LedgerGauges>(
    db,
    `select f.code as fund, coalesce(s.number, 0) as seals,
            (select coalesce(sum(entry_count), 0) from seals z where z.fund_id = f.id)::text as "sealedEntries",
            (select extract(epoch from clock_timestamp() - min(e.recorded_at))::float8
               from entries e
              where e.fund_id = f.id
                and e.xid >= case when s.horizon is null or s.horizon > pg_snapshot_xmax(pg_current_snapshot()) then '0' else s.horizon end
                and not exists (select from sealed_entries z where z.entry_id = e.id)) as "oldestUnsealedSeconds",
            coalesce(v.fault, v.full_fault) is not null as broken,
            extract(epoch from v.full_at)::float8 as "lastFullPassAt", v.full_position as "lastFullPassPosition",
            coalesce(v.reached, 0) as "verifiedPosition"
       from funds f
       left join lateral (select number, horizon from seals where fund_id = f.id order by number desc limit 1) s on true
       left join seal_verifications v on v.fund_id = f.id
      order by f.code`,
  )
}

/** Rows that were written to the ledger since the database's statistics began. */
export async function rowsWritten(db: Db): Promise<Record<'entries' | 'postings', string>> {
  const found = await rows<{ table: 'entries' | 'postings'; written: string }>(
    db,
    `select relname as "table", n_tup_ins::text as written from pg_stat_user_tables
      where schemaname = 'public' and relname in ('entries', 'postings')`,
  )
  return { entries: '0', postings: '0', ...Object.fromEntries(found.map(({ table, written }) => [table, written])) }
}
