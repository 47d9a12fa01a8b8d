import { settle } from '../../server/contributions/policy.ts'
import { agreementPostings, heldOf, pledgePostings, pledgeReversal } from '../../server/contributions/postings.ts'
import { applicationRow, receiptEntries } from '../../server/contributions/receipt-entries.ts'
import { newId } from '../../server/ids.ts'
import { stage } from '../../server/ledger/accounts.ts'
import { credit, debit, postEntries, type Entry } from '../../server/ledger/post.ts'
import { minorUnits, money, sum, type Money } from '../../server/money.ts'
import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { complaints } from './recomputed.ts'
import { reportOf, storyOf } from './story.ts'

const service = ownService()
let fund: Fund
let sweden: string
let reader: Caller

const usd = (amount: string) => money(amount, 'USD')
const CONTRIBUTIONS = 310
const RECEIPTS_EACH = 12
const RECEIPTS_OF_ONE = 1000

/** More than 10,000 lines for one donor, and some for another, so that what is not its own is there to be passed by. */
beforeAll(async () => {
  fund = await service.fund()
  const story = storyOf(fund, service)
  sweden = await story.donor('Sweden')
  reader = await story.reader('Astrid', sweden)
  const norway = await story.donor('Norway')
  const many = Array.from({ length: CONTRIBUTIONS }, () => RECEIPTS_EACH)
  await record(
    sweden,
    [RECEIPTS_OF_ONE, ...many].map((receipts, i) => planned(`S-${i}`, receipts)),
  )
  await record(
    norway,
    many.slice(200).map((receipts, i) => planned(`N-${i}`, receipts)),
  )
  await service.database().owner.raw('analyze')
}, 240_000)

type Planned = ReturnType<typeof planned>

/** One contribution, received whole in parts that each cost a charge; a little of it is held for requests. */
function planned(code: string, receipts: number) {
  const contribution = { id: newId('contribution'), code }
  const each = { amount: usd('10.00'), functional: usd('10.00') }
  const charge = { amount: usd('0.25'), functional: usd('0.25') }
  const part = usd('10.25')
  const total = sum(
    Array.from({ length: receipts }, () => part),
    'USD',
  )
  const bank = { code: 'main', currency: 'USD' }
  const base = { source: contribution.id, occurredOn: '2024-01-01', memo: code }
  const agreed = agreementPostings(contribution, { amount: total, functional: total, conditional: false })
  const entries: Entry[] = [
    { ...base, kind: 'pledge', postings: pledgePostings(contribution, total) },
    { ...base, kind: 'unconditional_agreement', postings: [...agreed, ...pledgeReversal(contribution, total)] },
  ]
  const arrived = Array.from({ length: receipts }, (_, i) => {
    const receivedOn = `2024-${`${(i % 12) + 1}`.padStart(2, '0')}-05`
    const receipt = { id: newId('receipt'), bank, receivedOn, booked: each, charge }
    const outstanding = { amount: total, carrying: total }
    const settlement = settle({ held: heldOf(receipt), worth: part, outstanding, supportCostBps: 700 })
    const application = { id: newId('application'), contribution, appliedOn: receivedOn, settlement, heldBack: false }
    entries.push(...receiptEntries(receipt, application))
    return { receipt, application }
  })
  const request = { id: newId('request'), code: `R-${code}` }
  const held: [Money, Money] = [usd('1.00'), usd('1.00')]
  entries.push({
    ...{ kind: 'request_submitted', source: request.id, occurredOn: '2024-12-31' },
    postings: [
      debit(stage('reserved', contribution, 'USD', request), ...held),
      credit(stage('available', contribution, 'USD'), ...held),
    ],
  })
  return { contribution, total, arrived, entries }
}

async function record(donorId: string, all: Planned[]): Promise<void> {
  const { owner } = service.database()
  const actId = newId('act')
  await owner.transaction(async (trx) => {
    await trx('acts').insert({ id: actId, request_id: 'test', method: 'POST', path: '/test', outcome: 'done' })
    const insert = (table: string, made: object[]) => trx.batchInsert(table, made, 1000)
    const kept = { fund_id: fund.id, act_id: actId }
    await insert(
      'contributions',
      all.map(({ contribution, total }) => ({
        ...{ ...kept, ...contribution, donor_id: donorId, fiscal_year: 2024, earmark: '{"level":"unearmarked"}' },
        ...{ pledged_on: '2024-01-01', pledged_amount: minorUnits(total), pledged_currency: 'USD' },
        ...{ pledged_functional: minorUnits(total), status: 'received' },
      })),
    )
    await insert(
      'agreements',
      all.map(({ contribution, total }) => ({
        ...{ contribution_id: contribution.id, conditional: false, amount: minorUnits(total), currency: 'USD' },
        ...{ functional: minorUnits(total), signed_on: '2024-01-01', support_cost_bps: 700 },
        ...{ support_cost_base: 'deposit', standard: 'IPSAS 23', act_id: actId },
      })),
    )
    const arrived = all.flatMap((one) => one.arrived)
    await insert(
      'receipts',
      arrived.map(({ receipt }, i) => ({
        ...{ ...kept, id: receipt.id, bank_account_id: fund.bank, received_on: receipt.receivedOn },
        ...{ sent_amount: 1025, sent_currency: 'USD', bank_value: 1000, bank_charge: 25, functional: 1000 },
        ...{ functional_charge: 25, reference: `BST-${i}`, source_key: receipt.id },
      })),
    )
    await insert(
      'receipt_applications',
      arrived.map(({ receipt, application }) => applicationRow(receipt.id, application, actId)),
    )
  })
  const entries = all.flatMap((one) => one.entries)
  for (let i = 0; i < entries.length; i += 500) {
    await owner.transaction((trx) => postEntries(trx, { fundId: fund.id, actId }, entries.slice(i, i + 500)))
    // A database that has grown for years knows how large its tables are.
    if (i < 1000) await owner.raw('analyze')
  }
}

test('a donor with ten thousand lines is told all of them in bounded time, whoever asks', async () => {
  const reports: DonorReport[] = []
  for (const by of [fund.cast.auditor!, reader]) {
    const begun = performance.now()
    const report: DonorReport = (await reportOf(by, fund, sweden).expect(200)).body
    expect(performance.now() - begun).toBeLessThan(6_000)
    reports.push(report)
  }
  const [report, same] = reports as [DonorReport, DonorReport]
  expect(report.contributions.reduce((all, { lines }) => all + lines.length, 0)).toBe(
    2 * (CONTRIBUTIONS + 1) + 2 * (CONTRIBUTIONS * RECEIPTS_EACH + RECEIPTS_OF_ONE),
  )
  expect(report.totals.received.amount).toBe('47200.00')
  expect(report.totals.reserved.amount).toBe('311.00')
  expect(complaints(report)).toEqual([])
  expect(same).toEqual({ ...report, asOf: same.asOf })
})

test('it is written as a PDF too', async () => {
  const begun = performance.now()
  const answer = await reader.get(`/funds/${fund.id}/donors/${sweden}/report.pdf`).buffer(true).expect(200)
  expect(performance.now() - begun).toBeLessThan(60_000)
  expect(answer.body.subarray(0, 5).toString()).toBe('%PDF-')
}, 90_000)
