import { moneyIn } from '../contributions/books.ts'
import { approved, released } from '../support/asking.ts'
import { received as receivedToday } from '../support/money-in.ts'
import { ownService } from '../support/service.ts'
import { treasuryOf, type Treasury } from './money.ts'

const service = ownService()
let treasury: Treasury

beforeEach(async () => {
  treasury = treasuryOf(service, await service.fund())
})

/** What the accounts of realised differences say; gains are credits. */
async function posted(): Promise<string> {
  const { rows } = await service.database().owner.raw(
    `select (coalesce(-sum(p.functional), 0) / 100.0)::numeric(20, 2)::text as posted from postings p join accounts a on a.id = p.account_id
      where a.fund_id = ? and a.address in ('income:exchange:realised', 'expense:exchange:realised')`,
    [treasury.fund.id],
  )
  return rows[0].posted
}

const ofFund = async (query = '') =>
  (await treasury.as('auditor').get(`/funds/${treasury.fund.id}/exchange-differences${query}`).expect(200)).body

test('a contribution tells at what it was agreed, what each receipt brought, and the difference, in words', async () => {
  const { rate, agreed, received, as } = treasury
  await rate('EUR', '2024-01', '0.7861635')
  const contribution = await agreed({ amount: '30000.00', currency: 'EUR' })
  // 20,000.00 EUR were booked at 25,440.00 USD.
  await received(contribution, '20000.00 EUR', { bankValue: '25316.46 USD' })
  await received(contribution, '5000.00 EUR', { bankValue: '6400.00 USD', receivedOn: '2024-02-20' })
  const { body } = await as('auditor').get(`/contributions/${contribution.id}/exchange-differences`).expect(200)
  expect(body.totals).toMatchObject({
    agreed: {
      on: '2024-01-10',
      amount: moneyIn('30000.00 EUR'),
      functional: moneyIn('38160.00 USD'),
      rate: '0.7861635',
    },
    settled: moneyIn('25000.00 EUR'),
    ...{
      brought: moneyIn('31716.46 USD'),
      difference: moneyIn('-83.54 USD'),
      posted: moneyIn('-83.54 USD'),
      agrees: true,
    },
    carrying: {
      released: moneyIn('31800.00 USD'),
      outstanding: moneyIn('6360.00 USD'),
      writtenOff: moneyIn('0.00 USD'),
    },
  })
  expect(body.items).toMatchObject([
    {
      kind: 'receipt',
      ...{ original: moneyIn('20000.00 EUR'), carrying: moneyIn('25440.00 USD'), brought: moneyIn('25316.46 USD') },
      difference: moneyIn('-123.54 USD'),
      says: {
        en: 'EUR 20,000.00 was booked at 25,440.00 USD when agreed and brought 25,316.46 USD: a loss of 123.54 USD.',
      },
    },
    {
      says: {
        en: 'EUR 5,000.00 was booked at 6,360.00 USD when agreed and brought 6,400.00 USD: a gain of 40.00 USD.',
      },
    },
  ])
  expect(body.items[0].says.ar.replaceAll(/[\u2066\u2069]/g, '')).toBe(
    'قُيّد مبلغ EUR 20,000.00 عند الاتفاق بقيمة 25,440.00 USD وجلب 25,316.46 USD: خسارة قدرها 123.54 USD.',
  )
  expect((await ofFund()).totals).toEqual({
    ...{ gains: moneyIn('40.00 USD'), losses: moneyIn('-123.54 USD'), difference: moneyIn('-83.54 USD') },
    ...{ posted: moneyIn('-83.54 USD'), agrees: true },
  })
  expect((await ofFund('?to=2024-02-16')).totals.difference).toEqual(moneyIn('-123.54 USD'))
})

test('a receipt that is identified later, and a part that was written off, add up too', async () => {
  const { rate, agreed, as, receipt, fund, authorised } = treasury
  await rate('JPY', '2024-01', '147.3')
  const contribution = await agreed({ amount: '1000000', currency: 'JPY' })
  const { body: got } = await as('treasurer')
    .post(`/funds/${fund.id}/receipts`, receipt('333333 JPY', { bankValue: '2300.01 USD' }))
    .expect(201)
  await as('treasurer').post(`/receipts/${got.id}/applications`, { contributionId: contribution.id }).expect(201)
  const writeOff = { amount: moneyIn('66666 JPY'), writtenOffOn: '2024-06-01', reason: 'Will not come' }
  await authorised(`/contributions/${contribution.id}/write-offs`, writeOff)
  const { body } = await as('auditor').get(`/contributions/${contribution.id}/exchange-differences`).expect(200)
  expect([body.totals.agrees, body.totals.difference]).toEqual([true, body.items[0].difference])
  expect(body.items[0].says.en).toMatch(
    /^JPY 333,333 was booked at 2,262\.95 USD when agreed and brought 2,300\.01 USD/,
  )
  expect(await posted()).toBe(body.totals.posted.amount)
})

test('payments from foreign accounts, their return, and conversions are explained, page by page and as a file', async () => {
  const { fund, account, rate, as, received, agreed, converted } = treasury
  const today = new Date().toISOString().slice(0, 10)
  await rate('EUR', '2024-01', '0.8')
  await rate('EUR', today.slice(0, 7), '0.9')
  const euro = await account('geneva', 'EUR')
  const foreign = await agreed({ amount: '9000.00', currency: 'EUR' })
  await received(foreign, '9000.00 EUR', { bankAccountId: euro })
  await receivedToday(fund, '2000.00')
  const { id } = await approved(fund, '900.00')
  const payment = await released({ ...fund, bank: euro }, id, '900.00')
  const { rows } = await service.database().owner.raw(`select instructed from payments where id = ?`, [payment])
  const debited = { amount: (Number(rows[0].instructed) / 100).toFixed(2), currency: 'EUR' }
  expect(debited.amount).toBe('810.00')
  await converted(euro, fund.bank, { left: '1000.00 EUR', arrived: '1200.00 USD' })
  const settled = { valueDate: today, debited, reference: 'ST-9' }
  await as('reconciler').post(`/payments/${payment}/settlements`, settled).expect(201)
  const all = await ofFund()
  expect(all.items).toMatchObject([
    {
      ...{ kind: 'conversion', original: moneyIn('1000.00 EUR'), difference: moneyIn('-50.00 USD') },
      says: {
        en: 'EUR 1,000.00 was carried at 1,250.00 USD and brought 1,200.00 USD, charges included: a loss of 50.00 USD.',
      },
    },
  ])
  expect([all.totals.agrees, all.totals.posted.amount]).toEqual([true, await posted()])
  const csv = await as('auditor').get(`/funds/${fund.id}/exchange-differences?format=csv`).expect(200)
  const lines = csv.text.trim().split('\r\n')
  expect(lines[0]).toContain(
    'entry,occurred_on,kind,contribution,reference,original_currency,original,carrying,brought,difference',
  )
  expect(lines[1]).toContain('conversion,,FX-1,EUR,1000.00,1250.00,1200.00,-50.00,USD')
})

test('a payment that cost another rate than when it was told to the bank, and came back, leaves nothing', async () => {
  const { fund, account, rate, as, received, agreed } = treasury
  const today = new Date().toISOString().slice(0, 10)
  await rate('EUR', '2024-01', '0.8')
  const euro = await account('geneva', 'EUR')
  await received(await agreed({ amount: '9000.00', currency: 'EUR' }), '9000.00 EUR', { bankAccountId: euro })
  await receivedToday(fund, '2000.00')
  const payment = await released({ ...fund, bank: euro }, (await approved(fund, '900.00')).id, '900.00')
  // The rate of this month comes late: told to the bank at 0.8, it costs 0.9.
  await rate('EUR', today.slice(0, 7), '0.9')
  const settled = { valueDate: today, debited: moneyIn('720.00 EUR'), reference: 'ST-9' }
  await as('reconciler').post(`/payments/${payment}/settlements`, settled).expect(201)
  const back = { valueDate: today, reason: 'Account closed', reference: 'ST-10' }
  expect((await ofFund()).items).toMatchObject([
    {
      ...{ kind: 'payment', difference: moneyIn('100.00 USD') },
      says: {
        en: 'EUR 720.00 was booked at 900.00 USD when the bank was told to pay it and cost 800.00 USD when it did: a gain of 100.00 USD.',
      },
    },
  ])
  await as('reconciler').post(`/payments/${payment}/returns`, back).expect(201)
  const told = await ofFund('?limit=1')
  expect([told.items.length, told.totals.difference.amount, told.totals.agrees]).toEqual([1, '0.00', true])
  const { items } = await ofFund(`?limit=1&after=${told.next}`)
  expect(items).toMatchObject([{ kind: 'payment_return', difference: moneyIn('-100.00 USD') }])
  expect(items[0].says.en).toMatch(/^EUR 720.00 came back; .*: a loss of 100.00 USD\.$/)
})

test('differences are for readers of the fund alone', async () => {
  const contribution = await treasury.agreed()
  const paths = [
    `/funds/${treasury.fund.id}/exchange-differences`,
    `/contributions/${contribution.id}/exchange-differences`,
  ]
  const stranger = await service.person('Stranger', (await service.fund()).id, ['auditor'])
  for (const path of paths) {
    expect((await stranger.get(path)).body.code).toBe('not_found')
    expect((await treasury.as('requester').get(path)).body.code).toBe('role_not_allowed')
  }
})
