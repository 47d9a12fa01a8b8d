import type { Trx } from '../../db/connect.ts'
import type { Look, NewAct } from '../people/actor.ts'

/** One thing that somebody did or tried: kept for good, with where it came from and how it ended. */
export type Act = {
  id: string
  fundId: string | null
  personId: string | null
  tokenId: string | null
  requestId: string
  method: string
  path: string
  address: string | null
  /** `done`, or the code of the refusal. */
  outcome: string
  details: Record<string, unknown> | null
}

/** Longer than any address of ours; the rest of a longer one is a stranger's. */
const LONGEST_PATH = 300

/** Keeps an act. A change and its act share a transaction; a refused attempt has one of its own. */
export async function recordAct(trx: Trx, act: Act): Promise<void> {
  await trx('acts').insert({
    id: act.id,
    fund_id: act.fundId,
    person_id: act.personId,
    token_id: act.tokenId,
    request_id: act.requestId,
    method: act.method,
    path: act.path.slice(0, LONGEST_PATH),
    address: act.address,
    outcome: act.outcome,
    details: act.details ? JSON.stringify(act.details) : null,
  })
}

/** Keeps what a person looked at of confidential processes, in the act of looking. */
export async function recordLooks(trx: Trx, act: NewAct & { personId: string }, looks: readonly Look[]): Promise<void> {
  const kept = looks.map(({ fundId, processId, requestId, what }) => ({
    ...{ fund_id: fundId, process_id: processId, request_id: requestId, what },
    ...{ person_id: act.personId, looked_at: act.at, act_id: act.id },
  }))
  if (kept.length > 0) await trx('looks').insert(kept)
}
