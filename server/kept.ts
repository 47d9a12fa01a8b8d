import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Whoever starts the service may read what is kept next to its data, and nobody else. */
const OWNER_ONLY = 0o600

/** The secret that signs sessions where none was set: made at the first start and kept, so that nobody is signed out by a later one. */
export function keptSessionSecret(dataDir: string): string {
  const path = join(dataDir, 'session.secret')
  const kept = readKept(path)
  if (kept && kept.length >= 32) return kept
  const secret = randomBytes(48).toString('base64url')
  keep(path, secret)
  return secret
}

/** The file for programs that try out the demonstration as its administrator. */
export function administratorTokenFile(dataDir: string): string {
  return join(dataDir, 'administrator.token')
}

/** The text of a kept file without its line end; undefined when there is none. */
export function readKept(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`Cannot read ${path}: start this as the user who made it, or remove it. (${String(error)})`, {
      cause: error,
    })
  }
}

/** Written aside and renamed, so that a start that is killed leaves the old one or the new one and never half of it. */
export function keep(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(unfinished, `${text}\n`, { mode: OWNER_ONLY, flush: true })
  renameSync(unfinished, path)
}
