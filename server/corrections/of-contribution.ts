import { row, rows, type Db, type Trx } from '../../db/connect.ts'
import { allowanceOf } from '../contributions/allowance.ts'
import { agreementOf, lockContribution, outstandingOf, type LoadedContribution } from '../contributions/load.ts'
import type { ContributionStatus, Outstanding } from '../contributions/policy.ts'
import { setStatus } from '../contributions/status.ts'
import { Refusal } from '../errors.ts'
import { allowance, receivable } from '../ledger/accounts.ts'
import { isNegative, isZero, moneyText, negate } from '../money.ts'
import type { RightValues } from './policy.ts'
import { withoutEntry, type Wrong } from './wrong.ts'

/** What corrections of a contribution's entries have in common. */

/** Locks the contributions that an entry is about and the one that is right, by id, so that two corrections never wait for each other. */
export async function lockContributions(trx: Trx, wrong: Wrong, right: RightValues | null): Promise<void> {
  const given = right?.contributionId
  const ids = new Set([...contributionsIn(wrong), ...(typeof given === 'string' ? [given] : [])])
  for (const id of [...ids].sort()) await lockContribution(trx, id)
}

export function contributionsIn({ postings }: Pick<Wrong, 'postings'>): string[] {
  return [...new Set(postings.flatMap(({ account }) => account.contributionId ?? []))]
}

/** What is outstanding on the contribution as if the entry had never been. */
export async function outstandingWithout(db: Db, contribution: LoadedContribution, wrong: Wrong): Promise<Outstanding> {
  const { address } = receivable(contribution, agreementOf(contribution).amount.currency)
  return withoutEntry(wrong, address, await outstandingOf(db, contribution))
}

/** What is doubted of the contribution as if the entry had never been. */
export async function allowanceWithout(db: Db, contribution: LoadedContribution, wrong: Wrong): Promise<Outstanding> {
  const { address } = allowance(contribution, agreementOf(contribution).amount.currency)
  const { amount, carrying } = await allowanceOf(db, contribution)
  const kept = withoutEntry(wrong, address, { amount: negate(amount), carrying: negate(carrying) })
  return { amount: negate(kept.amount), carrying: negate(kept.carrying) }
}

/**
 * The entry of the condition that was met since, where that gave the authority of this application: it cannot be taken from the
 * application's own entry any more.
 */
export async function metWithoutAuthority(
  db: Db,
  { fund, postings }: Wrong,
  application: { contribution_id: string; authority: string } | undefined,
): Promise<string[]> {
  if (!application || /^0$/.test(application.authority)) return []
  if (postings.some(({ account }) => account.address.startsWith('budget:authority:'))) return []
  return conditionMet(db, fund.id, application.contribution_id)
}

/** The entry of the condition of a contribution, if it was met. */
export function conditionMet(db: Db, fundId: string, contributionId: string): Promise<string[]> {
  return entriesOf(db, fundId, 'condition_met', [contributionId])
}

/** The standing entries of a kind that these rows caused. */
export async function entriesOf(db: Db, fundId: string, kind: string, sources: string[]): Promise<string[]> {
  if (sources.length === 0) return []
  const found = await rows<{ id: string }>(
    db,
    `select e.id from entries e left join correction_entries t on t.entry_id = e.id
      where e.fund_id = :fundId and not coalesce(t.takes_back, false)
        and ((e.kind = :kind and e.source = any(:sources)) or (t.kind = :kind and t.source = any(:sources)))
        and not exists (select from entries r where r.reverses = e.id)
      order by e.id desc`,
    { fundId, kind, sources },
  )
  return found.map(({ id }) => id)
}

/**
 * Brings the status of a contribution into line after a correction, by the same rule as always: nothing outstanding means settled, by
 * what came last. Refuses `nothing_outstanding` where more would be settled than is agreed, `nothing_impaired` where more than is
 * doubted was used up.
 */
export async function settleStatus(trx: Trx, contributionId: string): Promise<void> {
  const contribution = await lockContribution(trx, contributionId)
  if (!contribution.agreement) return
  const { amount, carrying } = await outstandingOf(trx, contribution)
  if (isNegative(amount) || isNegative(carrying) || (isZero(amount) && !isZero(carrying)))
    throw new Refusal('nothing_outstanding', { outstanding: moneyText(amount), carrying: moneyText(carrying) })
  await checkDoubt(trx, contribution)
  await setStatus(trx, contribution, isZero(amount) ? await settledBy(trx, contribution) : 'agreed')
}

/** A write-off that is brought back uses up what was doubted then: it must be there still. Refuses `nothing_impaired`. */
async function checkDoubt(db: Db, contribution: LoadedContribution): Promise<void> {
  const { amount, carrying } = await allowanceOf(db, contribution)
  if (isNegative(amount) || isNegative(carrying) || (isZero(amount) && !isZero(carrying)))
    throw new Refusal('nothing_impaired', { impaired: moneyText(amount), carrying: moneyText(carrying) })
}

/** What settled the last of it, where an entry that was put right stands in the place of the one it began with. */
async function settledBy(db: Db, { id, code }: LoadedContribution): Promise<ContributionStatus> {
  const last = await row<{ kind: string }>(
    db,
    `select coalesce(t.kind, e.kind) as kind
       from accounts a join postings p on p.account_id = a.id join entries e on e.id = p.entry_id
       left join correction_entries t on t.entry_id = e.id
      where a.contribution_id = :id and a.address = :address and not coalesce(t.takes_back, false)
        and not exists (select from entries r where r.reverses = e.id)
      order by coalesce(t.original, e.id) desc limit 1`,
    { id, address: `assets:receivable:${code}` },
  )
  return last?.kind === 'write_off' ? 'written_off' : 'received'
}
