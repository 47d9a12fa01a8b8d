import { row } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { get, type Endpoint } from '../http/endpoint.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { ceilingOf } from './queries.ts'

const tag = 'No-regret lane'

/** The ceiling of a process. Asking and deciding are a request's own. */
export function noRegretEndpoints(): Endpoint[] {
  return [
    get(
      '/processes/:process/no-regret-ceiling',
      { tag, summary: 'What a process has left for the no-regret lane, over all its requests' },
      async (db, actor, { params }) => {
        const process = await row<{ fundId: string; currency: string }>(
          db,
          `select p.fund_id as "fundId", f.currency from processes p join funds f on f.id = p.fund_id where p.id = :id`,
          { id: params.process! },
        )
        if (!process) throw new Refusal('not_found')
        requireRole(actor, process.fundId, READERS)
        return { body: await ceilingOf(db, { processId: params.process!, ...process, on: dayOf(actor.act.at) }) }
      },
    ),
  ]
}
