import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'

/**
 * Waits until all that is recorded in the fund may be sealed: the sealer leaves alone what an older open transaction, of anybody on
 * this server, could still come before, and other test files have theirs.
 */
export async function allSealable(owner: Knex, fundId: string): Promise<void> {
  const question = `
    select count(*)::int as n
      from (select fund_id, xid from entries union all select fund_id, xid from acts) recorded, pg_current_snapshot() as now
     where fund_id = ? and xid between pg_snapshot_xmin(now) and pg_snapshot_xmax(now)`
  const waiting = async () => (await owner.raw(question, [fundId])).rows[0].n as number
  for (let left = await waiting(); left > 0; left = await waiting()) await pause(20)
}
