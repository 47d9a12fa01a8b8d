import type { Earmark } from '../../server/funding/policy.ts'
import type { Fund, TestService } from './service.ts'

let count = 0

/** A contribution to the fund, agreed and received whole today, so that all of it is available. Gives its id and code. */
export async function received(
  fund: Fund,
  amount: string,
  earmark: Earmark = { level: 'unearmarked' },
  terms: object = {},
): Promise<{ id: string; code: string; donorId: string }> {
  count += 1
  const today = new Date().toISOString().slice(0, 10)
  const { fundManager, treasurer } = fund.cast
  const money = { amount, currency: 'USD' }
  const donor = await fundManager!
    .post(`/funds/${fund.id}/donors`, { name: `Donor ${count}`, kind: 'Member State' })
    .expect(201)
  const code = `D${count}`
  const pledge = { donorId: donor.body.id, code, fiscalYear: 2026, pledgedOn: today, amount: money, earmark }
  const pledged = await fundManager!.post(`/funds/${fund.id}/contributions`, pledge)
  if (pledged.status !== 201) throw new Error(JSON.stringify(pledged.body))
  const contribution = `/contributions/${pledged.body.id}`
  const supportCost = { rateBps: 0, base: 'deposit' }
  const agreement = { conditional: false, amount: money, signedOn: today, supportCost, ...terms }
  const agreed = await fundManager!.post(`${contribution}/agreements`, agreement)
  if (agreed.status !== 201) throw new Error(JSON.stringify(agreed.body))
  const receipt = {
    receivedOn: today,
    bankAccountId: fund.bank,
    sent: money,
    bankValue: money,
    reference: `ST-${count}`,
  }
  const got = await treasurer!.post(`${contribution}/receipts`, receipt)
  if (got.status !== 201) throw new Error(JSON.stringify(got.body))
  return { id: pledged.body.id, code, donorId: donor.body.id }
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
