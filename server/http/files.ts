import type { Response } from 'express'
import { Refusal } from '../errors.ts'
import type { Answer } from './endpoint.ts'

/** What bounds the files that are being written: each holds a database connection, and a reading of its own moment, until its client has it. */
export type FileLimits = { readonly atOnce: number; readonly idleMs: number; readonly longestMs: number }

/** Fewer than the pool has connections, so that files never keep everybody else waiting. */
export const FILE_LIMITS: FileLimits = { atOnce: 4, idleMs: 60_000, longestMs: 30 * 60_000 }

/**
 * Writes the file of an answer as fast as its client takes it. A client that takes nothing for `idleMs`, or is not done after
 * `longestMs`, is cut off. The function it gives refuses `too_many_files` while `atOnce` others are being written.
 */
export function fileWriter({ atOnce, idleMs, longestMs }: FileLimits) {
  let running = 0
  return (res: Response, { type, fileName, write }: NonNullable<Answer['stream']>): void => {
    if (running >= atOnce) throw new Refusal('too_many_files', { most: atOnce })
    running += 1
    const cutOff = () => res.destroy()
    const late = setTimeout(cutOff, longestMs)
    res.setTimeout(idleMs, cutOff)
    // The name's ending would set a type of its own, so the type comes second.
    res.status(200).attachment(fileName).type(type)
    write(res)
      .then(
        () => res.end(),
        (error: Error) => res.destroy(error),
      )
      .finally(() => {
        clearTimeout(late)
        running -= 1
      })
  }
}
