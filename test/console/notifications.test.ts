import { submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService } from '../support/service.ts'
import { formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()

test('the inbox tells what waits and how much is unread; opening it changes nothing, marking as read does', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  const { certifyingOfficer } = fund.cast
  const { id } = await submitted(fund, '100.00', { title: '<script>alert(1)</script> محادثات' })
  const browser = await signedIn(service, certifyingOfficer!)
  expect(textOf(await browser.open('/'))).toContain('Notifications (1)')
  const page = await browser.open('/notifications')
  expect(textOf(page)).toContain('1 unread')
  expect(textOf(page)).toContain('A request waits for your decision')
  expect(page.text).toContain(`href="/requests/${id}"`)
  expect(page.text).not.toContain('<script>alert')
  await browser.open(`/requests/${id}`)
  const again = await browser.open('/notifications')
  expect(textOf(again)).toContain('1 unread')
  const marking = formsOf(again).find((action) => action.startsWith('/notifications/ntf_'))!
  const read = await browser.sendAndFollow(again, marking)
  expect(textOf(read)).toContain('0 unread')
  expect(textOf(await browser.open('/notifications?unread=true'))).toContain('You have read everything.')
})

test('everything that was told up to what is shown is marked as read at once', async () => {
  const fund = await service.fund()
  await received(fund, '1000.00')
  for (let i = 0; i < 3; i += 1) await submitted(fund, '10.00')
  const browser = await signedIn(service, fund.cast.certifyingOfficer2!)
  const page = await browser.open('/notifications')
  expect(textOf(await browser.sendAndFollow(page, '/notifications/readings'))).toContain('0 unread')
})

test('in Arabic the inbox reads from right to left, and times are kept as they are typed there', async () => {
  const fund = await service.fund()
  const browser = await signedIn(service, fund.cast.auditor!, { language: 'ar' })
  const page = await browser.open('/notifications/preferences')
  expect(page.text).toContain('dir="rtl"')
  const typed = { timeZone: 'Asia/Beirut', digestAt: '٠٧:٣٠', quietFrom: '21:00', quietUntil: '07:00' }
  const kept = await browser.sendAndFollow(page, '/notifications/preferences', typed)
  expect(textOf(kept)).toContain('حُفظت رغباتك')
  expect(kept.text).toContain('value="07:30"')
  const wrong = await browser.send(kept, '/notifications/preferences', { timeZone: 'Asia/Nowhere' })
  expect(wrong.status).toBe(400)
  expect(textOf(wrong)).toContain('ليس هذا اسماً في قاعدة بيانات المناطق الزمنية')
})
