import { draft } from '../support/asking.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

const service = ownService()

const SECRET = {
  name: 'Back channel',
  country: 'Chad',
  region: 'Central Africa',
  phase: 'after_violence',
  confidentiality: 'confidential',
}

async function withSecret(confidentiality = 'confidential'): Promise<{ fund: Fund; processId: string }> {
  const fund = await service.fund()
  const made = await service
    .admin()
    .post(`/funds/${fund.id}/processes`, { ...SECRET, confidentiality })
    .expect(201)
  return { fund, processId: made.body.id }
}

const seenBy = async (by: Caller, { fund }: { fund: Fund }) =>
  JSON.stringify((await by.get(`/funds/${fund.id}/processes`)).body).includes('Back channel')
const tell = (by: Caller, processId: string, entityId: string) =>
  by.post(`/processes/${processId}/entities`, { entityId })
const asks = (fund: Fund, processId: string | null) =>
  fund.cast.requester!.post(`/funds/${fund.id}/disbursement-requests`, {
    ...{ title: 'Quiet talks', entityId: fund.entity, processId },
  })

test.each(['confidential', 'strictly_confidential'])(
  'who has the id of a %s process and was not told of it can neither name it nor see it',
  async (confidentiality) => {
    const secret = await withSecret(confidentiality)
    const { fund, processId } = secret
    const { requester } = fund.cast
    const refused = await asks(fund, processId)
    expect([refused.status, refused.body.code, refused.body.field]).toEqual([404, 'not_found', 'processId'])
    const open = await asks(fund, fund.process).expect(201)
    const changed = await requester!
      .patch(`/disbursement-requests/${open.body.id}`, { processId })
      .set('if-match', open.headers.etag!)
    expect([changed.status, changed.body.code]).toEqual([404, 'not_found'])
    expect(await seenBy(requester!, secret)).toBe(false)
    expect(await seenBy(service.admin(), secret)).toBe(false)
    expect(await seenBy(fund.cast.fundManager!, secret)).toBe(confidentiality === 'confidential')
    expect(await seenBy(fund.cast.auditor!, secret)).toBe(true)
    const { owner } = service.database()
    expect(await owner('requests').where({ process_id: processId })).toEqual([])
    await expect(owner('requests').where({ id: open.body.id }).update({ process_id: processId })).rejects.toThrow(
      'was not told of process',
    )
  },
)

test('an entity that was told sees the process and asks for money for it, and no other entity does', async () => {
  const secret = await withSecret()
  const { fund, processId } = secret
  const region = 'West Africa'
  const office = { name: 'Another office', kind: 'regional_office', region }
  const other = await service.admin().post(`/funds/${fund.id}/entities`, office).expect(201)
  const stranger = await service.person('Stranger', fund.id, [{ role: 'requester', entityId: other.body.id }])
  await tell(fund.cast.fundManager!, processId, fund.entity).expect(201)
  expect(await seenBy(fund.cast.requester!, secret)).toBe(true)
  expect(await seenBy(stranger, secret)).toBe(false)
  await draft(fund, '10.00', { processId })
  const refused = await stranger.post(`/funds/${fund.id}/disbursement-requests`, {
    ...{ title: 'Quiet talks', entityId: other.body.id, processId },
  })
  expect([refused.status, refused.body.code]).toEqual([404, 'not_found'])
})

test.each([
  ['not_found', 404, async () => (await service.fund()).cast.controller!, `prc_${'0'.repeat(26)}`],
  ['not_found', 404, async () => service.person('Far', (await service.fund()).id, ['controller']), undefined],
  ['role_not_allowed', 403, async (fund: Fund) => fund.cast.requester!, undefined],
  [
    'already_exists',
    409,
    async (fund: Fund, processId: string) => {
      await tell(service.admin(), processId, fund.entity).expect(201)
      return fund.cast.controller!
    },
    undefined,
  ],
] as [string, number, (fund: Fund, processId: string) => Promise<Caller>, string | undefined][])(
  'telling an entity is refused: %s',
  async (code, status, arrange, other) => {
    const { fund, processId } = await withSecret()
    const by = await arrange(fund, processId)
    const count = async () => (await service.database().owner('need_to_know')).length
    const before = await count()
    const answer = await tell(by, other ?? processId, fund.entity)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await count()).toBe(before)
  },
)

test("another fund's entity is not told", async () => {
  const { fund, processId } = await withSecret()
  const elsewhere = await service.fund()
  expect((await tell(fund.cast.controller!, processId, elsewhere.entity)).body.code).toBe('not_found')
})
