import { add, exceeds, isZero, moneyText, sum, zero, type Money, type MoneyText } from '../money.ts'

/** What a donor is told and how it is put together, as pure functions: missions, status and years. */

/** How many confidential missions a line must stand for, so that it gives none of them away. */
const FEWEST = 3

const STAGES = ['reserved', 'committed', 'disbursed', 'reported'] as const

type Stages = Record<(typeof STAGES)[number], Money>

/** What one request of a mission holds. `name` is null where the mission is confidential, or not known. */
export type MissionPart = Stages & {
  readonly process: string | null
  readonly name: string | null
  readonly region: string | null
}

export type ToldMission = Record<(typeof STAGES)[number], MoneyText> & {
  name: string | null
  region: string | null
  missionCount: number
}

/**
 * The missions that money went to, largest first. Open ones by name. Confidential ones only together, by region where a region
 * has at least three of them; what is left over goes one level up, to a line without a region. Should that line stand for
 * fewer than three, the region with the fewest goes up with it. The lines always add up to the parts.
 */
export function tellMissions(parts: readonly MissionPart[], currency: string): ToldMission[] {
  const missions = byProcess(parts, currency).filter((mission) => STAGES.some((stage) => !isZero(mission[stage])))
  const named = missions.filter(({ name }) => name !== null)
  const confidential = missions.filter(({ name }) => name === null)
  const groups = [...named.map((mission) => [mission]), ...aggregates(confidential, currency)]
  return groups
    .map((group) => ({ group, size: sum(group.map(sizeOf), currency) }))
    .sort((a, b) => bySize(a.size, b.size) || byLabel(a.group[0]!, b.group[0]!))
    .map(({ group }) => lineOf(group, currency))
}

export type Standing = {
  readonly cancelled: boolean
  readonly agreed: boolean
  /** In the agreement's own currency. */
  readonly outstanding: Money
  /** The kind of the last entry on the receivable. */
  readonly last: string | null
}

/** How a contribution stood, by what had happened to it: settled by a receipt or by a write-off, whichever came last. */
export function statusOf({ cancelled, agreed, outstanding, last }: Standing) {
  if (cancelled) return 'cancelled'
  if (!agreed) return 'pledged'
  if (!isZero(outstanding)) return 'agreed'
  return last === 'write_off' ? 'written_off' : 'received'
}

export type OfYear = { readonly year: string; readonly amount: Money }

/** What came and what went in every calendar year from the first to the last in which anything did, oldest first. */
export function tellYears(
  { received, disbursed }: { received: readonly OfYear[]; disbursed: readonly OfYear[] },
  currency: string,
): { year: string; received: MoneyText; disbursed: MoneyText }[] {
  const known = [...received, ...disbursed].map(({ year }) => Number.parseInt(year, 10))
  if (known.length === 0) return []
  const [inYears, outOfYears] = [totalByYear(received), totalByYear(disbursed)]
  const first = known.reduce((a, b) => (a < b ? a : b))
  const last = known.reduce((a, b) => (a > b ? a : b))
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const year = `${first + i}`
    const told = (amounts: Map<string, Money>) => moneyText(amounts.get(year) ?? zero(currency))
    return { year, received: told(inYears), disbursed: told(outOfYears) }
  })
}

/** Several requests of one mission are one mission. */
function byProcess(parts: readonly MissionPart[], currency: string): MissionPart[] {
  const groups = Map.groupBy(parts, ({ process }) => process)
  return [...groups.values()].map((group) => ({ ...group[0]!, ...totalOf(group, currency) }))
}

function aggregates(confidential: readonly MissionPart[], currency: string): MissionPart[][] {
  const regions = [...Map.groupBy(confidential, ({ region }) => region)]
  const large = regions
    .filter(([region, group]) => region !== null && group.length >= FEWEST)
    .map(([, group]) => group)
    .sort((a, b) => b.length - a.length || bySize(total(a), total(b)) || byLabel(a[0]!, b[0]!))
  const left = regions.filter(([, group]) => !large.includes(group)).flatMap(([, group]) => group)
  while (left.length > 0 && left.length < FEWEST && large.length > 0) left.push(...large.pop()!)
  return left.length === 0 ? large : [...large, left.map((mission) => ({ ...mission, region: null }))]

  function total(group: MissionPart[]): Money {
    return sum(group.map(sizeOf), currency)
  }
}

function lineOf(group: readonly MissionPart[], currency: string): ToldMission {
  const { name, region } = group[0]!
  const stages = totalOf(group, currency)
  return {
    name,
    region,
    missionCount: group.length,
    reserved: moneyText(stages.reserved),
    committed: moneyText(stages.committed),
    disbursed: moneyText(stages.disbursed),
    reported: moneyText(stages.reported),
  }
}

function totalOf(parts: readonly MissionPart[], currency: string): Stages {
  const of = (stage: (typeof STAGES)[number]) =>
    sum(
      parts.map((part) => part[stage]),
      currency,
    )
  return { reserved: of('reserved'), committed: of('committed'), disbursed: of('disbursed'), reported: of('reported') }
}

function sizeOf(mission: MissionPart): Money {
  return STAGES.map((stage) => mission[stage]).reduce(add)
}

function totalByYear(amounts: readonly OfYear[]): Map<string, Money> {
  const totals = new Map<string, Money>()
  for (const { year, amount } of amounts) totals.set(year, add(totals.get(year) ?? zero(amount.currency), amount))
  return totals
}

/** The larger first. */
function bySize(a: Money, b: Money): number {
  return exceeds(a, b) ? -1 : exceeds(b, a) ? 1 : 0
}

/** Named ones first, by name; then by region, that without one last. */
function byLabel(a: MissionPart, b: MissionPart): number {
  const label = ({ name, region }: MissionPart) => (name !== null ? `0${name}` : region !== null ? `1${region}` : '2')
  return label(a) < label(b) ? -1 : label(a) > label(b) ? 1 : 0
}
