import type { DonorReport, StageFigures } from '../../server/donor-reports/figures.ts'
import type { OwnDatabase } from '../support/database.ts'

/** The figures of a report, added up again from every posting of the fund one by one, in whole minor units and without any SQL sums. */

export type Posted = {
  entry: string
  kind: string
  source: string
  address: string
  contribution: string | null
  amount: bigint
  functional: bigint
  on: string
  at: string
}

export type Plain = Record<keyof StageFigures, bigint>

/** Every posting of the fund up to that day, as known at that moment. */
export async function postingsOf(
  { owner }: OwnDatabase,
  fundId: string,
  { occurredOn, recordedAt }: { occurredOn: string; recordedAt: string },
): Promise<Posted[]> {
  const { rows } = await owner.raw(
    `select p.entry_id::text as entry, e.kind, e.source, a.address, a.contribution_id as contribution, p.amount::text, p.functional::text,
            p.occurred_on as on, to_char(p.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
       from postings p join entries e on e.id = p.entry_id join accounts a on a.id = p.account_id
      where e.fund_id = ? order by p.entry_id, p.line`,
    [fundId],
  )
  return (rows as Record<string, string>[])
    .map((row) => ({ ...row, amount: BigInt(row.amount!), functional: BigInt(row.functional!) }) as unknown as Posted)
    .filter(({ on, at }) => on <= occurredOn && at <= recordedAt)
}

const RECEIVED = ['receipt', 'receipt_applied', 'condition_met', 'authority_released']
const RECEIPTS = ['receipt', 'receipt_applied']
const STAGES = {
  support: 'supportCost',
  available: 'available',
  ready: 'ready',
  reserved: 'reserved',
  committed: 'committed',
  disbursed: 'disbursed',
  reported: 'reported',
} as const

/**
 * What the postings say of one contribution whose condition, if it has one, is met: its authority from receipts is the cash that came;
 * what its receivable was relieved of, and what was gained on it, less that cash, is what banks kept.
 */
export function recompute(postings: readonly Posted[], contributionId: string): Plain {
  const own = postings.filter(({ contribution }) => contribution === contributionId)
  const total = (which: (one: Posted) => boolean) =>
    own.filter(which).reduce((all, { functional }) => all + functional, 0n)
  const is = (account: string) => (one: Posted) => one.address.startsWith(`${account}:`)
  const pledged = is('budget:pledged')
  const receivable = is('assets:receivable')
  const authority = is('budget:authority')
  const recoverable = (one: Posted) => /^budget:disbursed:[^:]+:recoverable:/.test(one.address)

  const receiptEntries = new Set(
    own.filter((one) => receivable(one) && RECEIPTS.includes(one.kind)).map(({ entry }) => entry),
  )
  const gained = postings
    .filter(({ entry, address }) => receiptEntries.has(entry) && /^(income|expense):exchange:realised$/.test(address))
    .reduce((all, { functional }) => all - functional, 0n)
  const relieved = -total((one) => receivable(one) && RECEIPTS.includes(one.kind))
  const received = -total((one) => authority(one) && RECEIVED.includes(one.kind))
  return {
    pledged: total((one) => pledged(one) && /^pledge(_cancelled)?$/.test(one.kind)),
    agreed: total((one) => receivable(one) && one.kind.endsWith('_agreement')),
    received,
    outstanding: total(receivable),
    writtenOff: total((one) => receivable(one) && one.kind === 'write_off'),
    bankCharges: received - relieved - gained,
    exchangeDifference: gained,
    authority: -total(authority),
    toBeRecovered: total((one) => recoverable(one)),
    recoveryGivenUp: -total((one) => recoverable(one) && one.kind === 'recovery_written_off'),
    ...(Object.fromEntries(
      Object.entries(STAGES).map(([stage, name]) => [name, total(is(`budget:${stage}`))]),
    ) as Record<(typeof STAGES)[keyof typeof STAGES], bigint>),
  }
}

/** Figures of a report as whole minor units, of a currency of two decimals. */
export function plain(figures: StageFigures): Plain {
  return Object.fromEntries(Object.entries(figures).map(([name, { amount }]) => [name, units(amount)])) as Plain
}

export function units(amount: string): bigint {
  if (!/^-?\d+\.\d\d$/.test(amount)) throw new Error(`not an amount of two decimals: ${amount}`)
  return BigInt(amount.replace('.', ''))
}

/** What is wrong with the sums of a report; nothing, if all of it adds up. */
export function complaints(report: DonorReport): string[] {
  const found: string[] = []
  const check = (what: string, a: bigint, b: bigint) => void (a === b || found.push(`${what}: ${a} is not ${b}`))
  const add = (amounts: readonly { amount: string }[]) => amounts.reduce((all, { amount }) => all + units(amount), 0n)
  const parts = [
    ...report.contributions.map(({ code, figures, missions }) => ({ what: code, figures, missions })),
    { what: 'totals', figures: report.totals, missions: report.missions },
  ]
  for (const { what, figures, missions } of parts) {
    const f = plain(figures)
    const stages = f.supportCost + f.available + f.ready + f.reserved + f.committed + f.disbursed + f.reported
    check(`${what}: stages`, stages, f.authority)
    check(
      `${what}: promise`,
      f.agreed + f.writtenOff + f.bankCharges + f.exchangeDifference - f.received,
      f.outstanding,
    )
    for (const stage of ['reserved', 'committed', 'disbursed', 'reported'] as const)
      check(`${what}: missions ${stage}`, add(missions.map((one) => one[stage])), f[stage])
  }
  for (const name of Object.keys(report.totals) as (keyof StageFigures)[])
    check(
      `total ${name}`,
      add(report.contributions.map(({ figures }) => figures[name])),
      units(report.totals[name].amount),
    )
  for (const { code, figures, lines } of report.contributions) {
    const of = (...kinds: string[]) => add(lines.filter(({ kind }) => kinds.includes(kind)).map(({ amount }) => amount))
    check(`${code}: pledge lines`, of('pledge', 'pledge_cancelled'), units(figures.pledged.amount))
    check(`${code}: agreement lines`, of('agreement'), units(figures.agreed.amount))
    check(`${code}: receipt lines`, of('receipt'), units(figures.received.amount))
    check(`${code}: charge lines`, of('bank_charge'), units(figures.bankCharges.amount))
    check(`${code}: difference lines`, of('exchange_difference'), units(figures.exchangeDifference.amount))
    check(`${code}: write-off lines`, of('write_off'), units(figures.writtenOff.amount))
  }
  check('years received', add(report.years.map(({ received }) => received)), units(report.totals.received.amount))
  const { disbursed, reported } = report.totals
  check('years disbursed', add(report.years.map((one) => one.disbursed)), add([disbursed, reported]))
  return found
}
