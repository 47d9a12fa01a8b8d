import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { entitiesOf, holdsRole, READERS, type Actor } from '../people/actor.ts'
import { MAY_SEE_PROCESS, MAY_SEE_REQUEST, mustSeeProcess } from './may-see.ts'
import { keepsList } from './need-to-know.ts'

export type ProcessListed = {
  id: string
  name: string
  country: string
  region: string
  phase: string
  confidentiality: string
}

/** The fund's processes of which this person may know, by name. */
export function listProcesses(db: Db, actor: Actor, fundId: string): Promise<ProcessListed[]> {
  return rows(
    db,
    `select p.id, p.name, p.country, p.region, p.phase, p.confidentiality from processes p
      where p.fund_id = :fundId and ${MAY_SEE_PROCESS} order by p.name, p.id`,
    { fundId, viewer: actor.personId },
  )
}

export type ProcessTold = ProcessListed & {
  fundId: string
  version: number
  parties: string[]
  mandateBasis: string | null
  agreement: string | null
  agreementUrl: string | null
  requests: { id: string; code: string; title: string; status: string }[]
  versions: VersionTold[]
  /** Whether the reader keeps the list of those who need to know, and whether they may read who looked. */
  keeps: boolean
  readsLooks: boolean
}

/** What was said in a version: only what it changed, beside who, when and why. */
export type VersionTold = {
  version: number
  said: Record<string, unknown>
  reason: string
  by: { id: string; name: string } | null
  at: Date
}

/** The file of a process; a look at it where it is confidential. Refuses `not_found`. */
export async function readProcess(db: Db, actor: Actor, processId: string): Promise<ProcessTold> {
  await mustSeeProcess(db, actor, processId, 'process')
  const found = await row<Omit<ProcessTold, 'requests' | 'versions' | 'keeps' | 'readsLooks'>>(
    db,
    `select id, fund_id as "fundId", version, name, country, region, phase, confidentiality, parties, mandate_basis as "mandateBasis",
            agreement, agreement_url as "agreementUrl" from processes where id = :processId`,
    { processId },
  )
  if (!found) throw new Refusal('not_found')
  const requests = await rows<ProcessTold['requests'][number]>(
    db,
    `select r.id, r.code, r.title, r.status from requests r
      where r.process_id = :processId and (:all or r.entity_id = any(:mine)) and ${MAY_SEE_REQUEST} order by r.id desc limit 100`,
    {
      processId,
      viewer: actor.personId,
      all: holdsRole(actor, found.fundId, READERS),
      mine: entitiesOf(actor, found.fundId),
    },
  )
  const keeps = await keepsList(db, actor, found)
  const readsLooks = keeps || holdsRole(actor, found.fundId, ['auditor'])
  return { ...found, requests, versions: await versionsOf(db, 'process', processId), keeps, readsLooks }
}

/** Every version of a process, an entity or an expert, the latest first, each with what it said differently from the one before. */
export async function versionsOf(db: Db, of: 'process' | 'entity' | 'expert', id: string): Promise<VersionTold[]> {
  const found = await rows<VersionTold>(
    db,
    `select v.version, v.said, v.reason, v.changed_at as at, case when n.id is not null then json_build_object('id', n.id, 'name', n.name) end as by
       from ${of}_versions v left join people n on n.id = v.changed_by where v.${of}_id = :id order by v.version desc`,
    { id },
  )
  return found.map((one, i) => ({ ...one, said: differing(one.said, found[i + 1]?.said) }))
}

function differing(said: Record<string, unknown>, before: Record<string, unknown> | undefined) {
  const same = (key: string) => before && JSON.stringify(said[key]) === JSON.stringify(before[key])
  return Object.fromEntries(Object.entries(said).filter(([key]) => !same(key)))
}

export type ToldRow = {
  id: string
  entity: { id: string; name: string } | null
  person: { id: string; name: string } | null
  told: boolean
  inForce: boolean
  reason: string
  by: { id: string; name: string } | null
  at: Date
}

/** Every row of the list, the latest first, and which of them hold. */
export function listTold(db: Db, processId: string): Promise<ToldRow[]> {
  return rows(
    db,
    `select k.id::text, k.told, k.reason, k.told_at as at, exists (select from told t where t.id = k.id) as "inForce",
            case when e.id is not null then json_build_object('id', e.id, 'name', e.name) end as entity,
            case when n.id is not null then json_build_object('id', n.id, 'name', n.name) end as person,
            case when b.id is not null then json_build_object('id', b.id, 'name', b.name) end as by
       from need_to_know k left join entities e on e.id = k.entity_id left join people n on n.id = k.person_id left join people b on b.id = k.told_by
      where k.process_id = :processId order by k.id desc`,
    { processId },
  )
}

export type LookTold = {
  id: string
  what: string
  requestCode: string | null
  person: { id: string; name: string }
  at: Date
}

/** Who looked at the file of a confidential process, the latest first. */
export function listLooks(
  db: Db,
  { processId, before, limit }: { processId: string; before: string; limit: number },
): Promise<LookTold[]> {
  return rows(
    db,
    `select l.id::text, l.what, r.code as "requestCode", json_build_object('id', n.id, 'name', n.name) as person, l.looked_at as at
       from looks l join people n on n.id = l.person_id left join requests r on r.id = l.request_id
      where l.process_id = :processId and (:before = '' or l.id < cast(nullif(:before, '') as bigint)) order by l.id desc limit :most`,
    { processId, before, most: limit + 1 },
  )
}
