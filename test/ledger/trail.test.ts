import { approved, released } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Fund } from '../support/service.ts'

const service = ownService()
let fund: Fund
let requestId: string
let paymentId: string

beforeAll(async () => {
  fund = await service.fund()
  await received(fund, '1000.00')
  requestId = (await approved(fund, '400.00')).id
  paymentId = await released(fund, requestId, '250.00')
  await fund.cast
    .reconciler!.post(`/payments/${paymentId}/settlements`, {
      valueDate: new Date().toISOString().slice(0, 10),
      debited: { amount: '250.00', currency: 'USD' },
      reference: 'ST-99',
    })
    .expect(201)
})

test('from a request to all of its entries, also to the settlement, which moves none of its accounts', async () => {
  const { body } = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/entries?request=${requestId}`).expect(200)
  expect(body.items.map((one: { kind: string }) => one.kind)).toEqual([
    'request_submitted',
    'request_approved',
    'payment_certified',
    'payment_released',
    'payment_settled',
  ])
})

test('from an entry to the payment that caused it, the act behind it, and everybody’s duty in it', async () => {
  const { cast } = fund
  const list = await cast.auditor!.get(`/funds/${fund.id}/ledger/entries?kind=payment_settled`).expect(200)
  const { body } = await cast.auditor!.get(`/funds/${fund.id}/ledger/entries/${list.body.items[0].id}`).expect(200)
  expect(body.cause).toEqual({ kind: 'payment', id: paymentId })
  expect(body.act).toMatchObject({
    person: { id: cast.reconciler!.id, kind: 'person' },
    tokenId: expect.stringMatching(/^tok_/),
    method: 'POST',
    path: `/api/v1/payments/${paymentId}/settlements`,
    address: expect.any(String),
  })
  expect(body.duties.map((one: { duty: string; person: { id: string } }) => [one.duty, one.person.id])).toEqual([
    ['requester', cast.requester!.id],
    ['certifier', cast.certifyingOfficer!.id],
    ['approver', cast.fundManager!.id],
    ['releaser', cast.bankSignatory!.id],
    ['releaser', cast.treasurer!.id],
    ['reconciler', cast.reconciler!.id],
  ])
  expect(body.duties[0]).toMatchObject({ requestId, requestCode: expect.any(String) })
})

test('from a person to what they have recorded', async () => {
  const { body } = await fund.cast
    .auditor!.get(`/funds/${fund.id}/ledger/entries?person=${fund.cast.bankSignatory!.id}`)
    .expect(200)
  expect(body.items.map((one: { kind: string }) => one.kind)).toEqual(['payment_released'])
})
