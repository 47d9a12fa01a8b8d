import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { finding, paidRequest, today } from '../closures/closing.ts'
import { recover } from '../no-regret/telling.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '5000.00', undefined, { unspent: 'return' })
})

test('a request is brought to its end on its page: unspent, finding, lesson, checklist and closing, in both languages', async () => {
  const id = await paidRequest(fund, '400.00', '300.00')
  const at = `/requests/${id}`
  const controller = await signedIn(service, fund.cast.controller!)
  const page = await controller.open(at)
  expect(textOf(page)).toContain(en.closing.points.advances)
  expect(formsOf(page)).not.toContain(`${at}/closures`)
  const owed = await controller.sendAndFollow(page, `${at}/recoverables`, {
    ...{ amount: '300.00', identifiedOn: today(), reason: 'The ferry was <b>free</b>' },
  })
  expect(textOf(owed)).toContain('The ferry was <b>free</b>')
  await recover(fund, id, '300.00', today()).expect(201)

  const { body } = await finding(fund, id, { what: 'إيصالان برقم واحد' }).expect(201)
  const officer = await signedIn(service, fund.cast.certifyingOfficer!)
  const asked = await officer.open(at)
  const answered = await officer.sendAndFollow(asked, `${at}/findings/${body.id}/answers`, { answer: 'One was a copy' })
  expect(textOf(answered)).toContain('One was a copy')
  const auditor = await signedIn(service, fund.cast.auditor!, { language: 'ar' })
  const told = await auditor.open(`/funds/${fund.id}/findings?open=true`)
  expect(textOf(told)).toContain('إيصالان برقم واحد')
  const ended = await auditor.sendAndFollow(await auditor.open(at), `${at}/findings/${body.id}/endings`, {
    note: 'صحيح',
  })
  expect(textOf(ended)).toContain(ar.done.findingEnded)

  const manager = await signedIn(service, fund.cast.fundManager2!)
  const taught = await manager.sendAndFollow(await manager.open(at), `${at}/lessons`, {
    ...{ title: 'Hire the ferry early', planned: 'A ferry', happened: 'None was there', advice: 'Book it' },
    verdict: 'differently',
  })
  expect(textOf(taught)).toContain('Hire the ferry early')
  const unmeant = await manager.send(taught, `${at}/closures`, { note: '' })
  expect(unmeant.status).toBe(400)
  expect(textOf(unmeant)).toContain(en.fieldErrors['confirm.listed'])
  const closed = await manager.sendAndFollow(taught, `${at}/closures`, { note: 'Done', confirmed: 'yes' })
  expect(textOf(closed)).toContain(en.done.requestClosed)
  expect(formsOf(closed).filter((form) => /closures|recoverables|recoveries|payments/.test(form))).toEqual([])

  const found = await manager.open(`/funds/${fund.id}/lessons?words=ferry&theme=&phase=&verdict=differently`)
  expect(textOf(found)).toContain('Hire the ferry early')
  const none = await manager.open(`/funds/${fund.id}/lessons?words=mountain`)
  expect(textOf(none)).toContain(en.lessons.noneFound)
  const due = await auditor.open(`/funds/${fund.id}/refunds-due`)
  expect(textOf(due)).toContain(ar.closing.termsOf.return)
  expect(textOf(due)).toContain('400.00')
})
