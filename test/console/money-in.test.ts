import type { Response } from 'supertest'
import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { balances, stages } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { fieldsOf, formsOf, signedIn, textOf, type Browser } from './browser.ts'

const service = ownService()
const today = new Date().toISOString().slice(0, 10)
let fund: Fund
let donorId: string

beforeEach(async () => {
  fund = await service.fund()
  const added = { name: 'Ministry of Peace', kind: 'government' }
  donorId = (await fund.cast.fundManager!.post(`/funds/${fund.id}/donors`, added).expect(201)).body.id
})

const pledges = () => `/funds/${fund.id}/contributions`
const openPledge = async (browser: Browser) => browser.open(`${pledges()}/new`)
const kept = async (table: string) => service.database().owner(table)
const rowsOf = (table: string) => kept(table).then(({ length }) => length)

/** A pledge through the form, and the address of its page. */
async function pledged(browser: Browser, more: Record<string, string | string[]> = {}): Promise<string> {
  const sent = await browser.send(await openPledge(browser), pledges(), { donorId, amount: '100000.00', ...more })
  expect([sent.status, textOf(sent)]).toEqual([303, expect.anything()])
  return sent.headers.location!.split('?')[0]!
}

async function agreed(page: string, more: Record<string, string> = {}): Promise<void> {
  const browser = await signedIn(service, fund.cast.fundManager!)
  const typed = { conditional: 'no', supportCost: '7', ...more }
  const after = await browser.sendAndFollow(await browser.open(page), `${page}/agreements`, typed)
  expect(textOf(after)).toContain(en.done.agreed)
}

describe('money comes in through the pages', () => {
  test('a pledge, its agreement and its receipt are the same acts as through the API, told with their figures', async () => {
    const browser = await signedIn(service, fund.cast.fundManager!)
    expect((await browser.open('/')).text).toContain(`href="${pledges()}/new"`)
    const page = await pledged(browser, { level: 'softly', regions: 'Central Africa\n\nWest Africa', code: 'MIN-1' })
    const [, id] = /(ctr_\w+)/.exec(page)!
    const told = () => fund.cast.auditor!.get(`/contributions/${id}`)
    expect((await told()).body).toMatchObject({
      code: 'MIN-1',
      pledged: { amount: '100000.00', currency: 'USD' },
      earmark: { level: 'softly', regions: ['Central Africa', 'West Africa'] },
    })
    await agreed(page, { supportCost: '12.5' })
    expect((await told()).body.agreement.supportCost).toEqual({ rateBps: 1250, base: 'deposit' })

    const treasurer = await signedIn(service, fund.cast.treasurer!)
    expect(textOf(await treasurer.open('/'))).toContain(en.waiting.receive)
    const typed = { sent: '100000', bankValue: '99975.00', bankCharge: '25.00', reference: 'ST-1' }
    const after = await treasurer.sendAndFollow(await treasurer.open(page), `${page}/receipts`, typed)
    expect(textOf(after)).toContain(en.done.received)
    expect(textOf(after)).toContain('Still to come USD 0.00')
    expect(formsOf(after)).not.toContain(`${page}/receipts`)
    expect(await balances(service, fund, 'assets:cash')).toEqual({ 'assets:cash:main': '99975.00' })
    const acts = await service.database().owner('acts').where({ fund_id: fund.id }).whereLike('path', `${page}%`)
    expect(acts.map(({ outcome }) => outcome)).toEqual(['done', 'done'])
  })

  test('what came under a condition says that it is held back, until who may says that the condition is met', async () => {
    const manager = await signedIn(service, fund.cast.fundManager!)
    const page = await pledged(manager)
    await agreed(page, { conditional: 'yes', condition: 'A report', supportCost: '0' })
    const treasurer = await signedIn(service, fund.cast.treasurer!)
    const typed = { sent: '100000', bankValue: '100000', reference: 'ST-1' }
    const held = await treasurer.sendAndFollow(await treasurer.open(page), `${page}/receipts`, typed)
    expect(textOf(held)).toContain(en.contribution.heldBack)
    expect(formsOf(held)).not.toContain(`${page}/fulfilments`)
    expect(await stages(service, fund)).toEqual({})
    const met = await manager.sendAndFollow(await manager.open(page), `${page}/fulfilments`, { evidence: 'Letter' })
    expect(textOf(met)).toContain(en.done.fulfilled)
    expect(await stages(service, fund)).toMatchObject({ available: '100000.00' })
  })

  test('the same receipt sent ten times at once comes in once', async () => {
    const page = await pledged(await signedIn(service, fund.cast.fundManager!))
    await agreed(page)
    const treasurer = await signedIn(service, fund.cast.treasurer!)
    const form = await treasurer.open(page)
    const typed = { sent: '60000', bankValue: '60000', reference: 'ST-1' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => treasurer.send(form, `${page}/receipts`, typed)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]))
    expect(await balances(service, fund, 'assets:cash')).toEqual({ 'assets:cash:main': '60000.00' })
  })

  test.each`
    what                        | typed                                 | field         | says
    ${'no donor'}               | ${{ donorId: '' }}                    | ${'donorId'}  | ${'any.required'}
    ${'no amount'}              | ${{ amount: '' }}                     | ${'amount'}   | ${'any.required'}
    ${'three decimals'}         | ${{ amount: '1.005' }}                | ${'amount'}   | ${'amount.tooManyDecimals'}
    ${'twenty digits'}          | ${{ amount: '12345678901234567890' }} | ${'amount'}   | ${'string.pattern.name'}
    ${'no currency of this'}    | ${{ currency: 'U$' }}                 | ${'currency'} | ${'string.pattern.name'}
    ${'a code with a space'}    | ${{ code: 'A B' }}                    | ${'code'}     | ${'string.pattern.name'}
    ${'a region twice'}         | ${{ regions: 'Chad\nChad' }}          | ${'regions'}  | ${'other'}
    ${'no level of an earmark'} | ${{ level: '' }}                      | ${'level'}    | ${'any.required'}
  `('a pledge with $what is refused beside its field, keeps what was typed, and records nothing', async (row) => {
    const { typed, field, says } = row as { typed: object; field: string; says: keyof typeof ar.fieldErrors }
    const browser = await signedIn(service, fund.cast.fundManager!, { language: 'ar' })
    const before = await rowsOf('contributions')
    const all = { donorId, amount: '5.00', window: 'نافذة <b>', ...typed }
    const again = await browser.send(await openPledge(browser), pledges(), all)
    expect(again.status).toBe(400)
    expect(again.text).toContain(`<p class="complaint" id="f-${field}-error">${ar.fieldErrors[says]}</p>`)
    expect(again.text).toContain(`href="#f-${field}"`)
    const fields = Object.fromEntries(fieldsOf(again.text, pledges()))
    expect(fields).toMatchObject(all)
    expect(await rowsOf('contributions')).toBe(before)
  })

  test.each`
    what                      | typed                           | status | says
    ${'what does not add up'} | ${{ bankValue: '90.00' }}       | ${422} | ${'what the bank booked and its charge must add up'}
    ${'a day still to come'}  | ${{ receivedOn: '2199-01-01' }} | ${422} | ${'This day is still to come.'}
    ${'no reference'}         | ${{ reference: '' }}            | ${400} | ${en.fieldErrors['any.required']}
  `('a receipt with $what is refused, and no cash comes in', async ({ typed, status, says }) => {
    const page = await pledged(await signedIn(service, fund.cast.fundManager!))
    await agreed(page)
    const treasurer = await signedIn(service, fund.cast.treasurer!)
    const all = { receivedOn: today, sent: '100.00', bankValue: '100.00', reference: '<script>x</script>', ...typed }
    const again = await treasurer.send(await treasurer.open(page), `${page}/receipts`, all)
    expect(again.status).toBe(status)
    expect(textOf(again)).toContain(says)
    expect(again.text).not.toContain('<script')
    expect(Object.fromEntries(fieldsOf(again.text, `${page}/receipts`))).toMatchObject(all)
    expect(await balances(service, fund, 'assets:')).toEqual({
      [`assets:receivable:${await codeOf(page)}`]: '100000.00',
    })
  })

  test('who may not record money finds no form, and a form sent all the same is refused and kept', async () => {
    const page = await pledged(await signedIn(service, fund.cast.fundManager!))
    for (const role of ['auditor', 'treasurer', 'payeeClerk']) {
      const browser = await signedIn(service, fund.cast[role]!)
      expect(formsOf(await browser.open(page))).toEqual(['/console/sign-out'])
      expect((await openPledge(browser)).status).toBe(403)
      const form = { text: `<form action="${page}/agreements"></form>` } as Response
      const typed = {
        key: `x-${role}`,
        conditional: 'no',
        supportCost: '7',
        amount: '1',
        currency: 'USD',
        signedOn: today,
      }
      const refused = await browser.send(form, `${page}/agreements`, { ...typed, base: 'deposit' })
      expect([refused.status, textOf(refused)]).toEqual([403, expect.stringContaining('role_not_allowed')])
    }
    expect(
      (
        await service
          .database()
          .owner('agreements')
          .where({ contribution_id: page.split('/')[2] })
      ).length,
    ).toBe(0)
  })

  test('a donor sees the page of their own contribution without a form, and none of another', async () => {
    const page = await pledged(await signedIn(service, fund.cast.fundManager!))
    const own = await signedIn(service, await service.person('Own', fund.id, [{ role: 'donor', donorId }]))
    const found = await own.open(page)
    expect([found.status, formsOf(found)]).toEqual([200, ['/console/sign-out']])
    const added = { name: 'Another', kind: 'government' }
    const other = await fund.cast.fundManager!.post(`/funds/${fund.id}/donors`, added)
    const foreign = await service.person('Other', fund.id, [{ role: 'donor', donorId: other.body.id }])
    expect((await (await signedIn(service, foreign)).open(page)).status).toBe(404)
  })
})

async function codeOf(page: string): Promise<string> {
  return (await fund.cast.auditor!.get(page)).body.code
}
