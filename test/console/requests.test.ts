import type { Response } from 'supertest'
import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { approved, certify, decide, draft, submitted, verifiedPayee } from '../support/asking.ts'
import { received, stages } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { fieldsOf, formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '500000.00')
})

const told = (id: string) => fund.cast.auditor!.get(`/disbursement-requests/${id}`)
const acts = async (path: string) => service.database().owner('acts').where({ path }).orderBy('id').pluck('outcome')

describe('deciding', () => {
  const approving = { verdict: 'approve', confirmed: 'yes', reason: 'In order' }

  test('a decision through the form is a decision by that person, bound to what they saw, told with amount and payee', async () => {
    const { id } = await submitted(fund, '40000.00')
    const browser = await signedIn(service, fund.cast.certifyingOfficer!)
    const page = await browser.open(`/requests/${id}`)
    expect(textOf(page)).toContain('USD 40,000.00 for Centre for Dialogue')
    const after = await browser.sendAndFollow(page, `/requests/${id}/decisions`, approving)
    expect(textOf(after)).toContain('Your approval of USD 40,000.00 for Centre for Dialogue is recorded.')
    const { body } = await told(id)
    expect(body.decisions).toHaveLength(1)
    expect(body.decisions[0]).toMatchObject({
      decidedBy: fund.cast.certifyingOfficer!.id,
      verdict: 'approve',
      reason: 'In order',
      contentHash: body.contentHash,
    })
    expect(await acts(`/requests/${id}/decisions`)).toEqual(['done'])
  })

  test('the same form sent ten times at once, and once more, decides once and is told the same each time', async () => {
    const { id } = await submitted(fund, '30000.00')
    const browser = await signedIn(service, fund.cast.fundManager!)
    const page = await browser.open(`/requests/${id}`)
    const send = () => browser.send(page, `/requests/${id}/decisions`, approving)
    const answers = await Promise.all(Array.from({ length: 10 }, send))
    answers.push(await send())
    expect(new Set(answers.map(({ status, headers }) => `${status} ${headers.location}`))).toEqual(
      new Set([`303 /requests/${id}?done=approve`]),
    )
    expect((await told(id)).body.decisions).toHaveLength(1)
    expect(await acts(`/requests/${id}/decisions`)).toEqual(['done'])
  })

  test.each`
    what                               | typed                                                | status | text
    ${'nothing chosen'}                | ${{ confirmed: 'yes' }}                              | ${400} | ${en.fieldErrors['any.required']}
    ${'not confirmed'}                 | ${{ verdict: 'approve', reason: 'Kept <as> typed' }} | ${400} | ${en.fieldErrors['confirm.missing']}
    ${'a rejection without a reason'}  | ${{ verdict: 'reject', confirmed: 'yes' }}           | ${400} | ${en.fieldErrors['any.required']}
    ${'content that nobody was shown'} | ${{ ...approving, contentHash: '0'.repeat(64) }}     | ${412} | ${en.refusals.version_changed}
    ${'a form that is not whole'}      | ${{ ...approving, contentHash: '' }}                 | ${400} | ${en.refusals.invalid_request}
    ${'a form without its key'}        | ${{ ...approving, key: '' }}                         | ${400} | ${en.refusals.invalid_request}
  `('$what is refused on the page, and nothing is decided', async ({ typed, status, text }) => {
    const { id } = await submitted(fund, '100.00')
    const browser = await signedIn(service, fund.cast.certifyingOfficer!)
    const page = await browser.open(`/requests/${id}`)
    const again = await browser.send(page, `/requests/${id}/decisions`, typed)
    expect(again.status).toBe(status)
    expect(again.text).toContain('role="alert"')
    expect(textOf(again)).toContain(text)
    const kept = Object.fromEntries(fieldsOf(again.text, `/requests/${id}/decisions`))
    expect(kept.reason).toBe(typed.reason ?? '')
    expect((await told(id)).body.decisions).toEqual([])
    expect((await acts(`/requests/${id}/decisions`)).filter((outcome: string) => outcome === 'done')).toEqual([])
  })

  test('a field that is wrong is marked, and its complaint is tied to it', async () => {
    const { id } = await submitted(fund, '100.00')
    const browser = await signedIn(service, fund.cast.certifyingOfficer!, { language: 'ar' })
    const page = await browser.open(`/requests/${id}`)
    const again = await browser.send(page, `/requests/${id}/decisions`, { verdict: 'return', confirmed: 'yes' })
    expect(again.text).toMatch(
      /<textarea[^>]*aria-describedby="decide-reason-hint decide-reason-error"[^>]*aria-invalid/,
    )
    expect(again.text).toContain(`<p class="complaint" id="decide-reason-error">${ar.fieldErrors['any.required']}</p>`)
    expect(again.text).toContain('href="#decide-reason"')
  })

  test('a form that was refused by the rules is told so again, is kept once, and comes back with a new key', async () => {
    const { id } = await submitted(fund, '100.00')
    const browser = await signedIn(service, fund.cast.certifyingOfficer!)
    const page = await browser.open(`/requests/${id}`)
    await decide(fund.cast.certifyingOfficer2!, id).expect(201)
    await decide(fund.cast.fundManager!, id).expect(201)
    const refused = [
      await browser.send(page, `/requests/${id}/decisions`, approving),
      await browser.send(page, `/requests/${id}/decisions`, approving),
    ]
    for (const one of refused) {
      expect(one.status).toBe(409)
      expect(textOf(one)).toContain('The request is not waiting for a decision.')
      expect(formsOf(one)).not.toContain(`/requests/${id}/decisions`)
    }
    expect(await acts(`/requests/${id}/decisions`)).toEqual(['not_awaiting_decision'])
  })

  test('a form used again for something else is refused, and says what to do', async () => {
    const { id } = await submitted(fund, '200000.00')
    const browser = await signedIn(service, fund.cast.certifyingOfficer!)
    const page = await browser.open(`/requests/${id}`)
    await browser.sendAndFollow(page, `/requests/${id}/decisions`, approving)
    const other = await browser.send(page, `/requests/${id}/decisions`, { ...approving, reason: 'Another' })
    expect(other.status).toBe(422)
    expect(textOf(other)).toContain(en.refusals.idempotency_key_reused)
    expect((await told(id)).body.decisions).toHaveLength(1)
    await decide(fund.cast.fundManager!, id, 'reject', 'To give the money back').expect(201)
  })

  test('whoever has another duty in the request is told why there is no form', async () => {
    const { id } = await submitted(fund, '100.00')
    const both = await service.person('Both', fund.id, [
      'certifying_officer',
      { role: 'requester', entityId: fund.entity },
    ])
    const own = await draft(fund, '100.00', { by: both })
    await both.post(`/disbursement-requests/${own.id}/submissions`).set('if-match', own.etag).expect(201)
    const browser = await signedIn(service, both)
    expect(formsOf(await browser.open(`/requests/${id}`))).toContain(`/requests/${id}/decisions`)
    const page = await browser.open(`/requests/${own.id}`)
    expect(formsOf(page)).toEqual([
      '/console/sign-out',
      `/requests/${own.id}/attachments`,
      `/requests/${own.id}/withdrawals`,
    ])
    expect(textOf(page)).toContain('You already have another duty in this request')
    expect(textOf(await browser.open('/'))).toContain(en.waiting.decide)
  })
})

test('a request goes from an empty form to a settled payment, all in the browser', async () => {
  const payeeId = await verifiedPayee(fund)
  const before = await stages(service, fund)
  const requester = await signedIn(service, fund.cast.requester!)
  const list = `/funds/${fund.id}/requests`
  const form = await requester.open(`${list}/new`)
  const typed = {
    ...{
      title: '  Second round  ',
      processId: fund.process,
      payeeId,
      mandateBasis: 'request_of_parties',
      support: 'financial',
    },
    ...{
      themes: ['power_sharing', 'gender_and_inclusion'],
      startsOn: '2026-11-01',
      endsOn: '2027-01-31',
      purpose: 'One\r\ntwo',
    },
    ...{ 'lines.0.category': 'grants', 'lines.0.description': 'Partner', 'lines.0.amount': '٩٠٠٠٫٥٠' },
    ...{ 'lines.3.category': 'travel', 'lines.3.description': 'Flights', 'lines.3.amount': '999.50' },
  }
  const drafted = await requester.sendAndFollow(form, list, typed)
  const path = /href="(\/requests\/req_\w+)\/edit"/.exec(drafted.text)![1]!
  const id = path.split('/')[2]!
  expect((await told(id)).body).toMatchObject({
    ...{
      title: 'Second round',
      purpose: 'One\ntwo',
      themes: ['power_sharing', 'gender_and_inclusion'],
      status: 'draft',
    },
    amount: { amount: '10000.00', currency: 'USD' },
  })
  const held = await requester.sendAndFollow(drafted, `${path}/submissions`)
  expect(textOf(held)).toContain('Submitted: USD 10,000.00 for Centre for Dialogue is held')

  for (const name of ['certifyingOfficer', 'fundManager']) {
    const browser = await signedIn(service, fund.cast[name]!)
    const home = await browser.open('/')
    expect(home.text).toContain(`href="${path}"`)
    await browser.sendAndFollow(await browser.open(path), `${path}/decisions`, { verdict: 'approve', confirmed: 'yes' })
  }
  const certifier = await signedIn(service, fund.cast.certifyingOfficer!)
  expect((await certifier.open('/')).text).toContain(`href="${path}"`)
  const certified = await certifier.sendAndFollow(await certifier.open(path), `${path}/payments`, {
    ...{ amount: '4000.00', category: 'grants', memo: 'First tranche' },
  })
  expect(textOf(certified)).toContain('First tranche')
  const payment = (await told(id)).body && (await paymentOf(id))
  for (const name of ['treasurer', 'bankSignatory']) {
    const browser = await signedIn(service, fund.cast[name]!)
    expect(textOf(await browser.open('/'))).toContain(en.waiting.release)
    await browser.sendAndFollow(await browser.open(path), `/payments/${payment}/releases`)
  }
  const reconciler = await signedIn(service, fund.cast.reconciler!)
  const settling = await reconciler.open(path)
  const unpaid = await reconciler.send(settling, `/payments/${payment}/settlements`, { debited: '1,5', reference: '' })
  expect(unpaid.status).toBe(400)
  expect(Object.fromEntries(fieldsOf(unpaid.text, `/payments/${payment}/settlements`))).toMatchObject({
    debited: '1,5',
  })
  const settled = await reconciler.sendAndFollow(unpaid, `/payments/${payment}/settlements`, {
    ...{ debited: '4000.00', charge: '12.00', reference: 'STMT 9' },
  })
  expect(textOf(settled)).toContain('STMT 9')

  const after = await stages(service, fund)
  expect(difference(after, before)).toMatchObject({ committed: '6000.00', disbursed: '4000.00' })
})

test('what is wrong with a draft is told line by line, and what was typed stays', async () => {
  const requester = await signedIn(service, fund.cast.requester!)
  const list = `/funds/${fund.id}/requests`
  const again = await requester.send(await requester.open(`${list}/new`), list, {
    title: '',
    'lines.2.category': 'grants',
    'lines.2.description': 'Kept',
    'lines.2.amount': '10.005',
    startsOn: '2026-02-30',
  })
  expect(again.status).toBe(400)
  expect(again.text).toContain('href="#f-title"')
  expect(again.text).toContain('href="#f-startsOn"')
  expect(again.text).toMatch(/id="f-lines.0.amount-error">[^<]*more decimals/)
  expect(fieldsOf(again.text, list)).toEqual(
    expect.arrayContaining([
      ['lines.0.description', 'Kept'],
      ['lines.0.amount', '10.005'],
    ]),
  )
})

test('a change that somebody else was quicker with is not lost, and overwrites nothing unasked', async () => {
  const { id, etag } = await draft(fund, '100.00')
  const requester = await signedIn(service, fund.cast.requester!)
  const page = await requester.open(`/requests/${id}/edit`)
  await fund.cast
    .requester!.patch(`/disbursement-requests/${id}`, { title: 'Theirs' })
    .set('if-match', etag)
    .expect(200)
  const again = await requester.send(page, `/requests/${id}`, { title: 'Mine' })
  expect(again.status).toBe(412)
  expect(textOf(again)).toContain(en.draft.changedMeanwhile)
  expect((await told(id)).body.title).toBe('Theirs')
  await requester.sendAndFollow(again, `/requests/${id}`)
  expect((await told(id)).body.title).toBe('Mine')
})

test('more than there is cannot be submitted; the page says what is available, and nothing is held', async () => {
  const { id } = await draft(fund, '9000000.00')
  const before = await stages(service, fund)
  const requester = await signedIn(service, fund.cast.requester!)
  const again = await requester.send(await requester.open(`/requests/${id}`), `/requests/${id}/submissions`)
  expect(again.status).toBe(409)
  expect(textOf(again)).toMatch(/USD [\d,.]+ is available\. Nothing was held\./)
  expect(await stages(service, fund)).toEqual(before)
})

test('what somebody wrote comes out as text on every page that shows it', async () => {
  const evil = `<script>alert("1")</script><img src=x onerror='alert(2)'>`
  const shown = textOf({ text: evil.replaceAll('<', '&lt;') } as Response)
  const payeeId = await verifiedPayee(fund, evil)
  const { id } = await approved(fund, '1000.00', {
    ...{ payeeId, title: evil, purpose: evil },
    lines: [{ category: 'grants', description: evil, amount: { amount: '1000.00', currency: 'USD' } }],
  })
  const other = await draft(fund, '10.00', { payeeId, title: evil, purpose: evil })
  const certified = await fund.cast.certifyingOfficer!.post(`/disbursement-requests/${id}/payments`, {
    ...{
      amount: { amount: '500.00', currency: 'USD' },
      category: 'grants',
      bankAccountId: fund.bank,
      memo: evil.slice(0, 140),
    },
  })
  expect(certified.status).toBe(201)
  const pages: [string, string[]][] = [
    ['treasurer', ['/', `/requests/${id}`, `/funds/${fund.id}/requests`]],
    ['certifyingOfficer', ['/', `/requests/${id}`]],
    ['requester', ['/', `/requests/${other.id}`, `/requests/${other.id}/edit`, `/funds/${fund.id}/requests/new`]],
  ]
  for (const [name, paths] of pages) {
    for (const language of ['en', 'ar']) {
      const browser = await signedIn(service, fund.cast[name]!, { language })
      for (const path of paths) {
        const page = await browser.open(path)
        expect([path, page.status]).toEqual([path, 200])
        expect(page.text).not.toMatch(/<script|<img src=x/)
        expect(textOf(page)).toContain(shown.trim())
      }
    }
  }
})

test('the Arabic page of a request has its words in Arabic and its figures from left to right', async () => {
  const { id } = await submitted(fund, '1234.50')
  const browser = await signedIn(service, fund.cast.fundManager!, { language: 'ar' })
  const page = await browser.open(`/requests/${id}`)
  expect(page.text).toContain('<html lang="ar" dir="rtl">')
  expect(page.text).toContain('<bdi dir="ltr" class="amount">USD\u00a01,234.50</bdi>')
  for (const words of [
    ar.request.facts,
    ar.categories.grants,
    ar.statuses.submitted,
    ar.act.decide.button,
    ar.roles.fund_manager,
  ]) {
    expect(textOf(page)).toContain(words)
  }
})

test('requests are listed by status, a page at a time', async () => {
  const { id, payeeId } = await draft(fund, '10.00', { title: 'Only a draft' })
  const browser = await signedIn(service, fund.cast.auditor!)
  const drafts = await browser.open(`/funds/${fund.id}/requests?status=draft`)
  expect(drafts.text).toContain(`/requests/${id}`)
  const approvedOnes = await browser.open(`/funds/${fund.id}/requests?status=approved`)
  expect(approvedOnes.text).not.toContain(`/requests/${id}`)
  for (const odd of [
    'status=x',
    'status=draft&status=x',
    'after=x',
    `after=${Buffer.from('["\\u0000"]').toString('base64url')}`,
  ]) {
    expect((await browser.open(`/funds/${fund.id}/requests?${odd}`)).status).toBe(200)
  }
  const made = await Promise.all(Array.from({ length: 51 }, () => draft(fund, '10.00', { payeeId })))
  expect(made).toHaveLength(51)
  const first = await browser.open(`/funds/${fund.id}/requests`)
  const next = /rel="next" href="([^"]+)"/.exec(first.text)![1]!.replaceAll('&amp;', '&')
  const second = await browser.open(next)
  const codes = (page: Response) => page.text.match(/R\d\d-\d{5}/g)!
  expect(codes(first)).toHaveLength(50)
  expect(codes(second).filter((code) => codes(first).includes(code))).toEqual([])
})

test('a payment of which too much is asked is refused with what is left, and none is made', async () => {
  const { id } = await approved(fund, '700.00')
  await certify(fund, id, '600.00').expect(201)
  const browser = await signedIn(service, fund.cast.certifyingOfficer!)
  const page = await browser.open(`/requests/${id}`)
  const again = await browser.send(page, `/requests/${id}/payments`, { amount: '100.01' })
  expect(again.status).toBe(409)
  expect(textOf(again)).toContain('which is USD 100.00')
  expect(await service.database().owner('payments').where({ request_id: id })).toHaveLength(1)
})

async function paymentOf(requestId: string): Promise<string> {
  return (await service.database().owner('payments').where({ request_id: requestId }).first('id')).id
}

function difference(after: Record<string, string>, before: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(after).map(([stage, amount]) => [stage, (Number(amount) - Number(before[stage] ?? '0')).toFixed(2)]),
  )
}
