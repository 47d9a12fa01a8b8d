import type { Trx } from '../../db/connect.ts'
import { newId } from '../../server/ids.ts'
import { authority, cash, contributionIncome, receivable, stage } from '../../server/ledger/accounts.ts'
import { credit, debit, postEntries, type Entry } from '../../server/ledger/post.ts'
import { minorUnits, money } from '../../server/money.ts'

const CONTRIBUTIONS = 10
const SIGNED_ON = '2026-01-02'
const RECEIVED_ON = '2026-03-02'
const PART = money('100.00', 'USD')

/**
 * Gives a new donor of a new fund ten contributions with as many events in all as asked for, at least twenty: an agreement
 * each, and receipts. Rows and postings are those that the service itself would have written.
 */
export async function openDonorBooks(trx: Trx, events: number): Promise<{ fundId: string; donorId: string }> {
  const [fundId, actId, donorId, bankId] = [newId('fund'), newId('act'), newId('donor'), newId('bankAccount')]
  const fund = { id: fundId, code: `DONOR-${events}`, name: 'Bench', currency: 'USD', opened_on: SIGNED_ON }
  await trx('funds').insert(fund)
  await trx('acts').insert({ id: actId, fund_id: fundId, request_id: 'bench', method: '-', path: '-', outcome: 'done' })
  await trx('donors').insert({ id: donorId, fund_id: fundId, name: 'Finland', kind: 'government' })
  await trx('bank_accounts').insert({ id: bankId, fund_id: fundId, code: 'main', name: 'Main', currency: 'USD' })
  const receipts = events / CONTRIBUTIONS - 1
  for (let i = 0; i < CONTRIBUTIONS; i += 1) {
    const contribution = { id: newId('contribution'), code: `D${i}` }
    await agree(trx, { fundId, actId, donorId }, { contribution, receipts })
    await receive(trx, { fundId, actId, bankId }, { contribution, receipts })
  }
  return { fundId, donorId }
}

type Of = { contribution: { id: string; code: string }; receipts: number }

async function agree(
  trx: Trx,
  { fundId, actId, donorId }: { fundId: string; actId: string; donorId: string },
  { contribution, receipts }: Of,
): Promise<void> {
  const total = money(`${receipts * 100}.00`, 'USD')
  await trx('contributions').insert({
    ...contribution,
    fund_id: fundId,
    donor_id: donorId,
    fiscal_year: 2026,
    earmark: JSON.stringify({ level: 'unearmarked' }),
    pledged_on: SIGNED_ON,
    pledged_amount: minorUnits(total),
    pledged_currency: 'USD',
    pledged_functional: minorUnits(total),
    status: 'received',
    act_id: actId,
  })
  await trx('agreements').insert({
    contribution_id: contribution.id,
    conditional: false,
    amount: minorUnits(total),
    currency: 'USD',
    functional: minorUnits(total),
    signed_on: SIGNED_ON,
    reference: 'MFA/2026/7',
    support_cost_bps: 0,
    support_cost_base: 'deposit',
    standard: 'ipsas-47',
    act_id: actId,
  })
  const agreement: Entry = {
    kind: 'unconditional_agreement',
    source: contribution.id,
    occurredOn: SIGNED_ON,
    postings: [debit(receivable(contribution, 'USD'), total), credit(contributionIncome(contribution, 'USD'), total)],
  }
  await postEntries(trx, { fundId, actId }, [agreement])
}

async function receive(
  trx: Trx,
  { fundId, actId, bankId }: { fundId: string; actId: string; bankId: string },
  { contribution, receipts }: Of,
): Promise<void> {
  const ids = Array.from({ length: receipts }, () => newId('receipt'))
  const units = minorUnits(PART)
  const rows = ids.map((id, i) => ({
    id,
    fund_id: fundId,
    bank_account_id: bankId,
    received_on: RECEIVED_ON,
    sent_amount: units,
    sent_currency: 'USD',
    bank_value: units,
    functional: units,
    reference: `BST-2026-${i}`,
    source_key: id,
    act_id: actId,
  }))
  const applications = ids.map((receiptId) => ({
    id: newId('application'),
    receipt_id: receiptId,
    contribution_id: contribution.id,
    applied_on: RECEIVED_ON,
    amount: units,
    value: units,
    functional: units,
    carrying: units,
    authority: units,
    support: 0,
    act_id: actId,
  }))
  const entries = ids.map((source): Entry => ({
    kind: 'receipt',
    source,
    occurredOn: RECEIVED_ON,
    postings: [
      debit(cash({ code: 'main', currency: 'USD' }), PART),
      credit(receivable(contribution, 'USD'), PART),
      debit(stage('available', contribution, 'USD'), PART),
      credit(authority(contribution, 'USD'), PART),
    ],
  }))
  await trx.batchInsert('receipts', rows, 500)
  await trx.batchInsert('receipt_applications', applications, 500)
  await postEntries(trx, { fundId, actId }, entries)
}
