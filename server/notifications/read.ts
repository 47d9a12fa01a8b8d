import type { Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Actor } from '../people/actor.ts'
import type { Preferences } from './policy.ts'

/** Marks one as read, which it then stays; a second time changes nothing. Refuses `not_found` where it is not one's own. */
export async function readNotification(
  trx: Trx,
  actor: Actor,
  { notificationId }: { notificationId: string },
): Promise<{ id: string; read: true }> {
  const own = await trx('notifications')
    .where({ id: notificationId, person_id: actor.personId })
    .forUpdate()
    .first('fund_id', 'read_at')
  if (!own) throw new Refusal('not_found')
  actor.act.fundId = own.fund_id
  if (!own.read_at) await trx('notifications').where({ id: notificationId }).update({ read_at: actor.act.at })
  return { id: notificationId, read: true }
}

/** Marks all as read that had been told up to this one, so that nothing is which has not been seen. */
export async function readNotifications(trx: Trx, actor: Actor, { upTo }: { upTo: string }): Promise<{ read: number }> {
  const read = await trx('notifications')
    .where({ person_id: actor.personId })
    .whereNull('read_at')
    .where('id', '<=', upTo)
    .update({ read_at: actor.act.at })
  return { read }
}

/** Keeps when a person wants mail. What is urgent comes at once all the same. */
export async function preferMail(trx: Trx, actor: Actor, wanted: Preferences): Promise<Preferences> {
  const { timeZone, digestAt, quietFrom, quietUntil } = wanted
  await trx('mail_preferences')
    .insert({
      person_id: actor.personId,
      time_zone: timeZone,
      digest_at: digestAt,
      quiet_from: quietFrom,
      quiet_until: quietUntil,
      act_id: actor.act.id,
    })
    .onConflict('person_id')
    .merge()
  return wanted
}
