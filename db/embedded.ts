import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, fchownSync, openSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { explain, type Cluster } from './embedded-cluster.ts'
import { keepLogBounded } from './embedded-log.ts'
import { OWNER, prepareCluster } from './embedded-runtime.ts'
import { makeSocketDir, PORT, removeEmptyLocks } from './embedded-socket.ts'
import {
  holdWatched,
  isWatched,
  pipeOf,
  processExists,
  release,
  removeOldPipes,
  startWatch,
  watchAgain,
} from './embedded-watch.ts'

export { defaultDataDir } from './embedded-runtime.ts'

export type EmbeddedServer = {
  /** For pg and knex: unix socket host, port, user, password. No database chosen. */
  connection: { host: string; port: number; user: string; password: string }
  /** True when the server was running already; then the `settings` asked for are not in force. */
  adopted: boolean
  /** Leaves the server, which stops in an orderly way when nobody else uses it. Safe to call twice. */
  stop(): Promise<void>
}

type Connection = EmbeddedServer['connection']

/** Includes the replay of the write-ahead log after a crash. */
const patienceMs = 120_000

/**
 * Starts the PostgreSQL that comes with the npm packages, or joins the one that runs on this data directory already.
 *
 * The server belongs to everyone who uses it: it stops when the last process that started or joined it has called `stop` or
 * has ended in any way, kill -9 included. So an import may join a running service and end before it, or the reverse.
 * Each user holds the writing end of a named pipe; the kernel closes it whatever happens, and a watch at the reading end
 * stops the server when all are closed. If the watch is killed too, the next start finds the server and joins it.
 *
 * Throws an Error that says what to do about it when PostgreSQL cannot run here.
 */
export async function startEmbedded(options: {
  dataDir: string
  settings?: Record<string, string>
}): Promise<EmbeddedServer> {
  const cluster = await prepareCluster(resolve(options.dataDir))
  const deadline = Date.now() + patienceMs
  while (Date.now() < deadline) {
    const server = (await joinRunning(cluster)) ?? (await launch(cluster, options.settings ?? {}, deadline))
    if (server) return withBoundedLog(server, logOf(cluster))
    await pause(100)
  }
  throw new Error(`PostgreSQL did not become ready in ${patienceMs / 1000} s. See ${logOf(cluster)}.`)
}

function withBoundedLog(server: EmbeddedServer, log: string): EmbeddedServer {
  const leaveLog = keepLogBounded(log)
  return {
    ...server,
    stop: () => {
      leaveLog()
      return server.stop()
    },
  }
}

/** Creates the database when the cluster has none of this name; two callers at once both succeed. */
export async function ensureDatabase(server: EmbeddedServer, name: string): Promise<void> {
  const client = clientFor(server.connection)
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)} encoding 'UTF8'`)
  } catch (error) {
    const duplicate = ['42P04', '23505'].includes((error as pg.DatabaseError).code ?? '')
    if (!duplicate) throw error
  } finally {
    await client.end()
  }
}

/** The server that runs on the cluster, if one answers and stays. */
async function joinRunning(cluster: Cluster): Promise<EmbeddedServer | undefined> {
  const running = readPidFile(cluster)
  if (!running) return undefined
  const connection = { host: running.socketDir, port: running.port, user: OWNER, password: cluster.password }
  if (!(await answers(connection))) return undefined
  const hold = holdWatched(cluster, running.pid) ?? (await watchAgain(cluster, running.pid))
  // Its last user may have left just before we came: then it is about to stop, and its watch has ended.
  if ((await answers(connection)) && isWatched(cluster, running.pid)) {
    return { connection, adopted: true, stop: stopOnce(cluster, running.pid, hold) }
  }
  release(cluster, running.pid, hold)
  return undefined
}

/** A server of our own; undefined when another one has the cluster, be it starting or stopping. */
async function launch(
  cluster: Cluster,
  settings: Record<string, string>,
  deadline: number,
): Promise<EmbeddedServer | undefined> {
  const left = readPidFile(cluster)
  if (left && isPostmaster(cluster, left.pid)) return undefined
  removeOldPipes(cluster)
  const socketDir = makeSocketDir(cluster)
  removeEmptyLocks(cluster, socketDir)
  const connection = { host: socketDir, port: PORT, user: OWNER, password: cluster.password }
  const logStart = statSync(logOf(cluster), { throwIfNoEntry: false })?.size ?? 0

  const postgres = spawnPostgres(cluster, socketDir, settings, left?.pid)
  const pid = postgres.pid
  if (pid === undefined) throw new Error('PostgreSQL cannot be started: /bin/sh does not run.')
  const hold = startWatch(cluster, pid)
  postgres.stdin?.end('go\n')

  if (await becomesReady(cluster, postgres, connection, deadline)) {
    postgres.unref()
    return { connection, adopted: false, stop: stopOnce(cluster, pid, hold) }
  }
  release(cluster, pid, hold)
  rmSync(pipeOf(cluster, pid), { force: true })
  const log = readFileSync(logOf(cluster)).subarray(logStart).toString()
  // Another start was faster, or the last processes of a killed server are still ending.
  if (/lock file ".*" (already exists|is empty)|pre-existing shared memory block/.test(log)) return undefined
  throw new Error(explain('PostgreSQL does not start', `${log.trim().slice(-800)}; see ${logOf(cluster)}`))
}

/**
 * The shell waits for a word from us before it becomes PostgreSQL, so that the watch is in place first; when we die before,
 * it ends. In a session of its own, ctrl-C reaches only us, who have work to finish before the database goes.
 */
function spawnPostgres(
  cluster: Cluster,
  socketDir: string,
  settings: Record<string, string>,
  leftPid: number | undefined,
): ChildProcess {
  const script = 'read -r go || exit 1; exec "$@" </dev/null'
  const program = [join(cluster.binDir, 'postgres'), '-D', cluster.pgdata, ...settingArguments(socketDir, settings)]
  const log = openLog(cluster)
  const postgres = spawn('/bin/sh', ['-c', script, 'sh', ...program], {
    ...cluster.runAs,
    env: { ...cluster.runAs.env, ...ignoredPid(leftPid) },
    detached: true,
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  postgres.on('error', () => undefined)
  postgres.stdin?.on('error', () => undefined)
  return postgres
}

/** Belongs to the user who runs PostgreSQL, so that a start by root does not lock out a later one by that user. */
function openLog(cluster: Cluster): number {
  const log = openSync(logOf(cluster), 'a', 0o600)
  const { uid, gid } = cluster.runAs
  if (uid !== undefined && gid !== undefined) fchownSync(log, uid, gid)
  return log
}

function settingArguments(socketDir: string, settings: Record<string, string>): string[] {
  const all = {
    shared_buffers: '128MB',
    max_connections: '60',
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: 'on',
    // What went wrong, without the statement and the row: those have names and amounts in them.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...settings,
    // Not open to change: only the owner of the socket's folder gets in, and nobody over the network.
    listen_addresses: '',
    port: String(PORT),
    unix_socket_directories: `"${socketDir}"`,
    unix_socket_permissions: '0700',
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/**
 * PostgreSQL does not start while a process has the number in its lock file, even a dead one that nobody has reaped (a
 * container without an init) or a stranger (a restarted container counts from 1 again). pg_ctl uses this variable to name
 * a process that is no postmaster; all the other checks still hold.
 */
function ignoredPid(pid: number | undefined): Record<string, string> {
  return pid !== undefined && processExists(pid) ? { PG_GRANDPARENT_PID: String(pid) } : {}
}

/** False when PostgreSQL ended instead. */
async function becomesReady(
  cluster: Cluster,
  postgres: ChildProcess,
  connection: Connection,
  deadline: number,
): Promise<boolean> {
  const isOurs = () => readPidFile(cluster)?.pid === postgres.pid
  for (let waitMs = 5; Date.now() < deadline; waitMs = Math.min(waitMs * 1.5, 100)) {
    if (isOurs() && (await answers(connection)) && isOurs()) return true
    if (postgres.exitCode !== null || postgres.signalCode !== null) return false
    await pause(waitMs)
  }
  return false
}

async function answers(connection: Connection): Promise<boolean> {
  const client = clientFor(connection)
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch (error) {
    if ((error as pg.DatabaseError).code === '28P01') {
      throw new Error(
        'The database refuses the password that is kept next to it. Restore owner.password from a backup.',
        {
          cause: error,
        },
      )
    }
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

function clientFor(connection: Connection): pg.Client {
  const client = new pg.Client({ ...connection, database: 'postgres', ssl: false, connectionTimeoutMillis: 5_000 })
  // A server that stops at this moment is noticed by the query that fails.
  client.on('error', () => undefined)
  return client
}

type PidFile = { pid: number; port: number; socketDir: string }

/** Lines 1, 4 and 5 of postmaster.pid: the number of the process, its port and the folder of its socket. */
function readPidFile({ pgdata }: Cluster): PidFile | undefined {
  try {
    const [pid, , , port, socketDir] = readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')
    const number = Number.parseInt(pid ?? '', 10)
    return number > 0
      ? { pid: number, port: Number.parseInt(port ?? '', 10) || PORT, socketDir: socketDir || '/' }
      : undefined
  } catch {
    return undefined
  }
}

/** Whether this process is the server of this cluster, and not a zombie or one that happens to have its number. */
function isPostmaster({ pgdata }: Cluster, pid: number): boolean {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'stat=,command=', '-p', String(pid)], { encoding: 'utf8' })
    return !stdout.startsWith('Z') && stdout.includes(`-D ${pgdata} `)
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(pgdata)
  } catch {
    return false
  }
}

function stopOnce(cluster: Cluster, pid: number, hold: number): () => Promise<void> {
  let stopped: Promise<void> | undefined
  return () => (stopped ??= stop(cluster, pid, hold))
}

async function stop(cluster: Cluster, pid: number, hold: number): Promise<void> {
  if (!release(cluster, pid, hold)) return
  const deadline = Date.now() + patienceMs
  // The watch asks for the same; twice does no harm, and the watch may have been killed.
  if (isPostmaster(cluster, pid)) process.kill(pid, 'SIGINT')
  while (isPostmaster(cluster, pid)) {
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL did not stop in ${patienceMs / 1000} s. See ${logOf(cluster)}.`)
    await pause(10)
  }
  rmSync(pipeOf(cluster, pid), { force: true })
}

function logOf(cluster: Cluster): string {
  return join(cluster.dataDir, 'postgres.log')
}
