import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { certify, decide, draft } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { active, advance, paid } from '../no-regret/telling.ts'
import { ownService, type Fund } from '../support/service.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
const today = new Date().toISOString().slice(0, 10)
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '500000.00')
})

test('a requester chooses a lane in words and says why it cannot wait, and is asked for it before submitting', async () => {
  const { id } = await draft(fund, '40.00')
  const browser = await signedIn(service, fund.cast.requester!)
  const form = await browser.open(`/requests/${id}/edit`)
  for (const words of Object.values(en.lanesSay)) expect(textOf(form)).toContain(words)
  const saved = await browser.sendAndFollow(form, `/requests/${id}`, { lane: 'no_regret' })
  expect(textOf(saved)).toContain(`fill in: ${en.laneReason}`)
  const again = await browser.open(`/requests/${id}/edit`)
  const whole = await browser.sendAndFollow(again, `/requests/${id}`, { laneReason: 'Shots <b>in</b> Bangui' })
  expect(textOf(whole)).toContain('Shots <b>in</b> Bangui')
  await browser.sendAndFollow(whole, `/requests/${id}/submissions`)
  expect((await advance(fund, id)).advance).toMatchObject({ status: 'asked' })
})

test('who must ratify sees until when, what is left under the ceiling, who lets it move and who ratifies, and no way to return it', async () => {
  const { id } = await active(fund, '700.00')
  const browser = await signedIn(service, fund.cast.certifyingOfficer!)
  const home = await browser.open('/')
  expect(home.text).toContain(`/requests/${id}`)
  const page = await browser.open(`/requests/${id}`)
  expect(textOf(page)).toContain('Ratify as Certifying officer')
  expect(textOf(page)).toContain(en.advance.left)
  expect(textOf(page)).toContain(`(${en.advance.letMove})`)
  expect(page.text).not.toContain('value="return"')
  await browser.sendAndFollow(page, `/requests/${id}/decisions`, { verdict: 'approve', confirmed: 'yes', reason: '' })
  expect((await advance(fund, id)).waitingFor).toMatchObject([{ role: 'fund_manager' }])
})

test('an unwound request says in both languages what must come back and from whom, and the reconciler records what does', async () => {
  const { id } = await active(fund, '900.00')
  await paid(fund, id, '600.00', today)
  await certify(fund, id, '100.00').expect(201)
  await decide(fund.cast.certifyingOfficer!, id, 'reject', 'The parties did not come').expect(201)
  const browser = await signedIn(service, fund.cast.reconciler!)
  const page = await browser.open(`/requests/${id}`)
  expect(textOf(page)).toContain('USD 600.00 is still to come back from Centre for Dialogue')
  const after = await browser.sendAndFollow(page, `/requests/${id}/recoveries`, {
    ...{ receivedOn: today, received: '250.00', reference: 'ST 1' },
  })
  expect(textOf(after)).toContain('Received USD 250.00')
  const list = await browser.open(`/funds/${fund.id}/recoverables`)
  expect(textOf(list)).toContain('350.00')
  const arabic = await signedIn(service, fund.cast.controller!, { language: 'ar' })
  const told = await arabic.open(`/requests/${id}`)
  expect(textOf(told)).toContain(ar.recovery.title)
  expect(formsOf(told)).toContain(`/requests/${id}/recovery-write-offs`)
  const given = await arabic.sendAndFollow(told, `/requests/${id}/recovery-write-offs`, {
    ...{ amount: '350.00', writtenOffOn: today, reason: 'أُغلق المركز' },
  })
  expect(textOf(given)).toContain(ar.done.givenUp)
  const director = await signedIn(service, fund.cast.director!)
  const treasury = await director.open(`/funds/${fund.id}/treasury`)
  expect(textOf(treasury)).toContain(en.treasury.kinds.recovery_write_off)
})
