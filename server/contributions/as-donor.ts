import type { Db } from '../../db/connect.ts'

/**
 * Reads on behalf of one donor: in a transaction of its own that takes the database role of donors and names the donor, so that
 * row-level security shows that donor's rows and nobody else's, whatever the query asks for. `db` must be the pool itself: in an
 * outer transaction the role would outlast the read.
 */
export function asDonor<T>(db: Db, donorId: string, read: (db: Db) => Promise<T>): Promise<T> {
  return db.transaction(
    async (trx) => {
      await trx.raw(`select set_config('role', 'wasata_donor', true), set_config('wasata.donor', ?, true)`, [donorId])
      return read(trx)
    },
    { readOnly: true },
  )
}
