import type { Request } from 'express'
import type { Db } from '../../db/connect.ts'
import type { Frame } from '../../templates/page.tsx'
import { fundById } from '../funds/open.ts'
import { brokenLedgers } from '../ledger/verification.ts'
import type { Actor } from '../people/actor.ts'
import { AUDITING } from '../saved-queries/queries.ts'
import { fundName, pageLanguage } from './visit.ts'

/** Of the funds that this person audits or controls, those whose ledger has been tampered with. */
export async function alarmsFor(db: Db, req: Request): Promise<Frame['alarms']> {
  const grants = (req.user as Actor | undefined)?.grants ?? []
  const fundIds = [...new Set(grants.filter(({ role }) => AUDITING.includes(role)).map(({ fundId }) => fundId))]
  if (fundIds.length === 0) return []
  const alarms: { fundId: string; name: string }[] = []
  for (const { fundId } of await brokenLedgers(db, fundIds)) {
    alarms.push({ fundId, name: fundName(await fundById(db, fundId), pageLanguage(req)) })
  }
  return alarms
}
