import { createHash } from 'node:crypto'
import { chownSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster } from './embedded-cluster.ts'

/** Without TCP the port is only a part of the socket's name. */
export const PORT = 5432

/** sockaddr_un holds 104 bytes on macOS, 108 on Linux, both with a closing zero. */
const longestSocketPath = 103

/** In the data directory, or in the temporary one when the path would be longer than a socket's may be. */
export function makeSocketDir(cluster: Cluster): string {
  const short = `wasata-${createHash('sha256').update(cluster.pgdata).digest('hex').slice(0, 12)}`
  const choices = [join(cluster.dataDir, 'socket'), join(tmpdir(), short), join('/tmp', short)]
  const dir = choices.find((choice) => Buffer.byteLength(join(choice, `.s.PGSQL.${PORT}`)) <= longestSocketPath)
  if (!dir)
    throw new Error(`The path ${cluster.dataDir} is too long for a unix socket. Choose a shorter data directory.`)
  const { uid = process.getuid?.(), gid = process.getgid?.() } = cluster.runAs
  if (!lstatSync(dir, { throwIfNoEntry: false })) {
    mkdirSync(dir, { mode: 0o700 })
    if (process.getuid?.() === 0) chownSync(dir, uid ?? 0, gid ?? 0)
  }
  // In the temporary directory anyone could have made it before us, to be asked for the password.
  const found = lstatSync(dir)
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new Error(`${dir} should be a folder of user ${uid} that is closed to all others. Remove it and start again.`)
  }
  return dir
}

/** PostgreSQL writes its number right after it made the file; one that stays empty is what a power cut left, and blocks it. */
export function removeEmptyLocks({ pgdata }: Cluster, socketDir: string): void {
  for (const lock of [join(pgdata, 'postmaster.pid'), join(socketDir, `.s.PGSQL.${PORT}.lock`)]) {
    const found = statSync(lock, { throwIfNoEntry: false })
    if (found?.size === 0 && Date.now() - found.mtimeMs > 10_000) rmSync(lock, { force: true })
  }
}
