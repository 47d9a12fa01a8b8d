import type { Response } from 'supertest'
import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { approved, certify, released } from '../support/asking.ts'
import { newPayee } from '../support/bank-details.ts'
import { received, stages } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'
import { fieldsOf, formsOf, signedIn, textOf } from './browser.ts'

const service = ownService()
let fund: Fund

beforeEach(async () => {
  fund = await service.fund()
})

const payees = () => `/funds/${fund.id}/payees`
const typed = {
  ...{ name: 'مركز الحوار <b>', latinName: 'Markaz al-Hiwar', kind: 'partner', country: 'Kenya' },
  ...{ 'account.scheme': 'account', 'account.account': 'KE12 3456', 'account.bankName': 'Bank of Nairobi' },
  ...{ 'account.bankCountry': 'KE', 'account.bic': 'KCBLKENX', 'account.holder': 'Markaz al-Hiwar' },
  ...{ 'account.address.town': 'Nairobi', 'account.address.country': 'KE' },
  ...{ 'contact.name': 'Salma', 'contact.email': 'salma@dialogue.example', 'contact.language': 'ar' },
}

describe('a payee', () => {
  test('is registered by one clerk and verified by another, who sees the bank details that they answer for', async () => {
    const clerk = await signedIn(service, fund.cast.payeeClerk!)
    const registered = await clerk.sendAndFollow(await clerk.open(payees()), payees(), typed)
    expect(textOf(registered)).toContain(en.payees.another)
    const [page] = /\/payees\/pye_\w+/.exec(registered.text)!
    expect(formsOf(registered)).not.toContain(`${page}/verifications`)

    const second = await signedIn(service, fund.cast.payeeClerk2!, { language: 'ar' })
    const home = await second.open('/')
    expect(textOf(home)).toContain(ar.waiting.verify)
    expect(home.text).toContain(`href="${page}"`)
    const shown = await second.open(page)
    expect(textOf(shown)).toContain('KE123456')
    const uncompared = await second.send(shown, `${page}/verifications`)
    expect([uncompared.status, textOf(uncompared)]).toEqual([
      400,
      expect.stringContaining(ar.fieldErrors['payee.unconfirmed']),
    ])
    expect(
      await service
        .database()
        .owner('payee_verifications')
        .where({ payee_id: page.split('/')[2] }),
    ).toEqual([])
    const verified = await second.sendAndFollow(shown, `${page}/verifications`, { confirmed: 'yes' })
    expect(textOf(verified)).toContain(ar.done.payeeVerified)
    expect(formsOf(verified)).not.toContain(`${page}/verifications`)
    expect((await second.open('/')).text).not.toContain(page)
  })

  test('who registered it cannot verify it, whatever they send', async () => {
    const clerk = await signedIn(service, fund.cast.payeeClerk!)
    const registered = await clerk.sendAndFollow(await clerk.open(payees()), payees(), typed)
    const [page] = /\/payees\/pye_\w+/.exec(registered.text)!
    const form = { text: `<form action="${page}/verifications"></form>` } as Response
    const refused = await clerk.send(form, `${page}/verifications`, { key: 'own', confirmed: 'yes', version: '1' })
    expect([refused.status, textOf(refused)]).toEqual([403, expect.stringContaining('You did the first half of this.')])
    expect(
      await service
        .database()
        .owner('payee_verifications')
        .where({ payee_id: page.split('/')[2] }),
    ).toEqual([])
  })

  test('of which something is missing is refused beside the field, and what was typed stays', async () => {
    const clerk = await signedIn(service, fund.cast.payeeClerk!)
    const again = await clerk.send(await clerk.open(payees()), payees(), { ...typed, 'account.holder': '' })
    expect(again.status).toBe(400)
    expect(again.text).toContain(`id="f-account.holder-error">${en.fieldErrors['any.required']}`)
    expect(Object.fromEntries(fieldsOf(again.text, payees()))).toMatchObject({ ...typed, 'account.holder': '' })
    expect(await service.database().owner('payees').where({ fund_id: fund.id })).toEqual([])
  })

  test('is told with its bank details to who reads the fund, and to nobody else', async () => {
    const payee = newPayee({ name: typed.name })
    const { body } = await fund.cast.payeeClerk!.post(payees(), payee).expect(201)
    const other = await service.fund()
    const stranger = await service.person('Stranger', other.id, ['auditor'])
    const told = await fund.cast.auditor!.get(`/payees/${body.id}`).expect(200)
    expect(told.body).toMatchObject({
      ...{ name: typed.name, recordedBy: { name: fund.cast.payeeClerk!.name }, verifiedBy: null },
      accounts: [{ ...payee.account, contact: payee.contact, state: 'waiting' }],
    })
    for (const [caller, status] of [
      [fund.cast.requester!, 403],
      [stranger, 404],
    ] as const) {
      const refused = await caller.get(`/payees/${body.id}`)
      expect([refused.status, JSON.stringify(refused.body)]).toEqual([
        status,
        expect.not.stringContaining(payee.account.account),
      ])
      expect((await (await signedIn(service, caller)).open(`/payees/${body.id}`)).status).toBe(status)
    }
  })
})

test('a payment that looks like another is certified with a reason only, and who releases it reads that', async () => {
  await received(fund, '1000.00')
  const { id } = await approved(fund, '400.00')
  const first = await certify(fund, id, '100.00').expect(201)
  const certifier = await signedIn(service, fund.cast.certifyingOfficer!)
  const form = `/requests/${id}/payments`
  const refused = await certifier.send(await certifier.open(`/requests/${id}`), form, { amount: '100.00' })
  expect([refused.status, textOf(refused)]).toEqual([409, expect.stringContaining(first.body.code)])
  const unsaid = await certifier.send(refused, form, { another: 'yes' })
  expect([unsaid.status, textOf(unsaid)]).toEqual([409, expect.stringContaining(first.body.code)])
  const why = { another: 'yes', notDuplicate: 'The <b>second</b> month' }
  await certifier.sendAndFollow(unsaid, form, why)
  const treasurer = await signedIn(service, fund.cast.treasurer!, { language: 'ar' })
  expect(textOf(await treasurer.open(`/requests/${id}`))).toContain(why.notDuplicate)
})

describe('a payment that comes back', () => {
  beforeEach(async () => void (await received(fund, '1000.00')))

  test('is recorded by the reconciler and taken back by the certifier, so that its money can be certified again', async () => {
    const { id } = await approved(fund, '400.00')
    const payment = await released(fund, id, '400.00')
    const reconciler = await signedIn(service, fund.cast.reconciler!)
    const page = await reconciler.open(`/requests/${id}`)
    expect(fieldsOf(page.text, `/payments/${payment}/returns`).map(([name]) => name)).not.toContain('credited')
    const without = await reconciler.send(page, `/payments/${payment}/returns`, { reference: 'ST-9' })
    expect(without.status).toBe(400)
    expect(without.text).toMatch(/<details class="part" open/)
    expect(without.text).toContain(`id="back-${payment}-reason-error"`)
    expect(await stages(service, fund)).toMatchObject({ disbursed: '400.00' })
    const back = { reason: 'Account closed', reference: 'ST-9' }
    const after = await reconciler.sendAndFollow(without, `/payments/${payment}/returns`, back)
    expect(textOf(after)).toContain('came back. Its money is committed again.')
    expect(await stages(service, fund)).toMatchObject({ committed: '400.00' })

    const certifier = await signedIn(service, fund.cast.certifyingOfficer!)
    expect((await certifier.open('/')).text).toContain(`/requests/${id}`)
    const waiting = await certifier.open(`/requests/${id}`)
    expect(waiting.text).toMatch(/<details class="part" open/)
    const taken = await certifier.sendAndFollow(waiting, `/payments/${payment}/cancellations`, {
      reason: 'Wrong account',
    })
    expect(textOf(taken)).toContain('Its money can be certified again.')
    expect(formsOf(taken)).toContain(`/requests/${id}/payments`)
    await certify(fund, id, '400.00').expect(201)
  })

  test('after it was settled says how much came back; more than was debited is refused, and nothing changes', async () => {
    const { id } = await approved(fund, '400.00')
    const payment = await released(fund, id, '400.00')
    const day = new Date().toISOString().slice(0, 10)
    const debited = { amount: '400.00', currency: 'USD' }
    await fund.cast
      .reconciler!.post(`/payments/${payment}/settlements`, { valueDate: day, debited, reference: 'ST-1' })
      .expect(201)
    const reconciler = await signedIn(service, fund.cast.reconciler!)
    const page = await reconciler.open(`/requests/${id}`)
    const back = { reason: 'Account closed', reference: 'ST-2' }
    const more = await reconciler.send(page, `/payments/${payment}/returns`, { ...back, credited: '400.01' })
    expect(more.status).toBe(422)
    expect(await stages(service, fund)).toMatchObject({ disbursed: '400.00' })
    const less = await reconciler.sendAndFollow(more, `/payments/${payment}/returns`, { ...back, credited: '390.00' })
    expect(textOf(less)).toContain('Account closed')
    expect(await stages(service, fund)).toMatchObject({ committed: '400.00' })
  })

  test('nobody with another duty in the request is offered to record it', async () => {
    const { id } = await approved(fund, '400.00')
    const payment = await released(fund, id, '400.00')
    for (const role of ['certifyingOfficer', 'treasurer', 'fundManager', 'auditor']) {
      const page = await (await signedIn(service, fund.cast[role]!)).open(`/requests/${id}`)
      expect(formsOf(page)).not.toContain(`/payments/${payment}/returns`)
      expect(formsOf(page)).not.toContain(`/payments/${payment}/cancellations`)
    }
  })
})
