import { newPayee } from '../support/bank-details.ts'
import { approved, certify, decide, draft, submit, submitted, verifiedPayee } from '../support/asking.ts'
import { received, stages } from '../support/money-in.ts'
import { ownService, type Caller } from '../support/service.ts'

const service = ownService()

const declareTie = (by: Caller, payeeId: string) =>
  by.post(`/payees/${payeeId}/ties`, { nature: 'My brother runs it' }).expect(201)

test('an approval does not count any more once its giver has declared a tie, and exactly that step is open again', async () => {
  const fund = await service.fund()
  await received(fund, '100000.00')
  const { certifyingOfficer, fundManager, fundManager2, fundManager3, auditor } = fund.cast
  const { id, payeeId } = await submitted(fund, '60000.00')
  await decide(certifyingOfficer!, id).expect(201)
  await decide(fundManager!, id).expect(201)
  await declareTie(fundManager!, payeeId)
  const second = await decide(fundManager2!, id).expect(201)
  expect(second.body.status).toBe('submitted')
  const read = await auditor!.get(`/disbursement-requests/${id}`)
  expect(read.body.waitingFor).toEqual([{ step: 2, role: 'fund_manager', quorum: 2 }])
  expect((await decide(fundManager!, id)).body.code).toBe('tied_to_payee')
  const third = await decide(fundManager3!, id).expect(201)
  expect(third.body.status).toBe('approved')
})

// Each takes part, then declares a tie; the money must not leave on their word.
test.each(['certifyingOfficer', 'fundManager', 'treasurer'])(
  'nothing leaves on the word of a %s who has declared a tie since',
  async (who) => {
    const fund = await service.fund()
    await received(fund, '1000.00')
    const { treasurer, bankSignatory, fundManager2 } = fund.cast
    const { id, payeeId } = await approved(fund, '400.00')
    const payment = await certify(fund, id, '150.00').expect(201)
    const release = (by: Caller) => by.post(`/payments/${payment.body.id}/releases`)
    await release(treasurer!).expect(201)
    await declareTie(fund.cast[who]!, payeeId)
    const refused = await release(bankSignatory!)
    expect([refused.status, refused.body.code, refused.body.people]).toEqual([
      409,
      'signature_no_longer_counts',
      [fund.cast[who]!.id],
    ])
    expect(await stages(service, fund)).toMatchObject({ available: '600.00', committed: '400.00' })

    // The way out: the payment is taken back, the obligation lowered, and the money is free again.
    const certifier = who === 'certifyingOfficer' ? 'certifyingOfficer2' : 'certifyingOfficer'
    await fund.cast[certifier]!.post(`/payments/${payment.body.id}/cancellations`, { reason: 'A tie' }).expect(201)
    const lowered = { amount: { amount: '400.00', currency: 'USD' }, reason: 'A tie' }
    await fundManager2!.post(`/disbursement-requests/${id}/reductions`, lowered).expect(201)
    expect(await stages(service, fund)).toEqual({ authority: '-1000.00', available: '1000.00' })
  },
)

test('who has approved money for a payee does not confirm its bank details afterwards', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const both = await service.person('Manager and clerk', fund.id, ['fund_manager', 'payee_clerk'])
  const payee = await fund.cast.payeeClerk!.post(`/funds/${fund.id}/payees`, newPayee({ name: 'New' })).expect(201)
  const { id } = await submitted(fund, '40.00', { payeeId: payee.body.id })
  await decide(both, id).expect(201)
  const refused = await both.post(`/payees/${payee.body.id}/verifications`)
  expect([refused.status, refused.body.code]).toEqual([403, 'separation_of_duties'])
  await fund.cast.payeeClerk2!.post(`/payees/${payee.body.id}/verifications`).expect(201)
})

test('nobody writes or submits a request that names them', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { requester, auditor } = fund.cast
  const colleague = await service.person('Colleague', fund.id, [{ role: 'requester', entityId: fund.entity }])
  const payeeId = await verifiedPayee(fund)
  const own = await requester!.post(`/funds/${fund.id}/disbursement-requests`, {
    title: 'My own travel',
    entityId: fund.entity,
    namedPeople: [requester!.id],
  })
  expect([own.status, own.body.code]).toEqual([403, 'named_in_request'])
  const made = await draft(fund, '40.00', { payeeId })
  const renamed = await requester!
    .patch(`/disbursement-requests/${made.id}`, { namedPeople: [requester!.id] })
    .set('if-match', made.etag)
  expect([renamed.status, renamed.body.code]).toEqual([403, 'named_in_request'])

  // A colleague names the first writer; then the colleague alone can go on with it.
  const named = await colleague
    .patch(`/disbursement-requests/${made.id}`, { namedPeople: [requester!.id] })
    .set('if-match', made.etag)
    .expect(200)
  const request = { id: made.id, etag: named.headers.etag! }
  const submitting = await submit(fund, request)
  expect([submitting.status, submitting.body.code]).toEqual([403, 'named_in_request'])
  await submit(fund, request, colleague).expect(201)
  const read = await auditor!.get(`/disbursement-requests/${made.id}`)
  expect(read.body.namedPeople).toEqual([requester!.id])
})
