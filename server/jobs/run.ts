import { Logger, parseCronItems, run, type Task as Handler } from 'graphile-worker'
import type pg from 'pg'
import type { Logger as Log } from 'pino'
import type { Db } from '../../db/connect.ts'
import type { Clock } from '../clock.ts'
import { every } from '../every.ts'
import { TASKS, type Task, type Work } from './tasks.ts'

export type Jobs = {
  readonly db: Db
  /** Connections with the service's rights; one of them listens. */
  readonly pool: pg.Pool
  /** What time it is, for the tasks. When they run is decided by the machine's clock. */
  readonly clock: Clock
  readonly mail: Work['mail']
  readonly files?: Work['files']
  readonly log: Log
  readonly tasks?: readonly Task[]
}

/** So many tasks run side by side in one process, so that a slow mail server holds up no other. */
const CONCURRENT = 2

/** How long to wait before the work is taken up again where the database was away. */
const PAUSE_MS = 5_000

/**
 * Works on the table of tasks until the returned function is called, which waits for what is under way. However many processes do so on
 * one database, each task runs once at each of its times; what fell due while nobody was at work is done at the start.
 */
export function startJobs(jobs: Jobs): () => Promise<void> {
  return every(PAUSE_MS, 'working on the jobs', (stopping) => work(jobs, stopping), jobs.log)
}

async function work(jobs: Jobs, stopping: AbortSignal): Promise<void> {
  const { pool, log, tasks = TASKS } = jobs
  const runner = await run(
    {
      pgPool: pool,
      concurrency: Math.min(CONCURRENT, tasks.length),
      // The signals are ours: the whole service stops in its own order.
      noHandleSignals: true,
      logger: new Logger(() => (level, message) => (level === 'error' || level === 'warning') && log.warn(message)),
    },
    Object.fromEntries(tasks.map((task) => [task.name, handlerOf(task, jobs, stopping)])),
    parseCronItems(tasks.map(cronItem)),
  )
  const ended = runner.promise.catch((error: Error) => error)
  try {
    for (const { name } of tasks) await runner.addJob(name, {}, { jobKey: `${name}:start`, maxAttempts: 1 })
    const end = await Promise.race([ended, once(stopping)])
    if (!stopping.aborted) throw end ?? new Error('the jobs have ended by themselves')
  } finally {
    await runner.stop().catch(() => undefined)
    // The library tells the database that a task is done and does not wait for it; whoever asks next is answered after that.
    await pool.query('select').catch(() => undefined)
  }
}

async function once(stopping: AbortSignal): Promise<void> {
  if (!stopping.aborted) await new Promise((done) => stopping.addEventListener('abort', done, { once: true }))
}

/** What a task throws is logged and ends it until its next time: to the library it is done. */
function handlerOf(task: Task, { db, clock, mail, files, log }: Jobs, stopping: AbortSignal): Handler {
  return async () => {
    try {
      await task.run({ db, now: clock(), log, mail, files, stopping })
    } catch (error) {
      log.error({ err: error, task: task.name }, 'a task failed; it is tried again at its next time')
    }
  }
}

/** At the minutes of the day that its interval divides, the same on every machine. */
function cronItem({ name, everyMinutes }: Task) {
  return {
    task: name,
    identifier: name,
    match: ({ hour, min }: { hour: number; min: number }) => (hour * 60 + min) % everyMinutes === 0,
    // One that waits for a worker is enough; one that runs is followed by another.
    options: { jobKey: name, jobKeyMode: 'replace' as const, maxAttempts: 1, backfillPeriod: 0 },
  }
}
