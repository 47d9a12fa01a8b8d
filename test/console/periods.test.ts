import { booksOf } from '../contributions/books.ts'
import { monthsOf } from '../periods/months.ts'
import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
let fund: Fund
let months: ReturnType<typeof monthsOf>
let controller: Caller
beforeAll(async () => {
  fund = await service.fund()
  months = monthsOf(service, fund)
  controller = fund.cast.controller!
  const books = booksOf(service, fund)
  await books.rate('EUR', '2024-01', '0.8')
  await books.rate('EUR', '2024-02', '0.5')
  await books.agreed({ amount: '1000.00', currency: 'EUR' })
  const receipt = books.receipt('50.00 USD', { receivedOn: '2024-02-15', reference: '<b>كشف 7</b>' })
  await fund.cast.treasurer!.post(`/funds/${fund.id}/receipts`, receipt).expect(201)
})

const address = (month = '') => `/funds/${fund.id}/periods${month && `/${month}`}`

test('the controller brings a month from open to closed for good, without script', async () => {
  const browser = await signedIn(service, controller)
  const list = await browser.open(address())
  const older = await browser.open(/rel="next" href="([^"]+)"/.exec(list.text)![1]!)
  expect(textOf(older)).toContain('February 2024 Open yes')
  await months.closeHard('2024-01')
  const page = address('2024-02')
  const revalued = await browser.sendAndFollow(await browser.open(page), `${page}/revaluations`)
  expect(textOf(revalued)).toContain(en.periods.done.revalued)
  expect(formsOf(revalued)).not.toContain(`${page}/revaluations`)
  const soft = await browser.sendAndFollow(revalued, `${page}/closings`)
  expect(textOf(soft)).toContain(en.periods.done.soft)
  await months.seal()
  expect(textOf(soft)).toContain('When the checklist below is done, February 2024 can be closed for good')
  const empty = await browser.send(soft, `${page}/explanations`, { explanation: '' })
  expect([empty.status, textOf(empty).includes(en.fieldErrors['any.required'])]).toEqual([400, true])
  const explained = await browser.sendAndFollow(soft, `${page}/explanations`, {
    explanation: 'The donor <i>writes</i>',
  })
  expect(explained.text).toContain('The donor &lt;i>writes')
  expect(explained.text).toContain('&lt;b>كشف 7')
  const hard = await browser.sendAndFollow(explained, `${page}/closings`)
  expect(textOf(hard)).toContain(en.periods.done.hard)
  expect(textOf(hard)).toContain(en.periods.states.hard_closed)
  expect(formsOf(hard).filter((one) => one.includes('/periods/'))).toEqual([`${page}/reopenings`])
})

test('a month is opened again by two people, in Arabic; the auditor reads why and has no form', async () => {
  const page = address('2024-02')
  const mine = await signedIn(service, controller, { language: 'ar' })
  const refused = await mine.send(await mine.open(page), `${page}/reopenings`, { reason: '' })
  expect([refused.status, textOf(refused).includes(ar.fieldErrors['any.required'])]).toEqual([400, true])
  const proposed = await mine.sendAndFollow(refused, `${page}/reopenings`, { reason: 'فاتورة متأخرة' })
  expect(textOf(proposed)).toContain(ar.periods.done.proposed)
  expect(formsOf(proposed).some((one) => one.includes('/confirmations'))).toBe(false)

  const other = await signedIn(service, fund.cast.director!, { language: 'ar' })
  const seen = await other.open(page)
  const confirmation = formsOf(seen).find((one) => one.includes('/confirmations'))!
  const opened = await other.sendAndFollow(seen, confirmation)
  expect(textOf(opened)).toContain(ar.periods.done.reopened)
  const again = await other.send(seen, confirmation, { key: 'another' })
  expect(again.status).toBe(409)

  const auditor = await signedIn(service, fund.cast.auditor!, { language: 'ar' })
  const read = await auditor.open(page)
  expect(textOf(read)).toContain('فاتورة متأخرة')
  expect(formsOf(read)).toEqual(['/console/sign-out'])
})

test('what cannot be closed yet is told in the form’s own words', async () => {
  const browser = await signedIn(service, controller)
  const page = address('2024-03')
  const refused = await browser.send(await browser.open(page), `${page}/closings`)
  expect([refused.status, textOf(refused).includes('February 2024 is still open')]).toEqual([409, true])
  const year = await browser.send(await browser.open(address()), `/funds/${fund.id}/years`, { year: '2024' })
  expect([year.status, textOf(year).includes('February 2024 is still open')]).toEqual([409, true])
  const none = await browser.send(await browser.open(address()), `/funds/${fund.id}/years`, { year: 'x' })
  expect([none.status, textOf(none).includes(en.fieldErrors['string.pattern.name'])]).toEqual([400, true])
})

test('a year is closed on the page, and listed', async () => {
  const own = await service.fund()
  await monthsOf(service, own).closeHard('2023-12')
  const browser = await signedIn(service, controller)
  const list = await browser.open(`/funds/${own.id}/periods`)
  const done = await browser.sendAndFollow(list, `/funds/${own.id}/years`, { year: '2023' })
  expect(textOf(done)).toContain(en.periods.done.year)
  expect(textOf(done)).toContain('2023 : closed by')
})

test('who may not is told so, and a month that is none is not there', async () => {
  const treasurer = await signedIn(service, fund.cast.treasurer!)
  const page = { text: `<form action="${address('2024-03')}/closings"></form>` } as never
  expect((await treasurer.send(page, `${address('2024-03')}/closings`, { key: 'k', kind: 'soft' })).status).toBe(403)
  const auditor = await signedIn(service, fund.cast.auditor!)
  expect((await auditor.open(address('2024-13'))).status).toBe(404)
  expect((await auditor.open(`${address()}?after=x`)).status).toBe(400)
})
