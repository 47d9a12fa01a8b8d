import type { Logger } from 'pino'
import type { Db } from '../../db/connect.ts'

/** Removes sessions and counts of guesses whose time is over; strangers could fill the tables with them otherwise. */
export async function forgetExpired(db: Db): Promise<void> {
  await db('sessions').whereRaw('expire < now()').del()
  await db('sign_in_attempts').where('expire', '<', Date.now()).del()
}

/** Forgets what is over now and then every `everyMs`, until the returned function is called. */
export function startForgetting(db: Db, everyMs: number, log: Logger): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve()
  const run = () => {
    running = forgetExpired(db).catch((error: Error) =>
      log.error({ err: error }, 'forgetting failed; it is tried again'),
    )
  }
  run()
  const timer = setInterval(run, everyMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}
