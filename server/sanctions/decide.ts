import { row, rows, type Trx } from '../../db/connect.ts'
import { endSuspensions, suspend } from '../clock/pause.ts'
import { Refusal } from '../errors.ts'
import { notify } from '../notifications/notify.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { lockRequest } from '../requests/load.ts'

/**
 * Says whether the payee of a case is who the list means. Confirmed, nothing leaves for the payee any more, and what is asked for it is
 * suspended; cleared, it is not asked again while both say the same. Who is confirmed is cleared by another officer only, and what
 * was suspended for it goes on.
 *
 * Refuses, in this order: `not_found`, `role_not_allowed` to all but compliance officers, `service_account_decides_nothing`,
 * `tied_to_payee`, `separation_of_duties` to who recorded the payee or has a part in what is paid to it, `case_over`
 * where it has lapsed or was decided so already, `two_people_needed`.
 */
export async function decideCase(
  trx: Trx,
  actor: Actor,
  { caseId, verdict, reason }: { caseId: string; verdict: 'clear' | 'confirm'; reason: string },
): Promise<{ id: string; number: number; state: 'clear' | 'confirm' }> {
  const found = await row<{ fundId: string; payeeId: string; payee: string; listed: string }>(
    trx,
    `select c.fund_id as "fundId", c.payee_id as "payeeId", p.name as payee, c.entry ->> 'name' as listed
       from screening_cases c join payees p on p.id = c.payee_id where c.id = :caseId`,
    { caseId },
  )
  if (!found) throw new Refusal('not_found')
  const { fundId, payeeId, payee, listed } = found
  requireRole(actor, fundId, ['compliance_officer'])
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const keepsAway = await row<{ why: 'tied_to_payee' | 'separation_of_duties' | null }>(
    trx,
    'select keeps_away_from_cases(:personId, :payeeId) as why',
    { personId: actor.personId, payeeId },
  )
  if (keepsAway!.why) throw new Refusal(keepsAway!.why)

  // Requests before the payee, as whoever releases locks them.
  const requests = await underWay(trx, payeeId)
  for (const id of requests) await lockRequest(trx, id)
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`screening ${payeeId}`])
  const last = await trx('screening_decisions')
    .where({ case_id: caseId })
    .orderBy('number', 'desc')
    .first('number', 'verdict', 'decided_by')
  if (last?.verdict === 'lapse' || last?.verdict === verdict) throw new Refusal('case_over', { state: last.verdict })
  if (last?.verdict === 'confirm' && last.decided_by === actor.personId) throw new Refusal('two_people_needed')

  // From here on everything must succeed.
  const number: number = (last?.number ?? 0) + 1
  await trx('screening_decisions').insert({
    ...{ case_id: caseId, number, verdict, reason, decided_by: actor.personId, person_kind: actor.kind },
    ...{ decided_at: actor.act.at, act_id: actor.act.id },
  })
  if (verdict === 'confirm') {
    for (const id of requests)
      await suspend(trx, actor, { requestId: id, fundId, reason: 'screening', as: 'compliance_officer' })
    await notify(trx, actor, {
      ...{
        fundId,
        event: 'screening_confirmed',
        key: `${caseId}#${number}`,
        link: `/screening-cases/${caseId}`,
        urgent: true,
      },
      to: { roles: ['compliance_officer', 'fund_manager', 'director', 'treasurer', 'bank_signatory'] },
      facts: { payee, listed, by: actor.name },
    })
  } else if (!(await isStillConfirmed(trx, payeeId)))
    await endSuspensions(trx, actor, await actsOfConfirming(trx, payeeId))
  return { id: caseId, number, state: verdict }
}

async function underWay(trx: Trx, payeeId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select id from requests where payee_id = :payeeId and status in ('submitted', 'approved', 'active', 'suspended') order by id`,
    { payeeId },
  )
  return found.map(({ id }) => id)
}

async function isStillConfirmed(trx: Trx, payeeId: string): Promise<boolean> {
  const found = await rows(
    trx,
    `select from screening_cases where payee_id = :payeeId and case_state(id) = 'confirm' limit 1`,
    { payeeId },
  )
  return found.length > 0
}

/** Under which acts what was asked for this payee was suspended. */
async function actsOfConfirming(trx: Trx, payeeId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select d.act_id as id from screening_decisions d join screening_cases c on c.id = d.case_id where c.payee_id = :payeeId and d.verdict = 'confirm'`,
    { payeeId },
  )
  return found.map(({ id }) => id)
}
