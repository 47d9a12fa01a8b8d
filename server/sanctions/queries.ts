import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { ListedName } from './candidates.ts'
import type { Fact } from './list.ts'
import type { Matched } from './policy.ts'
import type { ScreeningState } from './screen.ts'

type Who = { readonly id: string; readonly name: string }

export type VersionTold = {
  readonly id: string
  readonly fundId: string
  readonly list: string
  readonly number: number
  readonly format: string
  readonly fileName: string
  /** SHA-256 of the file, in hexadecimal digits. */
  readonly hash: string
  readonly dated: Date | null
  readonly entries: number
  readonly added: number
  readonly changed: number
  readonly dropped: number
  readonly confirmed: boolean
  readonly inForce: boolean
  readonly importedBy: Who
  readonly importedAt: Date
}

const VERSION = `
  select v.id, v.fund_id as "fundId", v.list, v.number, v.format, v.file_name as "fileName", encode(v.hash, 'hex') as hash, v.dated, v.entries,
         v.added, v.changed, v.dropped, v.confirmed, json_build_object('id', p.id, 'name', p.name) as "importedBy", v.imported_at as "importedAt",
         not exists (select from sanctions_versions l where l.fund_id = v.fund_id and l.list = v.list and l.number > v.number) as "inForce"
    from sanctions_versions v join people p on p.id = v.imported_by`

/** A version of a list. Refuses `not_found`. */
export async function readVersion(db: Db, versionId: string): Promise<VersionTold> {
  const found = await row<VersionTold>(db, `${VERSION} where v.id = :versionId`, { versionId })
  if (!found) throw new Refusal('not_found')
  return found
}

/** The versions of all lists of a fund, the last first. */
export function listVersions(
  db: Db,
  fundId: string,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<VersionTold[]> {
  return rows(
    db,
    `${VERSION} where v.fund_id = :fundId and (cast(:after as text) is null or v.id < :after) order by v.id desc limit :most`,
    { fundId, after: after ?? null, most: limit + 1 },
  )
}

export type EntryTold = {
  readonly key: string
  readonly reference: string | null
  readonly kind: 'person' | 'organisation'
  readonly name: string
  readonly names: readonly ListedName[]
  readonly facts: readonly Fact[]
}

/** The entries of a version by their keys. */
export function listEntries(
  db: Db,
  versionId: string,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<EntryTold[]> {
  return rows(
    db,
    `select key, reference, kind, name, names, facts from sanctions_entries
      where version_id = :versionId and key > :after order by key limit :most`,
    { versionId, after: after ?? '', most: limit + 1 },
  )
}

export const CASE_STATES = ['open', 'confirm', 'clear', 'lapse'] as const
export type CaseState = (typeof CASE_STATES)[number]

export type CaseTold = {
  readonly id: string
  readonly fundId: string
  readonly payee: Who & { readonly kind: string; readonly country: string }
  readonly list: string
  readonly entry: EntryTold
  /** Every name under which the payee was known. */
  readonly names: readonly string[]
  readonly score: number
  readonly matched: { readonly payeeName: string; readonly listedName: ListedName; readonly parts: readonly Matched[] }
  readonly occasion: string
  readonly openedAt: Date
  readonly state: CaseState
  readonly decisions: readonly {
    number: number
    verdict: string
    reason: string
    decidedBy: Who | null
    decidedAt: string
  }[]
}

const CASE = `
  select c.id, c.fund_id as "fundId", json_build_object('id', p.id, 'name', p.name, 'kind', p.kind, 'country', p.country) as payee, c.list, c.entry,
         c.names, c.score, c.matched, c.occasion, c.opened_at as "openedAt", case_state(c.id) as state,
         coalesce((select json_agg(json_build_object('number', d.number, 'verdict', d.verdict, 'reason', d.reason, 'decidedAt', d.decided_at,
                     'decidedBy', case when w.id is not null then json_build_object('id', w.id, 'name', w.name) end) order by d.number desc)
                     from screening_decisions d left join people w on w.id = d.decided_by where d.case_id = c.id), '[]') as decisions
    from screening_cases c join payees p on p.id = c.payee_id`

/** A case with the listed entry as it was, why so many points, and what was decided. Refuses `not_found`. */
export async function readCase(db: Db, caseId: string): Promise<CaseTold> {
  const found = await row<CaseTold>(db, `${CASE} where c.id = :caseId`, { caseId })
  if (!found) throw new Refusal('not_found')
  return found
}

/** Cases of a fund, of one payee or in one state where that is asked, the last first. */
export function listCases(
  db: Db,
  fundId: string,
  {
    limit,
    after,
    state,
    payeeId,
  }: { limit: number; after?: string | undefined; state?: CaseState | undefined; payeeId?: string },
): Promise<CaseTold[]> {
  return rows(
    db,
    `${CASE} where c.fund_id = :fundId and (cast(:after as text) is null or c.id < :after) and (cast(:state as text) is null or case_state(c.id) = :state)
       and (cast(:payeeId as text) is null or c.payee_id = :payeeId) order by c.id desc limit :most`,
    { fundId, after: after ?? null, state: state ?? null, payeeId: payeeId ?? null, most: limit + 1 },
  )
}

export type ScreeningTold = {
  readonly payeeId: string
  /** As it is for a release now. */
  readonly state: ScreeningState
  readonly last: { screenedAt: Date; hits: number; occasion: string; threshold: number; names: string[] } | null
  readonly cases: readonly CaseTold[]
}

/** Where a payee stands: whether money may go to it, when it was last screened, and its cases. */
export async function screeningOf(
  db: Db,
  { payeeId, fundId, on }: { payeeId: string; fundId: string; on: string },
): Promise<ScreeningTold> {
  const found = await row<Pick<ScreeningTold, 'state' | 'last'>>(
    db,
    `select screening_state(:payeeId, :on) as state,
            (select json_build_object('screenedAt', s.screened_at, 'hits', s.hits, 'occasion', s.occasion, 'threshold', s.threshold, 'names', s.names)
               from screenings s where s.payee_id = :payeeId order by s.screened_at desc, s.edition desc limit 1) as last`,
    { payeeId, on },
  )
  return { payeeId, ...found!, cases: await listCases(db, fundId, { limit: 100, payeeId }) }
}

/** What the pages of a fund say at their top: which lists are in force, how many payees are not screened by them yet. */
export type StandTold = {
  readonly lists: number
  readonly entries: number
  readonly payees: number
  readonly waiting: number
  readonly holds: boolean
}

export async function screeningStand(db: Db, fundId: string, on: string): Promise<StandTold> {
  const found = await row<StandTold>(
    db,
    `with now as (select edition_in_force(:fundId) as edition, screening_rule(:fundId, :on) as rule)
     select (select count(*)::int from (select distinct on (list) * from sanctions_versions where fund_id = :fundId order by list, number desc) v) as lists,
            (select coalesce(sum(entries), 0)::int from (select distinct on (list) * from sanctions_versions where fund_id = :fundId order by list, number desc) v) as entries,
            (select count(*)::int from payees where fund_id = :fundId) as payees,
            (select count(*)::int from payees p where p.fund_id = :fundId and not exists (
               select from screenings s where s.payee_id = p.id and s.edition = now.edition and s.threshold = (now.rule ->> 'threshold')::int
                  and s.names = payee_names(p.id))) as waiting,
            now.rule ->> 'withoutList' = 'hold' as holds
       from now`,
    { fundId, on },
  )
  return found!
}
