import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { PERIOD_READERS } from '../../server/console/visit.ts'
import { READERS, ROLES } from '../../server/people/actor.ts'
import { approved, draft, released } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { browserOf, signedIn, textOf, type Browser } from './browser.ts'

const service = ownService()
let fund: Fund
let other: Fund
let own: { id: string; code: string; donorId: string }
let foreign: { id: string; code: string; donorId: string }
let requestId: string
let draftId: string
let payeeId: string
let donor: Caller

beforeAll(async () => {
  fund = await service.fund()
  other = await service.fund()
  own = await received(fund, '60000.00')
  foreign = await received(fund, '40000.00')
  requestId = (await approved(fund, '1000.00')).id
  await released(fund, requestId, '400.00')
  ;({ id: draftId, payeeId } = await draft(fund, '5.00'))
  donor = await service.person('Donor person', fund.id, [{ role: 'donor', donorId: own.donorId }])
})

describe('every page as every role', () => {
  const pages = {
    home: () => '/',
    requests: () => `/funds/${fund.id}/requests`,
    newRequest: () => `/funds/${fund.id}/requests/new`,
    request: () => `/requests/${requestId}`,
    draft: () => `/requests/${draftId}/edit`,
    donors: () => `/funds/${fund.id}/donors`,
    newPledge: () => `/funds/${fund.id}/contributions/new`,
    contribution: () => `/contributions/${own.id}`,
    payees: () => `/funds/${fund.id}/payees`,
    payee: () => `/payees/${payeeId}`,
    ledger: () => `/funds/${fund.id}/ledger`,
    statement: () => `/funds/${fund.id}/ledger/statement?address=assets:cash:main&currency=USD`,
    entry: () => `/funds/${fund.id}/ledger/entries/1`,
    periods: () => `/funds/${fund.id}/periods`,
    period: () => `/funds/${fund.id}/periods/2024-01`,
  }
  const read = {
    home: 200,
    requests: 200,
    request: 200,
    donors: 200,
    contribution: 200,
    payees: 200,
    payee: 200,
    ledger: 200,
    statement: 200,
    entry: 200,
  }
  const none = { home: 200, requests: 403, newRequest: 403, request: 403, draft: 403, donors: 403, ledger: 403 }
  const money = { newPledge: 403, contribution: 403, payees: 403, payee: 403 }
  const expected = (role: string): Record<string, number> => {
    const months = PERIOD_READERS.includes(role as (typeof PERIOD_READERS)[number]) ? 200 : 403
    const shut = { ...none, ...money, statement: 403, entry: 403, periods: months, period: months }
    if (role === 'fund_manager' || role === 'controller') return { ...shut, ...read, newPledge: 200 }
    if (READERS.includes(role as (typeof READERS)[number])) return { ...shut, ...read }
    if (role === 'requester') return { ...shut, requests: 200, newRequest: 200, request: 200, draft: 200 }
    if (role === 'donor') return { ...shut, donors: 200, contribution: 200 }
    if (role === 'advisor') return { ...shut, requests: 200, request: 404, draft: 404 }
    return shut
  }
  const answers = async (browser: Browser) => {
    const found: [string, number][] = []
    for (const [name, path] of Object.entries(pages)) found.push([name, (await browser.open(path())).status])
    return Object.fromEntries(found)
  }

  test.each([...ROLES, 'administrator'])('%s', async (role) => {
    const name = role.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())
    const caller = role === 'administrator' ? service.admin() : role === 'donor' ? donor : fund.cast[name]!
    expect(await answers(await signedIn(service, caller))).toEqual(expected(role))
  })

  test('somebody of another fund, and nobody', async () => {
    const stranger = await service.person('Stranger', other.id, ['auditor', 'controller'])
    const found = await answers(await signedIn(service, stranger))
    expect(found).toEqual(Object.fromEntries(Object.keys(pages).map((name) => [name, name === 'home' ? 200 : 404])))
    const unknown = await answers(browserOf(service))
    expect(unknown).toEqual(Object.fromEntries(Object.keys(pages).map((name) => [name, name === 'home' ? 200 : 401])))
  })

  test('a form sent by a role that may not is refused, kept as an attempt, and changes nothing', async () => {
    const { owner } = service.database()
    const before = await owner('requests').where({ id: requestId }).first()
    for (const [role, path] of [
      ['auditor', `/requests/${requestId}/payments`],
      ['treasurer', `/requests/${draftId}/submissions`],
      ['auditor', `/requests/${requestId}/decisions`],
      ['controller', `/funds/${fund.id}/requests`],
    ] as const) {
      const browser = await signedIn(service, fund.cast[role]!)
      const page = { text: `<form action="${path}"></form>` } as Parameters<Browser['send']>[0]
      const typed = {
        key: `once-${path}`,
        version: '1',
        verdict: 'approve',
        confirmed: 'yes',
        contentHash: 'a'.repeat(64),
      }
      const lines = { title: 'T', entityId: fund.entity, category: 'grants', bankAccountId: fund.bank, amount: '1' }
      const answer = await browser.send(page, path, { ...typed, ...lines })
      expect([path, answer.status]).toEqual([path, 403])
      expect(textOf(answer)).toContain('role_not_allowed')
      expect(await owner('acts').where({ path }).orderBy('id', 'desc').first('outcome')).toEqual({
        outcome: 'role_not_allowed',
      })
    }
    expect(await owner('requests').where({ id: requestId }).first()).toEqual(before)
  })
})

describe('donors', () => {
  test('readers see every donor with figures that add up, and the way to the reports', async () => {
    const page = await (await signedIn(service, fund.cast.auditor!)).open(`/funds/${fund.id}/donors`)
    for (const { code, donorId } of [own, foreign]) {
      expect(textOf(page)).toContain(code)
      for (const language of ['en', 'ar']) {
        expect(page.text).toContain(`/api/v1/funds/${fund.id}/donors/${donorId}/report.pdf?language=${language}`)
      }
    }
    expect(textOf(page)).toContain('USD 60,000.00 60,000.00 0.00 59,000.00 600.00 400.00')
  })

  test('a donor sees their own contributions and nothing of another', async () => {
    const browser = await signedIn(service, donor)
    const page = await browser.open(`/funds/${fund.id}/donors`)
    expect(textOf(page)).toContain(en.donors.ownTitle)
    expect(textOf(page)).toContain(own.code)
    expect(page.text).not.toContain(foreign.donorId)
    expect(textOf(page)).not.toContain(` ${foreign.code} `)
    expect((await browser.open(`/api/v1/funds/${fund.id}/donors/${own.donorId}/report`)).status).toBe(200)
    expect((await browser.open(`/api/v1/funds/${fund.id}/donors/${foreign.donorId}/report`)).status).toBe(404)
  })
})

describe('the ledger', () => {
  test('the trial balance leads to an account, its entries, and the act and people behind each', async () => {
    const browser = await signedIn(service, fund.cast.auditor!)
    const link = (text: string, path: string) =>
      [...text.matchAll(/href="([^"]+)"/g)]
        .map(([, to]) => to!.replaceAll('&amp;', '&'))
        .find((to) => to.includes(path))!
    const trial = await browser.open(`/funds/${fund.id}/ledger`)
    expect(textOf(trial)).toContain('Each book sums to zero in USD')
    const statement = await browser.open(link(trial.text, 'address=liabilities%3Ain-transit%3Amain'))
    expect(textOf(statement)).toContain(en.events.payment_released)
    const entry = await browser.open(link(statement.text, '/ledger/entries/'))
    expect(textOf(entry)).toMatch(/POST \/api\/v1\/payments\/pay_\w+\/releases/)
    expect(textOf(entry)).toContain(fund.cast.bankSignatory!.name)
    expect(textOf(entry)).toContain(en.duties.certifier)
    expect(link(entry.text, '/requests/req_')).toBe(`/requests/${requestId}`)
  })

  test.each([
    ['en', en],
    ['ar', ar],
  ])('every file that it can be taken as is a click away (%s)', async (language, words) => {
    const browser = await signedIn(service, fund.cast.auditor!, { language })
    const page = await browser.open(`/funds/${fund.id}/ledger`)
    expect(textOf(page)).toContain(words.ledger.exportsSay)
    const files = [...page.text.matchAll(/href="(\/api\/v1\/[^"]+)"/g)].map(([, to]) => to!)
    expect(files).toHaveLength(6)
    for (const file of files) {
      const answer = await browser.open(file)
      expect([file, answer.status]).toEqual([file, 200])
      expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="?ledger-/)
    }
  })

  test('it is of the day that is asked for; a day that is none is told in the form, in the language of the reader', async () => {
    const browser = await signedIn(service, fund.cast.controller!, { language: 'ar' })
    const long = await browser.open(`/funds/${fund.id}/ledger?on=2001-01-01`)
    expect(textOf(long)).toContain(ar.ledger.empty)
    for (const on of ['2026-02-30', 'x', '0000-01-01']) {
      const none = await browser.open(`/funds/${fund.id}/ledger?on=${on}`)
      expect(none.status).toBe(200)
      expect(textOf(none)).toContain(ar.fieldErrors['day.invalid'])
    }
  })

  test('an account or an entry that is not of the fund is not there', async () => {
    const browser = await signedIn(service, fund.cast.controller!)
    const at = (path: string) => browser.open(`/funds/${fund.id}/ledger/${path}`).then(({ status }) => status)
    expect(await at('statement?address=assets:cash:none&currency=USD')).toBe(404)
    expect(await at('entries/999999')).toBe(404)
    expect(await at('entries/x')).toBe(404)
    expect(await at('statement?address=x&currency=USD')).toBe(400)
    expect(await at('statement')).toBe(400)
  })
})

test('the first page shows the stages as a bar for the eye and as a table for everybody', async () => {
  for (const language of ['en', 'ar'] as const) {
    const page = await (await signedIn(service, fund.cast.fundManager3!, { language })).open('/')
    expect(page.text).toContain(`aria-describedby="stages-${fund.id}"`)
    expect(page.text).toContain(`id="stages-${fund.id}"`)
    const widths = [...page.text.matchAll(/<rect class="stage-\w+" x="\d+" y="0" width="(\d+)"/g)].map(
      ([, width]) => width!,
    )
    expect(widths.reduce((all, width) => all + Number.parseInt(width, 10), 0)).toBe(1000)
    expect(textOf(page)).toContain('99,000.00')
  }
})
