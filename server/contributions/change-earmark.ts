import { rows, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { lockFunding } from '../funding/lock.ts'
import { permits, type Earmark, type Use } from '../funding/policy.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { checkPartners, lockContribution } from './load.ts'

/**
 * Changes what a donor binds its money to, with the donor's consent (event 9). Every use so far must be permitted by the new
 * terms too. The terms as they were are kept.
 *
 * Refuses `not_found`, `role_not_allowed`, `version_changed`, `not_pledged` for a cancelled pledge, and `earmark_forbids_use`
 * with the codes of the requests and plans in question.
 */
export async function changeEarmark(
  trx: Trx,
  actor: Actor,
  {
    contributionId,
    version,
    earmark,
    consent,
  }: { contributionId: string; version: number; earmark: Earmark; consent: string },
): Promise<{ id: string; earmark: Earmark; version: number }> {
  const contribution = await lockContribution(trx, contributionId)
  requireRole(actor, contribution.fundId, ['fund_manager', 'controller'])
  await checkPartners(trx, contribution.fundId, earmark)
  if (contribution.version !== version) throw new Refusal('version_changed', { version: contribution.version })
  if (contribution.status === 'cancelled') throw new Refusal('not_pledged', { status: contribution.status })
  // No request is submitted under the old terms meanwhile.
  await lockFunding(trx, contribution.fundId)
  const forbidden = (await usesOf(trx, contributionId)).filter((use) => !permits(earmark, use))
  if (forbidden.length > 0) throw new Refusal('earmark_forbids_use', { requests: forbidden.map((use) => use.request) })

  // From here on everything must succeed.
  await trx('earmark_changes').insert({
    contribution_id: contributionId,
    version,
    earmark: JSON.stringify(contribution.earmark),
    consent,
    act_id: actor.act.id,
  })
  await trx('contributions')
    .where({ id: contributionId })
    .update({ earmark: JSON.stringify(earmark), version: version + 1 })
  return { id: contributionId, earmark, version: version + 1 }
}

/** The requests that hold or have used money of the contribution, and the plans for which it is set aside, each as an earmark looks at it. */
function usesOf(trx: Trx, contributionId: string): Promise<(Use & { request: string })[]> {
  return rows(
    trx,
    `select r.code as request, p.region, p.country, p.phase, r.themes, r.payee_id as partner,
            to_char(r.submitted_at at time zone 'UTC', 'YYYY-MM-DD') as on
       from requests r join processes p on p.id = r.process_id
      where exists (select from accounts a join balances b on b.account_id = a.id
                     where a.contribution_id = :contributionId and a.request_id = r.id
                       and a.stage in ('reserved', 'committed', 'disbursed', 'reported') and b.amount > 0)
     union all
     select c.code, v.region, v.country, v.phase, v.themes,
            (select y.payee_id from plan_payees y where y.plan_id = c.id and y.version = c.version order by y.place limit 1), c.expires_on::text
       from contingency_plans c join plan_versions v on v.plan_id = c.id and v.version = c.version
      where exists (select from accounts a join balances b on b.account_id = a.id
                     where a.contribution_id = :contributionId and a.fund_id = c.fund_id and a.plan_code = c.code and b.amount > 0)
      order by 1`,
    { contributionId },
  )
}
