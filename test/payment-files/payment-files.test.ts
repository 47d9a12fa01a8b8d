import { createHash } from 'node:crypto'
import request from 'supertest'
import { ar } from '../../templates/texts/ar.ts'
import { en } from '../../templates/texts/en.ts'
import { formsOf, signedIn, textOf } from '../console/browser.ts'
import { certify, released } from '../support/asking.ts'
import { balances, stages } from '../support/money-in.ts'
import { ownService, type Caller } from '../support/service.ts'
import { violations } from '../invariants/check.ts'
import { elementAt, elementsIn, readXml, textAt } from '../../server/xml.ts'
import { OWN_ACCOUNT, payingFund, preparedFile, releasedFile, sign, type World } from './files.ts'

const service = ownService()
let world: World
beforeAll(async () => {
  world = await payingFund(service)
})

const today = () => new Date().toISOString().slice(0, 10)
const told = async (id: string) => (await world.fund.cast.auditor!.get(`/payment-files/${id}`).expect(200)).body
const content = (by: Caller, id: string) => by.get(`/payment-files/${id}/content`).buffer(true).parse(asText)
const statusOf = async (id: string) => (await world.fund.cast.auditor!.get(`/payments/${id}`).expect(200)).body.status

test('two people sign the hash that they have seen; the second signature releases every payment of the file', async () => {
  const { fund } = world
  const { treasurer, bankSignatory, auditor } = fund.cast
  const file = await preparedFile(world)
  expect(await told(file.id)).toMatchObject({
    status: 'prepared',
    sha256: file.sha256,
    asPrepared: true,
    byHand: false,
    signatures: [],
  })
  const disbursed = (await stages(service, fund)).disbursed ?? '0.00'

  expect((await sign(treasurer!, file).expect(201)).body).toMatchObject({ status: 'prepared', signatures: 1 })
  expect((await stages(service, fund)).disbursed ?? '0.00').toBe(disbursed)
  const waits = await auditor!.get(`/payments/${file.payments[0]}`).expect(200)
  expect(waits.body).toMatchObject({ status: 'certified', releases: 1, releasedBy: [{ personId: treasurer!.id }] })

  expect((await sign(bankSignatory!, file).expect(201)).body).toMatchObject({ status: 'released', signatures: 2 })
  for (const id of file.payments) expect(await statusOf(id)).toBe('released')
  const { owner } = service.database()
  const entries = await owner('entries').where({ kind: 'payment_released' }).whereIn('source', file.payments)
  expect(entries).toHaveLength(3)
  expect(await violations(owner, fund.id)).toEqual([])
  expect((await told(file.id)).signatures.map((one: { by: { id: string } }) => one.by.id)).toEqual([
    treasurer!.id,
    bankSignatory!.id,
  ])
})

test('the hash is under the seals: the acts of preparing and of signing say it', async () => {
  const file = await releasedFile(world, 1)
  const acts = await service.database().owner('acts').whereRaw(`details ->> 'sha256' = ?`, [file.sha256]).orderBy('id')
  expect(acts.map(({ path }) => path.split('/').at(-1))).toEqual(['payment-files', 'signatures', 'signatures'])
  expect(acts[0].details).toEqual({ file: file.code, sha256: file.sha256 })
})

test('after the second signature the file can be taken, is what was signed byte for byte, and each taking is kept', async () => {
  const { treasurer, bankSignatory } = world.fund.cast
  const file = await preparedFile(world)
  expect((await content(treasurer!, file.id)).status).toBe(409)
  await sign(treasurer!, file).expect(201)
  expect((await content(bankSignatory!, file.id)).status).toBe(409)
  await sign(bankSignatory!, file).expect(201)
  const taken = await content(treasurer!, file.id).expect(200)
  expect(taken.headers['content-type']).toMatch('application/xml')
  expect(taken.headers['content-disposition']).toBe(`attachment; filename=${file.code}.xml`)
  expect(createHash('sha256').update(taken.body).digest('hex')).toBe(file.sha256)
  expect(
    (await bankSignatory!.get(`/Payment-Files/${file.id}/content/`).buffer(true).parse(asText).expect(200)).body,
  ).toBe(taken.body)
  expect((await told(file.id)).downloads.map((one: { by: { id: string } }) => one.by.id)).toEqual([
    treasurer!.id,
    bankSignatory!.id,
  ])
})

test('the file names payment and request, whom and where, and nothing of the process', async () => {
  const file = await releasedFile(world, 2)
  const { body: xml } = await content(world.fund.cast.treasurer!, file.id).expect(200)
  const block = elementAt(readXml(Buffer.from(xml)), 'CstmrCdtTrfInitn', 'PmtInf')!
  const [first] = elementsIn(block, 'CdtTrfTxInf')
  const payment = (await world.fund.cast.auditor!.get(`/payments/${file.payments[0]}`).expect(200)).body
  expect(textAt(block, 'DbtrAcct', 'Id', 'IBAN')).toBe('CH9300762011623852957')
  expect(textAt(block, 'CtrlSum')).toBe(file.total.amount)
  expect(textAt(first!, 'PmtId', 'EndToEndId')).toBe(payment.code)
  expect(textAt(first!, 'PmtId', 'UETR')).toBe(payment.uetr)
  expect(textAt(first!, 'RmtInf', 'Ustrd')).toBe(`${payment.code} ${payment.requestCode}`)
  expect(textAt(first!, 'CdtrAgt', 'FinInstnId', 'BICFI')).toBe('KCBLKENX')
  expect(xml).not.toMatch(/Bangui|Shuttle/)
})

test('other details of the account are a new version; a file of before still says what it said', async () => {
  const { fund } = world
  const before = await releasedFile(world, 1)
  const moved = { ...OWN_ACCOUNT, account: 'CH5604835012345678009', bic: 'CRESCHZZ80A' }
  expect((await fund.cast.controller!.post(`/bank-accounts/${fund.bank}/details`, moved).expect(201)).body.number).toBe(
    2,
  )
  const after = await releasedFile(world, 1)
  expect((await content(fund.cast.treasurer!, before.id).expect(200)).body).toMatch('CH9300762011623852957')
  expect((await content(fund.cast.treasurer!, after.id).expect(200)).body).toMatch('CH5604835012345678009')
  const { items } = (await fund.cast.auditor!.get(`/funds/${fund.id}/bank-accounts`).expect(200)).body
  expect(items[0].details).toMatchObject({ number: 2, account: 'CH5604835012345678009' })
  await fund.cast.controller!.post(`/bank-accounts/${fund.bank}/details`, OWN_ACCOUNT).expect(201)
})

test('a payment that may not leave is named, holds up the whole file, and is taken out of it; the rest is a new file', async () => {
  const { cast } = world.fund
  const file = await preparedFile(world)
  await sign(cast.treasurer!, file).expect(201)
  await cast.certifyingOfficer!.post(`/payments/${file.payments[1]}/cancellations`, { reason: 'Twice' }).expect(201)
  const refused = await sign(cast.bankSignatory!, file)
  expect([refused.status, refused.body.code]).toEqual([409, 'payments_may_not_leave'])
  expect(refused.body.payments).toMatchObject([{ payment: file.payments[1], refused: 'not_awaiting_release' }])
  expect(await statusOf(file.payments[0]!)).toBe('certified')

  const without = { reason: 'Cancelled', takeOut: [file.payments[1]] }
  const { body } = await cast.treasurer!.post(`/payment-files/${file.id}/withdrawals`, without).expect(201)
  expect(body).toMatchObject({ status: 'withdrawn', replacedBy: { payments: 2 } })
  expect(body.replacedBy.sha256).not.toBe(file.sha256)
  expect(await told(body.replacedBy.id)).toMatchObject({ status: 'prepared', signatures: [], replaces: file.id })
  expect((await sign(cast.bankSignatory!, body.replacedBy, file.sha256)).body.code).toBe('other_hash')
  for (const by of [cast.bankSignatory!, cast.treasurer!]) await sign(by, body.replacedBy).expect(201)
  expect(await statusOf(file.payments[0]!)).toBe('released')
  expect((await sign(cast.bankSignatory2!, file)).body).toMatchObject({
    code: 'file_not_awaiting_signature',
    current: 'withdrawn',
  })
})

test('a file is given to the bank once; a second time takes a reason, and both are kept', async () => {
  const { treasurer, bankSignatory } = world.fund.cast
  const file = await releasedFile(world, 1)
  const sending = (by: Caller, body = {}) => by.post(`/payment-files/${file.id}/sendings`, body)
  const answers = await Promise.all(Array.from({ length: 10 }, () => sending(treasurer!)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ body }) => body.code === 'sent_already')).toHaveLength(9)
  await sending(bankSignatory!, { reason: 'The bank lost it, says Ms Frei' }).expect(201)
  expect((await told(file.id)).sendings).toMatchObject([
    { number: 1, by: { id: treasurer!.id }, reason: '' },
    { number: 2, by: { id: bankSignatory!.id }, reason: 'The bank lost it, says Ms Frei' },
  ])
})

test('ten signatures at once of three people release the file once', async () => {
  const { fund } = world
  const file = await preparedFile(world, 2)
  const people = [fund.cast.treasurer!, fund.cast.bankSignatory!, fund.cast.bankSignatory2!]
  const transit = () => balances(service, fund, 'liabilities:in-transit')
  const before = await transit()
  const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => sign(people[i % 3]!, file)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
  const cents = (of: Record<string, string>) => BigInt((of['liabilities:in-transit:main'] ?? '0.00').replace('.', ''))
  expect(cents(before) - cents(await transit())).toBe(BigInt(file.total.amount.replace('.', '')))
  expect(await violations(service.database().owner, fund.id)).toEqual([])
})

test('ten files prepared at once of the same payments are one file', async () => {
  const { fund, certified } = world
  const payments = [await certified(), await certified()]
  const prepare = () =>
    fund.cast.treasurer!.post(`/funds/${fund.id}/payment-files`, { bankAccountId: fund.bank, payments })
  const answers = await Promise.all(Array.from({ length: 10 }, prepare))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ body }) => body.code === 'in_payment_file')).toHaveLength(9)
})

test('the same signature with the same key is told its first answer, and without a key it is refused', async () => {
  const { treasurer, bankSignatory } = world.fund.cast
  const file = await preparedFile(world, 1)
  await sign(treasurer!, file).expect(201)
  const key = `sign-${file.id}`
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => sign(bankSignatory!, file).set('idempotency-key', key)),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201))
  expect((await sign(bankSignatory!, file)).body.code).toBe('already_released_by_you')
  expect(
    await service.database().owner('entries').where({ kind: 'payment_released', source: file.payments[0] }),
  ).toHaveLength(1)
})

test('a payment released alone is a file of one, and one in a file with others is signed with it', async () => {
  const { fund, request } = world
  const payment = await released(fund, request, '77.77')
  const { fileId } = (await fund.cast.auditor!.get(`/payments/${payment}`).expect(200)).body
  expect(await told(fileId)).toMatchObject({ status: 'released', payments: [{ id: payment }] })
  const file = await preparedFile(world, 2)
  const alone = await fund.cast.treasurer!.post(`/payments/${file.payments[0]}/releases`)
  expect([alone.status, alone.body.code, alone.body.file]).toEqual([409, 'in_payment_file', file.id])
})

test('from an account without details money still leaves by two signatures, but there is no file for the bank', async () => {
  const other = await payingFund(service, { details: false })
  const file = await releasedFile(other, 1)
  const answer = await content(other.fund.cast.treasurer!, file.id)
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([409, 'paid_by_hand'])
  expect((await other.fund.cast.auditor!.get(`/payment-files/${file.id}`).expect(200)).body.byHand).toBe(true)
})

test('what is stored was changed behind the service: no download, no signature, and the page says so', async () => {
  const { treasurer, bankSignatory, auditor } = world.fund.cast
  const [released, prepared] = [await releasedFile(world, 1), await preparedFile(world, 1)]
  const { owner } = service.database()
  const changeAccounts = async (account: string, now: string) => {
    await owner.raw('alter table payee_accounts disable trigger user')
    await owner('payee_accounts').where({ account }).update({ account: now })
    await owner.raw('alter table payee_accounts enable trigger user')
  }
  const { account } = await owner('payee_accounts')
    .whereIn('id', owner('payments').where({ id: prepared.payments[0] }).select('payee_account_id'))
    .first()
  await changeAccounts(account, '9999999999')
  try {
    const answer = await content(treasurer!, released.id)
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([409, 'payment_file_differs'])
    expect((await sign(bankSignatory!, prepared)).body.code).toBe('payment_file_differs')
    expect(await told(released.id)).toMatchObject({ asPrepared: false })
    const alarms = await owner('notifications').where({ event: 'payment_file_alarm' }).pluck('person_id')
    expect(alarms).toContain(auditor!.id)
  } finally {
    await changeAccounts('9999999999', account)
  }
  await content(treasurer!, released.id).expect(200)
})

type Tried = { by?: Caller; path: string; body?: object; code: string; status: number }
const missing = `pfl_${'0'.repeat(26)}`

test.each<[string, (file: Awaited<ReturnType<typeof preparedFile>>) => Tried | Promise<Tried>]>([
  [
    'preparing by a reconciler',
    ({ payments }) => ({
      by: world.fund.cast.reconciler!,
      path: `/funds/${world.fund.id}/payment-files`,
      body: { bankAccountId: world.fund.bank, payments },
      status: 403,
      code: 'role_not_allowed',
    }),
  ],
  [
    'preparing for a day that is over',
    ({ payments }) => ({
      path: `/funds/${world.fund.id}/payment-files`,
      body: { bankAccountId: world.fund.bank, payments, executionDate: '2024-01-01' },
      status: 422,
      code: 'date_in_past',
    }),
  ],
  [
    'a payment of another account',
    async () => {
      const account = { code: `other-${Math.trunc(performance.now())}`, name: 'Other', currency: 'USD' }
      const { id } = (await service.admin().post(`/funds/${world.fund.id}/bank-accounts`, account).expect(201)).body
      return {
        path: `/funds/${world.fund.id}/payment-files`,
        body: { bankAccountId: id, payments: [await world.certified()] },
        status: 422,
        code: 'other_bank_account',
      }
    },
  ],
  [
    'a payment of another fund',
    async ({ payments }) => {
      const fund = await service.fund()
      return {
        path: `/funds/${fund.id}/payment-files`,
        body: { bankAccountId: fund.bank, payments },
        status: 404,
        code: 'not_found',
      }
    },
  ],
  [
    'a payment that is released',
    async () => ({
      path: `/funds/${world.fund.id}/payment-files`,
      body: { bankAccountId: world.fund.bank, payments: (await releasedFile(world, 1)).payments },
      status: 409,
      code: 'not_awaiting_release',
    }),
  ],
  [
    'signing what is not there',
    () => ({
      path: `/payment-files/${missing}/signatures`,
      body: { sha256: 'a'.repeat(64) },
      status: 404,
      code: 'not_found',
    }),
  ],
  [
    'signing by a director',
    (file) => ({
      by: world.fund.cast.director!,
      path: `/payment-files/${file.id}/signatures`,
      body: { sha256: file.sha256 },
      status: 403,
      code: 'role_not_allowed',
    }),
  ],
  [
    'signing another hash',
    (file) => ({
      path: `/payment-files/${file.id}/signatures`,
      body: { sha256: 'a'.repeat(64) },
      status: 409,
      code: 'other_hash',
    }),
  ],
  [
    'signing without a hash',
    (file) => ({ path: `/payment-files/${file.id}/signatures`, body: {}, status: 400, code: 'invalid_request' }),
  ],
  [
    'sending before it is released',
    (file) => ({ path: `/payment-files/${file.id}/sendings`, status: 409, code: 'file_not_released' }),
  ],
  [
    'withdrawing what is released',
    async () => ({
      path: `/payment-files/${(await releasedFile(world, 1)).id}/withdrawals`,
      body: { reason: 'x' },
      status: 409,
      code: 'file_not_awaiting_signature',
    }),
  ],
  [
    'taking out what is not in it',
    (file) => ({
      path: `/payment-files/${file.id}/withdrawals`,
      body: { reason: 'x', takeOut: [`pay_${'0'.repeat(26)}`] },
      status: 404,
      code: 'not_found',
    }),
  ],
  [
    'details of an account by a treasurer',
    () => ({
      path: `/bank-accounts/${world.fund.bank}/details`,
      body: OWN_ACCOUNT,
      status: 403,
      code: 'role_not_allowed',
    }),
  ],
  [
    'an IBAN with a wrong digit',
    () => ({
      by: world.fund.cast.controller!,
      path: `/bank-accounts/${world.fund.bank}/details`,
      body: { ...OWN_ACCOUNT, account: 'CH9300762011623852958' },
      status: 400,
      code: 'invalid_request',
    }),
  ],
])('%s is refused, and nothing changes', async (_what, arrange) => {
  const file = await preparedFile(world, 1)
  const { by = world.fund.cast.treasurer!, path, body, status, code } = await arrange(file)
  const { owner } = service.database()
  const counts = () =>
    Promise.all(
      [
        'payment_files',
        'payment_file_signatures',
        'payment_file_sendings',
        'payment_file_withdrawals',
        'releases',
        'bank_account_details',
      ].map((table) => owner(table).count()),
    )
  const before = await counts()
  const answer = await by.post(path, body)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await counts()).toEqual(before)
  expect(await told(file.id)).toMatchObject({ status: 'prepared', signatures: [] })
})

test('the database lets nothing leave but by a file, whole, that two people signed by its hash', async () => {
  const { owner } = service.database()
  const { cast } = world.fund
  const file = await preparedFile(world, 2)
  const [payment] = file.payments
  const act_id = (await owner('acts').first('id')).id
  const at = new Date()
  const signature = { file_id: file.id, place: 1, signed_by: cast.treasurer!.id, signed_at: at, act_id }
  await expect(owner('payment_file_signatures').insert({ ...signature, sha256: Buffer.alloc(32) })).rejects.toThrow(
    'signed_what_it_says',
  )
  const release = {
    payment_id: payment,
    request_id: world.request,
    place: 1,
    released_by: cast.treasurer!.id,
    released_at: at,
    act_id,
  }
  await owner('duties')
    .insert({ request_id: world.request, person_id: cast.treasurer!.id, duty: 'releaser', person_kind: 'person' })
    .onConflict()
    .ignore()
  await expect(owner('releases').insert(release)).rejects.toThrow('released_by_a_file')
  await expect(owner('releases').insert({ ...release, file_id: file.id })).rejects.toThrow('released_as_signed')
  await expect(owner('payments').where({ id: payment }).update({ status: 'released' })).rejects.toThrow(
    'nobody made it so',
  )
  await expect(owner('payments').where({ id: payment }).update({ file_id: null })).rejects.toThrow('stays in its file')
  await expect(owner('payment_files').where({ id: file.id }).update({ status: 'released' })).rejects.toThrow(
    'nobody made it so',
  )
  const another = await preparedFile(world, 1)
  await expect(
    owner('payment_file_payments').insert({ file_id: another.id, payment_id: payment, position: 9 }),
  ).rejects.toThrow('cannot be put into')
  for (const by of [cast.treasurer!, cast.bankSignatory!]) await sign(by, another).expect(201)
  await expect(
    owner('payment_file_withdrawals').insert({
      file_id: another.id,
      reason: 'x',
      withdrawn_by: cast.treasurer!.id,
      withdrawn_at: at,
      act_id,
    }),
  ).rejects.toThrow('cannot be withdrawn')
  await expect(
    owner('payment_file_sendings').insert({
      file_id: another.id,
      number: 2,
      reason: 'x',
      sent_by: cast.treasurer!.id,
      sent_at: at,
      act_id,
    }),
  ).rejects.toThrow('cannot be sent')
})

test('what waits for a file is told by the account that it leaves from', async () => {
  const payment = (await certify(world.fund, world.request, '55.55').expect(201)).body.id
  const { items } = (await world.fund.cast.auditor!.get(`/funds/${world.fund.id}/payments-awaiting-file`).expect(200))
    .body
  expect(items[0]).toMatchObject({ bankAccount: { id: world.fund.bank } })
  expect(items[0].payments.map((one: { id: string }) => one.id)).toContain(payment)
  await world.fund.cast
    .treasurer!.post(`/funds/${world.fund.id}/payment-files`, {
      bankAccountId: world.fund.bank,
      payments: [payment],
      executionDate: today(),
    })
    .expect(201)
  const list = (
    await world.fund.cast.auditor!.get(`/funds/${world.fund.id}/payment-files?status=prepared&limit=1`).expect(200)
  ).body
  expect(list.items[0]).toMatchObject({ payments: 1, total: { amount: '55.55' }, signatures: 0, sent: 0 })
  const left = (await world.fund.cast.auditor!.get(`/funds/${world.fund.id}/payments-awaiting-file`)).body.items
  expect(JSON.stringify(left)).not.toMatch(payment)
})

test('the same is done on the pages: prepare, sign by the hash, take it to the bank, read what the bank says', async () => {
  const { fund } = world
  const payment = await world.certified()
  const list = `/funds/${fund.id}/payment-files`
  const treasurer = await signedIn(service, fund.cast.treasurer!)
  const shown = await treasurer.open(list)
  const prepared = await treasurer.sendAndFollow(shown, list, { payments: [payment] })
  expect(textOf(prepared)).toContain(en.paymentFiles.done.prepared)
  const [file] = /\/payment-files\/pfl_\w+/.exec(prepared.text)!
  const unseen = await treasurer.send(prepared, `${file}/signatures`)
  expect([unseen.status, formsOf(unseen)]).toEqual([400, expect.arrayContaining([`${file}/signatures`])])
  const signed = await treasurer.sendAndFollow(prepared, `${file}/signatures`, { confirmed: 'yes' })
  expect(textOf(signed)).toContain(en.paymentFiles.done.signed)
  expect(formsOf(signed)).not.toContain(`${file}/signatures`)
  expect(signed.text).not.toContain('/content')

  const second = await signedIn(service, fund.cast.bankSignatory!, { language: 'ar' })
  const seen = await second.open(file)
  const hash = (await told(file.split('/')[2]!)).sha256 as string
  expect(textOf(seen)).toContain(hash.match(/.{8}/g)!.join(' '))
  const forged = await second.send(seen, `${file}/signatures`, {
    confirmed: 'yes',
    sha256: 'b'.repeat(64),
    key: 'forged',
  })
  expect([forged.status, textOf(forged)]).toEqual([409, expect.stringContaining('هذه بصمة ملف آخر')])
  const released = await second.sendAndFollow(seen, `${file}/signatures`, { confirmed: 'yes' })
  expect(textOf(released)).toContain(ar.paymentFiles.done.released)
  const given = await second.sendAndFollow(released, `${file}/sendings`)
  expect(textOf(given)).toContain(ar.paymentFiles.done.sent)
  const again = await second.send(given, `${file}/sendings`)
  expect(again.status).toBe(409)

  const agent = request.agent(service.app())
  const { email, password } = fund.cast.reconciler!
  await agent
    .post('/console/sign-in')
    .type('form')
    .set('sec-fetch-site', 'same-origin')
    .send({ email, password, key: 'k' })
  const upload = (xml: string, key: string) =>
    agent
      .post(`/funds/${fund.id}/status-reports`)
      .set('sec-fetch-site', 'same-origin')
      .set('accept', 'text/html')
      .field('key', key)
      .attach('report', Buffer.from(xml), 'report.xml')
  const bad = await upload('<Document>', 'one')
  expect([bad.status, textOf(bad)]).toEqual([422, expect.stringContaining(en.paymentFiles.reports)])
  const { code } = await told(file.split('/')[2]!)
  const report = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2026-11-24T20:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>${code}</OrgnlMsgId><GrpSts>ACSC</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>`
  const taken = await upload(report, 'two').redirects(1)
  expect([taken.status, textOf(taken)]).toEqual([200, expect.stringContaining(en.paymentFiles.done.report)])
  expect(textOf(await second.open(file))).toContain(`${ar.paymentFiles.verdicts.accepted} ACSC`)
})

test('where the account is kept is a form for controllers and administrators', async () => {
  const page = `/funds/${world.fund.id}/bank-accounts`
  const form = `/bank-accounts/${world.fund.bank}/details`
  const controller = await signedIn(service, world.fund.cast.controller!)
  const wrong = await controller.send(await controller.open(page), form, { account: 'CH9300762011623852958' })
  expect(wrong.status).toBe(400)
  const kept = await controller.sendAndFollow(await controller.open(page), form, { town: 'Zürich' })
  expect(textOf(kept)).toContain(en.paymentFiles.done.details)
  expect(textOf(kept)).toContain('Zürich')
  expect(formsOf(await (await signedIn(service, world.fund.cast.treasurer!)).open(page))).not.toContain(form)
  expect(formsOf(await (await signedIn(service, service.admin())).open(page))).toContain(form)
})

function asText(res: unknown, done: (error: Error | null, body: string) => void): void {
  const parts: Buffer[] = []
  const stream = res as NodeJS.ReadableStream
  stream.on('data', (part: Buffer) => parts.push(part))
  stream.on('end', () => done(null, Buffer.concat(parts).toString()))
}
