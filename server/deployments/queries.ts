import { rows, type Db } from '../../db/connect.ts'
import { entitiesOf, holdsRole, READERS, type Actor } from '../people/actor.ts'
import { MAY_SEE_REQUEST } from '../processes/may-see.ts'
import type { DeploymentState, Mode } from './policy.ts'

/** A deployment as far as its reader may know: where the process is not for them, only who and until when. */
export type DeploymentTold = {
  id: string
  expert: { id: string; name: string; latinName: string }
  state: DeploymentState
  startsOn: string
  endsOn: string
  /** Until when it holds the expert; null where it does not. */
  heldUntil: string | null
  mode: Mode | null
  country: string | null
  place: string | null
  request: { id: string; code: string; title: string; status: string } | null
  process: { id: string; name: string } | null
}

/** Where a deployment `d` of the request `r` is, from its rows and its request. */
export const STATE = `case
  when exists (select from deployment_changes c where c.deployment_id = d.id and c.change = 'cancelled') then 'cancelled'
  when exists (select from deployment_changes c where c.deployment_id = d.id and c.change = 'ended') then 'ended'
  when exists (select from deployment_changes c where c.deployment_id = d.id and c.change = 'started') then 'active'
  when r.status in ('rejected', 'withdrawn', 'expired', 'cancelled', 'unwound') then 'cancelled'
  when r.status in ('draft', 'submitted', 'returned') then 'planned'
  else 'confirmed' end`

/** Deployments of an expert, of a request, or that hold somebody on a day; those to come first. */
export function deploymentsTold(
  db: Db,
  actor: Actor,
  of: { fundId: string; expertId?: string; requestId?: string; outOn?: string },
): Promise<DeploymentTold[]> {
  const { fundId, expertId, requestId, outOn } = of
  return rows(
    db,
    `select d.id, json_build_object('id', e.id, 'name', e.name, 'latinName', e.latin_name) as expert, ${STATE} as state,
            d.starts_on as "startsOn", d.ends_on as "endsOn", d.held_until as "heldUntil", case when s.seen then d.mode end as mode,
            case when s.seen then d.country end as country, case when s.seen then d.place end as place,
            case when s.seen then json_build_object('id', r.id, 'code', r.code, 'title', r.title, 'status', r.status) end as request,
            case when s.seen and p.id is not null then json_build_object('id', p.id, 'name', p.name) end as process
       from deployments d
       join experts e on e.id = d.expert_id
       join requests r on r.id = d.request_id
       left join processes p on p.id = r.process_id
      cross join lateral (select (:all or r.entity_id = any(:mine)) and ${MAY_SEE_REQUEST} as seen) s
      where d.fund_id = :fundId and ${[
        expertId && 'd.expert_id = :expertId',
        requestId && 'd.request_id = :requestId',
        outOn &&
          `cast(:outOn as date) between d.starts_on and d.held_until and r.status not in ('submitted', 'returned')`,
      ]
        .filter(Boolean)
        .join(' and ')}
        -- A draft of somebody else, and what came to nothing, say nothing to those who may not see them.
        and (s.seen or d.held_until is not null)
      order by d.starts_on desc, d.id limit 500`,
    {
      ...{ fundId, expertId: expertId ?? '', requestId: requestId ?? '', outOn: outOn ?? null },
      ...{ viewer: actor.personId, all: holdsRole(actor, fundId, READERS), mine: entitiesOf(actor, fundId) },
    },
  )
}

/** Who is out on that day, or should be: deployments that are confirmed or active, the first to come back first. */
export async function whoIsOut(
  db: Db,
  actor: Actor,
  { fundId, on }: { fundId: string; on: string },
): Promise<DeploymentTold[]> {
  const out = await deploymentsTold(db, actor, { fundId, outOn: on })
  return out.sort((a, b) => (a.heldUntil! < b.heldUntil! ? -1 : 1))
}
