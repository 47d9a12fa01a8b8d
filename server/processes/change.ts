import { row, rows, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { addToFund } from '../funds/open.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { keepsList, KEEPERS, writeTold } from './need-to-know.ts'
import { phaseGoesForward, type Confidentiality, type Phase } from './policy.ts'

export type ProcessSaid = {
  name: string
  country: string
  region: string
  phase: Phase
  confidentiality: Confidentiality
  parties?: string[]
  mandateBasis?: string | null
  /** The peace agreement that it serves. */
  agreement?: string | null
  agreementUrl?: string | null
}

/**
 * Adds a process. Who adds a confidential one is the first on its list, except an administrator, who sets a fund up.
 * Refuses `not_found`, `role_not_allowed`, `already_exists`.
 */
export async function addProcess(
  trx: Trx,
  actor: Actor,
  { fundId, ...said }: { fundId: string } & ProcessSaid,
): Promise<{ id: string; version: 1 } & ProcessSaid> {
  const { id } = await addToFund(trx, actor, 'processes', { fundId, ...columnsOf(said) })
  if (said.confidentiality !== 'open' && !actor.administrator) {
    const whom = { personId: actor.personId }
    await writeTold(trx, actor, { fundId, processId: id, told: true, reason: 'Recorded the process', ...whom })
  }
  return { id, version: 1, ...said }
}

/**
 * Changes what a process is, as its next version: who, when and why stay. Where it becomes confidential, whoever changes it and the
 * entities that have asked for money for it are on its list; everybody else knows nothing of it from that moment on.
 *
 * Refuses `not_found`, `role_not_allowed`, `version_changed`, `phase_goes_forward`, `already_exists` for the name of another.
 */
export async function changeProcess(
  trx: Trx,
  actor: Actor,
  {
    processId,
    version,
    reason,
    ...said
  }: { processId: string; version: number; reason: string } & Partial<ProcessSaid>,
): Promise<{ id: string; version: number }> {
  const process = await row<{
    id: string
    fundId: string
    version: number
    phase: Phase
    confidentiality: Confidentiality
  }>(
    trx,
    `select id, fund_id as "fundId", version, phase, confidentiality from processes where id = :processId for update`,
    { processId },
  )
  if (!process) throw new Refusal('not_found')
  requireRole(actor, process.fundId, KEEPERS)
  if (!(await keepsList(trx, actor, process))) throw new Refusal('not_found')
  if (process.version !== version) throw new Refusal('version_changed', { version: process.version })
  if (said.phase && !phaseGoesForward(process.phase, said.phase))
    throw new Refusal('phase_goes_forward', { current: process.phase })
  const { fundId } = process
  if (
    said.name &&
    (await trx('processes').where({ fund_id: fundId, name: said.name }).whereNot({ id: processId }).first('id'))
  )
    throw new Refusal('already_exists', { field: 'name' })

  await trx('processes')
    .where({ id: processId })
    .update({
      ...columnsOf(said),
      version: version + 1,
      reason,
      changed_by: actor.personId,
      changed_at: actor.act.at,
      act_id: actor.act.id,
    })
  if (said.confidentiality && said.confidentiality !== 'open') await tellThoseInside(trx, actor, { fundId, processId })
  return { id: processId, version: version + 1 }
}

async function tellThoseInside(
  trx: Trx,
  actor: Actor,
  { fundId, processId }: { fundId: string; processId: string },
): Promise<void> {
  const told = await rows<{ entity_id: string | null; person_id: string | null }>(
    trx,
    `select entity_id, person_id from need_to_know where process_id = :processId`,
    { processId },
  )
  const one = { fundId, processId, told: true }
  if (
    !(await row(trx, `select from told where process_id = :processId and person_id = :me`, {
      processId,
      me: actor.personId,
    }))
  )
    await writeTold(trx, actor, { ...one, reason: 'Changed the process', personId: actor.personId })
  // Whoever was taken off the list before stays off it.
  const asked = await rows<{ entityId: string }>(
    trx,
    `select distinct entity_id as "entityId" from requests where process_id = :processId`,
    { processId },
  )
  for (const { entityId } of asked.filter((entity) => !told.some((row) => row.entity_id === entity.entityId)))
    await writeTold(trx, actor, { ...one, reason: 'Has a request for the process', entityId })
}

function columnsOf(said: Partial<ProcessSaid>): Record<string, unknown> {
  const { mandateBasis, agreement, agreementUrl, ...plain } = said
  const columns = { ...plain, mandate_basis: mandateBasis, agreement, agreement_url: agreementUrl }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}
