import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'

/** A cluster on the disk with the programs that fit it. `runAs` goes into every spawn of one of them. */
export type Cluster = {
  dataDir: string
  /** What makes up the cluster: the PostgreSQL data directory, the owner's password, one named pipe per running server. */
  home: string
  pgdata: string
  password: string
  binDir: string
  runAs: { uid?: number; gid?: number; cwd: string; env: Record<string, string> }
}

/** Puts what to do after what went wrong, for the troubles that a person can end. */
export function explain(what: string, reason: string): string {
  if (/No space left on device|free disk space|ENOSPC|EDQUOT|Disk quota/i.test(reason)) {
    return `${what}: the disk is full. Free some space, or choose a data directory on another disk. (${reason})`
  }
  if (/Permission denied|EACCES|EPERM|EROFS|Read-only file system|not permitted|wrong ownership/i.test(reason)) {
    return `${what}: the current user may not. Give it to the user who runs this, or choose another one. (${reason})`
  }
  return `${what}: ${reason}`
}

/** Of two who make the same at once the first to finish wins; the work of the other is removed. */
export function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
    rmSync(from, { recursive: true, force: true })
  }
}

/** A new name in a folder survives a power cut only after this. */
export function syncDir(dir: string): void {
  const fd = openSync(dir, 'r')
  fsyncSync(fd)
  closeSync(fd)
}
