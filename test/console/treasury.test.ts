import { violations } from '../invariants/check.ts'
import { ownService } from '../support/service.ts'
import { treasuryOf, type Treasury } from '../treasury/money.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
let treasury: Treasury
let euro: string
let path: string

beforeEach(async () => {
  treasury = treasuryOf(service, await service.fund())
  const { rate, account, agreed, received, fund } = treasury
  await rate('EUR', '2024-01', '0.8')
  euro = await account(`geneva`, 'EUR')
  const one = await agreed({ amount: '9000.00', currency: 'EUR' })
  await received(one, '9000.00 EUR', { bankAccountId: euro })
  path = `/funds/${fund.id}/treasury`
})
afterEach(async () => {
  expect(await violations(service.database().owner, treasury.fund.id)).toEqual([])
})

test('a treasurer records a conversion, a signatory confirms it, and the page tells what it cost the reserve', async () => {
  const { as, fund } = treasury
  const treasurer = await signedIn(service, as('treasurer'))
  const conversions = `/funds/${fund.id}/conversions`
  const typed = {
    ...{ fromAccountId: euro, toAccountId: fund.bank, left: '١٠٠٠٫٠٠', leftOn: '2024-03-01', arrived: '1200.00' },
    ...{ charge: '10.00', chargeAt: 'from', reference: 'FX <script>alert(1)</script> ٣' },
  }
  const told = await treasurer.sendAndFollow(await treasurer.open(path), conversions, typed)
  expect(textOf(told)).toContain('It is recorded and waits for another person.')
  expect(textOf(told)).toContain('You proposed this. Another person decides; you may take it back.')
  expect(told.text).not.toContain('<script>alert')
  const signatory = await signedIn(service, as('bankSignatory'))
  const waiting = await signatory.open(path)
  const decision = formsOf(waiting).find((action) => action.startsWith('/proposals/'))!
  expect(textOf(waiting)).toContain('Conversion between own accounts: USD 1,250.00')
  const done = await signatory.sendAndFollow(waiting, decision, { verdict: 'approve' })
  expect(textOf(done)).toContain('It is approved and in the books.')
  expect(textOf(done)).toContain('Charges and exchange have taken USD 50.00 more than the reserve holds.')
  expect(formsOf(done)).toEqual(['/console/sign-out'])
})

test('interest is looked at before it is recorded, and is recorded as it was looked at', async () => {
  const { as, fund, cash } = treasury
  const treasurer = await signedIn(service, as('treasurer'))
  const days = { periodFrom: '2024-03-01', periodTo: '2024-03-31', creditedOn: '2024-03-31' }
  const asked = new URLSearchParams({ bankAccountId: fund.bank, ...days, amount: '12.34' }).toString()
  const shown = await treasurer.open(`${path}?${asked}`)
  expect(textOf(shown)).toContain('348,750.00 12.34') // 31 days of 11,250.00
  const interest = `/funds/${fund.id}/interest`
  const empty = await treasurer.send(shown, interest, { reference: '' })
  expect([empty.status, textOf(empty).includes('Record USD 12.34')]).toEqual([400, true])
  const done = await treasurer.sendAndFollow(shown, interest, { reference: 'IN-1' })
  expect(textOf(done)).toContain('The interest is in the books.')
  expect(await cash('main', 'USD')).toBe('12.34 USD (12.34)')
  expect(textOf(await treasurer.open(`${path}?${asked}`))).toContain('is recorded already')
  expect(textOf(await treasurer.open(`${path}?bankAccountId=x&amount=abc&periodFrom=2024-02-31`))).toContain(
    'This was not done',
  )
})

test('the controller proposes to replenish the reserve, which a director authorises, and a refused form keeps what was typed', async () => {
  const { as, fund, reserve } = treasury
  const giver = await treasury.agreed({ amount: '500.00' })
  await treasury.received(giver, '500.00 USD')
  const controller = await signedIn(service, as('controller'), { language: 'ar' })
  const transfers = `/funds/${fund.id}/reserve/transfers`
  const typed = {
    ...{ direction: 'replenish', contributionId: giver.id, amount: '40.00', occurredOn: '2024-04-01' },
    ...{ consent: '', reason: 'اتُّفق عليه' },
  }
  const page = await controller.open(path)
  const refused = await controller.send(page, transfers, typed)
  expect([refused.status, refused.text.includes('value="اتُّفق عليه"')]).toEqual([400, true])
  const told = await controller.sendAndFollow(refused, transfers, { ...typed, consent: 'رسالة ٢٨ آذار' })
  expect(textOf(told)).toContain('سُجّل وينتظر شخصاً آخر.')
  const director = await signedIn(service, as('director'))
  const waiting = await director.open(path)
  const decision = formsOf(waiting).find((action) => action.startsWith('/proposals/'))!
  const without = await director.send(waiting, decision, { verdict: 'reject' })
  expect([without.status, textOf(without).includes('This was not done')]).toEqual([400, true])
  await director.sendAndFollow(waiting, decision, { verdict: 'approve' })
  expect(await reserve()).toBe('40.00')
})

test('readers of the fund see the treasury without its forms, others not at all', async () => {
  const auditor = await signedIn(service, treasury.as('auditor'))
  const seen = await auditor.open(path)
  expect([seen.status, formsOf(seen)]).toEqual([200, ['/console/sign-out']])
  const requester = await signedIn(service, treasury.as('requester'))
  expect((await requester.open(path)).status).toBe(403)
  expect((await requester.open('/')).text).not.toContain(path)
})
