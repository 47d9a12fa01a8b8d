import fc from 'fast-check'
import { followsFrom, verdictOf, type Verdict } from '../../server/status-reports/policy.ts'
import { readStatusReport } from '../../server/status-reports/read.ts'
import { Refusal } from '../../server/errors.ts'
import { violations } from '../invariants/check.ts'
import { settle } from '../no-regret/telling.ts'
import { stages } from '../support/money-in.ts'
import { ownService, type Caller } from '../support/service.ts'
import { payingFund, releasedFile, type World } from './files.ts'

const service = ownService()
let world: World
beforeAll(async () => {
  world = await payingFund(service)
})

type Said = { id: string; status: string; reason?: string; more?: string }
let reports = 0

/** A report as banks write it. */
function pain002(
  of: string,
  { group, transactions = [], version = '10' }: { group?: string; transactions?: Said[]; version?: string },
) {
  reports += 1
  const told = transactions.map(
    ({ id, status, reason, more }) =>
      `<TxInfAndSts><StsId>S</StsId><OrgnlEndToEndId>${id}</OrgnlEndToEndId><TxSts>${status}</TxSts>${
        reason
          ? `<StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn>${more ? `<AddtlInf>${more}</AddtlInf>` : ''}</StsRsnInf>`
          : ''
      }</TxInfAndSts>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.${version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>BANK-${reports}</MsgId><CreDtTm>2026-11-24T20:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>${of}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>${group ? `<GrpSts>${group}</GrpSts>` : ''}</OrgnlGrpInfAndSts>
${told.length > 0 ? `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${of}-1</OrgnlPmtInfId>\n${told.join('\n')}\n</OrgnlPmtInfAndSts>` : ''}
</CstmrPmtStsRpt></Document>`
}

const send = (xml: string, by: Caller = world.fund.cast.reconciler!) =>
  by.post(`/funds/${world.fund.id}/status-reports`, xml as unknown as object).set('content-type', 'application/xml')
const codes = async (payments: readonly string[]) =>
  Promise.all(
    payments.map(async (id) => (await world.fund.cast.auditor!.get(`/payments/${id}`).expect(200)).body.code as string),
  )
const statuses = async (payments: readonly string[]) =>
  Promise.all(
    payments.map(
      async (id) => (await world.fund.cast.auditor!.get(`/payments/${id}`).expect(200)).body.status as string,
    ),
  )
const lines = async (id: string) => (await world.fund.cast.auditor!.get(`/status-reports/${id}`).expect(200)).body.items

test.each(['10', '03'])(
  'accepted as a whole, in version %s: every payment of the file is noted, and nothing moves',
  async (version) => {
    const file = await releasedFile(world, 2)
    const { body } = await send(pain002(file.code, { group: 'ACCP', version })).expect(201)
    expect(body).toMatchObject({ fileId: file.id, lines: 2, outcomes: { noted: 2 } })
    expect(await statuses(file.payments)).toEqual(['released', 'released'])
    const told = (await world.fund.cast.auditor!.get(`/payment-files/${file.id}`).expect(200)).body
    expect(told.payments[0].bank).toEqual({ status: 'ACCP', verdict: 'accepted', reason: '' })
    expect(told.reports).toHaveLength(1)
  },
)

test('accepted in part: what is rejected comes back with its reason, and its money is committed again', async () => {
  const file = await releasedFile(world, 3)
  const [, second] = await codes(file.payments)
  const before = (await stages(service, world.fund)).disbursed!
  const rejected = { id: second!, status: 'RJCT', reason: 'AC04', more: 'Closed account' }
  const { body } = await send(pain002(file.code, { group: 'PART', transactions: [rejected] })).expect(201)
  expect(body.outcomes).toEqual({ returned: 1 })
  expect(await statuses(file.payments)).toEqual(['released', 'returned', 'released'])
  const payment = (await world.fund.cast.auditor!.get(`/payments/${file.payments[1]}`).expect(200)).body
  expect(payment.returned).toMatchObject({
    reason: 'RJCT AC04 Closed account',
    returnedBy: world.fund.cast.reconciler!.id,
  })
  const cents = (text: string) => BigInt(text.replace('.', ''))
  expect(cents(before) - cents((await stages(service, world.fund)).disbursed!)).toBe(
    cents(payment.amount.amount ?? payment.amount),
  )
  expect(await violations(service.database().owner, world.fund.id)).toEqual([])
})

test('the same report ten times at once is applied once', async () => {
  const file = await releasedFile(world, 2)
  const report = pain002(file.code, { group: 'RJCT' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(report)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 9 }, () => 200), 201])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(await statuses(file.payments)).toEqual(['returned', 'returned'])
  const { owner } = service.database()
  expect(await owner('entries').where({ kind: 'release_reversed' }).whereIn('source', file.payments)).toHaveLength(2)
  // Another report that says it again finds it done.
  expect((await send(pain002(file.code, { group: 'RJCT' })).expect(201)).body.outcomes).toEqual({ noted: 2 })
})

test('a rejection that a treasurer reads waits for a reconciler, who confirms it where payments are', async () => {
  const file = await releasedFile(world, 1)
  const { body } = await send(pain002(file.code, { group: 'RJCT' }), world.fund.cast.treasurer!).expect(201)
  expect(body.outcomes).toEqual({ to_confirm: 1 })
  expect(await statuses(file.payments)).toEqual(['released'])
  expect(await lines(body.id)).toMatchObject([{ outcome: 'to_confirm', open: true }])
  const back = { valueDate: new Date().toISOString().slice(0, 10), reason: 'RJCT', reference: 'BANK' }
  await world.fund.cast.reconciler!.post(`/payments/${file.payments[0]}/returns`, back).expect(201)
  expect(await lines(body.id)).toMatchObject([{ open: false, paymentStatus: 'returned' }])
})

test('whoever signed brings nothing back by reading a report, whatever roles they hold', async () => {
  const file = await releasedFile(world, 1)
  const grant = { personId: world.fund.cast.treasurer!.id, role: 'reconciler' }
  await service.admin().post(`/funds/${world.fund.id}/roles`, grant).expect(201)
  const { body } = await send(pain002(file.code, { group: 'RJCT' }), world.fund.cast.treasurer!).expect(201)
  expect(body.outcomes).toEqual({ to_confirm: 1 })
  expect(await statuses(file.payments)).toEqual(['released'])
})

test('what contradicts an earlier report or the books is work for people, and changes nothing', async () => {
  const file = await releasedFile(world, 3)
  const [first, second, third] = await codes(file.payments)
  await send(
    pain002(file.code, {
      transactions: [
        { id: first!, status: 'ACSP' },
        { id: second!, status: 'RJCT' },
      ],
    }),
  ).expect(201)
  const paid = (await world.fund.cast.auditor!.get(`/payments/${file.payments[2]}`)).body
  await settle(
    world.fund,
    file.payments[2]!,
    paid.amount.amount ?? paid.amount,
    new Date().toISOString().slice(0, 10),
    world.fund.cast.reconciler!,
  ).expect(201)
  const contrary = [
    { id: first!, status: 'RJCT', reason: 'AC01' },
    { id: second!, status: 'ACSC' },
    { id: third!, status: 'RJCT' },
    { id: 'P99-999999', status: 'RJCT' },
  ]
  const { body } = await send(pain002(file.code, { transactions: contrary })).expect(201)
  expect(body.outcomes).toEqual({ contradicts: 3, unknown: 1 })
  expect(await statuses(file.payments)).toEqual(['released', 'returned', 'settled'])
  expect((await lines(body.id)).map((one: { open: boolean }) => one.open)).toEqual([true, true, true, true])

  const answer = (line: number, by = world.fund.cast.reconciler!) =>
    by.post(`/status-reports/${body.id}/answers`, { line, note: 'The bank corrects it' })
  expect((await answer(1, world.fund.cast.auditor!)).body.code).toBe('role_not_allowed')
  await answer(1).expect(201)
  expect((await answer(1)).body.code).toBe('nothing_to_answer')
  expect((await answer(9)).body.code).toBe('nothing_to_answer')
  const listed = (await world.fund.cast.auditor!.get(`/funds/${world.fund.id}/status-reports?limit=1`).expect(200)).body
    .items
  expect(listed[0]).toMatchObject({ id: body.id, lines: 4, open: 3 })
})

test('a report on no file of this fund is kept, and is work', async () => {
  const { body } = await send(pain002('F99-999999', { transactions: [{ id: 'P99-000001', status: 'RJCT' }] })).expect(
    201,
  )
  expect(body).toMatchObject({ fileId: null, outcomes: { unknown: 1 } })
})

test.each([
  ['another message', '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>', 'other_message'],
  ['another version', pain002('F', {}).replace('002.001.10', '002.001.99'), 'other_message'],
  ['no message id', pain002('F', {}).replace(/<MsgId>.*<\/MsgId>/, ''), 'missing'],
  [
    'no original message',
    pain002('F', {}).replace(/<OrgnlMsgId>.*<\/OrgnlMsgId>/, '<OrgnlMsgId> </OrgnlMsgId>'),
    'missing',
  ],
  ['a status without end', pain002('F', { group: 'ACCEPTED' }), 'value_too_long'],
  ['an id without end', pain002('F'.repeat(36), {}), 'value_too_long'],
  ['half a file', pain002('F', {}).slice(0, 300), 'not_well_formed'],
  ['a DOCTYPE', `<!DOCTYPE a [<!ENTITY x "y">]>${pain002('F', {}).slice(38)}`, 'doctype'],
])('%s is refused whole', async (_what, xml, reason) => {
  const { owner } = service.database()
  const before = await owner('status_reports').count()
  const answer = await send(xml)
  expect([answer.status, answer.body.code, answer.body.reason]).toEqual([422, 'unreadable_xml', reason])
  expect(await owner('status_reports').count()).toEqual(before)
})

test('nobody but reconcilers and treasurers takes reports in', async () => {
  expect((await send(pain002('F', {}), world.fund.cast.bankSignatory!)).body.code).toBe('role_not_allowed')
})

test('whatever is done to a report, it is read or refused', () => {
  const good = pain002('F26-000001', {
    group: 'PART',
    transactions: [{ id: 'P26-000001', status: 'RJCT', reason: 'AC04', more: 'é' }],
  })
  const change = fc.record({
    at: fc.nat(good.length),
    cut: fc.nat(40),
    put: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('<', '>', '</', '&x;', '\u0000', '<TxSts>'),
    ),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, latin) => {
      const text = changes.reduce((was, { at, cut, put }) => was.slice(0, at) + put + was.slice(at + cut), good)
      try {
        const report = readStatusReport(Buffer.from(text, latin ? 'latin1' : 'utf8'))
        expect(report.messageId.length).toBeLessThanOrEqual(35)
        expect(
          report.transactions.every(
            ({ endToEndId, status, reason }) => endToEndId.length <= 35 && status.length <= 4 && reason.length <= 500,
          ),
        ).toBe(true)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        expect(error.code).toBe('unreadable_xml')
      }
    }),
    { numRuns: 400 },
  )
})

test('only a rejection of what is on its way and was never accepted brings money back, in whatever order reports come', () => {
  const verdict = fc.constantFrom<Verdict>('accepted', 'pending', 'rejected')
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 12 }), (said) => {
      let [status, before, back] = ['released', undefined as Verdict | undefined, 0]
      for (const one of said) {
        const follows = followsFrom(one, { status, before })
        if (follows === 'to_return') [status, back] = ['returned', back + 1]
        if (one !== 'pending') before = one
      }
      const decided = said.filter((one) => one !== 'pending')
      expect(back).toBe(decided[0] === 'rejected' ? 1 : 0)
    }),
  )
  expect(['ACTC', 'ACCP', 'ACSP', 'ACSC'].map(verdictOf)).toEqual(Array.from({ length: 4 }, () => 'accepted'))
  expect(['RJCT', 'PDNG', 'XXXX'].map(verdictOf)).toEqual(['rejected', 'pending', 'pending'])
})
