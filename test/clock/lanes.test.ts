import { draft, submit, submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService } from '../support/service.ts'

const service = ownService()

test('the requester chooses how urgent it is, and what was submitted says so', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { requester, auditor } = fund.cast
  const made = await draft(fund, '10.00')
  const path = `/disbursement-requests/${made.id}`
  expect((await auditor!.get(path)).body.lane).toBe('standard')
  const changed = await requester!
    .patch(path, { lane: 'rapid', laneReason: 'Shots' })
    .set('if-match', made.etag)
    .expect(200)
  await submit(fund, { id: made.id, etag: changed.headers.etag! }).expect(201)
  expect((await auditor!.get(path)).body.lane).toBe('rapid')
  const { owner } = service.database()
  const kept = await owner('submissions').where({ request_id: made.id }).first('content')
  expect(kept.content.lane).toBe('rapid')
})

test('nobody chooses a lane that there is not, nor another lane once it is submitted', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { requester } = fund.cast
  const made = await draft(fund, '10.00')
  const chosen = await requester!
    .patch(`/disbursement-requests/${made.id}`, { lane: 'at_once' })
    .set('if-match', made.etag)
  expect([chosen.status, chosen.body.code]).toEqual([400, 'invalid_request'])
  const { id } = await submitted(fund, '10.00', { lane: 'rapid', laneReason: 'Shots' })
  const changing = service.database().service('requests').where({ id }).update({ lane: 'standard' })
  await expect(changing).rejects.toThrow('its lane is fixed')
})
