import { execFileSync, spawn } from 'node:child_process'
import { chownSync, closeSync, constants, existsSync, openSync, readdirSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { explain, type Cluster } from './embedded-cluster.ts'

/** Ends when nobody holds the pipe any more. A server this young may not have written its file yet. */
const watchScript = `
  trap '' INT TERM HUP
  cat >/dev/null
  [ -e "$2" ] || sleep 1
  read -r pid <"$2" && [ "$pid" = "$1" ] && kill -INT "$1"
`

/** Watches this server from now on; the result is our own hold on it. */
export function startWatch(cluster: Cluster, pid: number): number {
  const pipe = pipeOf(cluster, pid)
  const { uid, gid } = cluster.runAs
  if (!existsSync(pipe)) execFileSync('mkfifo', ['-m', '600', pipe])
  if (uid !== undefined && gid !== undefined) chownSync(pipe, uid, gid)
  // Opening one end waits for the other, so the first opening is for both.
  const both = openSync(pipe, constants.O_RDWR)
  const hold = openSync(pipe, constants.O_WRONLY)
  const watched = openSync(pipe, constants.O_RDONLY)
  closeSync(both)
  const watch = spawn('/bin/sh', ['-c', watchScript, 'sh', String(pid), join(cluster.pgdata, 'postmaster.pid')], {
    ...cluster.runAs,
    detached: true,
    stdio: [watched, 'ignore', 'ignore'],
  })
  closeSync(watched)
  watch.on('error', () => undefined)
  watch.unref()
  return hold
}

/** Undefined when there is no watch: it was killed, or it is stopping the server at this moment. */
export function holdWatched(cluster: Cluster, pid: number): number | undefined {
  try {
    return openSync(pipeOf(cluster, pid), constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (['ENXIO', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw new Error(explain('Another user runs the database', String(error)), { cause: error })
  }
}

/** The pause is for a watch that is just stopping the server. */
export async function watchAgain(cluster: Cluster, pid: number): Promise<number> {
  const hold = startWatch(cluster, pid)
  await pause(500)
  return hold
}

/** Whether somebody would notice that the last user of this server has gone. */
export function isWatched(cluster: Cluster, pid: number): boolean {
  const hold = holdWatched(cluster, pid)
  if (hold !== undefined) closeSync(hold)
  return hold !== undefined
}

/** True when nobody else holds the server: a pipe without writers is at its end, one with a writer has nothing yet. */
export function release(cluster: Cluster, pid: number, hold: number): boolean {
  let end: number | undefined
  try {
    end = openSync(pipeOf(cluster, pid), constants.O_RDONLY | constants.O_NONBLOCK)
    closeSync(hold)
    return readSync(end, Buffer.alloc(1)) === 0
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (end === undefined) closeSync(hold)
    if (code !== 'EAGAIN' && code !== 'ENOENT') throw error
    return code === 'ENOENT'
  } finally {
    if (end !== undefined) closeSync(end)
  }
}

/** The named pipe that the users of this server hold. */
export function pipeOf(cluster: Cluster, pid: number): string {
  return join(cluster.home, `users-${pid}`)
}

/** Those of servers that were killed together with all their users. */
export function removeOldPipes({ home }: Cluster): void {
  for (const name of readdirSync(home)) {
    const pid = Number.parseInt(/^users-(\d+)$/.exec(name)?.[1] ?? '0', 10)
    if (pid && !processExists(pid)) rmSync(join(home, name), { force: true })
  }
}

/** Whether there is a process of this number, a zombie or another user's included. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
