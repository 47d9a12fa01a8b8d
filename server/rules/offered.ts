import { row, type Db } from '../../db/connect.ts'
import { defaultPolicies } from '../funds/policies.ts'
import { differences, SUBJECTS, termsTold, type RuleOffered, type Subject } from './policy.ts'
import { listRules } from './queries.ts'

/**
 * The rules with which a fund would open today and that this one, which opened earlier, does not have: those that nobody of it has ever
 * changed, with what they would say differently. They are offered and never set: two people of the fund put them in force, or
 * leave it.
 */
export async function offeredRules(db: Db, fund: { id: string; currency: string }): Promise<RuleOffered[]> {
  const currency = await row<{ minorUnit: number }>(
    db,
    `select minor_unit as "minorUnit" from currencies where code = :currency`,
    { currency: fund.currency },
  )
  const rules = await listRules(db, fund)
  const defaults = defaultPolicies(currency!.minorUnit)
  return (Object.keys(SUBJECTS) as Subject[]).flatMap((subject) => {
    const held = rules.filter((one) => one.subject === subject)
    const today = defaults.findLast((one) => one.subject === subject)
    if (!today || held.some(({ proposedBy }) => proposedBy !== null)) return []
    const terms = termsTold(SUBJECTS[subject], today.terms, fund.currency)
    const changes = differences(SUBJECTS[subject], held.at(-1)!.terms, terms)
    return changes.length > 0 ? [{ subject, terms, changes }] : []
  })
}
