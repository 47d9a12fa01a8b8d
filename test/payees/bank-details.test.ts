import { readAccount, type BankDetails } from '../../server/payees/bank-details.ts'
import { isLatin, suggestLatin } from '../../server/payees/latin.ts'
import { deliverMails } from '../../server/notifications/deliver.ts'
import { HOUR, standingClock, tomorrow } from '../clock/time.ts'
import { mailServer } from '../notifications/mail-server.ts'
import { approved, certify, decide, submitted } from '../support/asking.ts'
import { bankDetails, newPayee } from '../support/bank-details.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

/** Who can be paid, and where: names, bank details as versions by two people, and what their change does to what was decided. */

const time = standingClock(tomorrow())
const service = ownService({ clock: time.clock })
let fund: Fund
beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '100000.00')
})

const db = () => service.database().service
const register = (payee: object) => fund.cast.payeeClerk!.post(`/funds/${fund.id}/payees`, payee)
const verify = (payeeId: string, version?: number, by = fund.cast.payeeClerk2!) =>
  by.post(`/payees/${payeeId}/verifications`, version ? { version } : {})
const change = (payeeId: string, details: object = bankDetails(), by = fund.cast.payeeClerk!) =>
  by.post(`/payees/${payeeId}/accounts`, { ...details, reason: 'Their bank has closed' })
const told = async (payeeId: string) => (await fund.cast.auditor!.get(`/payees/${payeeId}`).expect(200)).body

async function verified(payee: object = newPayee()): Promise<string> {
  const { body } = await register(payee).expect(201)
  await verify(body.id).expect(201)
  return body.id
}
async function changed(payeeId: string, details: object = bankDetails()): Promise<number> {
  const { body } = await change(payeeId, details).expect(201)
  await verify(payeeId, body.number).expect(201)
  return body.number
}
const release = (payment: string, by: Caller) => by.post(`/payments/${payment}/releases`)
const decidedAnew = async (id: string, by: Caller, verdict = 'approve') => {
  const { body } = await fund.cast.auditor!.get(`/disbursement-requests/${id}`).expect(200)
  const reason = verdict === 'approve' ? {} : { reason: 'Not so' }
  return by.post(`/disbursement-requests/${id}/decisions`, { verdict, contentHash: body.contentHash, ...reason })
}

const iban: BankDetails = {
  scheme: 'iban',
  account: 'GB82 WEST 1234 5698 7654 32',
  bankName: 'West',
  holder: 'Centre',
  address: { town: 'London', country: 'GB' },
}
const number: BankDetails = { ...iban, scheme: 'account', account: '0123-456 789', bankCountry: 'US', bic: 'CHASUS33' }

test.each<[string, BankDetails, string[]]>([
  ['an IBAN with spaces, in small letters', { ...iban, account: 'gb82 west-1234 5698 7654 32' }, []],
  ['an IBAN with a digit that is wrong', { ...iban, account: 'GB82WEST12345698765433' }, ['account iban.checksum']],
  ['an IBAN that lacks a digit', { ...iban, account: 'GB82WEST1234569876543' }, ['account iban.tooShort']],
  ['an IBAN with a digit too many', { ...iban, account: 'GB82WEST123456987654321' }, ['account iban.tooLong']],
  ['an IBAN with a letter for a digit', { ...iban, account: 'GB82WEST12345698765O32' }, ['account iban.form']],
  ['an IBAN of a country that has none', { ...iban, account: 'KE82WEST12345698765432' }, ['account iban.country']],
  ['an IBAN of another country than the bank', { ...iban, bankCountry: 'FR' }, ['bankCountry iban.otherCountry']],
  ['a clearing code beside an IBAN', { ...iban, clearingCode: '123456' }, ['clearingCode clearing.withIban']],
  ['an account number where there are IBANs', { ...number, bankCountry: 'GB' }, ['account iban.needed']],
  ['an account number in the United States', { ...number, clearingCode: '021000021' }, []],
  ['a routing number that does not foot', { ...number, clearingCode: '021000022' }, ['clearingCode clearing.checksum']],
  ['a routing number that is too short', { ...number, clearingCode: '02100002' }, ['clearingCode clearing.form']],
  ['an Indian IFSC', { ...number, bankCountry: 'IN', clearingCode: 'SBIN0005943' }, []],
  ['neither clearing code nor BIC', { ...number, bic: null }, ['clearingCode clearing.needed']],
  ['a BIC that is none', { ...iban, bic: 'WEST' }, ['bic bic.form']],
  ['an account number of 35 characters', { ...number, account: '1'.repeat(35) }, ['account account.form']],
  ['a country that is none', { ...number, bankCountry: 'QQ' }, ['bankCountry country.unknown']],
  ['a holder in no country', { ...iban, address: { town: 'X', country: 'QQ' } }, ['address.country country.unknown']],
])('%s: what is wrong with the numbers is said exactly', (_what, details, expected) => {
  expect(readAccount(details).faults.map(({ field, code }) => `${field} ${code}`)).toEqual(expected)
})

test('numbers are kept in one form, with the name of the clearing system', () => {
  expect(readAccount({ ...number, clearingCode: '0210-0002-1' }).number).toMatchObject({
    ...{ account: '0123456789', clearingSystem: 'USABA', clearingCode: '021000021', bankCountry: 'US' },
  })
  expect([isLatin('Société'), isLatin('مركز'), isLatin('Центр'), suggestLatin('Société «Ö»')]).toEqual([
    ...[true, false, false, 'Societe <<O>>'],
  ])
})

test.each<[string, () => object, string, string]>([
  [
    'a wrong IBAN',
    () => newPayee({ ...bankDetails({ account: { scheme: 'iban', account: 'GB82WEST12345698765433' } }) }),
    ...(['account.account', 'iban.checksum'] as const),
  ],
  [
    'a holder in Arabic',
    () => newPayee(bankDetails({ account: { holder: 'مركز' } })),
    ...(['account.holder', 'string.pattern.name'] as const),
  ],
  [
    'no contact to tell',
    () => newPayee(bankDetails({ contact: { email: 'nobody' } })),
    ...(['contact.email', 'string.email'] as const),
  ],
  [
    'a registry in no country',
    () => newPayee({ registration: { number: '1', registry: 'R', country: 'QQ' } }),
    ...(['registration.country', 'country.unknown'] as const),
  ],
  [
    'an Arabic name that nobody has read',
    () => ({ ...newPayee({ name: 'مركز الحوار' }), latinName: undefined }),
    ...(['latinName', 'latin.confirm'] as const),
  ],
])('a payee with %s is refused with the field, and nothing is kept', async (_what, payee, field, code) => {
  const count = () => db()('payees').count()
  const before = await count()
  const refused = await register(payee())
  expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request'])
  expect(refused.body.errors).toContainEqual(expect.objectContaining({ field, code }))
  expect(await count()).toEqual(before)
})

test('a payee has its name in its own script, how it reads, other names, its registration; markup in a name is a name', async () => {
  const name = 'مركز الحوار <script>alert(1)</script>'
  const registration = { number: '12/7', registry: 'وزارة العدل', country: 'YE' }
  const { body } = await register(newPayee({ name, aliases: ['Центр диалога', 'Centre'], registration })).expect(201)
  await fund.cast.complianceOfficer!.post(`/payees/${body.id}/aliases`, { name: '对话中心' }).expect(201)
  expect(await told(body.id)).toMatchObject({
    ...{ name, latinName: 'Markaz al-Hiwar', registration },
    aliases: [
      { name: 'Centre', latinName: 'Centre' },
      { name: 'Центр диалога', latinName: 'Tsentr dialoga' },
      { name: '对话中心', latinName: suggestLatin('对话中心') },
    ],
    accounts: [{ number: 1, state: 'waiting', verifiedBy: null }],
  })
})

describe('a change of bank details', () => {
  test('is by one clerk and another person, who says which version they have compared; until then money goes where it went', async () => {
    const payeeId = await verified()
    const [before] = (await told(payeeId)).accounts
    expect((await change(payeeId, bankDetails(), fund.cast.treasurer!)).body.code).toBe('role_not_allowed')
    expect((await change(payeeId).expect(201)).body).toMatchObject({ number: 2, state: 'waiting' })
    const third = (await change(payeeId).expect(201)).body.number
    const codes = [
      await verify(payeeId, third, fund.cast.payeeClerk!),
      await verify(payeeId),
      await verify(payeeId, 2),
      await fund.cast.payeeClerk2!.post(`/payees/${payeeId}/account-refusals`, { version: 2, reason: 'Not theirs' }),
    ].map(({ body }) => body.code)
    expect(codes).toEqual(['two_people_needed', 'version_changed', 'version_changed', 'version_changed'])
    const refused = { version: third, reason: 'They know nothing of it' }
    await fund.cast.complianceOfficer!.post(`/payees/${payeeId}/account-refusals`, refused).expect(201)
    expect((await verify(payeeId, third)).body.code).toBe('payee_verified_already')
    const { accounts } = await told(payeeId)
    expect(accounts.map(({ number, state }: { number: number; state: string }) => [number, state])).toEqual([
      ...[
        [3, 'past'],
        [2, 'past'],
        [1, 'in_force'],
      ],
    ])
    expect(accounts[0].refused).toMatchObject({ by: { id: fund.cast.complianceOfficer!.id }, reason: refused.reason })
    expect(accounts[2]).toEqual(before)
  })

  test('ten verifications at once are one, and two changes at once are two versions of which the last waits', async () => {
    const payeeId = await verified()
    const both = await Promise.all([change(payeeId), change(payeeId)])
    expect(both.map(({ body }) => body.number).sort()).toEqual([2, 3])
    const answers = await Promise.all(Array.from({ length: 10 }, () => verify(payeeId, 3)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
    expect(await db()('payee_verifications').where({ payee_id: payeeId })).toHaveLength(2)
  })

  test('is neither made nor confirmed by somebody with a part in money for the payee, in the database neither', async () => {
    const payeeId = await verified()
    const both = await service.person('Manager and clerk', fund.id, ['fund_manager', 'payee_clerk'])
    const { id } = await submitted(fund, '10.00', { payeeId })
    await decide(both, id).expect(201)
    expect((await change(payeeId, bankDetails(), both)).body.code).toBe('separation_of_duties')
    const { body } = await change(payeeId).expect(201)
    expect((await verify(payeeId, body.number, both)).body.code).toBe('separation_of_duties')
    const row = await db()('payee_accounts').where({ id: body.id }).first()
    const { structured: _, ...again } = { ...row, id: `pya_${'0'.repeat(26)}`, number: 9, recorded_by: both.id }
    await expect(db()('payee_accounts').insert(again)).rejects.toMatchObject({ constraint: 'verifier_has_no_part' })
    const wrong = { ...again, recorded_by: fund.cast.payeeClerk!.id, scheme: 'iban', account: 'GB83WEST12345698765432' }
    await expect(db()('payee_accounts').insert(wrong)).rejects.toMatchObject({ constraint: 'iban_foots' })
    const hasty = {
      ...{ payee_account_id: body.id, payee_id: payeeId, recorded_by: row.recorded_by, act_id: row.act_id },
      ...{ verified_by: fund.cast.payeeClerk2!.id, verified_at: time.now(), usable_from: time.now() },
    }
    await expect(db()('payee_verifications').insert(hasty)).rejects.toMatchObject({ constraint: 'change_cools_a_day' })
  })

  test('tells the contact of before, with no more of a number than its last four characters', async () => {
    const server = await mailServer()
    const contact = { name: 'ليلى <b>', email: 'layla@dialogue.example', language: 'ar' }
    const payeeId = await verified(newPayee({ name: 'مركز الحوار', ...bankDetails({ contact }) }))
    const thief = bankDetails({ contact: { email: 'thief@elsewhere.example' } })
    await changed(payeeId, thief)
    const [now, before] = (await told(payeeId)).accounts
    expect(now.contactTold).toBe('waiting')
    const log = { info: () => undefined, warn: () => undefined }
    const publicUrl = 'https://fund.example'
    for (let again = 0; again < 2; again += 1)
      await deliverMails(db(), { now: time.now(), post: server.post, publicUrl, log })
    const mails = server.taken.filter(({ to }) => to.some((one) => /layla|thief/.test(one)))
    await server.close()
    expect(mails.map(({ to }) => to)).toEqual([['layla@dialogue.example']])
    const { subject, text, html } = mails[0]!.mail
    expect(subject).toBe('تغيرت بياناتكم المصرفية')
    for (const said of [text!, html as string]) {
      expect(said).toContain(now.account.slice(-4))
      expect(said).toContain(before.account.slice(-4))
      for (const { account } of [now, before]) expect(said).not.toContain(account.slice(-5))
      expect(said).not.toMatch(/https?:/)
    }
    expect(html).not.toContain('<b>')
    expect((await told(payeeId)).accounts[0].contactTold).toBe('sent')
  })
})

describe('on a request that is approved and not paid', () => {
  test('other details reopen the certifying officer’s step; the old payment does not leave, a new one does after the cooling time', async () => {
    const { certifyingOfficer, fundManager, treasurer, bankSignatory } = fund.cast
    const { id, payeeId } = await approved(fund, '500.00')
    const old = (await certify(fund, id, '500.00').expect(201)).body.id
    await release(old, treasurer!).expect(201)
    await changed(payeeId)
    expect((await release(old, bankSignatory!)).body.code).toBe('bank_details_changed')
    const open = (await fund.cast.auditor!.get(`/disbursement-requests/${id}`)).body
    expect(open).toMatchObject({
      ...{ status: 'approved', waitingFor: [{ role: 'certifying_officer' }] },
      bankDetailsChanged: { version: 2, verifiedBy: fund.cast.payeeClerk2!.name, reopened: true },
    })
    await certifyingOfficer!.post(`/payments/${old}/cancellations`, { reason: 'Other bank details' }).expect(201)
    expect((await certify(fund, id, '500.00')).body.code).toBe('decision_reopened')
    expect((await decidedAnew(id, certifyingOfficer!, 'reject')).body.code).toBe('approve_or_lower')
    expect((await decidedAnew(id, fundManager!)).body.code).toBe('already_decided_by_you')
    expect((await decidedAnew(id, certifyingOfficer!)).body.status).toBe('approved')
    expect((await decidedAnew(id, certifyingOfficer!)).body.code).toBe('not_awaiting_decision')
    const row = await db()('payments').where({ id: old }).first()
    const toOld = { ...row, id: `pay_${'0'.repeat(26)}`, code: 'X', amount: 1, certified_at: time.now() }
    await expect(db()('payments').insert(toOld)).rejects.toMatchObject({ constraint: 'paid_as_approved' })
    const payment = (await certify(fund, id, '500.00').expect(201)).body.id
    const cooling = await release(payment, treasurer!)
    expect([cooling.status, cooling.body.code]).toEqual([409, 'cooling_time'])
    expect(Date.parse(cooling.body.until) - time.now().getTime()).toBe(24 * HOUR)
    const early = { payment_id: payment, request_id: id, place: 1, released_by: treasurer!.id, released_at: time.now() }
    await expect(db()('releases').insert({ ...early, act_id: row.act_id })).rejects.toMatchObject({
      constraint: 'released_to_details_in_force',
    })
    time.pass(24 * HOUR - 1)
    expect((await release(payment, treasurer!)).body.code).toBe('cooling_time')
    time.pass(1)
    await release(payment, treasurer!).expect(201)
    expect((await release(payment, bankSignatory!).expect(201)).body.status).toBe('released')
    // What is paid whole is not opened again.
    await changed(payeeId)
    const paid = (await fund.cast.auditor!.get(`/disbursement-requests/${id}`)).body
    expect(paid).toMatchObject({ waitingFor: [], bankDetailsChanged: null })
  })

  test('who changed bank details keeps away for 30 days of the service’s own clock, in the database too', async () => {
    const clerk = await service.person('Clerk and certifier', fund.id, ['payee_clerk', 'certifying_officer'])
    const payeeId = await verified()
    await change(payeeId, bankDetails(), clerk).expect(201)
    await verify(payeeId, 2).expect(201)
    const { id } = await submitted(fund, '20.00', { payeeId })
    expect((await decide(clerk, id)).body.code).toBe('recorded_bank_details')
    time.pass(30 * 24 * HOUR - 1000)
    expect((await decide(clerk, id)).body.code).toBe('recorded_bank_details')
    time.pass(1000)
    await decide(clerk, id).expect(201)
    await decide(fund.cast.fundManager!, id).expect(201)
    expect((await certify(fund, id, '20.00', 'grants', clerk)).status).toBe(201)
  })
})

describe('a payment that looks like another', () => {
  test('is refused with the other, of ten certified at once nine; with a reason it is another, and those who release it read that', async () => {
    const { id, payeeId } = await approved(fund, '1000.00')
    const ten = await Promise.all(Array.from({ length: 10 }, () => certify(fund, id, '70.00')))
    const [first] = ten.filter(({ status }) => status === 201)
    expect(ten.filter(({ body }) => body.code === 'looks_like_duplicate')).toHaveLength(9)
    const refused = await certify(fund, id, '70.00')
    expect(refused.body.payments).toMatchObject([{ id: first!.body.id, code: first!.body.code, status: 'certified' }])
    const word = { of: [first!.body.id], reason: 'The second month of two' }
    const again = () =>
      fund.cast.certifyingOfficer!.post(`/disbursement-requests/${id}/payments`, {
        ...{ amount: { amount: '70.00', currency: 'USD' }, category: 'grants', bankAccountId: fund.bank },
        notDuplicate: word,
      })
    const three = await Promise.all([again(), again(), again()])
    expect(three.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    const second = three.find(({ status }) => status === 201)!
    const { body } = await fund.cast.treasurer!.get(`/payments/${second.body.id}`).expect(200)
    expect(body).toMatchObject({ notDuplicateOf: word.of, notDuplicateReason: word.reason })
    const row = await db()('payments').where({ id: first!.body.id }).first()
    const secretly = { ...row, id: `pay_${'0'.repeat(26)}`, code: 'Y', certified_at: time.now() }
    await expect(db()('payments').insert(secretly)).rejects.toMatchObject({ constraint: 'looks_like_duplicate' })

    const elsewhere = await sameAccount(payeeId)
    const other = await approved(fund, '70.00', { payeeId: elsewhere })
    expect((await certify(fund, other.id, '70.00')).body.payments).toHaveLength(2)
    time.pass(30 * 24 * HOUR)
    await certify(fund, (await approved(fund, '70.00', { payeeId: elsewhere })).id, '70.00').expect(201)
  })

  /** Another payee with the same bank account. */
  async function sameAccount(payeeId: string): Promise<string> {
    const { account } = (await told(payeeId)).accounts[0]
    return verified(newPayee({ name: 'Another name', ...bankDetails({ account: { account } }) }))
  }
})

test('what was free text before is told as such, and nothing is certified to it until it is recorded anew', async () => {
  const payeeId = await verified()
  const { owner } = service.database()
  await owner.raw('alter table payee_accounts disable trigger append_only')
  await owner('payee_accounts')
    .where({ payee_id: payeeId })
    .update({ structured: false, account: 'KE-1, Bank of Nairobi' })
  await owner.raw('alter table payee_accounts enable trigger append_only')
  const { id } = await approved(fund, '15.00', { payeeId })
  expect((await certify(fund, id, '15.00')).body.code).toBe('bank_details_not_structured')
  await changed(payeeId)
  expect((await decidedAnew(id, fund.cast.certifyingOfficer!)).status).toBe(201)
  await certify(fund, id, '15.00').expect(201)
})
