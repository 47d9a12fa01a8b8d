import { rows, type Trx } from '../../db/connect.ts'
import { newId } from '../ids.ts'
import type { Role } from '../people/actor.ts'
import type { EventName, FactsOf } from './catalogue.ts'

/** Who tells: whoever acts, or nobody where it is the time that has come. */
export type Teller = {
  readonly personId: string | null
  readonly act: { readonly id: string | null; readonly at: Date }
}

export type News<Name extends EventName> = {
  readonly fundId: string
  readonly event: Name
  /** What makes it one: nobody is told twice of the same event and key. An id with what repeats, like `req_…#2#1`. */
  readonly key: string
  /** These people, and everybody who holds one of these roles in the fund; never whoever does it. */
  readonly to: { readonly people?: readonly string[]; readonly roles?: readonly Role[] }
  /** At once, whatever a person's quiet hours and digest say. */
  readonly urgent: boolean
  readonly facts: FactsOf<Name>
  /** The page to open, as a path in the console: `/requests/req_…`. */
  readonly link: string
  /** The process that it is about. Where that is confidential nothing but the link is told, and the facts are not kept. */
  readonly processId?: string | null
}

/**
 * Writes into the outbox who is to be told what, in the transaction of the act: all of it is there afterwards, or none. Told are people
 * who are active and still have a role in the fund, each once for an event and key; a worker sends the mails, and the inbox has it
 * as soon as the act has happened.
 */
export async function notify<Name extends EventName>(
  trx: Trx,
  { personId, act }: Teller,
  { fundId, event, key, to, urgent, facts, link, processId = null }: News<Name>,
): Promise<void> {
  const told = await rows<{ id: string; confidential: boolean }>(trx, TOLD, {
    ...{ fundId, personId, processId },
    people: [...(to.people ?? [])],
    roles: [...(to.roles ?? [])],
  })
  if (told.length === 0) return
  const { confidential } = told[0]!
  await trx.raw(WRITTEN, {
    ...{ fundId, event, key, urgent, confidential, link },
    facts: JSON.stringify(confidential ? {} : facts),
    ids: told.map(() => newId('notification')),
    people: told.map(({ id }) => id),
    at: act.at,
    actId: act.id,
  })
}

// In the order of their ids, so that two who tell the same people do not wait for each other.
const TOLD = `
  select p.id, exists (select from processes c where c.id = :processId and c.confidentiality <> 'open') as confidential
    from people p
   where p.active and p.kind = 'person' and p.id is distinct from :personId
     and exists (select from role_grants g
                  where g.fund_id = :fundId and g.person_id = p.id and g.ended_at is null
                    and (p.id = any(:people) or g.role = any(:roles)))
   order by p.id`

// A worker hears of it when the transaction commits.
const WRITTEN = `
  with written as (
    insert into notifications (id, fund_id, person_id, event, key, urgent, confidential, facts, link, told_at, act_id)
    select id, :fundId, person_id, :event, :key, :urgent, :confidential, cast(:facts as jsonb), :link, :at, :actId
      from unnest(cast(:ids as text[]), cast(:people as text[])) as told (id, person_id)
    on conflict on constraint told_once do nothing
    returning id)
  select graphile_worker.add_job('send_mails', max_attempts => 1) where exists (select from written)`
