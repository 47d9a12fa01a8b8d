import { decide, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
let fund: Fund

beforeEach(async () => {
  fund = await service.fund()
  await received(fund, '5000000.00')
})

const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString()

test('from going away to the decision on one’s behalf, in the pages', async () => {
  const { fundManager, controller, certifyingOfficer } = fund.cast
  const at = `/funds/${fund.id}/delegations`
  const owner = await signedIn(service, fundManager!)
  const form = await owner.open(at)
  const wrong = await owner.send(form, `/funds/${fund.id}/absences`, { until: '2020-01-01T08:00', reason: 'Rest <b>' })
  expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('Rest &lt;b>')])
  const away = await owner.sendAndFollow(await owner.open(at), `/funds/${fund.id}/absences`, {
    ...{ until: inDays(3).slice(0, 16), reason: 'إجازة', 'delegate-fund_manager': controller!.id },
    'upTo-fund_manager': '٥٠٠٠٠.٠٠',
  })
  expect(textOf(away)).toContain('It is known when you are away')
  expect(textOf(away)).toContain('not accepted yet')

  const delegate = await signedIn(service, controller!)
  const offers = await delegate.open(at)
  const [accepting] = formsOf(offers).filter((action) => action.endsWith('/acceptances'))
  const accepted = await delegate.sendAndFollow(offers, accepting!, {})
  expect(textOf(accepted)).toContain('In force')

  const { id } = await submitted(fund, '40.00')
  await decide(certifyingOfficer!, id).expect(201)
  expect((await delegate.open('/')).text).toContain(`/requests/${id}`)
  const page = await delegate.open(`/requests/${id}`)
  expect(textOf(page)).toContain('fundManager is away until')
  expect(textOf(page)).toContain('controller stands in')
  expect(textOf(page)).toContain('You decide on behalf of fundManager')
  await delegate.sendAndFollow(page, `/requests/${id}/decisions`, { verdict: 'approve', confirmed: 'yes' })
  const after = await (await signedIn(service, fund.cast.auditor!, { language: 'ar' })).open(`/requests/${id}`)
  expect(textOf(after)).toContain('نيابة عن fundManager')

  const again = await owner.open(at)
  const [returning] = formsOf(again).filter((action) => action.endsWith('/returns'))
  expect(textOf(await owner.sendAndFollow(again, returning!, {}))).toContain('Welcome back')
  // Who holds no role that can be lent has no form, and a requester no page.
  expect(formsOf(await delegate.open(at)).filter((action) => action.startsWith('/funds'))).toEqual([])
  expect((await (await signedIn(service, fund.cast.requester!)).open(at)).status).toBe(403)
})

test('a director breaks the glass, another confirms, and a head of department contests, in red for the auditor', async () => {
  const { director, certifyingOfficer, headOfDepartment, auditor } = fund.cast
  const second = await service.person('Second director', fund.id, ['director'])
  const { id } = await submitted(fund, '60000.00')
  await decide(certifyingOfficer!, id).expect(201)
  const first = await signedIn(service, director!)
  const page = await first.open(`/requests/${id}`)
  const path = `/requests/${id}/break-glass`
  const unmeant = await first.send(page, path, { role: 'fund_manager', reason: 'Tonight' })
  expect([unmeant.status, unmeant.text]).toEqual([400, expect.stringContaining('Tonight')])
  const begun = await first.sendAndFollow(page, path, { role: 'fund_manager', reason: 'Tonight', confirmed: 'yes' })
  expect(textOf(begun)).toContain('Waits for a second director')
  const one = /action="(\/break-glass\/\w+)\/confirmations"/
  expect(begun.text).not.toMatch(one)

  const other = await signedIn(service, second)
  const waiting = await other.open(`/funds/${fund.id}/break-glass`)
  const link = /href="(\/break-glass\/\w+)"/.exec(waiting.text)![1]!
  const confirmed = await other.sendAndFollow(await other.open(link), `${link}/confirmations`, {})
  expect(textOf(confirmed)).toContain('The step is taken')

  const head = await signedIn(service, headOfDepartment!, { language: 'ar' })
  const reviewed = await head.sendAndFollow(await head.open(link), `${link}/reviews`, {
    ...{ verdict: 'contest', words: 'كان يمكن الوصول إليّ' },
  })
  expect(textOf(reviewed)).toContain('موضع اعتراض')
  const seen = await (await signedIn(service, auditor!)).open(`/requests/${id}`)
  expect(seen.text).toMatch(/class="alarm" role="note"/)
  expect(textOf(seen)).toContain('have taken the step of the Fund manager in place of its owners')
})

test('a member of the advisory board has a page of their own and answers there; who decides reads it', async () => {
  const { director, advisor } = fund.cast
  const { id } = await submitted(fund, '60000.00')
  const asker = await signedIn(service, director!)
  const page = await asker.open(`/requests/${id}`)
  const path = `/requests/${id}/opinion-requests`
  await asker.send(page, path, { advisorIds: [advisor!.id], dueOn: inDays(2).slice(0, 10), question: 'Now?' })
  const member = await signedIn(service, advisor!)
  expect((await member.open('/')).text).toContain(`/funds/${fund.id}/opinions`)
  const list = await member.open(`/funds/${fund.id}/opinions`)
  const link = /href="(\/opinions\/\w+)"/.exec(list.text)![1]!
  const empty = await member.send(await member.open(link), link, { view: 'favours', words: '' })
  expect([empty.status, textOf(empty)]).toEqual([400, expect.stringContaining('Fill this in')])
  const given = await member.sendAndFollow(await member.open(link), link, { view: 'favours', words: 'Go <now>' })
  expect(textOf(given)).toContain('Your opinion is kept')
  expect(formsOf(given).filter((action) => action.startsWith('/opinions'))).toEqual([])
  expect(textOf(await asker.open(`/requests/${id}`))).toContain('Go <now>')
  expect((await member.open(`/requests/${id}`)).status).toBe(404)
})
