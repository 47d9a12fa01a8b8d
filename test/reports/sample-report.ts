import type {
  DonorReport,
  ReportedContribution,
  ReportedMission,
  ReportLine,
  StageFigures,
} from '../../server/donor-reports/figures.ts'

type Stages = Partial<Record<keyof StageFigures, string>>

/** Figures in US dollars; what is not named is zero. The caller keeps the stages equal to the authority. */
export function figures(named: Stages): StageFigures {
  const names = [
    ...['pledged', 'agreed', 'received', 'outstanding', 'writtenOff', 'bankCharges', 'exchangeDifference', 'authority'],
    ...['supportCost', 'available', 'ready', 'reserved', 'committed', 'disbursed', 'reported', 'toBeRecovered'],
    'recoveryGivenUp',
  ] as (keyof StageFigures)[]
  const entries = names.map((name) => [name, usd(named[name] ?? '0.00')])
  return Object.fromEntries(entries) as StageFigures
}

export function usd(amount: string): { amount: string; currency: string } {
  return { amount, currency: 'USD' }
}

export function mission(
  name: string | null,
  amounts: [string, string, string, string],
  of: Partial<ReportedMission> = {},
): ReportedMission {
  const [reserved, committed, disbursed, reported] = amounts
  return {
    name,
    region: null,
    missionCount: 1,
    reserved: usd(reserved),
    committed: usd(committed),
    disbursed: usd(disbursed),
    reported: usd(reported),
    ...of,
  }
}

/** A donor of long standing: three contributions, a write-off, confidential missions, a very large amount. */
export function sampleReport(): DonorReport {
  return {
    fund: {
      code: 'RRMF',
      name: 'Rapid Response Mediation Fund',
      nameArabic: 'صندوق الاستجابة السريعة للوساطة',
      currency: 'USD',
    },
    donor: {
      id: '0198c2f0-0000-7000-8000-000000000001',
      name: 'Ministry for Foreign Affairs of Finland',
      kind: 'government',
    },
    asOf: { occurredOn: '2025-12-31', recordedAt: '2026-01-15T09:30:00Z' },
    position: { number: 4217, hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
    totals: figures({
      pledged: '123456789012345.67',
      agreed: '6450000.00',
      received: '5837412.18',
      outstanding: '362587.82',
      writtenOff: '-250000.00',
      bankCharges: '-145.50',
      exchangeDifference: '-12442.32',
      authority: '5837412.18',
      supportCost: '408618.85',
      available: '1266391.00',
      ready: '850000.00',
      reserved: '412000.00',
      committed: '640250.33',
      disbursed: '1310152.00',
      reported: '950000.00',
    }),
    contributions: [steadyContribution(), writtenOffContribution(), arabicContribution()],
    missions: sampleMissions(),
    years: [
      { year: '2022', received: usd('840000.00'), disbursed: usd('210400.00') },
      { year: '2023', received: usd('1725000.00'), disbursed: usd('933120.25') },
      { year: '2024', received: usd('2108370.50'), disbursed: usd('1544003.10') },
      { year: '2025', received: usd('1164041.68'), disbursed: usd('1872431.65') },
    ],
  }
}

/** A donor of whom the ledger knows nothing yet. */
export function emptyReport(): DonorReport {
  const report = sampleReport()
  return { ...report, totals: figures({}), contributions: [], missions: [], years: [] }
}

/** One contribution with as many lines as asked for, all different. */
export function longReport(lineCount: number): DonorReport {
  const lines = Array.from({ length: lineCount }, (_, i) => longReportLine(i))
  return { ...sampleReport(), contributions: [{ ...steadyContribution(), lines }] }
}

export function longReportLine(i: number): ReportLine {
  const day = `${(i % 28) + 1}`.padStart(2, '0')
  const cents = `${(i * 37) % 100}`.padStart(2, '0')
  const amount = `${1000 + i * 7}.${cents}`
  return {
    on: `2025-${`${(i % 12) + 1}`.padStart(2, '0')}-${day}`,
    kind: i % 9 === 8 ? 'bank_charge' : 'receipt',
    reference: `BST-2025-${`${i}`.padStart(5, '0')}`,
    original: { amount: i % 9 === 8 ? `-${amount}` : amount, currency: 'EUR' },
    rate: '0.9215',
    amount: usd(i % 9 === 8 ? `-${amount}` : amount),
  }
}

function sampleMissions(): ReportedMission[] {
  return [
    mission('Great Lakes ceasefire talks', ['120000.00', '310250.33', '640000.00', '512300.00']),
    mission('Lake Chad basin dialogue support', ['92000.00', '180000.00', '402152.00', '287700.00']),
    mission(null, ['200000.00', '150000.00', '268000.00', '150000.00'], { region: 'Horn of Africa', missionCount: 3 }),
    mission(null, ['0.00', '0.00', '0.00', '0.00'], { region: null, missionCount: 1 }),
  ]
}

function steadyContribution(): ReportedContribution {
  return {
    id: '0198c2f0-0000-7000-8000-000000000101',
    code: 'FIN-2024-001',
    fiscalYear: '2024',
    status: 'received',
    conditional: false,
    earmark: { level: 'softly', terms: ['Central Africa', 'ceasefire'], spendBy: '2026-06-30' },
    originalPledged: { amount: '4000000.00', currency: 'EUR' },
    originalAgreed: { amount: '4000000.00', currency: 'EUR' },
    figures: figures({
      pledged: '4340770.00',
      agreed: '4340770.00',
      received: '4328327.68',
      bankCharges: '-145.50',
      exchangeDifference: '-12442.32',
      authority: '4328327.68',
      supportCost: '302982.94',
      available: '913092.41',
      ready: '600000.00',
      reserved: '412000.00',
      committed: '490250.33',
      disbursed: '860002.00',
      reported: '750000.00',
    }),
    lines: steadyLines(),
    missions: sampleMissions().slice(0, 3),
  }
}

function steadyLines(): ReportLine[] {
  const eur = (amount: string) => ({ amount, currency: 'EUR' })
  const lines: ReportLine[] = [
    {
      on: '2023-12-11',
      kind: 'pledge',
      reference: 'Note verbale 14/2023',
      original: eur('4000000.00'),
      rate: '0.9215',
      amount: usd('4340770.00'),
    },
    {
      on: '2023-12-29',
      kind: 'agreement',
      reference: 'AGR-2023-0031',
      original: eur('4000000.00'),
      rate: '0.9215',
      amount: usd('4340770.00'),
    },
  ]
  for (let i = 0; i < 58; i++) {
    const month = `${(Math.floor(i / 3) % 12) + 1}`.padStart(2, '0')
    const on = `${2024 + Math.floor(i / 36)}-${month}-${[4, 15, 26][i % 3]}`.replace(/-4$/, '-04')
    const kind = i % 6 === 5 ? 'bank_charge' : i % 11 === 10 ? 'exchange_difference' : 'receipt'
    const sign = kind === 'receipt' ? '' : '-'
    const whole = kind === 'receipt' ? 68000 + i * 113 : 12 + i
    const amount = `${sign}${whole}.${`${(i * 7) % 100}`.padStart(2, '0')}`
    const original = kind === 'receipt' ? eur(`${whole - 4000}.00`) : null
    lines.push({
      on,
      kind,
      reference: `BST-${on.slice(0, 4)}-${1000 + i}`,
      original,
      rate: original ? '0.9412' : null,
      amount: usd(amount),
    })
  }
  return lines
}

function writtenOffContribution(): ReportedContribution {
  return {
    id: '0198c2f0-0000-7000-8000-000000000102',
    code: 'FIN-2023-002',
    fiscalYear: '2023',
    status: 'written_off',
    conditional: true,
    earmark: {
      level: 'tightly',
      terms: ['Horn of Africa', 'women’s participation', 'travel & <logistics>'],
      spendBy: null,
    },
    originalPledged: usd('1250000.00'),
    originalAgreed: usd('1250000.00'),
    figures: figures({
      pledged: '1250000.00',
      agreed: '1250000.00',
      received: '1000000.00',
      writtenOff: '-250000.00',
      authority: '1000000.00',
      supportCost: '70000.00',
      available: '29850.00',
      ready: '250000.00',
      committed: '150000.00',
      disbursed: '300150.00',
      reported: '200000.00',
    }),
    lines: [
      { on: '2023-03-02', kind: 'pledge', reference: '', original: null, rate: null, amount: usd('1250000.00') },
      {
        on: '2023-05-18',
        kind: 'condition_met',
        reference: 'COND-7',
        original: null,
        rate: null,
        amount: usd('1000000.00'),
      },
      {
        on: '2023-06-01',
        kind: 'receipt',
        reference: 'BST-2023-0411',
        original: null,
        rate: null,
        amount: usd('1000000.00'),
      },
      {
        on: '2025-11-30',
        kind: 'write_off',
        reference: 'Decision 2025/88 of the Controller',
        original: null,
        rate: null,
        amount: usd('-250000.00'),
      },
    ],
    missions: [],
  }
}

function arabicContribution(): ReportedContribution {
  return {
    id: '0198c2f0-0000-7000-8000-000000000103',
    code: 'FIN-2025-003',
    fiscalYear: '2025',
    status: 'agreed',
    conditional: false,
    earmark: { level: 'unearmarked', terms: [], spendBy: null },
    originalPledged: usd('123456789012345.67'),
    originalAgreed: null,
    figures: figures({
      pledged: '123456789012345.67',
      received: '509084.50',
      authority: '509084.50',
      supportCost: '35635.91',
      available: '323448.59',
      disbursed: '150000.00',
    }),
    lines: [
      {
        on: '2025-04-07',
        kind: 'pledge',
        reference: 'رسالة رقم 77/2025',
        original: usd('123456789012345.67'),
        rate: '1',
        amount: usd('123456789012345.67'),
      },
      {
        on: '2025-09-09',
        kind: 'receipt',
        reference: 'BST-2025-2210',
        original: null,
        rate: null,
        amount: usd('509084.50'),
      },
    ],
    missions: [mission('Red Sea shuttle mediation', ['0.00', '0.00', '150000.00', '0.00'])],
  }
}
