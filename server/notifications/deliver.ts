import type { Logger } from 'pino'
import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { contactMail, mail } from '../../templates/mail.tsx'
import { fundById } from '../funds/open.ts'
import { MAY_BE_TOLD } from './make-mails.ts'
import { nextAttempt } from './policy.ts'
import type { Delivery, Letter, Post } from './post.ts'

export type Delivering = {
  readonly now: Date
  readonly post: Post
  /** Where people find the service: `https://fund.example.org`. */
  readonly publicUrl: string
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** No further mail is begun once this is aborted. */
  readonly stopping?: AbortSignal
}

/** As many are looked up at a time. */
const AT_A_TIME = 100

/**
 * Sends every mail whose time has come, and records what became of it. Any number of workers may do this at once: each mail is in the
 * hands of one. Killed after a mail server has taken a mail and before that is recorded, it is sent again, under the same Message-ID.
 */
export async function deliverMails(db: Db, delivering: Delivering): Promise<void> {
  const { now, stopping } = delivering
  let after = ''
  for (;;) {
    const due = await rows<{ id: string }>(
      db,
      `select id from mails where status = 'waiting' and next_attempt_at <= :now and id > :after order by id limit ${AT_A_TIME}`,
      { now, after },
    )
    for (const { id } of due) {
      if (stopping?.aborted) return
      await inOneHand(db, id, () => deliver(db, id, delivering))
    }
    if (due.length < AT_A_TIME) return
    after = due.at(-1)!.id
  }
}

/**
 * Does something with a mail unless somebody else is at it. The lock ends with its connection, so nobody has to wait for a worker that was
 * killed; and as its transaction writes nothing, no seal waits for a slow mail server.
 */
async function inOneHand(db: Db, mailId: string, work: () => Promise<void>): Promise<void> {
  await db.transaction(async (trx) => {
    const lock = await row<{ mine: boolean }>(
      trx,
      `select pg_try_advisory_xact_lock(hashtextextended(:mailId, 6)) as mine`,
      { mailId },
    )
    if (lock!.mine) await work()
  })
}

type Waiting = {
  id: string
  fundId: string
  /** Undefined where it goes to the contact of a payee. */
  personId: string | null
  address: string
  digest: boolean
  attempts: number
  madeAt: Date
  name: string
  language: 'en' | 'ar'
  timeZone: string
  mayBeTold: boolean
}

async function deliver(db: Db, mailId: string, { now, post, publicUrl, log }: Delivering): Promise<void> {
  // Looked at again now that it is in this hand only.
  const waiting = await row<Waiting>(db, WAITING, { mailId, now })
  if (!waiting) return
  const delivery = waiting.mayBeTold
    ? await post.send(await letterOf(db, waiting, publicUrl))
    : { outcome: 'given_up' as const, answer: 'the person has no part in the fund any more' }
  await db.transaction((trx) => record(trx, waiting, delivery, now))
  if (delivery.outcome === 'given_up') log.warn({ mail: mailId, answer: delivery.answer }, 'a mail was given up')
}

const WAITING = `
  select m.id, m.fund_id as "fundId", m.person_id as "personId", m.address, m.digest, m.attempts, m.made_at as "madeAt",
         coalesce(p.name, c.contact_name) as name, coalesce(p.language, c.contact_language) as language,
         coalesce(w.time_zone, 'UTC') as "timeZone", p.id is null or ${MAY_BE_TOLD('m.fund_id')} as "mayBeTold"
    from mails m left join people p on p.id = m.person_id left join payee_accounts c on c.id = m.contact_account_id
    left join mail_preferences w on w.person_id = m.person_id
   where m.id = :mailId and m.status = 'waiting' and m.next_attempt_at <= :now`

async function letterOf(db: Db, waiting: Waiting, publicUrl: string): Promise<Letter> {
  if (!waiting.personId) return letterToContact(db, waiting)
  const { id, fundId, address, digest, name, language, timeZone } = waiting
  const news = await rows<{
    event: string
    urgent: boolean
    confidential: boolean
    facts: Record<string, string>
    link: string
  }>(
    db,
    `select event, urgent, confidential, facts, link from notifications where mail_id = :id order by told_at, id`,
    {
      id,
    },
  )
  const fund = await fundById(db, fundId)
  return {
    ...{ id, language },
    to: { name, address },
    urgent: news.some(({ urgent }) => urgent),
    ...mail({ language, timeZone, name, fund, digest, news, publicUrl }),
  }
}

/** Tells the contact of a payee that its bank details were changed. */
async function letterToContact(db: Db, { id, fundId, address, name, language }: Waiting): Promise<Letter> {
  const told = await row<{ payee: string; before: string; now: string; at: Date; until: Date }>(
    db,
    `select y.name as payee, c.account as before, a.account as now, v.verified_at as at, v.usable_from as until
       from mails m join payee_accounts c on c.id = m.contact_account_id join payee_accounts a on a.id = m.changed_account_id
       join payee_verifications v on v.payee_account_id = a.id join payees y on y.id = a.payee_id
      where m.id = :id`,
    { id },
  )
  const fund = await fundById(db, fundId)
  return { id, language, to: { name, address }, urgent: true, ...contactMail({ language, name, fund, ...told! }) }
}

async function record(trx: Trx, waiting: Waiting, { outcome, answer }: Delivery, now: Date): Promise<void> {
  const attempts = waiting.attempts + 1
  const next = outcome === 'put_off' ? nextAttempt({ attempts, madeAt: waiting.madeAt, now }) : undefined
  const became = outcome === 'put_off' && !next ? 'given_up' : outcome
  await trx('mail_attempts').insert({
    fund_id: waiting.fundId,
    mail_id: waiting.id,
    attempt: attempts,
    outcome: became,
    answer,
    attempted_at: now,
  })
  await trx('mails')
    .where({ id: waiting.id })
    .update({ status: became === 'put_off' ? 'waiting' : became, attempts, next_attempt_at: next ?? null })
}
