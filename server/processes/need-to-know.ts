import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { holdsRole, requireRole, type Actor, type Role } from '../people/actor.ts'
import { MAY_SEE_PROCESS } from './may-see.ts'

/** Who keeps the list of a process: those of them who may see it. An administrator may put somebody on it, who sets a fund up. */
export const KEEPERS: readonly Role[] = ['fund_manager', 'controller']

export type Told = { entityId: string } | { personId: string }

/**
 * Tells an entity or a person of a process, or takes that back: each is a row, and the last one holds. Whoever is on the list sees
 * the process; an entity on it asks for money for it.
 *
 * Refuses `not_found`, `role_not_allowed`, `already_exists` where it is so already, and `last_keeper` where nobody who keeps the
 * list of a strictly confidential process would be left on it.
 */
export async function tellOf(
  trx: Trx,
  actor: Actor,
  { processId, told, reason, ...whom }: { processId: string; told: boolean; reason: string } & Told,
): Promise<{ processId: string; told: boolean } & Told> {
  const process = await lockProcess(trx, processId)
  await mustKeepList(trx, actor, process)
  await mustBeOfFund(trx, process.fundId, whom)
  if ((await isTold(trx, processId, whom)) === told) throw new Refusal('already_exists')

  await writeTold(trx, actor, { fundId: process.fundId, processId, told, reason, ...whom })
  if (!told && process.confidentiality === 'strictly_confidential') await mustHaveKeeper(trx, processId)
  return { processId, told, ...whom }
}

/** One row of the list. */
export async function writeTold(
  trx: Trx,
  actor: Actor,
  {
    fundId,
    processId,
    told,
    reason,
    ...whom
  }: { fundId: string; processId: string; told: boolean; reason: string } & Told,
): Promise<void> {
  await trx('need_to_know').insert({
    fund_id: fundId,
    process_id: processId,
    entity_id: 'entityId' in whom ? whom.entityId : null,
    person_id: 'personId' in whom ? whom.personId : null,
    told,
    reason,
    told_by: actor.personId,
    told_at: actor.act.at,
    act_id: actor.act.id,
  })
}

/** The entity may ask for money for this process of its fund; else it is `not_found`, as if there were none. */
export async function mustKnowProcess(
  trx: Trx,
  { fundId, entityId, processId }: { fundId: string; entityId: string; processId: string },
): Promise<void> {
  const known = await row(
    trx,
    `select from processes p where p.id = :processId and p.fund_id = :fundId
        and (p.confidentiality = 'open' or exists (select from told t where t.process_id = p.id and t.entity_id = :entityId))`,
    { processId, fundId, entityId },
  )
  if (!known) throw new Refusal('not_found', { field: 'processId' })
}

/** Whether this person keeps the list of the process. */
export async function keepsList(
  db: Db,
  actor: Actor,
  { id, fundId }: { id: string; fundId: string },
): Promise<boolean> {
  if (!holdsRole(actor, fundId, KEEPERS)) return false
  const seen = await row(db, `select from processes p where p.id = :id and ${MAY_SEE_PROCESS}`, {
    id,
    viewer: actor.personId,
  })
  return seen !== undefined
}

type Locked = { id: string; fundId: string; confidentiality: string }

async function lockProcess(trx: Trx, processId: string): Promise<Locked> {
  const process = await row<Locked>(
    trx,
    `select id, fund_id as "fundId", confidentiality from processes where id = :processId for update`,
    { processId },
  )
  if (!process) throw new Refusal('not_found')
  return process
}

async function mustKeepList(trx: Trx, actor: Actor, process: Locked): Promise<void> {
  if (actor.administrator) {
    actor.act.fundId = process.fundId
    return
  }
  requireRole(actor, process.fundId, KEEPERS)
  if (!(await keepsList(trx, actor, process))) throw new Refusal('not_found')
}

/** An entity of the fund, or a person who works in it. */
async function mustBeOfFund(trx: Trx, fundId: string, whom: Told): Promise<void> {
  const [field, found] =
    'entityId' in whom
      ? ['entityId', await trx('entities').where({ id: whom.entityId, fund_id: fundId }).first('id')]
      : [
          'personId',
          await trx('role_grants')
            .where({ person_id: whom.personId, fund_id: fundId })
            .whereNull('ended_at')
            .whereNot({ role: 'donor' })
            .first('person_id'),
        ]
  if (!found) throw new Refusal('not_found', { field })
}

async function isTold(trx: Trx, processId: string, whom: Told): Promise<boolean> {
  const found = await row(
    trx,
    `select from told where process_id = :processId and (entity_id = :entityId or person_id = :personId)`,
    { processId, entityId: '', personId: '', ...whom },
  )
  return found !== undefined
}

async function mustHaveKeeper(trx: Trx, processId: string): Promise<void> {
  const keeper = await row(
    trx,
    `select from told t join role_grants g on g.person_id = t.person_id and g.fund_id = t.fund_id and g.ended_at is null
        join people n on n.id = g.person_id and n.active
      where t.process_id = :processId and g.role = any(:keepers) limit 1`,
    { processId, keepers: [...KEEPERS] },
  )
  if (!keeper) throw new Refusal('last_keeper')
}
