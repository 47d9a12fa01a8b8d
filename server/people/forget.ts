import type { Db } from '../../db/connect.ts'

/** Removes sessions and counts of guesses whose time is over; strangers could fill the tables with them otherwise. */
export async function forgetExpired(db: Db): Promise<void> {
  await db('sessions').whereRaw('expire < now()').del()
  await db('sign_in_attempts').where('expire', '<', Date.now()).del()
}
