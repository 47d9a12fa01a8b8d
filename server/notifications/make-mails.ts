import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { newId } from '../ids.ts'
import { dueNow, type Preferences } from './policy.ts'

/** SQL for whether a person `p` may be told of a fund: not whoever has been sent away or has no role there any more. */
export const MAY_BE_TOLD = (fund: string) =>
  `p.active and exists (select from role_grants g where g.person_id = p.id and g.fund_id = ${fund} and g.ended_at is null)`

type Reader = { personId: string; fundId: string; address: string; lastDigest: Date | null } & Preferences
type News = { id: string; urgent: boolean; toldAt: Date }

/** A mail with more would not be read. What is left makes the next one. */
const MOST_NEWS = 200

/**
 * Makes mails of what people have not read and may be mailed now: of each piece of news one, or of a day's one, as they wish. Without a mail
 * server they are kept as not sent, and people are told in the application only.
 */
export async function makeMails(db: Db, { now, canSend }: { now: Date; canSend: boolean }): Promise<number> {
  if (!canSend) await db.transaction((trx) => keepUnsent(trx, now))
  const people = await rows<{ personId: string; fundId: string }>(
    db,
    `select distinct n.person_id as "personId", n.fund_id as "fundId"
       from notifications n join people p on p.id = n.person_id
      where n.mail_id is null and n.read_at is null and ${MAY_BE_TOLD('n.fund_id')}
      order by n.person_id, n.fund_id`,
  )
  let made = 0
  for (const whose of people) {
    made += await db.transaction((trx) => makeFor(trx, whose, { now, canSend }))
  }
  return made
}

/** Mails to contacts of payees are made where their bank details change; without a mail server nobody is told by them. */
async function keepUnsent(trx: Trx, now: Date): Promise<void> {
  await trx.raw(
    `with unsent as (
       update mails set status = 'not_sent', next_attempt_at = null where status = 'waiting' and contact_account_id is not null
       returning fund_id, id, attempts)
     insert into mail_attempts (fund_id, mail_id, attempt, outcome, answer, attempted_at)
     select fund_id, id, attempts + 1, 'not_sent', 'no mail server is set', cast(:now as timestamptz) from unsent`,
    { now },
  )
}

async function makeFor(
  trx: Trx,
  whose: { personId: string; fundId: string },
  { now, canSend }: { now: Date; canSend: boolean },
): Promise<number> {
  const lock = await row<{ mine: boolean }>(
    trx,
    `select pg_try_advisory_xact_lock(hashtextextended(:personId || :fundId, 6)) as mine`,
    whose,
  )
  if (!lock!.mine) return 0
  const reader = await row<Reader>(trx, READER, whose)
  const news = await rows<News>(
    trx,
    `select id, urgent, told_at as "toldAt" from notifications
      where person_id = :personId and fund_id = :fundId and mail_id is null and read_at is null
      order by urgent desc, told_at, id limit ${MOST_NEWS}`,
    whose,
  )
  if (!reader) return 0
  const { single, digest: together } = dueNow(news, reader, { now, lastDigest: reader.lastDigest })
  const mails = [
    ...single.map((one) => ({ news: [one], digest: false })),
    ...(together.length > 0 ? [{ news: together, digest: true }] : []),
  ]
  for (const one of mails) await makeMail(trx, reader, { ...one, now, canSend })
  return mails.length
}

const READER = `
  select p.id as "personId", p.email as address, cast(:fundId as text) as "fundId",
         coalesce(w.time_zone, 'UTC') as "timeZone", to_char(w.digest_at, 'HH24:MI') as "digestAt",
         to_char(w.quiet_from, 'HH24:MI') as "quietFrom", to_char(w.quiet_until, 'HH24:MI') as "quietUntil",
         (select max(m.made_at) from mails m where m.person_id = p.id and m.fund_id = :fundId and m.digest) as "lastDigest"
    from people p left join mail_preferences w on w.person_id = p.id
   where p.id = :personId and ${MAY_BE_TOLD(':fundId')}`

async function makeMail(
  trx: Trx,
  { personId, fundId, address }: Reader,
  { news, digest, now, canSend }: { news: readonly News[]; digest: boolean; now: Date; canSend: boolean },
): Promise<void> {
  const id = newId('mail')
  await trx('mails').insert({
    id,
    fund_id: fundId,
    person_id: personId,
    address,
    digest,
    made_at: now,
    status: canSend ? 'waiting' : 'not_sent',
    next_attempt_at: canSend ? now : null,
  })
  if (!canSend) {
    const attempt = { fund_id: fundId, mail_id: id, attempt: 1, outcome: 'not_sent', attempted_at: now }
    await trx('mail_attempts').insert({ ...attempt, answer: 'no mail server is set' })
  }
  await trx('notifications')
    .whereIn(
      'id',
      news.map((one) => one.id),
    )
    .update({ mail_id: id })
}
