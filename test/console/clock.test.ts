import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { durationText } from '../../templates/duration.tsx'
import { HOUR, MINUTE, standingClock, tomorrow } from '../clock/time.ts'
import { approved, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const time = standingClock(tomorrow())
const service = ownService({ clock: time.clock })
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '500000.00')
})

test('the page says what is late and with whom, what will be late next, and how long it takes', async () => {
  const late = await submitted(fund, '100.00', { title: '<b>Late</b> talks' })
  time.pass(20 * HOUR)
  const next = await approved(fund, '100.00', { title: 'Next talks' })
  time.pass(5 * HOUR)
  const browser = await signedIn(service, fund.cast.auditor!)
  const page = await browser.open(`/funds/${fund.id}/clock?by=lane`)
  expect(page.text).toContain(`href="/requests/${late.id}"`)
  expect(page.text).not.toContain('<b>Late')
  expect(textOf(page)).toMatch(/Late now .*<b>Late<\/b> talks .*late by 1 hour .*Certifying officer: certifyingOfficer/)
  expect(textOf(page)).toMatch(/Next to be late .*Next talks .*Certification 7 hours left/)
  expect(textOf(page)).toContain('Until decided Standard 1 0 minutes')
  const request = await browser.open(`/requests/${next.id}`)
  expect(textOf(request)).toContain('Time left 7 hours left')
  const arabic = await signedIn(service, fund.cast.auditor!, { language: 'ar' })
  expect(textOf(await arabic.open(`/funds/${fund.id}/clock`))).toContain('بقي 7 ساعات')
})

test('an advisor sees the times and no name', async () => {
  const { id } = await submitted(fund, '100.00', { title: 'Quiet talks' })
  const page = await (await signedIn(service, fund.cast.advisor!)).open(`/funds/${fund.id}/clock`)
  expect(page.status).toBe(200)
  expect(textOf(page)).toContain(en.clock.confidential)
  expect(textOf(page)).not.toContain('Quiet talks')
  expect(page.text).not.toContain(id)
})

// Arabic has words of its own for one and two, another plural for three to ten, and a third from eleven on.
test.each([
  [0, '0 minutes', '0 دقيقة'],
  [59_999, '0 minutes', '0 دقيقة'],
  [MINUTE, '1 minute', 'دقيقة'],
  [3 * HOUR + 20 * MINUTE, '3 hours, 20 minutes', '3 ساعات و20 دقيقة'],
  [-2 * HOUR, '2 hours', 'ساعتان'],
  [26 * HOUR, '1 day, 2 hours', 'يوم وساعتان'],
])('%i ms is said in the reader’s words', (ms, english, arabic) => {
  expect(durationText(ms, en)).toBe(english)
  expect(durationText(ms, ar).replaceAll('، ', ' ')).toBe(arabic.replaceAll('، ', ' '))
})

test('a fund manager stops the clock of a request on its page and lets it go on; a requester has no form for it', async () => {
  const { id } = await submitted(fund, '100.00', { title: 'Paused talks' })
  const path = `/requests/${id}`
  const manager = await signedIn(service, fund.cast.fundManager!)
  const without = await manager.send(await manager.open(path), `${path}/pauses`, { reason: '', note: 'Near the river' })
  expect([without.status, without.text.includes('Near the river')]).toEqual([400, true])
  const stopped = await manager.sendAndFollow(without, `${path}/pauses`, { reason: 'funds', note: '<b>Near</b>' })
  expect(textOf(stopped)).toContain(en.done.clockStopped)
  expect(textOf(stopped)).toContain('Waiting for funds')
  expect(stopped.text).not.toContain('<b>Near')
  const requester = await signedIn(service, fund.cast.requester!)
  expect(formsOf(await requester.open(path)).filter((one) => one.includes('pause'))).toEqual([])
  const ending = formsOf(stopped).find((one) => one.startsWith('/pauses/'))!
  const goesOn = await manager.sendAndFollow(stopped, ending, {})
  expect(textOf(goesOn)).toContain(en.done.clockGoesOn)
  expect(formsOf(goesOn)).toContain(`${path}/pauses`)
})
