import { booksOf } from '../contributions/books.ts'
import { correctingIn } from '../corrections/correcting.ts'
import { draft, submit } from '../support/asking.ts'
import { ownService, type Fund } from '../support/service.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
let fund: Fund
let entry: string
let code: string

beforeEach(async () => {
  fund = await service.fund()
  const books = booksOf(service, fund)
  const contribution = await books.agreed({ donorId: await books.donor('السويد <script>') })
  const { id } = await books.received(contribution, '1000.00 USD')
  code = contribution.code
  entry = await correctingIn(service, fund).entry('receipt', id)
})

test('from the wrong entry to its proposal, to what it touches, to its confirmation by another person', async () => {
  await submit(fund, await draft(fund, '400.00')).expect(201)
  const controller = await signedIn(service, fund.cast.controller!)
  const at = `/funds/${fund.id}/ledger/entries/${entry}`
  expect((await controller.open(at)).text).toContain(`href="${at}/corrections"`)
  const form = await controller.open(`${at}/corrections`)
  const proposed = await controller.sendAndFollow(form, `${at}/corrections`, {
    bankValue: '٩٧٥.٠٠',
    bankCharge: '25.00',
    correctionReason: 'The bank kept 25.00',
    way: 'right',
  })
  for (const said of ['Nothing is posted yet', 'budget:available', 'USD 600.00', 'USD 575.00', code])
    expect(textOf(proposed)).toContain(said)
  expect(formsOf(proposed).filter((action) => action.startsWith('/corrections'))).toEqual([
    expect.stringContaining('/withdrawals'),
  ])
  const [withdrawal] = formsOf(proposed).filter((action) => action.endsWith('/withdrawals'))
  const page = withdrawal!.replace('/withdrawals', '')

  const director = await signedIn(service, fund.cast.director!, { language: 'ar' })
  const seen = await director.open(page)
  expect(seen.text).toContain('dir="rtl"')
  const unread = await director.send(seen, `${page}/decisions`, { verdict: 'confirm' })
  expect([unread.status, textOf(unread)]).toEqual([400, expect.stringContaining('أكّد أنك قرأت المعروض')])
  const confirmed = await director.sendAndFollow(seen, `${page}/decisions`, { verdict: 'confirm', confirmed: 'yes' })
  expect(textOf(confirmed)).toContain('أُقرّ وسُجّل')
  expect(formsOf(confirmed).filter((action) => action.startsWith('/corrections'))).toEqual([])
  expect(textOf(await controller.open(at))).toContain('Corrected by Confirmed')
  expect(textOf(await controller.open(`/funds/${fund.id}/corrections`))).toContain('The bank kept 25.00')
})

test('a form that is refused says why, with what was typed, and what stands in the way', async () => {
  await submit(fund, await draft(fund, '400.00')).expect(201)
  const controller = await signedIn(service, fund.cast.controller!)
  const path = `/funds/${fund.id}/ledger/entries/${entry}/corrections`
  const form = await controller.open(path)
  const nothing = await controller.send(form, path, { correctionReason: 'x', way: 'right' })
  expect([nothing.status, textOf(nothing)]).toEqual([422, expect.stringContaining('Say what is different')])
  const held = await controller.send(await controller.open(path), path, {
    correctionReason: 'Never came',
    way: 'take_back',
  })
  expect([held.status, textOf(held)]).toEqual([409, expect.stringMatching(/held or spent by R\S+/)])
  expect(held.text).toContain('Never came')
  const wrong = await controller.send(await controller.open(path), path, {
    ...{ bankCharge: '1.005', correctionReason: '', way: 'right' },
  })
  expect(textOf(wrong)).toContain('This has more decimals than its currency has.')
  expect(textOf(wrong)).toContain('Fill this in.')
})

test('whoever may not propose gets no form, and an entry that is not corrected says so', async () => {
  const path = `/funds/${fund.id}/ledger/entries/${entry}/corrections`
  const auditor = await signedIn(service, fund.cast.auditor!)
  expect((await auditor.open(path)).status).toBe(403)
  expect((await auditor.open(`/funds/${fund.id}/ledger/entries/${entry}`)).text).not.toContain(path)
  const controller = await signedIn(service, fund.cast.controller!)
  const pledge = await correctingIn(service, fund).entry('pledge')
  expect((await controller.open(`/funds/${fund.id}/ledger/entries/${pledge}/corrections`)).status).toBe(409)
  const cast = fund.cast.requester!
  expect((await (await signedIn(service, cast)).open(`/funds/${fund.id}/corrections`)).status).toBe(403)
})

test('the form of each kind shows what the entry says', async () => {
  const books = booksOf(service, fund)
  const contribution = await books.agreed({ condition: 'A ceasefire holds', amount: '70.00' })
  const controller = await signedIn(service, fund.cast.controller!)
  const agreement = await correctingIn(service, fund).entry('conditional_agreement', contribution.id)
  const path = `/funds/${fund.id}/ledger/entries/${agreement}/corrections`
  const form = await controller.open(path)
  expect(form.text).toContain('A ceasefire holds')
  const proposed = await controller.sendAndFollow(form, path, {
    ...{ rateBps: '700', amount: '80.00', correctionReason: 'Annex', way: 'right' },
  })
  expect(textOf(proposed)).toContain('USD 80.00')
})
