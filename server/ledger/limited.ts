import type { Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'

/** Longer than this nobody waits for an answer, and the database has others to serve. */
export const QUERY_LIMIT_MS = 15_000

/** Reads under a limit of time, in a transaction of its own. Refuses `query_too_slow` beyond it. */
export async function limited<T>(db: Db, limitMs: number, read: (db: Db) => Promise<T>): Promise<T> {
  try {
    return await db.transaction(
      async (trx) => {
        await trx.raw(`select set_config('statement_timeout', ?, true)`, [`${limitMs}`])
        return read(trx)
      },
      { readOnly: true },
    )
  } catch (error) {
    if ((error as { code?: string }).code === '57014') throw new Refusal('query_too_slow')
    throw error
  }
}
