import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { explain, renameUnlessThere, syncDir, type Cluster } from './embedded-cluster.ts'
import { findPrograms } from './embedded-programs.ts'

/** The database role that owns everything in the cluster. */
export const OWNER = 'wasata_owner'

/** The operating system user who has to run PostgreSQL, when that is not the user of this process. */
type OsUser = { name: string; uid: number; gid: number }

/**
 * Makes sure that `dataDir` holds a cluster that the PostgreSQL of this installation can run, creating it on the first
 * start. Throws an Error that says what to do when it cannot.
 */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const home = join(dataDir, 'postgres')
  const pgdata = join(home, 'cluster')
  const osUser = process.getuid?.() === 0 ? userInsteadOfRoot(pgdata) : undefined
  if (!osUser) refuseUnknownUser()
  makeDataDir(dataDir, osUser)
  const runAs = { ...(osUser && { uid: osUser.uid, gid: osUser.gid }), cwd: '/', env: bareEnvironment() }
  const { binDir, major } = findPrograms(dataDir, runAs)
  if (!existsSync(home)) await createCluster({ home, binDir, runAs })
  refuseOtherMajor(pgdata, major)
  return { dataDir, home, pgdata, password: readPassword(home), binDir, runAs }
}

/**
 * Where the data lives by default: `.data` in the project. Root gets /var/lib/wasata instead when the user who has to run
 * PostgreSQL in its place cannot reach the project, such as one in /root.
 */
export function defaultDataDir(): string {
  const project = fileURLToPath(new URL('..', import.meta.url))
  const inProject = join(project, '.data')
  if (process.getuid?.() !== 0) return inProject
  return canEnter(project, userInsteadOfRoot(join(inProject, 'postgres', 'cluster'))) ? inProject : '/var/lib/wasata'
}

/** PostgreSQL refuses to run as root. An existing cluster stays with its owner; creating users is not for us to do. */
function userInsteadOfRoot(pgdata: string): OsUser {
  const owner = statSync(pgdata, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid }
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name)
    const gid = idOf('-g', name)
    if (uid && gid !== undefined) return { name, uid, gid }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and there is neither a user "postgres" nor a user "nobody" to run it instead. ' +
      'Start this as another user, or set DATABASE_URL to a PostgreSQL server.',
  )
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' })
  return status === 0 ? Number.parseInt(stdout, 10) : undefined
}

/** initdb needs a name for the user; containers that run under an arbitrary number have none. */
function refuseUnknownUser(): void {
  try {
    userInfo()
  } catch {
    throw new Error(
      `The operating system has no name for user ${process.getuid?.()}, and PostgreSQL does not start without one. ` +
        'Add a line for it to /etc/passwd, or set DATABASE_URL to a PostgreSQL server.',
    )
  }
}

function makeDataDir(dataDir: string, osUser: OsUser | undefined): void {
  try {
    makeOpenDirs(dataDir)
    const probe = join(dataDir, `.probe-${process.pid}`)
    writeFileSync(probe, randomBytes(8192), { flush: true })
    rmSync(probe)
  } catch (error) {
    throw new Error(explain(`Cannot write to the data directory ${dataDir}`, String(error)), { cause: error })
  }
  if (osUser && !canEnter(dataDir, osUser)) {
    throw new Error(
      `PostgreSQL refuses to run as root, so it runs as ${osUser.name}, who cannot enter ${dataDir}. ` +
        'Choose a data directory whose parents let others pass (chmod o+x), or set DATABASE_URL to a PostgreSQL server.',
    )
  }
}

/** The modes are set apart, because those of mkdir are subject to the umask, and others have to pass. */
function makeOpenDirs(dir: string): void {
  const topmost = mkdirSync(dir, { recursive: true })
  if (!topmost) return
  for (let made = dir; made.startsWith(topmost); made = dirname(made)) chmodSync(made, 0o755)
}

/** Asked of the kernel under that user, so that groups and access lists count too. */
function canEnter(dir: string, { uid, gid }: OsUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', dir], { uid, gid, cwd: '/' }).status === 0
}

/** Nothing of ours reaches PostgreSQL: PGDATA, PGPORT and the like would change what it does. */
function bareEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}

/**
 * Built aside and then renamed: an interrupted first start leaves nothing half made, and of two at once the first to
 * finish wins.
 */
async function createCluster(to: { home: string } & Pick<Cluster, 'binDir' | 'runAs'>): Promise<void> {
  removeUnfinished(to.home)
  const unfinished = mkdtempSync(`${to.home}.`)
  const passwordFile = join(unfinished, 'owner.password')
  const pgdata = join(unfinished, 'cluster')
  try {
    chmodSync(unfinished, 0o755)
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
    mkdirSync(pgdata, { mode: 0o700 })
    const { uid, gid } = to.runAs
    if (uid !== undefined && gid !== undefined) for (const path of [passwordFile, pgdata]) chownSync(path, uid, gid)
    await runInitdb(to, pgdata, passwordFile)
    syncDir(unfinished)
    renameUnlessThere(unfinished, to.home)
    syncDir(dirname(to.home))
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true, maxRetries: 5 })
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(explain(`Cannot create the database in ${dirname(to.home)}`, reason), { cause: error })
  }
}

/** What first starts that were killed have left; a young one may be at work at this moment. */
function removeUnfinished(home: string): void {
  for (const name of readdirSync(dirname(home))) {
    const path = join(dirname(home), name)
    const isOld = () => Date.now() - statSync(path).mtimeMs > 3_600_000
    if (name.startsWith(`${basename(home)}.`) && name !== 'postgres.log' && isOld()) {
      rmSync(path, { recursive: true, force: true })
    }
  }
}

function runInitdb(to: Pick<Cluster, 'binDir' | 'runAs'>, pgdata: string, passwordFile: string): Promise<void> {
  // Collation is ICU everywhere. The C library still decides what a letter is for pg_trgm, and "C" knows only ASCII.
  const letters = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
  const cluster = ['-D', pgdata, '-U', OWNER, '-A', 'scram-sha-256', '--pwfile', passwordFile, '--data-checksums']
  const locale = ['-E', 'UTF8', '--locale-provider=icu', '--icu-locale=und', '--locale=C', `--lc-ctype=${letters}`]
  return new Promise((done, fail) => {
    const initdb = spawn(join(to.binDir, 'initdb'), [...cluster, ...locale, '--no-instructions'], {
      ...to.runAs,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let complaint = ''
    initdb.stderr.on('data', (text: Buffer) => (complaint += text.toString()))
    initdb.on('error', fail)
    initdb.on('close', (code) => (code === 0 ? done() : fail(new Error(complaint.trim()))))
  })
}

function refuseOtherMajor(pgdata: string, major: string): void {
  let found: string
  try {
    found = readFileSync(join(pgdata, 'PG_VERSION'), 'utf8').trim()
  } catch (error) {
    throw new Error(explain(`Cannot read the database in ${pgdata}`, String(error)), { cause: error })
  }
  if (found !== major) {
    throw new Error(
      `The data in ${pgdata} was made by PostgreSQL ${found}, and this installation brings PostgreSQL ${major}, which cannot ` +
        'read it. Start the release that made the data, or set DATABASE_URL to a PostgreSQL server that holds a copy of it.',
    )
  }
}

function readPassword(home: string): string {
  try {
    return readFileSync(join(home, 'owner.password'), 'utf8')
  } catch (error) {
    throw new Error(explain(`Cannot read the database password in ${home}`, String(error)), { cause: error })
  }
}
