import type { RequestListener } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { row, type Db } from '../db/connect.ts'
import { openDatabase, type OpenDatabase } from '../db/open.ts'
import { createApp } from './app.ts'
import { folderStore, type FileStore } from './attachments/store.ts'
import { machineClock } from './clock.ts'
import { isDemonstration, openDemonstration, renewAdministratorToken, type CastMember } from './demonstration.ts'
import { administratorTokenFile, keep, keptSessionSecret, readKept } from './kept.ts'
import { listen } from './listen.ts'
import { startSealing } from './ledger/seal.ts'
import { startJobs } from './jobs/run.ts'
import { startVerifying } from './ledger/verification.ts'
import { tellOfFault } from './notifications/ledger-alarm.ts'
import { openPost } from './notifications/post.ts'
import type { Settings } from './settings.ts'

export type Running = {
  /** Where it listens. */
  readonly url: string
  /** The people of the demonstration: `made` by this start, with their passwords, or `found`. Undefined for one's own funds. */
  readonly demonstration: { made: CastMember[] } | 'found' | undefined
  /** Takes nothing new, finishes what runs, ends the background work, closes the database. */
  readonly stop: () => Promise<void>
}

/** How long a request that runs when the stop comes may go on. */
const GRACE_MS = 10_000
const BACKGROUND_GRACE_MS = 5_000

/** What is in the ledger longer than this cannot be changed unseen. */
const SEALING_EVERY_MS = 2_000

/** The seals are read again slice by slice, so that nobody waits for it, and from the beginning a while after the end. */
const VERIFYING = { everyMs: 2_000, pauseMs: 60_000 }

/**
 * The whole service from its settings: port, database, schema, demonstration, background work. Throws an Error that says
 * what to do when one of them cannot be had, and leaves nothing running then.
 */
export async function startService(settings: Settings, log: Logger): Promise<Running> {
  let serve: (app: RequestListener) => void = () => undefined
  const http = await listen(settings, new Promise((resolve) => (serve = resolve)), log)
  const background: (() => Promise<void>)[] = []
  let close = async () => {}
  const stop = async () => {
    const { cutOff } = await http.close(GRACE_MS)
    if (cutOff) log.warn(`requests were still running after ${GRACE_MS / 1000} s and were cut off`)
    const ended = Promise.all(background.map((end) => end()))
    await Promise.race([ended, pause(BACKGROUND_GRACE_MS, undefined, { ref: false })])
    await close()
  }
  try {
    const database = await openDatabase(settings)
    close = database.close
    const sessionSecret = settings.sessionSecret ?? keptSessionSecret(settings.dataDir)
    const demonstration = database.embedded ? await demonstrate(database.db, settings.dataDir, log) : undefined
    if (!(await hasPeople(database.db))) {
      log.warn('nobody is registered yet, so nobody can sign in: npm run administrator -- EMAIL NAME')
    }
    const { secureCookies, trustedProxies, metricsToken } = settings
    const files = folderStore(`${settings.dataDir}/attachments`)
    const app = createApp(database.db, { sessionSecret, secureCookies, trustedProxies, metricsToken, log, files })
    background.push(...startBackground(database, { mail: settings.mail, files }, log))
    serve(app)
    return { url: http.url, demonstration, stop }
  } catch (error) {
    await http.close(0)
    await close()
    throw error
  }
}

/** What goes on by itself. Each gives the way to end it. */
function startBackground(
  { db, jobs }: Pick<OpenDatabase, 'db' | 'jobs'>,
  { mail, files }: { mail: Settings['mail']; files: FileStore },
  log: Logger,
): (() => Promise<void>)[] {
  const clock = machineClock
  const post = mail && openPost(mail.post)
  if (!post) log.warn('SMTP_URL is not set: people are told in the application, and no mail is sent')
  const sent = post && { post, publicUrl: mail.publicUrl }
  return [
    startJobs({ db, pool: jobs, clock, mail: sent, files, log }),
    startSealing(db, SEALING_EVERY_MS, log),
    startVerifying(db, { ...VERIFYING, alarm: (trx, found) => tellOfFault(trx, found, clock()) }, log),
  ]
}

async function demonstrate(db: Db, dataDir: string, log: Logger): Promise<Running['demonstration']> {
  const made = await db.transaction((trx) => openDemonstration(trx, machineClock()))
  if (!made && !(await isDemonstration(db))) return undefined
  // Nothing from here on may end the start: the passwords that were just made are told at its end, and only there.
  await keepAdministratorToken(db, administratorTokenFile(dataDir)).catch((error: Error) => log.warn(error.message))
  return made ? { made } : 'found'
}

async function keepAdministratorToken(db: Db, file: string): Promise<void> {
  const known = readKept(file)
  const token = await db.transaction((trx) => renewAdministratorToken(trx, known, machineClock()))
  if (token) keep(file, token)
}

async function hasPeople(db: Db): Promise<boolean> {
  return (await row(db, 'select from people limit 1')) !== undefined
}
