import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { verifyNext } from '../../server/ledger/verification.ts'
import { approved, released } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Fund } from '../support/service.ts'
import { signedIn, textOf } from './browser.ts'

const service = ownService()
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '60000.00')
  await released(fund, (await approved(fund, '1000.00')).id, '400.00')
  await allSealable(service.database().owner, fund.id)
  while ((await service.database().service.transaction((trx) => sealEntries(trx, fund.id))) > 0);
})

const at = (path: string) => `/funds/${fund.id}/ledger/${path}`
const links = (text: string) => [...text.matchAll(/href="([^"]+)"/g)].map(([, to]) => to!.replaceAll('&amp;', '&'))
const q = (text: string) => encodeURIComponent(text)

test('the query box finds entries, each the way to its act and people, and the file has the same', async () => {
  const browser = await signedIn(service, fund.cast.auditor!)
  const page = await browser.open(at(`entries?q=${q('kind:payment_released account:budget')}`))
  expect(page.status).toBe(200)
  expect(textOf(page)).toContain(en.events.payment_released)
  expect(textOf(page)).not.toContain(en.events.receipt + ' ')
  const entry = await browser.open(links(page.text).find((to) => /\/ledger\/entries\/\d+$/.test(to))!)
  expect(textOf(entry)).toContain(fund.cast.bankSignatory!.name)
  const file = await browser.open(links(page.text).find((to) => to.includes('format=csv'))!)
  expect(file.text).toContain('payment_released')
})

test.each([
  ['en', 'Character 1: "knd" is no field.', en],
  ['ar', 'الحرف 1: "knd" ليس حقلاً.', ar],
] as const)(
  'where a query is wrong is marked at the character, and the text is kept (%s)',
  async (language, message, t) => {
    const browser = await signedIn(service, fund.cast.auditor!, { language })
    const page = await browser.open(at(`entries?q=${q('knd:receipt <script>')}`))
    expect(page.status).toBe(200)
    expect(textOf(page)).toContain(t.audit.wrongQuery)
    expect(textOf(page)).toContain(message)
    expect(page.text).toContain('<mark>knd</mark>:receipt &lt;script>')
    expect(page.text).toMatch(/<textarea[^>]*>knd:receipt &lt;script>/)
    const position = await browser.open(at('entries?position=99999'))
    expect([position.status, textOf(position)]).toEqual([200, expect.stringContaining(t.audit.wrongQuery)])
  },
)

test('a query is saved and a sample drawn from the page, without script; what is refused is told in the form', async () => {
  const browser = await signedIn(service, fund.cast.auditor!)
  const path = at(`entries?q=${q('kind:receipt')}`)
  const page = await browser.open(path)
  const saved = await browser.sendAndFollow(page, `/funds/${fund.id}/saved-queries`, { name: 'قبض', shared: 'yes' })
  expect(textOf(saved)).toContain('قبض')
  const other = await (await signedIn(service, fund.cast.controller!)).open(at('entries'))
  expect(textOf(other)).toContain('قبض')

  const refused = await browser.send(page, `/funds/${fund.id}/samples`, { size: 'many', method: 'random' })
  expect(refused.status).toBe(400)
  expect(textOf(refused)).toContain(en.thereIsAProblem)
  expect(refused.text).toContain('value="many"')
  const sample = await browser.sendAndFollow(page, `/funds/${fund.id}/samples`, {
    size: '٢',
    method: 'monetary_unit',
    seed: 'walk',
  })
  expect(textOf(sample)).toContain('walk')
  expect(textOf(sample)).toContain('60,000.00')
  const paper = await browser.open(links(sample.text).find((to) => to.endsWith('/paper'))!)
  expect(paper.text).toContain('seed,walk')
  const treasurer = await (await signedIn(service, fund.cast.treasurer!)).open(path)
  expect(textOf(treasurer)).not.toContain(en.audit.save)
})

test('every figure of a breakdown leads to the entries of which it is made', async () => {
  const browser = await signedIn(service, fund.cast.auditor!)
  const page = await browser.open(
    at(`breakdown?by=account&across=month&depth=3&q=${q('account:assets,budget:committed')}`),
  )
  expect(textOf(page)).toContain('60,000.00')
  const figures = links(page.text).filter((to) => to.includes('/ledger/entries?q='))
  expect(figures.length).toBeGreaterThan(3)
  for (const to of figures) {
    const list = await browser.open(to)
    expect([to, list.status, textOf(list).includes(en.audit.nothing)]).toEqual([to, 200, false])
  }
  const wrong = await browser.open(at('breakdown?by=weather'))
  expect(textOf(wrong)).toContain(en.audit.wrongQuery)
})

test('the state of the seals is one line; when it is broken, every page says so to those who look after it, and names the entry', async () => {
  const { owner, service: db } = service.database()
  const pass = async () => {
    while ((await db.transaction((trx) => verifyNext(trx, fund.id, { pauseMs: 0 }))).did !== 'pass');
  }
  const auditor = await signedIn(service, fund.cast.auditor!)
  expect(textOf(await auditor.open(at('verification')))).toContain(en.audit.notYet)
  await pass()
  expect(textOf(await auditor.open(at('verification')))).toContain('Unbroken since')
  const arabic = await signedIn(service, fund.cast.controller!, { language: 'ar' })
  expect(textOf(await arabic.open(at('verification')))).toContain('سليم منذ')

  const entry = await db('entries').where({ fund_id: fund.id }).orderBy('id').first('id')
  const trx = await owner.transaction()
  await trx.raw('set local session_replication_role = replica')
  await trx('entries').where({ id: entry.id }).update({ memo: 'x' })
  await trx.commit()
  await pass()
  const broken = await auditor.open(at('verification'))
  expect(textOf(broken)).toContain(`${en.audit.faultEntry} ${entry.id}`)
  for (const path of ['/', at(''), `/funds/${fund.id}/requests`]) {
    expect(textOf(await auditor.open(path))).toContain('the ledger has been tampered with')
    expect(textOf(await arabic.open(path))).toContain('تم العبث بالدفاتر')
  }
  const treasurer = await signedIn(service, fund.cast.treasurer!)
  expect(textOf(await treasurer.open('/'))).not.toContain('tampered')
  expect(textOf(await treasurer.open(at('verification')))).toContain(en.audit.broken)
})

test('requesters, donors and strangers see none of these pages', async () => {
  const stranger = await service.person('Stranger', (await service.fund()).id, ['auditor'])
  for (const [who, status] of [
    [fund.cast.requester!, 403],
    [stranger, 404],
  ] as const) {
    const browser = await signedIn(service, who)
    for (const path of ['entries', 'breakdown', 'verification'])
      expect((await browser.open(at(path))).status).toBe(status)
  }
})
