import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { ID_KINDS } from '../ids.ts'
import { momentText } from './as-of.ts'
import { ENTRY, entryTold, type EntryRow, type EntryTold } from './entries.ts'
import type { FundRef } from './queries.ts'

/** An entry with all that led to it: the row that caused it, the act that recorded it, and who had which duty. */
export type EntryWhole = EntryTold & {
  cause: { kind: string | null; id: string }
  contentHash: string
  /** The number of its seal; null until it is sealed. */
  seal: number | null
  reversedBy: string | null
  /** The correction that posted it: which entry that corrects, of which kind this one is in substance, and when it happened. */
  corrects: { correction: string; entryId: string; kind: string; takesBack: boolean; valueOn: string } | null
  /** Corrections of it, proposed or ended, and what those that were confirmed put in its place. */
  correctedBy: { correction: string; status: string; corrected: string[] }[]
  act: {
    id: string
    at: string
    person: { id: string; name: string; kind: string } | null
    tokenId: string | null
    /** Of the HTTP request, as in the log. */
    requestId: string
    method: string
    path: string
    /** Where it came from. */
    address: string | null
  }
  /** Who took part in the requests that the entry is about, and as what. */
  duties: { requestId: string; requestCode: string; duty: string; person: { id: string; name: string } }[]
}

type WholeRow = EntryRow & {
  contentHash: string
  seal: number | null
  reversedBy: string | null
  corrects: EntryWhole['corrects']
  correctedBy: EntryWhole['correctedBy']
  personKind: string | null
  at: string
  tokenId: string | null
  httpRequest: string
  method: string
  path: string
  from: string | null
}

const LARGEST = 9_223_372_036_854_775_807n

/** One entry whole. Refuses `not_found`, also for what is no number of an entry at all. */
export async function readEntry(db: Db, fund: FundRef, entryId: string): Promise<EntryWhole> {
  if (!/^[1-9]\d{0,18}$/.test(entryId) || BigInt(entryId) > LARGEST) throw new Refusal('not_found')
  const found = await row<WholeRow>(
    db,
    `select ${ENTRY}, encode(e.content_hash, 'hex') as "contentHash", s.seal, n.kind as "personKind",
            (select r.id from entries r where r.fund_id = e.fund_id and r.reverses = e.id order by r.id limit 1) as "reversedBy",
            (select json_build_object('correction', c.id, 'entryId', c.entry_id::text, 'kind', m.kind, 'takesBack', m.takes_back, 'valueOn', m.value_on)
               from correction_entries m join corrections c on c.id = m.correction_id where m.entry_id = e.id) as corrects,
            (select coalesce(json_agg(json_build_object('correction', c.id, 'status', c.status, 'corrected',
                      (select coalesce(json_agg(m.entry_id::text order by m.entry_id), '[]')
                         from correction_entries m join entries k on k.id = m.entry_id where m.correction_id = c.id and k.kind = 'corrected'))
                    order by c.id), '[]') from corrections c where c.entry_id = e.id) as "correctedBy",
            ${momentText('t.at')} as at, t.token_id as "tokenId", t.request_id as "httpRequest", t.method, t.path, t.address as "from"
       from entries e
       join acts t on t.id = e.act_id
       left join people n on n.id = t.person_id
       left join sealed_entries s on s.entry_id = e.id
      where e.id = :entryId and e.fund_id = :fundId`,
    { entryId, fundId: fund.id },
  )
  if (!found) throw new Refusal('not_found')
  const {
    contentHash,
    seal,
    reversedBy,
    corrects,
    correctedBy,
    personKind,
    at,
    tokenId,
    httpRequest,
    method,
    path,
    from,
    ...entry
  } = found
  const told = entryTold(entry, fund)
  const causeId = told.source.split('#')[0]!
  return {
    ...told,
    cause: { kind: kindOf(causeId), id: causeId },
    contentHash,
    seal,
    reversedBy,
    corrects,
    correctedBy,
    act: {
      id: told.actId,
      at,
      person: told.person && { ...told.person, kind: personKind! },
      tokenId,
      requestId: httpRequest,
      method,
      path,
      address: from,
    },
    duties: await dutiesIn(db, entryId, causeId),
  }
}

/** Who had which duty in the requests whose accounts the entry moves, or whose payment it is about. */
async function dutiesIn(db: Db, entryId: string, causeId: string): Promise<EntryWhole['duties']> {
  const found = await rows<{ requestId: string; requestCode: string; duty: string; id: string; name: string }>(
    db,
    `select r.id as "requestId", r.code as "requestCode", d.duty, n.id, n.name
       from requests r join duties d on d.request_id = r.id join people n on n.id = d.person_id
      where r.id in (select a.request_id from postings p join accounts a on a.id = p.account_id where p.entry_id = :entryId
                     union select y.request_id from payments y where y.id = :causeId)
      order by r.code, array_position(array['requester', 'certifier', 'approver', 'releaser', 'reconciler', 'charge_approver'], d.duty), n.name, n.id`,
    { entryId, causeId },
  )
  return found.map(({ id, name, ...duty }) => ({ ...duty, person: { id, name } }))
}

/** What kind of thing an id names, by what it begins with. */
function kindOf(id: string): string | null {
  const beginning = id.slice(0, 3)
  return Object.entries(ID_KINDS).find(([, prefix]) => prefix === beginning)?.[0] ?? null
}
