import type { Earmark } from '../../server/funding/policy.ts'
import type { Fund, TestService } from './service.ts'

let count = 0

import { testServiceForFund } from './service.ts'
import { postEntry, debit, credit } from '../../server/ledger/post.ts'
import { authority, stage, cash, contributionIncome } from '../../server/ledger/accounts.ts'
import { money } from '../../server/money.ts'
import { newId } from '../../server/ids.ts'
export async function received(fund: Fund, amount: string, earmark: Earmark = { level: 'unearmarked' }) {
  count += 1
  const { owner, service } = testServiceForFund(fund)
  const id = newId('contribution'),
    code = `D${count}`,
    donorId = newId('donor'),
    act = newId('act')
  await owner('acts').insert({ id: act, fund_id: fund.id, request_id: 'x', method: 'x', path: 'x', outcome: 'done' })
  await owner('donors').insert({ id: donorId, fund_id: fund.id, name: code, kind: 'x' })
  await owner('contributions').insert({
    id,
    fund_id: fund.id,
    code,
    donor_id: donorId,
    fiscal_year: 2026,
    earmark: JSON.stringify(earmark),
    pledged_on: '2026-01-01',
    pledged_amount: 1,
    pledged_currency: 'USD',
    pledged_functional: 1,
    act_id: act,
  })
  const m = money(amount, 'USD'),
    c = { id, code }
  await service.transaction((trx) =>
    postEntry(
      trx,
      { fundId: fund.id, actId: act },
      {
        kind: 'receipt',
        source: id,
        occurredOn: '2026-01-01',
        postings: [
          debit(cash({ code: 'main', currency: 'USD' }), m),
          credit(contributionIncome(c, 'USD'), m),
          debit(stage('available', c, 'USD'), m),
          credit(authority(c, 'USD'), m),
        ],
      },
    ),
  )
  return { id, code, donorId }
}

/** Balances by stage over the whole fund, as text: `{ available: '60.00', committed: '40.00', … }`, zeros left out. */
export async function stages(service: TestService, fund: Fund): Promise<Record<string, string>> {
  const { rows } = await service.database().owner.raw(
    `select a.stage, (sum(p.amount) / 100.0)::numeric(20, 2)::text as amount
       from accounts a join postings p on p.account_id = a.id
      where a.fund_id = ? and a.stage is not null and a.contribution_id is not null group by a.stage having sum(p.amount) <> 0`,
    [fund.id],
  )
  return Object.fromEntries(rows.map((row: { stage: string; amount: string }) => [row.stage, row.amount]))
}

/** Balances of accounts by address, e.g. `{ 'assets:cash:main': '100.00' }`; zeros left out. Minor units of two decimals. */
export async function balances(service: TestService, fund: Fund, prefix: string): Promise<Record<string, string>> {
  const { rows } = await service.database().owner.raw(
    `select a.address, (sum(p.amount) / 100.0)::numeric(20, 2)::text as amount
       from accounts a join postings p on p.account_id = a.id
      where a.fund_id = ? and a.address like ? group by a.address having sum(p.amount) <> 0 order by a.address`,
    [fund.id, `${prefix}%`],
  )
  return Object.fromEntries(rows.map((row: { address: string; amount: string }) => [row.address, row.amount]))
}
