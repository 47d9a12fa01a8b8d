import { row, rows, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { minorText, type MoneyText } from '../money.ts'
import { holdsRole, READERS, requireRole, type Actor, type Role } from '../people/actor.ts'
import type { Mode } from '../deployments/policy.ts'
import { deploymentsTold, type DeploymentTold } from '../deployments/queries.ts'
import { versionsOf, type VersionTold } from '../processes/queries.ts'
import { levelsFrom, type LanguageLevel } from './policy.ts'

/** Who reads the roster; how to reach an expert, and what a visa needs, only those who read the fund's files whole. */
export const ROSTER_READERS: readonly Role[] = [...READERS, 'requester']

export type Period = { from: string; to: string }

export type ExpertListed = {
  id: string
  name: string
  latinName: string
  themes: string[]
  languages: { language: string; level: LanguageLevel }[]
  regions: string[]
  countries: string[]
  dailyFee: MoneyText
  /** Of the days asked for: free on all of them, on some, or null where none were asked for. */
  free: 'whole' | 'partly' | null
  freePeriods: Period[]
}

export type Search = {
  fundId: string
  name?: string
  themes?: string[]
  language?: string
  level?: LanguageLevel
  /** A country or a region that the expert knows. */
  place?: string
  mode?: Mode
  from?: string
  to?: string
  /** Only who is free on all of the days. */
  whole?: boolean
  after: readonly string[]
  limit: number
}

const PERIODS = (days: string) =>
  `coalesce((select json_agg(json_build_object('from', lower(d), 'to', upper(d) - 1) order by lower(d)) from unnest(${days}) d), '[]')`

/**
 * Experts on the roster by what is asked for, all of it together, by transliterated name; with days, only who is free on some of
 * them: available in that mode (in either where none is named) and held by no deployment. One more than `limit`.
 */
export async function searchExperts(db: Db, asked: Search): Promise<ExpertListed[]> {
  const { from, to = from, language, level = 'basic', mode, themes = [], name = '', place } = asked
  const available = mode === 'on_site' ? 'e.on_site' : mode === 'remote' ? 'e.remote' : '(e.on_site + e.remote)'
  const days = `datemultirange(daterange(cast(:from as date), cast(:to as date), '[]'))`
  const overlapping = (column: string) => `e.${column} && daterange(cast(:from as date), cast(:to as date), '[]')`
  const conditions = [
    `e.fund_id = :fundId and e.on_roster`,
    themes.length > 0 && `e.themes @> :themes`,
    language &&
      `(${levelsFrom(level)
        .map((one) => spoken(one))
        .join(' or ')})`,
    place && `(e.countries @> array[cast(:place as text)] or e.regions @> array[cast(:place as text)])`,
    name && `(position(folded(:name) in folded(e.name)) > 0 or position(folded(:name) in folded(e.latin_name)) > 0)`,
    // What an index finds before anything is reckoned.
    from && (mode ? overlapping(mode) : `(${overlapping('on_site')} or ${overlapping('remote')})`),
    from && `not isempty(f.free)`,
    from && asked.whole && `f.free @> ${days}`,
    asked.after.length === 2 && `(e.latin_name, e.id) > (:afterName, :afterId)`,
  ].filter(Boolean)
  const found = await rows<Omit<ExpertListed, 'dailyFee'> & { fee: string; currency: string }>(
    db,
    `select e.id, e.name, e.latin_name as "latinName", e.themes, e.languages, e.regions, e.countries, e.daily_fee as fee,
            e.fee_currency as currency, ${from ? `case when f.free @> ${days} then 'whole' else 'partly' end` : 'null'} as free,
            ${from ? PERIODS('f.free') : `'[]'::json`} as "freePeriods"
       from experts e
       ${from ? `cross join lateral (select ${available} * ${days} - coalesce(${HELD}, '{}') as free) f` : ''}
      where ${conditions.join('\n and ')}
      order by e.latin_name, e.id limit :most`,
    {
      ...{ fundId: asked.fundId, themes, language: language ?? '', place: place ?? '', name, from, to },
      ...{ afterName: asked.after[0] ?? '', afterId: asked.after[1] ?? '', most: asked.limit + 1 },
    },
  )
  return found.map(({ fee, currency, ...expert }) => ({ ...expert, dailyFee: minorText(fee, currency) }))
}

/** The days on which deployments hold the expert `e`, of those that reach into the days asked for. */
const HELD = `(select range_agg(daterange(d.starts_on, d.held_until, '[]')) from deployments d
  where d.expert_id = e.id and d.starts_on <= cast(:to as date) and d.held_until >= cast(:from as date))`

const spoken = (level: LanguageLevel) =>
  `e.languages @> jsonb_build_array(jsonb_build_object('language', cast(:language as text), 'level', '${level}'))`

export type ExpertTold = Omit<ExpertListed, 'free' | 'freePeriods'> & {
  fundId: string
  version: number
  onRoster: boolean
  availability: { onSite: Period[]; remote: Period[] }
  travel: { class: string; ceiling: MoneyText | null }
  /** Where the expert works with the service as well. */
  personId: string | null
  /** Only for those who read the fund's files whole. */
  nationalities?: string[]
  email?: string | null
  phone?: string | null
  versions?: VersionTold[]
  deployments: DeploymentTold[]
}

type Found = Omit<ExpertTold, 'dailyFee' | 'travel' | 'availability' | 'versions' | 'deployments'> &
  Record<'fee' | 'feeCurrency' | 'travelClass', string> &
  Record<'ceiling' | 'ceilingCurrency', string | null> & { onSite: Period[]; remote: Period[] }

/** An expert whole, with where they are sent as far as the reader may know. Refuses `not_found`, `role_not_allowed`. */
export async function readExpert(db: Db, actor: Actor, expertId: string): Promise<ExpertTold> {
  const found = await row<Found>(
    db,
    `select e.id, e.fund_id as "fundId", e.version, e.name, e.latin_name as "latinName", e.themes, e.languages, e.regions, e.countries,
            e.nationalities, e.email, e.phone, e.person_id as "personId", e.on_roster as "onRoster", ${PERIODS('e.on_site')} as "onSite",
            ${PERIODS('e.remote')} as remote, e.daily_fee as fee, e.fee_currency as "feeCurrency", e.travel_class as "travelClass",
            e.travel_ceiling as ceiling, e.travel_ceiling_currency as "ceilingCurrency"
       from experts e where e.id = :expertId`,
    { expertId },
  )
  if (!found) throw new Refusal('not_found')
  requireRole(actor, found.fundId, ROSTER_READERS)
  const { fee, feeCurrency, travelClass, ceiling, ceilingCurrency, onSite, remote, ...expert } = found
  const { nationalities, email, phone, ...told } = expert
  const whole = holdsRole(actor, found.fundId, READERS)
  return {
    ...told,
    ...(whole ? { nationalities, email, phone, versions: await versionsOf(db, 'expert', expertId) } : {}),
    dailyFee: minorText(fee, feeCurrency),
    travel: { class: travelClass, ceiling: ceiling && ceilingCurrency ? minorText(ceiling, ceilingCurrency) : null },
    availability: { onSite, remote },
    deployments: await deploymentsTold(db, actor, { fundId: found.fundId, expertId }),
  }
}

export type FreeNow = { id: string; name: string; latinName: string; themes: string[]; freeUntil: string | null }

/** Who could leave on that day: available on site and held by nobody; and until when. One more than `limit`. */
export function couldLeave(
  db: Db,
  { fundId, on, after, limit }: { fundId: string; on: string; after: readonly string[]; limit: number },
): Promise<FreeNow[]> {
  return rows(
    db,
    `select e.id, e.name, e.latin_name as "latinName", e.themes,
            (select upper(d) - 1 from unnest(f.free) d where d @> cast(:on as date)) as "freeUntil"
       from experts e
      cross join lateral (
        select e.on_site - coalesce((select range_agg(daterange(d.starts_on, d.held_until, '[]'))
                                       from deployments d where d.expert_id = e.id and d.held_until >= cast(:on as date)), '{}') as free) f
      where e.fund_id = :fundId and e.on_roster and e.on_site @> cast(:on as date) and f.free @> cast(:on as date)
        and (:afterId = '' or (e.latin_name, e.id) > (:afterName, :afterId))
      order by e.latin_name, e.id limit :most`,
    { fundId, on, afterName: after[0] ?? '', afterId: after[1] ?? '', most: limit + 1 },
  )
}
