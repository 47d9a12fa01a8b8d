import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { CORRECTABLE, mayAdjust, type RightValues } from './policy.ts'

export type Proposal = {
  id: string
  fund: { id: string; currency: string }
  entryId: string
  kind: string
  status: 'proposed' | 'confirmed' | 'rejected' | 'withdrawn' | 'lapsed'
  proposedBy: string
  right: RightValues | null
  datedOn: string
  hash: Buffer
}

type ProposalRow = Omit<Proposal, 'fund'> & { fundId: string; currency: string }

const PROPOSAL = `select c.id, c.fund_id as "fundId", f.currency, c.entry_id as "entryId", c.kind, c.status, c.proposed_by as "proposedBy",
    c.right_values as right, c.dated_on as "datedOn", c.shown_hash as hash
  from corrections c join funds f on f.id = c.fund_id`

/** The correction with its row locked: of two who end it, the second sees that it has ended. Refuses `not_found`. */
export async function lockCorrection(trx: Trx, correctionId: string): Promise<Proposal> {
  await trx.raw(`select id from corrections where id = ? for update`, [correctionId])
  return correctionById(trx, correctionId)
}

/** The correction as it is now. Refuses `not_found`. */
export async function correctionById(db: Db, correctionId: string): Promise<Proposal> {
  const found = await row<ProposalRow>(db, `${PROPOSAL} where c.id = :correctionId`, { correctionId })
  if (!found) throw new Refusal('not_found')
  return proposalOf(found)
}

/** The open proposal to correct this entry, locked, if there is one. */
export async function openProposal(trx: Trx, entryId: string): Promise<Proposal | undefined> {
  const found = await row<ProposalRow>(
    trx,
    `${PROPOSAL} where c.entry_id = :entryId and c.status = 'proposed' for update of c`,
    { entryId },
  )
  return found && proposalOf(found)
}

/** Only an open proposal is confirmed, rejected or withdrawn. Refuses `correction_ended`. */
export function checkOpen({ status }: Proposal): void {
  if (status !== 'proposed') throw new Refusal('correction_ended', { status })
}

/** Who may decide on it: of what stands in a month that is closed softly, controllers alone. */
export async function confirmersOf(
  db: Db,
  { id, kind }: Pick<Proposal, 'id' | 'kind'>,
): Promise<readonly ('controller' | 'director')[]> {
  const { confirmers } = CORRECTABLE[kind]!
  if (!mayAdjust(kind)) return confirmers
  const adjusting = await row(
    db,
    `select from corrections c cross join lateral jsonb_array_elements(c.shown -> 'entries') e
      where c.id = :id and period_state(c.fund_id, date_trunc('month', (e ->> 'occurredOn')::date)::date) = 'soft_closed' limit 1`,
    { id },
  )
  return adjusting ? ['controller'] : confirmers
}

function proposalOf({ fundId, currency, ...proposal }: ProposalRow): Proposal {
  return { ...proposal, fund: { id: fundId, currency } }
}
