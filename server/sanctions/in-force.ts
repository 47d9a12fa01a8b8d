import { row, rows, type Db } from '../../db/connect.ts'
import { indexNames, type NameIndex } from './candidates.ts'
import type { ListedEntry } from './list.ts'

/** A listed entry with the version that says it. */
export type EntryInForce = ListedEntry & { readonly versionId: string; readonly list: string; readonly hash: Buffer }

/** What the fund screens by at a moment: the edition in force, its rule, and which payee is asked about. */
export type InForce = { readonly edition: number; readonly threshold: number }

/** The edition in force, 0 where no list was ever imported, and from how many points on a name is a hit. */
export async function inForce(db: Db, fundId: string, on: string): Promise<InForce> {
  const found = await row<InForce>(
    db,
    `select edition_in_force(:fundId) as edition, (screening_rule(:fundId, :on) ->> 'threshold')::int as threshold`,
    { fundId, on },
  )
  return found!
}

const KEPT = new Map<string, { edition: number; index: NameIndex<EntryInForce> }>()
const MOST_KEPT = 20

/** The names of an edition, read once: what is written of it never changes. Of each fund the last one is kept, of the last twenty funds. */
export async function namesInForce(db: Db, fundId: string, edition: number): Promise<NameIndex<EntryInForce>> {
  const kept = KEPT.get(fundId)
  if (kept?.edition === edition) return kept.index
  const entries = await rows<EntryInForce>(
    db,
    `select e.key, e.reference, e.kind, e.name, e.names, e.facts, e.hash, v.id as "versionId", v.list
       from (select distinct on (list) id, list from sanctions_versions where fund_id = :fundId and edition <= :edition order by list, number desc) v
       join sanctions_entries e on e.version_id = v.id order by v.list, e.key`,
    { fundId, edition },
  )
  const index = indexNames(entries)
  KEPT.delete(fundId)
  if (KEPT.size >= MOST_KEPT) KEPT.delete(KEPT.keys().next().value!)
  KEPT.set(fundId, { edition, index })
  return index
}
