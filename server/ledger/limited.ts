import type { Db, Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'

/** Longer than this nobody waits for an answer, and the database has others to serve. */
export const QUERY_LIMIT_MS = 15_000

/** Reads under a limit of time, in a transaction of its own. Refuses `query_too_slow` beyond it. */
export function limited<T>(db: Db, limitMs: number, read: (db: Db) => Promise<T>): Promise<T> {
  return db.transaction((trx) => limitedIn(trx, limitMs, () => read(trx)), { readOnly: true })
}

/** As `limited`, for what an act reads in its own transaction before it writes. */
export async function limitedIn<T>(trx: Trx, limitMs: number, read: () => Promise<T>): Promise<T> {
  const limit = (ms: number) => trx.raw(`select set_config('statement_timeout', ?, true)`, [`${ms}`])
  try {
    await limit(limitMs)
    const result = await read()
    await limit(0)
    return result
  } catch (error) {
    if ((error as { code?: string }).code === '57014') throw new Refusal('query_too_slow')
    throw error
  }
}
