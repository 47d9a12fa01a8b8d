import type { Logger } from 'pino'
import type { Db } from '../../db/connect.ts'
import { checkAttachments, sweepAttachments } from '../attachments/look-after.ts'
import type { FileStore } from '../attachments/store.ts'
import { remindToReview } from '../break-glass/remind.ts'
import { noticeSteps } from '../clock/notice.ts'
import { unwindOverdue } from '../no-regret/overdue.ts'
import { remindToRatify } from '../no-regret/tell.ts'
import { beginReporting } from '../expenditure-reports/begin-reporting.ts'
import { remindOfReports } from '../expenditure-reports/tell.ts'
import { deliverMails } from '../notifications/deliver.ts'
import { makeMails } from '../notifications/make-mails.ts'
import type { Post } from '../notifications/post.ts'
import { forgetExpired } from '../people/forget.ts'
import { remindOfOpinions } from '../opinions/remind.ts'
import { expirePlans } from '../plans/expire.ts'
import { tellPlanReviews } from '../plans/tell.ts'
import { expireRequests } from '../requests/expire.ts'

/** What a task works with. No task asks the machine what time it is. */
export type Work = {
  readonly db: Db
  readonly now: Date
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** Where mail goes, and where its links lead; undefined where no mail server is set. */
  readonly mail: { readonly post: Post; readonly publicUrl: string } | undefined
  /** Where attachments are kept; undefined where none are. */
  readonly files?: FileStore | undefined
  /** Long work ends early once this is aborted. */
  readonly stopping?: AbortSignal
}

export type Task = {
  readonly name: string
  readonly does: string
  /** How often, in minutes of the clock; a divisor of a day. */
  readonly everyMinutes: number
  /** Does what is due at that moment, and nothing the second time. What it throws is logged, and the next time is another chance. */
  readonly run: (work: Work) => Promise<void>
}

/** Everything that the time does, rather than a person. To add to it, write a function that does what is due, and name it here. */
export const TASKS: readonly Task[] = [
  {
    name: 'expire_requests',
    does: 'Ends requests whose reservation has lapsed, and gives the money back',
    everyMinutes: 10,
    run: async ({ db, now, log }) => {
      const ended = await expireRequests(db, now)
      if (ended > 0) log.info({ ended }, 'requests expired')
    },
  },
  {
    name: 'notice_steps',
    does: 'Reminds the owners of a step at half its time, and tells them and the directors when it is late',
    everyMinutes: 1,
    run: async ({ db, now, log }) => {
      const noticed = await noticeSteps(db, now)
      if (noticed > 0) log.info({ noticed }, 'steps noticed')
    },
  },
  {
    name: 'unwind_advances',
    does: 'Unwinds no-regret advances that were not ratified in time, and reminds those whose decision is missing before that',
    everyMinutes: 1,
    run: async ({ db, now, log }) => {
      const unwound = await unwindOverdue(db, now)
      if (unwound > 0) log.info({ unwound }, 'no-regret advances unwound')
      await remindToRatify(db, now)
    },
  },
  {
    name: 'expire_plans',
    does: 'Ends contingency plans whose last day is past, and gives back what was set aside for them',
    everyMinutes: 10,
    run: async ({ db, now, log }) => {
      const ended = await expirePlans(db, now)
      if (ended > 0) log.info({ ended }, 'plans expired')
    },
  },
  {
    name: 'remind_of_days',
    does: 'Reminds of plans and break-glasses that are to be reviewed, and of opinions that are due',
    everyMinutes: 60,
    run: async ({ db, now }) => {
      await tellPlanReviews(db, now)
      await remindOfOpinions(db, now)
      await remindToReview(db, now)
    },
  },
  {
    name: 'begin_reporting',
    does: 'Moves requests to reporting whose time is over or of which all is paid, and tells who owes a report, or is late with one',
    everyMinutes: 10,
    run: async ({ db, now, log }) => {
      const moved = await beginReporting(db, now)
      if (moved > 0) log.info({ moved }, 'requests are reporting')
      await remindOfReports(db, now)
    },
  },
  {
    name: 'look_after_attachments',
    does: 'Reads every attachment again, gives the alarm for what is not as it was attached, and removes files that nobody knows',
    everyMinutes: 24 * 60,
    run: async ({ db, now, files, log, stopping }) => {
      if (!files) return
      const faults = await checkAttachments(db, files, { at: now, ...(stopping ? { stopping } : {}) })
      if (faults > 0) log.warn({ faults }, 'attachments are missing or changed')
      await sweepAttachments(db, files, now)
    },
  },
  {
    name: 'send_mails',
    does: 'Makes mails of what people are to be told, and sends those that are due',
    everyMinutes: 1,
    run: async ({ db, now, log, mail, stopping }) => {
      await makeMails(db, { now, canSend: mail !== undefined })
      if (mail) await deliverMails(db, { ...mail, now, log, ...(stopping ? { stopping } : {}) })
    },
  },
  {
    name: 'forget_expired',
    does: 'Removes sessions and counts of guesses whose time is over',
    everyMinutes: 60,
    run: ({ db }) => forgetExpired(db),
  },
]
