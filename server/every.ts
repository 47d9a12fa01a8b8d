import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'

/**
 * Does some work at once and again `ms` after it has ended, until the returned function is called, which waits for what is under way.
 * What goes wrong is logged as that of `what` and tried again. `stopping` tells long work to end early.
 */
export function every(
  ms: number,
  what: string,
  work: (stopping: AbortSignal) => Promise<unknown>,
  log: Pick<Logger, 'error'>,
): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const round = async () => {
    while (!signal.aborted) {
      await work(signal).catch((error: Error) => {
        if (!signal.aborted) log.error({ err: error }, `${what} failed; it is tried again`)
      })
      await pause(ms, undefined, { ref: false, signal }).catch(() => undefined)
    }
  }
  const running = round()
  return async () => {
    stopping.abort()
    await running
  }
}
