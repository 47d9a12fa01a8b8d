import { copyFileSync, statSync, truncateSync } from 'node:fs'

/** What a few months without trouble write, and what is worth reading when there was some. */
const MOST_BYTES = 8 * 1024 * 1024
const EVERY_MS = 60_000

/**
 * Keeps the server's log within bounds: what is more than `mostBytes` goes to `.1` beside it, in the place of what was there, and the log
 * goes on empty. The server appends, so it need not be told.
 */
export function boundLog(path: string, mostBytes = MOST_BYTES): void {
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= mostBytes) return
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
  } catch {
    // A full disk or another user's file: the log is no reason to stop.
  }
}

/** Bounds the log now and every minute, until the returned function is called. */
export function keepLogBounded(path: string): () => void {
  boundLog(path)
  const timer = setInterval(() => boundLog(path), EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
