import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Bindings, Column } from '../http/csv.ts'
import { keyAfter, momentText } from '../ledger/as-of.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { confirmersOf, correctionById } from './load.ts'
import type { RightValues } from './policy.ts'
import { stillGood } from './propose.ts'
import type { Shown } from './shown.ts'
import { wrongEntry } from './wrong.ts'

export type CorrectionTold = {
  id: string
  fundId: string
  /** The wrong entry, and of which kind it is in substance. */
  entryId: string
  kind: string
  status: 'proposed' | 'confirmed' | 'rejected' | 'withdrawn' | 'lapsed'
  reason: string
  right: RightValues | null
  datedOn: string
  proposedAt: string
  proposedBy: { id: string; name: string }
  ending: { at: string; by: { id: string; name: string }; reason: string } | null
  /** The entries that it posted: the mirror, then the right ones. */
  mirror: string | null
  corrected: string[]
}

type TellRow = Omit<CorrectionTold, 'proposedBy' | 'ending'> &
  Record<'proposerId' | 'proposer', string> &
  Record<'endedAt' | 'enderId' | 'ender' | 'endingReason', string | null>

const TOLD = `c.id, c.fund_id as "fundId", c.entry_id as "entryId", c.kind, c.status, c.reason, c.right_values as right,
  c.dated_on as "datedOn", ${momentText('c.proposed_at')} as "proposedAt", p.id as "proposerId", p.name as proposer,
  ${momentText('d.ended_at')} as "endedAt", n.id as "enderId", n.name as ender, d.reason as "endingReason",
  (select e.id::text from entries e where e.reverses = c.entry_id and d.verdict = 'confirmed') as mirror,
  coalesce((select json_agg(t.entry_id::text order by t.entry_id) from correction_entries t join entries e on e.id = t.entry_id
             where t.correction_id = c.id and e.kind = 'corrected'), '[]') as corrected`
const FROM = `corrections c join people p on p.id = c.proposed_by
  left join correction_endings d on d.correction_id = c.id left join people n on n.id = d.ended_by`

export type CorrectionFilter = {
  status?: string
  kind?: string
  entry?: string
  /** Who proposed it or ended it. */
  person?: string
  from?: string
  to?: string
  after?: string
}

/** Corrections of a fund, the newest first; one more than `limit`, without a limit all. */
export function correctionsQuery(
  fundId: string,
  { after, ...filter }: CorrectionFilter,
  limit?: number,
): { sql: string; bindings: Bindings } {
  const [before] = keyAfter(after, [(part) => /^cor_[0-9a-z]{26}$/.test(part)]) ?? []
  const conditions = Object.entries(CONDITIONS).flatMap(([name, condition]) =>
    filter[name as keyof typeof filter] === undefined ? [] : [condition],
  )
  return {
    sql: `select ${TOLD} from ${FROM}
           where ${['c.fund_id = :fundId', ...(before ? ['c.id < :before'] : []), ...conditions].join(' and ')}
           order by c.id desc ${limit === undefined ? '' : 'limit :most'}`,
    bindings: { fundId, ...filter, ...(before ? { before } : {}), ...(limit === undefined ? {} : { most: limit + 1 }) },
  }
}

const CONDITIONS = {
  status: `c.status = :status`,
  kind: `c.kind = :kind`,
  entry: `(c.entry_id = cast(:entry as bigint) or exists (select from correction_entries t where t.correction_id = c.id and t.entry_id = cast(:entry as bigint)))`,
  person: `:person in (c.proposed_by, d.ended_by)`,
  from: `c.proposed_at >= cast(:from as date)`,
  to: `c.proposed_at < cast(:to as date) + 1`,
}

/** A page of corrections, one more than `limit`. */
export async function listCorrections(
  db: Db,
  fundId: string,
  { limit, ...filter }: CorrectionFilter & { limit: number },
): Promise<CorrectionTold[]> {
  const { sql, bindings } = correctionsQuery(fundId, filter, limit)
  return (await rows<TellRow>(db, sql, bindings)).map(correctionTold)
}

export function correctionTold({
  proposerId,
  proposer,
  endedAt,
  enderId,
  ender,
  endingReason,
  ...told
}: TellRow): CorrectionTold {
  return {
    ...told,
    proposedBy: { id: proposerId, name: proposer },
    ending: endedAt === null ? null : { at: endedAt, by: { id: enderId!, name: ender! }, reason: endingReason! },
  }
}

export type { TellRow as CorrectionRow, Shown }

export const CORRECTION_COLUMNS: readonly Column<CorrectionTold>[] = [
  { heading: 'correction', text: (one) => one.id },
  { heading: 'entry', figure: (one) => one.entryId },
  { heading: 'kind', text: (one) => one.kind },
  { heading: 'status', text: (one) => one.status },
  { heading: 'reason', text: (one) => one.reason },
  { heading: 'right', text: (one) => one.right && JSON.stringify(one.right) },
  { heading: 'proposed_at', figure: (one) => one.proposedAt },
  { heading: 'proposed_by', text: (one) => one.proposedBy.name },
  { heading: 'ended_at', figure: (one) => one.ending?.at ?? null },
  { heading: 'ended_by', text: (one) => one.ending?.by.name ?? null },
  { heading: 'ending_reason', text: (one) => one.ending?.reason ?? null },
  { heading: 'mirror', figure: (one) => one.mirror },
  { heading: 'corrected', text: (one) => one.corrected.join(' ') },
]

/**
 * A correction with all that it does and touches. An open one is performed and undone to say so, as things are now; once that is not what
 * it said when it was proposed, it has lapsed, and what it said then is told. Refuses `not_found`, `role_not_allowed`.
 */
export async function readCorrection(
  trx: Trx,
  actor: Actor,
  correctionId: string,
): Promise<CorrectionTold & { confirmers: readonly ('controller' | 'director')[]; lapsed: boolean; shown: Shown }> {
  const proposal = await correctionById(trx, correctionId)
  requireRole(actor, proposal.fund.id, READERS)
  const found = await row<TellRow & { shown: Shown }>(
    trx,
    `select ${TOLD}, c.shown from ${FROM} where c.id = :correctionId`,
    { correctionId },
  )
  if (!found) throw new Refusal('not_found')
  const { shown, ...rest } = found
  const told = { ...correctionTold(rest), confirmers: await confirmersOf(trx, proposal) }
  if (proposal.status !== 'proposed') return { ...told, lapsed: proposal.status === 'lapsed', shown }
  const now = await stillGood(trx, actor, proposal, await wrongEntry(trx, proposal.fund, proposal.entryId))
  return { ...told, lapsed: now === undefined, shown: now ?? shown }
}
