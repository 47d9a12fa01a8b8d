import { row, type Db } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import type { Earmark } from '../funding/policy.ts'
import { fundById } from '../funds/open.ts'
import { sealAt } from '../ledger/seal.ts'
import { fromMinorUnits, impliedRate, minorText, moneyFrom, moneyText, sum } from '../money.ts'
import type { DonorReport, ReportedContribution, ReportLine, StageFigures } from './figures.ts'
import { statusOf, tellMissions, tellYears, type MissionPart, type OfYear } from './policy.ts'
import { sourcesOf, type ContributionSource, type LineSource, type MissionSource, type Sources } from './sources.ts'

export type ReportAsked = {
  fundId: string
  donorId: string
  occurredOn: string
  recordedAt: string
  position?: number | undefined
}

/**
 * What a donor is told of its contributions: what it promised, what came, and where every cent of it is, from the ledger as of both
 * axes of time. `recordedAt` must not lie in the future, or the report could not be told again; with a `position`, the number of a seal,
 * it can be told again to the letter for ever. Refuses `not_found`.
 */
export async function donorReport(db: Db, { fundId, donorId, position, ...asOf }: ReportAsked): Promise<DonorReport> {
  const { id, currency, code, name, nameArabic } = await fundById(db, fundId)
  const donor = await row<DonorReport['donor']>(
    db,
    `select id, name, kind from donors where id = :donorId and fund_id = :fundId`,
    { donorId, fundId },
  )
  if (!donor) throw new Refusal('not_found')
  const sources = await sourcesOf(db, { fund: { id, currency }, donorId, ...asOf, position })
  const seal = position === undefined ? null : await sealAt(db, fundId, position)
  const linesOf = Map.groupBy(sources.lines, ({ contribution }) => contribution)
  const partsOf = Map.groupBy(sources.missions, ({ contribution }) => contribution)
  const contributions = sources.contributions.map((one) =>
    contributionTold(one, currency, { lines: linesOf.get(one.id) ?? [], missions: partsOf.get(one.id) ?? [] }),
  )
  return {
    fund: { code, name, nameArabic, currency },
    donor,
    asOf,
    position: seal && { number: seal.number, hash: seal.hash },
    totals: totalsOf(contributions, currency),
    contributions,
    missions: tellMissions(missionParts(sources.missions, currency), currency),
    years: tellYears(byYear(sources, currency), currency),
  }
}

const FIGURES: readonly (keyof StageFigures)[] = [
  'pledged',
  'agreed',
  'received',
  'outstanding',
  'writtenOff',
  'bankCharges',
  'exchangeDifference',
  'authority',
  'supportCost',
  'available',
  'ready',
  'reserved',
  'committed',
  'disbursed',
  'reported',
  'toBeRecovered',
  'recoveryGivenUp',
]

/** Each total is the exact sum of the figures that it is a total of. */
function totalsOf(contributions: readonly ReportedContribution[], currency: string): StageFigures {
  const totals = FIGURES.map((name) => {
    const amounts = contributions.map(({ figures }) => moneyFrom(figures[name]))
    return [name, moneyText(sum(amounts, currency))]
  })
  return Object.fromEntries(totals) as StageFigures
}

function byYear({ lines, disbursed }: Sources, currency: string): { received: OfYear[]; disbursed: OfYear[] } {
  const inYear = (year: string, amount: string) => ({ year, amount: fromMinorUnits(amount, currency) })
  return {
    received: lines.filter(({ kind }) => kind === 'receipt').map(({ on, amount }) => inYear(on.slice(0, 4), amount)),
    disbursed: disbursed.map(({ year, amount }) => inYear(year, amount)),
  }
}

function contributionTold(
  source: ContributionSource,
  currency: string,
  { lines, missions }: { lines: readonly LineSource[]; missions: readonly MissionSource[] },
): ReportedContribution {
  const { id, code, fiscalYear, pledgedAmount, pledgedCurrency, agreedAmount, agreedCurrency } = source
  return {
    id,
    code,
    fiscalYear,
    status: statusOf({
      cancelled: source.isCancelled,
      agreed: source.isAgreed,
      outstanding: fromMinorUnits(source.outstandingOriginal, agreedCurrency ?? pledgedCurrency),
      last: source.last,
    }),
    conditional: source.conditional ?? false,
    earmark: earmarkTold(source.earmark),
    originalPledged: minorText(pledgedAmount, pledgedCurrency),
    originalAgreed: agreedAmount === null ? null : minorText(agreedAmount, agreedCurrency!),
    figures: figuresTold(source, currency),
    lines: lines.map((line) => lineTold(line, currency)),
    missions: tellMissions(missionParts(missions, currency), currency),
  }
}

function figuresTold({ support, ...source }: ContributionSource, currency: string): StageFigures {
  const units = { ...source, supportCost: support }
  return Object.fromEntries(FIGURES.map((name) => [name, minorText(units[name], currency)])) as StageFigures
}

/** Rate and amounts are facts of their own; where nobody gave a rate, the one that they imply is told. */
function lineTold(line: LineSource, currency: string): ReportLine {
  const { on, kind, reference, amount } = line
  const original = line.original === null ? null : fromMinorUnits(line.original, line.currency!)
  const converted = original !== null && original.currency !== currency && line.worth !== null
  return {
    on,
    kind,
    reference,
    original: original && moneyText(original),
    rate: converted ? (line.rate ?? impliedRate(original, fromMinorUnits(line.worth, currency))) : null,
    amount: minorText(amount, currency),
  }
}

function earmarkTold({ level, window, regions, countries, phases, themes, partners, spendBy }: Earmark) {
  const words = [...(phases ?? []), ...(themes ?? [])].map((code) => code.replaceAll('_', ' '))
  const terms = [...(window ? [window] : []), ...(regions ?? []), ...(countries ?? []), ...words, ...(partners ?? [])]
  return { level, terms, spendBy: spendBy ?? null }
}

function missionParts(sources: readonly MissionSource[], currency: string): MissionPart[] {
  const money = (units: string) => fromMinorUnits(units, currency)
  return sources.map(({ process, name, region, reserved, committed, disbursed, reported }) => ({
    process,
    name,
    region,
    reserved: money(reserved),
    committed: money(committed),
    disbursed: money(disbursed),
    reported: money(reported),
  }))
}
