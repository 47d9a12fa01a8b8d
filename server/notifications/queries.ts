import { row, rows, type Db } from '../../db/connect.ts'
import type { Actor } from '../people/actor.ts'
import { NO_PREFERENCES, type Preferences } from './policy.ts'

export type NotificationTold = {
  id: string
  fundId: string
  fund: string
  event: string
  urgent: boolean
  /** Its process is confidential: nothing is told but the link. */
  confidential: boolean
  facts: Record<string, string>
  link: string
  toldAt: Date
  readAt: Date | null
  /** What became of its mail: waiting, sent, given_up, not_sent; null where it is not in one yet, or was read before. */
  mail: string | null
}

/** What this person was told in funds in which they still have a part, the latest first; one more than `limit`. */
export function listNotifications(
  db: Db,
  actor: Actor,
  { unread, before, limit }: { unread: boolean; before: string; limit: number },
): Promise<NotificationTold[]> {
  return rows(
    db,
    `select n.id, n.fund_id as "fundId", f.name as fund, n.event, n.urgent, n.confidential, n.facts, n.link, n.told_at as "toldAt",
            n.read_at as "readAt", m.status as mail
       from notifications n join funds f on f.id = n.fund_id left join mails m on m.id = n.mail_id
      where n.person_id = :me and n.fund_id = any(:funds) and (:before = '' or n.id < :before) and (not :unread or n.read_at is null)
      order by n.id desc limit :most`,
    { me: actor.personId, funds: fundsOf(actor), unread, before, most: limit + 1 },
  )
}

/** How much this person has not read yet. */
export async function countUnread(db: Db, actor: Actor): Promise<number> {
  const found = await row<{ count: number }>(
    db,
    `select count(*)::int as count from notifications where person_id = :me and read_at is null and fund_id = any(:funds)`,
    { me: actor.personId, funds: fundsOf(actor) },
  )
  return found!.count
}

/** When this person wants mail. */
export async function readPreferences(db: Db, actor: Actor): Promise<Preferences> {
  const found = await row<Preferences>(
    db,
    `select time_zone as "timeZone", to_char(digest_at, 'HH24:MI') as "digestAt",
            to_char(quiet_from, 'HH24:MI') as "quietFrom", to_char(quiet_until, 'HH24:MI') as "quietUntil"
       from mail_preferences where person_id = :me`,
    { me: actor.personId },
  )
  return found ?? NO_PREFERENCES
}

function fundsOf(actor: Actor): string[] {
  return [...new Set(actor.grants.map(({ fundId }) => fundId))]
}
