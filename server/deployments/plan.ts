import { row, type Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { valueOn } from '../funds/currencies.ts'
import { newId } from '../ids.ts'
import { exceeds, fromMinorUnits, minorUnits, moneyFrom, moneyText, type Money, type MoneyText } from '../money.ts'
import { entitiesOf, requireRole, type Actor } from '../people/actor.ts'
import { mustSeeRequest } from '../processes/may-see.ts'
import { lockRequest, type LoadedRequest } from '../requests/load.ts'
import { mustBeFree } from './free.ts'
import { categoryOf, costDeployment, daysOf, MOST_DAYS, nightsByMonth, type CostLine, type Mode } from './policy.ts'
import { subsistenceIn } from './subsistence.ts'

export type NewDeployment = {
  requestId: string
  version: number
  expertId: string
  mode: Mode
  country: string
  place?: string
  startsOn: string
  endsOn: string
  travel?: MoneyText
}

/** Lines of deployments stand after all that are typed, of which there are at most a hundred. */
const FIRST_LINE = 1001

/**
 * Plans to send an expert for a draft or a returned request: what it costs becomes lines of the request, by the expert's fee as it is
 * now. Where the expert works with the service, the request names them. In a draft it holds nobody; in a returned one it does at once.
 *
 * Refuses `not_found`, `role_not_allowed`, `not_editable`, `version_changed`, `invalid_request` for days that are none,
 * `expert_not_available`, `expert_double_booked` where a deployment holds the expert already, `expert_has_duty` where they have a part
 * in the request, `subsistence_rate_missing`, `rate_missing`, `travel_above_ceiling`.
 */
export async function planDeployment(
  trx: Trx,
  actor: Actor,
  asked: NewDeployment,
): Promise<{ id: string; requestId: string; version: number; lines: { cost: string; amount: MoneyText }[] }> {
  const request = await lockEditable(trx, actor, asked)
  mustBeDays(asked)
  const expert = await expertOf(trx, request.fundId, asked)
  await mustBeFree(trx, asked)
  if (expert.personId) await mustHaveNoDuty(trx, request.id, expert.personId)
  const lines = await costed(trx, actor, { request, expert, asked })

  // From here on everything must succeed.
  const id = newId('deployment')
  const { expertId, mode, country, place = '', startsOn, endsOn } = asked
  await trx('deployments').insert({
    ...{ id, fund_id: request.fundId, request_id: request.id, expert_id: expertId, expert_version: expert.version },
    ...{ mode, country, place, starts_on: startsOn, ends_on: endsOn },
    ...{ planned_by: actor.personId, planned_at: actor.act.at, act_id: actor.act.id },
  })
  await writeLines(trx, { request, deploymentId: id, expert, lines })
  if (expert.personId) {
    const named = { fund_id: request.fundId, request_id: request.id, person_id: expert.personId }
    await trx('named_people').insert(named).onConflict().ignore()
  }
  const version = await nextVersion(trx, request)
  return {
    id,
    requestId: request.id,
    version,
    lines: lines.map(({ cost, amount }) => ({ cost, amount: moneyText(amount) })),
  }
}

/**
 * Takes a deployment out of a draft or a returned request, with its lines. Whom it named stays named, until the request says otherwise.
 * Refuses `not_found`, `role_not_allowed`, `not_editable`, `version_changed`.
 */
export async function unplanDeployment(
  trx: Trx,
  actor: Actor,
  { deploymentId, version }: { deploymentId: string; version: number },
): Promise<{ requestId: string; version: number }> {
  const found = await trx('deployments').where({ id: deploymentId }).first('request_id')
  if (!found) throw new Refusal('not_found')
  const request = await lockEditable(trx, actor, { requestId: found.request_id, version })
  await trx('budget_lines').where({ deployment_id: deploymentId }).del()
  await trx('deployments').where({ id: deploymentId }).del()
  return { requestId: request.id, version: await nextVersion(trx, request) }
}

async function lockEditable(
  trx: Trx,
  actor: Actor,
  { requestId, version }: { requestId: string; version: number },
): Promise<LoadedRequest> {
  const request = await lockRequest(trx, requestId)
  requireRole(actor, request.fundId, ['requester'])
  if (!entitiesOf(actor, request.fundId).includes(request.entityId)) throw new Refusal('not_found')
  await mustSeeRequest(trx, actor, requestId)
  if (request.status !== 'draft' && request.status !== 'returned')
    throw new Refusal('not_editable', { current: request.status })
  if (request.version !== version) throw new Refusal('version_changed', { version: request.version })
  return request
}

function mustBeDays({ mode, startsOn, endsOn, travel }: NewDeployment): void {
  const wrong = (field: string, code: string, message: string) =>
    new Refusal('invalid_request', { errors: [{ field, code, message }] })
  if (endsOn < startsOn) throw wrong('endsOn', 'day.order', 'endsOn is before startsOn')
  if (daysOf({ startsOn, endsOn }) > MOST_DAYS) throw wrong('endsOn', 'day.far', 'a deployment lasts two years at most')
  if (mode === 'remote' && travel) throw wrong('travel', 'travel.remote', 'nobody travels to work from afar')
}

type Expert = {
  version: number
  latinName: string
  personId: string | null
  dailyFee: Money
  ceiling: Money | null
}

/** The expert, if on the fund's roster and available on all of the days in that mode. */
async function expertOf(
  trx: Trx,
  fundId: string,
  { expertId, mode, startsOn, endsOn }: NewDeployment,
): Promise<Expert> {
  const found = await row<
    Record<'fee' | 'currency', string> &
      Record<'ceiling' | 'ceilingCurrency', string | null> &
      Pick<Expert, 'version' | 'latinName' | 'personId'> & { available: boolean }
  >(
    trx,
    `select e.version, e.latin_name as "latinName", e.person_id as "personId", e.daily_fee as fee, e.fee_currency as currency,
            e.travel_ceiling as ceiling, e.travel_ceiling_currency as "ceilingCurrency",
            e.on_roster and ${mode === 'remote' ? 'e.remote' : 'e.on_site'} @> daterange(cast(:startsOn as date), cast(:endsOn as date), '[]') as available
       from experts e where e.id = :expertId and e.fund_id = :fundId for share`,
    { expertId, fundId, startsOn, endsOn },
  )
  if (!found) throw new Refusal('not_found', { field: 'expertId' })
  if (!found.available) throw new Refusal('expert_not_available')
  const { fee, currency, ceiling, ceilingCurrency, ...expert } = found
  return {
    ...expert,
    dailyFee: fromMinorUnits(fee, currency),
    ceiling: ceiling && ceilingCurrency ? fromMinorUnits(ceiling, ceilingCurrency) : null,
  }
}

async function mustHaveNoDuty(trx: Trx, requestId: string, personId: string): Promise<void> {
  if (await trx('duties').where({ request_id: requestId, person_id: personId }).first('duty'))
    throw new Refusal('expert_has_duty')
}

type Costed = CostLine & { amount: Money; rate: string | null }

/** The lines in their own currencies, each with what it is in the fund's at the rate of the day on which it is planned. */
async function costed(
  trx: Trx,
  actor: Actor,
  { request, expert, asked }: { request: LoadedRequest; expert: Expert; asked: NewDeployment },
): Promise<Costed[]> {
  const { mode, country, startsOn, endsOn } = asked
  const on = dayOf(actor.act.at)
  const inFund = (amount: Money) => valueOn(trx, { fundId: request.fundId, fundCurrency: request.currency, amount, on })
  const travel = asked.travel ? moneyFrom(asked.travel) : null
  if (travel && expert.ceiling && exceeds((await inFund(travel)).functional, (await inFund(expert.ceiling)).functional))
    throw new Refusal('travel_above_ceiling', { ceiling: moneyText(expert.ceiling) })
  const days = { startsOn, endsOn }
  const rates = new Map<string, Money>()
  for (const { month } of nightsByMonth(mode, days))
    rates.set(month, await subsistenceIn(trx, { fundId: request.fundId, country, month }))
  const lines = costDeployment({
    mode,
    days,
    dailyFee: expert.dailyFee,
    subsistence: (month) => rates.get(month)!,
    travel,
  })
  const valued: Costed[] = []
  for (const line of lines) {
    const { functional, rate } = await inFund(line.total)
    valued.push({ ...line, amount: functional, rate })
  }
  return valued
}

async function writeLines(
  trx: Trx,
  of: { request: LoadedRequest; deploymentId: string; expert: Expert; lines: readonly Costed[] },
): Promise<void> {
  const { request, deploymentId, expert, lines } = of
  if (lines.length === 0) return
  const last = await row<{ line: number }>(
    trx,
    `select greatest(max(line) + 1, :first) as line from budget_lines where request_id = :id`,
    { id: request.id, first: FIRST_LINE },
  )
  const inserted = lines.map(({ cost, month, quantity, unit, amount, rate }, i) => ({
    ...{
      fund_id: request.fundId,
      request_id: request.id,
      line: (last?.line ?? FIRST_LINE) + i,
      category: categoryOf(cost),
    },
    description: [expert.latinName, cost, month].filter(Boolean).join(', '),
    amount: minorUnits(amount),
    ...{ deployment_id: deploymentId, cost, month: month && `${month}-01`, quantity },
    ...{ unit: minorUnits(unit), unit_currency: unit.currency, rate },
  }))
  await trx('budget_lines').insert(inserted)
}

async function nextVersion(trx: Trx, request: LoadedRequest): Promise<number> {
  await trx('requests')
    .where({ id: request.id })
    .update({ version: request.version + 1 })
  return request.version + 1
}
