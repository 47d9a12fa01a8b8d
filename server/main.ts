import pino from 'pino'
import { firstGreeting, laterGreeting, plainGreeting } from './greeting.ts'
import { complaintAboutNode, readSettings, type Settings } from './settings.ts'
import { startService, type Running } from './start.ts'
import { whenStarterEnds } from './starter.ts'

/** `npm start`. */

/** npm passes on the ctrl-C that the terminal has sent us already: only one that comes later is a second one. */
const SAME_SIGNAL_MS = 1_000

const tooOld = complaintAboutNode(process.versions.node)
if (tooOld) giveUp(tooOld)
const settings = readSettingsOrGiveUp()
// PostgreSQL's details of an error quote the row: names, addresses, amounts.
const log = pino(
  { level: settings.logLevel, redact: { paths: ['err.detail', 'err.where'], remove: true } },
  // At once, so that the line of what went wrong is out before the process is gone.
  pino.destination({ fd: process.stdout.fd, sync: true }),
)
endOnUncaughtErrors()

let stoppingSince: number | undefined
const starting = startService(settings, log)
stopOnSignals()
whenStarterEnds(() => void stop('npm has ended'))
const { demonstration, url } = await starting.catch((error: Error) => giveUp(error.message))
log.info({ url, node: process.versions.node, demonstration: demonstration !== undefined }, 'listening')
say(greeting(settings.publicUrl ?? url, demonstration))

function readSettingsOrGiveUp(): Settings {
  try {
    return readSettings(process.env)
  } catch (error) {
    return giveUp((error as Error).message)
  }
}

/** For what the person at the terminal can put right: what is wrong, in words, and no stack. */
function giveUp(message: string): never {
  process.stderr.write(`Wasata cannot start: ${message}\n`)
  process.exit(1)
}

function endOnUncaughtErrors(): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'ended by an error that nobody expected')
    process.exit(1)
  })
}

/** The first signal ends what runs, in order; a second one ends everything at once, which the database survives. */
function stopOnSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
}

async function stop(reason: string): Promise<void> {
  if (stoppingSince !== undefined) {
    if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1)
    return
  }
  stoppingSince = performance.now()
  log.info({ reason }, 'stopping')
  try {
    const running = await starting
    await running.stop()
  } catch (error) {
    log.error({ err: error }, 'did not stop in order')
    process.exit(1)
  }
  log.info('stopped')
  process.exit(0)
}

function greeting(open: string, demonstration: Running['demonstration']): string {
  if (demonstration === 'found') return laterGreeting(open)
  if (demonstration) return firstGreeting(open, demonstration.made)
  return process.stdout.isTTY ? plainGreeting(open) : ''
}

/** Who has stopped listening to us (`npm start | head`) does not stop the service. */
function say(text: string): void {
  process.stdout.on('error', () => undefined)
  process.stdout.write(text)
}
