import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'
import { explain, syncDir } from './embedded-cluster.ts'
import { startEmbedded } from './embedded.ts'

/**
 * Copies the embedded database while it is at work into a new folder, which is a data directory like the first: start the service with
 * `DATA_DIR` set to it, and it goes on from the moment at which the copy ended. Everything that was committed before the call is in it.
 *
 * This is PostgreSQL's own way of a base backup (documentation, "Making a Base Backup Using the Low Level API"): the files are copied as
 * they change, and the write-ahead log of that time, copied after them, makes them whole at the first start. Built aside and renamed, so
 * that a backup that was cut short is never taken for one.
 *
 * Throws an Error that says what to do where the folder is there already or cannot be written.
 */
export async function backUp({ dataDir, to }: { dataDir: string; to: string }): Promise<void> {
  const target = resolve(to)
  if (existsSync(target)) throw new Error(`${target} is there already. Choose a folder that is not.`)
  const home = join(resolve(dataDir), 'postgres')
  if (!existsSync(home)) throw new Error(`There is no embedded database in ${resolve(dataDir)}.`)
  const unfinished = `${target}.unfinished-${process.pid}`
  const server = await startEmbedded({ dataDir })
  const client = new pg.Client({ ...server.connection, database: 'postgres' })
  try {
    await client.connect()
    mkdirSync(dirname(target), { recursive: true })
    await copyCluster(client, home, join(unfinished, 'postgres'))
    for (const name of KEPT)
      if (existsSync(join(home, '..', name))) copyFile(join(home, '..', name), join(unfinished, name))
    // After the rows: each of them has had its file since before it was written.
    if (existsSync(join(home, '..', ATTACHMENTS)))
      copyFolder(join(home, '..', ATTACHMENTS), join(unfinished, ATTACHMENTS))
    syncDir(unfinished)
    renameSync(unfinished, target)
    syncDir(dirname(target))
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new Error(explain(`Cannot back up to ${target}`, String(error)), { cause: error })
  } finally {
    await client.end()
    await server.stop()
  }
}

/** What the service keeps next to its database. */
const ATTACHMENTS = 'attachments'
const KEPT = ['session.secret', 'administrator.token']

async function copyCluster(client: pg.Client, home: string, to: string): Promise<void> {
  // A slot of this session only: the log that is written from here on stays until it has been copied.
  await client.query(`select pg_create_physical_replication_slot($1, true, true)`, [`backup_${process.pid}`])
  const started = await client.query<{ segment: string }>(
    `select pg_walfile_name(pg_backup_start('wasata backup', true)) as segment`,
  )
  const pgdata = join(home, 'cluster')
  copyFolder(home, to)
  copyFile(join(pgdata, CONTROL), join(to, 'cluster', CONTROL))
  const stopped = await client.query<{ segment: string; label: string; tablespaces: string }>(
    `select pg_walfile_name(lsn) as segment, labelfile as label, spcmapfile as tablespaces from pg_backup_stop(true)`,
  )
  const { segment, label, tablespaces } = stopped.rows[0]!
  const cluster = join(to, 'cluster')
  writeLike(join(pgdata, 'PG_VERSION'), join(cluster, 'backup_label'), label)
  if (tablespaces) writeLike(join(pgdata, 'PG_VERSION'), join(cluster, 'tablespace_map'), tablespaces)
  const segments = readdirSync(join(pgdata, 'pg_wal')).filter(
    (name) => /^[0-9A-F]{24}$/.test(name) && name >= started.rows[0]!.segment && name <= segment,
  )
  for (const name of segments) copyFile(join(pgdata, 'pg_wal', name), join(cluster, 'pg_wal', name))
}

/** Copied last of all files, so that it speaks of a state that the others have. */
const CONTROL = 'global/pg_control'

/** What a running server has for itself, and the one that starts on the copy makes anew: the folders stay, empty. */
const EMPTIED = /\/cluster\/pg_(wal|replslot|dynshmem|notify|serial|snapshots|stat_tmp|subtrans)(\/|$)/
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|pg_internal\.init.*|pgsql_tmp.*|backup_label|tablespace_map|pg_control|backup_\d+)$/

function copyFolder(from: string, to: string): void {
  const { mode, uid, gid } = statSync(from)
  mkdirSync(to, { recursive: true })
  chmodSync(to, mode & 0o7777)
  chownSync(to, uid, gid)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (LEFT_OUT.test(entry.name)) continue
    if (entry.isDirectory()) copyFolder(source, target)
    else if (entry.isFile() && !EMPTIED.test(from)) copyFile(source, target)
  }
  syncDir(to)
}

/** With owner and mode. A file that goes while the others are copied is in the write-ahead log. */
function copyFile(from: string, to: string): void {
  try {
    copyFileSync(from, to)
    const { mode, uid, gid } = statSync(from)
    chmodSync(to, mode & 0o7777)
    chownSync(to, uid, gid)
    sync(to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || existsSync(from)) throw error
    rmSync(to, { force: true })
  }
}

function writeLike(model: string, path: string, text: string): void {
  const { uid, gid } = statSync(model)
  writeFileSync(path, text, { mode: 0o600 })
  chownSync(path, uid, gid)
  sync(path)
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}
