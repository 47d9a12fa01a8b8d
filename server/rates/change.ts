import { row, type Db, type Trx } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { newId } from '../ids.ts'
import { requireRole, type Actor } from '../people/actor.ts'
import { sameUnits, type Rate } from './policy.ts'
import { readChange, type RateChange } from './queries.ts'
import { RATE_KEEPERS } from './record.ts'

/**
 * Proposes that a rate that was set be another; it stays in force until somebody else confirms. Tells how many entries were valued while
 * it was: they keep their values whatever becomes of the proposal.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `rate_missing` where none was set, `already_exists` where it
 * is that rate already.
 */
export async function proposeRateChange(
  trx: Trx,
  actor: Actor,
  { fundId, reason, ...rate }: { fundId: string; reason: string } & Rate,
): Promise<RateChange> {
  await fundById(trx, fundId)
  requireRole(actor, fundId, RATE_KEEPERS)
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  const { currency, month } = rate
  await lockRate(trx, { fundId, currency, month })
  const now = await rateNow(trx, { fundId, currency, month })
  if (!now) throw new Refusal('rate_missing', { currency, month })
  if (sameUnits(now.units, rate.units)) throw new Refusal('already_exists', { field: 'units' })

  // From here on everything must succeed.
  const id = newId('rateChange')
  await trx('rate_changes').insert({
    id,
    fund_id: fundId,
    currency,
    month: `${month}-01`,
    number: now.changes + 1,
    replaces: now.units,
    units: rate.units,
    source: rate.source,
    reason,
    entries_valued: await entriesValued(trx, { fundId, currency, month }),
    proposed_by: actor.personId,
    act_id: actor.act.id,
  })
  return readChange(trx, id)
}

/**
 * Confirms a change that somebody else proposed: from now on it is the rate in force. Nothing that was posted is valued anew.
 *
 * Refuses `not_found`, `role_not_allowed`, `service_account_decides_nothing`, `two_people_needed`, `already_exists` when it is confirmed,
 * and `version_changed` when the rate is no longer what the proposal replaces.
 */
export async function confirmRateChange(
  trx: Trx,
  actor: Actor,
  { changeId }: { changeId: string },
): Promise<RateChange> {
  const change = await readChange(trx, changeId)
  const { fundId, currency, month } = change
  requireRole(actor, fundId, RATE_KEEPERS)
  if (actor.kind === 'service') throw new Refusal('service_account_decides_nothing')
  if (change.proposedBy.id === actor.personId) throw new Refusal('two_people_needed')
  await lockRate(trx, { fundId, currency, month })
  if (await trx('rate_confirmations').where({ change_id: changeId }).first('change_id'))
    throw new Refusal('already_exists')
  const now = await rateNow(trx, { fundId, currency, month })
  if (now!.changes + 1 !== change.number) throw new Refusal('version_changed', { units: now!.units })

  // From here on everything must succeed.
  await trx('rate_confirmations').insert({
    change_id: changeId,
    fund_id: fundId,
    currency,
    month: `${month}-01`,
    number: change.number,
    proposed_by: change.proposedBy.id,
    confirmed_by: actor.personId,
    entries_valued: await entriesValued(trx, { fundId, currency, month }),
    act_id: actor.act.id,
  })
  return readChange(trx, changeId)
}

type Of = { fundId: string; currency: string; month: string }

/** A rate's row never changes and cannot be locked for change, so its name is. */
async function lockRate(trx: Trx, { fundId, currency, month }: Of): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [`${fundId} rate ${currency} ${month}`])
}

function rateNow(db: Db, { fundId, currency, month }: Of): Promise<{ units: string; changes: number } | undefined> {
  return row(
    db,
    `select trim_scale(units)::text as units, changes from rates_in_force
      where fund_id = :fundId and currency = :currency and month = :on`,
    { fundId, currency, on: `${month}-01` },
  )
}

/**
 * Entries that were valued while this rate was the one in force: those that move the currency, and pledges made in it, from the first of
 * the month until a later month has a rate of its own.
 */
async function entriesValued(db: Db, { fundId, currency, month }: Of): Promise<number> {
  const found = await row<{ n: number }>(
    db,
    `with during as (
       select cast(:on as date) as first,
              coalesce((select min(month) from exchange_rates
                         where fund_id = :fundId and currency = :currency and month > cast(:on as date)), 'infinity') as until)
     select count(*)::int as n from (
       select p.entry_id from during d, accounts a join postings p on p.account_id = a.id
        where a.fund_id = :fundId and a.currency = :currency and p.occurred_on >= d.first and p.occurred_on < d.until
       union
       select e.id from during d, contributions c join entries e on e.fund_id = c.fund_id and e.kind = 'pledge' and e.source = c.id
        where c.fund_id = :fundId and c.pledged_currency = :currency and c.pledged_on >= d.first and c.pledged_on < d.until) valued`,
    { fundId, currency, on: `${month}-01` },
  )
  return found!.n
}
