import { draft, submit } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { draftSending, expert, nights } from '../experts/sending.ts'

const service = ownService()

const NAME = 'Quiet talks of the lakes'
const TITLE = 'Two envoys for the lakes'
const ROLES = [
  ...['requester', 'certifyingOfficer', 'fundManager', 'director', 'headOfDepartment', 'treasurer', 'bankSignatory'],
  ...['reconciler', 'payeeClerk', 'controller', 'complianceOfficer', 'advisor', 'auditor'],
]

async function secret(
  confidentiality: string,
): Promise<{ fund: Fund; processId: string; requestId: string; expertId: string }> {
  const fund = await service.fund()
  await nights(fund).expect(201)
  await received(fund, '100000.00')
  const said = { name: NAME, country: 'Chad', region: 'Central Africa', phase: 'after_violence', confidentiality }
  const made = await service.admin().post(`/funds/${fund.id}/processes`, said).expect(201)
  await service
    .admin()
    .post(`/processes/${made.body.id}/need-to-know`, { entityId: fund.entity, reason: 'Works on it' })
    .expect(201)
  // Somebody of the list keeps it, so that others can be taken off again.
  await service
    .admin()
    .post(`/processes/${made.body.id}/need-to-know`, { personId: fund.cast.fundManager3!.id, reason: 'Keeps the list' })
    .expect(201)
  const expertId = await expert(fund)
  const request = await draftSending(fund, expertId, {}, { processId: made.body.id, title: TITLE })
  await submit(fund, request).expect(201)
  // Nothing is decided any more, so that only the list says who may see it.
  const { owner } = service.database()
  await owner('requests').where({ id: request.id }).update({ status: 'returned' })
  return { fund, processId: made.body.id, requestId: request.id, expertId }
}

/** Every place from which a name could leave, and what it gives to this person. */
async function places(by: Caller, at: Awaited<ReturnType<typeof secret>>): Promise<Record<string, string>> {
  const { fund, processId, requestId, expertId } = at
  const paths: Record<string, string> = {
    'list of processes': `/funds/${fund.id}/processes`,
    'file of the process': `/processes/${processId}`,
    'list of requests': `/funds/${fund.id}/disbursement-requests`,
    request: `/disbursement-requests/${requestId}`,
    'deployments of the request': `/disbursement-requests/${requestId}/deployments`,
    'expert with deployments': `/experts/${expertId}`,
    'who is out': `/funds/${fund.id}/standby?on=2027-03-05`,
    breakdown: `/funds/${fund.id}/ledger/breakdown?by=process`,
    'query by name': `/funds/${fund.id}/ledger/entries?q=${encodeURIComponent(`process:"${NAME}"`)}`,
  }
  const told: Record<string, string> = {}
  for (const [place, path] of Object.entries(paths)) {
    const { body } = await by.get(path)
    told[place] = place === 'query by name' ? JSON.stringify(body.items ?? []).replace('[]', '') : JSON.stringify(body)
  }
  return told
}

const gives = (place: string, text: string) =>
  place === 'query by name' ? text !== '' : text.includes(NAME) || text.includes(TITLE) || text.includes("N'Djamena")

/** Who may see a process of which nothing waits for anybody: by role, and whether they are on the list. */
const may = (role: string, confidentiality: string, listed: boolean) =>
  confidentiality === 'open' ||
  listed ||
  role === 'auditor' ||
  role === 'requester' ||
  (confidentiality === 'confidential' && ['fundManager', 'controller'].includes(role))

/** Places to which a role does not come at all, whatever the process. */
const CLOSED: Record<string, RegExp> = {
  requester: /breakdown|query/,
  advisor: /process$|processes|deployment|expert|out|breakdown|query|request/,
}

describe.each(['open', 'confidential', 'strictly_confidential'])('a process that is %s', (confidentiality) => {
  let at: Awaited<ReturnType<typeof secret>>
  beforeAll(async () => (at = await secret(confidentiality)))

  test.each(ROLES)(
    'gives no name to a %s who need not know, in any place, and all to one on the list',
    async (role) => {
      const by = at.fund.cast[role]!
      const seen = async () => Object.entries(await places(by, at)).filter(([place]) => !CLOSED[role]?.test(place))
      for (const [place, text] of await seen())
        expect([place, gives(place, text)]).toEqual([
          place,
          may(role, confidentiality, false) && place !== 'who is out',
        ])
      const listing = { personId: by.id, reason: 'Helps' }
      await service.admin().post(`/processes/${at.processId}/need-to-know`, listing).expect(201)
      for (const [place, text] of await seen())
        expect([place, gives(place, text)]).toEqual([place, place !== 'who is out'])
      await service
        .admin()
        .post(`/processes/${at.processId}/need-to-know`, { ...listing, told: false, reason: 'Has gone' })
        .expect(201)
    },
  )
})

test('who must decide on a request sees what they decide on, and others of the same fund do not', async () => {
  const at = await secret('strictly_confidential')
  const { owner } = service.database()
  await owner('requests').where({ id: at.requestId }).update({ status: 'submitted' })
  for (const role of ['certifyingOfficer', 'fundManager'])
    expect((await at.fund.cast[role]!.get(`/disbursement-requests/${at.requestId}`)).body.title).toBe(TITLE)
  for (const role of ['treasurer', 'director', 'controller', 'payeeClerk'])
    await at.fund.cast[role]!.get(`/disbursement-requests/${at.requestId}`).expect(404)
  await at.fund.cast.fundManager!.get(`/processes/${at.processId}`).expect(404)
})

test('a process that becomes confidential is gone at once for those who need not know, and its versions say who, when and why', async () => {
  const at = await secret('open')
  const { treasurer, controller, requester, auditor } = at.fund.cast
  await treasurer!.get(`/processes/${at.processId}`).expect(200)
  const change = (body: object, version: number, by = controller!) =>
    by.patch(`/processes/${at.processId}`, body).set('if-match', `"v${version}"`)
  await change(
    { confidentiality: 'strictly_confidential', phase: 'implementation', reason: 'The parties asked' },
    1,
  ).expect(200)
  await treasurer!.get(`/processes/${at.processId}`).expect(404)
  await requester!.get(`/disbursement-requests/${at.requestId}`).expect(200)
  expect((await change({ phase: 'after_violence', reason: 'Again' }, 2)).body.code).toBe('phase_goes_forward')
  expect((await change({ name: 'x', reason: 'Stale' }, 1)).body.code).toBe('version_changed')
  expect((await change({ name: 'x', reason: 'Not mine' }, 2, treasurer!)).body.code).toBe('role_not_allowed')
  expect((await change({ name: 'x', reason: 'Not on the list' }, 2, at.fund.cast.fundManager!)).body.code).toBe(
    'not_found',
  )
  const { versions } = (await auditor!.get(`/processes/${at.processId}`).expect(200)).body
  expect([versions[0].version, versions[0].said, versions[0].reason, versions[0].by.id]).toEqual([
    2,
    { phase: 'implementation', confidentiality: 'strictly_confidential' },
    'The parties asked',
    controller!.id,
  ])
  const { owner } = service.database()
  await expect(owner('processes').where({ id: at.processId }).update({ phase: 'before_escalation' })).rejects.toThrow(
    'is in',
  )
  await expect(owner('processes').where({ id: at.processId }).update({ name: 'x' })).rejects.toThrow('next version')
})

test('every look at a confidential file is kept, readable by auditors and by who keeps the list', async () => {
  const at = await secret('confidential')
  const { fundManager, auditor, treasurer, requester } = at.fund.cast
  await fundManager!.get(`/processes/${at.processId}`).expect(200)
  await requester!.get(`/disbursement-requests/${at.requestId}`).expect(200)
  await treasurer!.get(`/disbursement-requests/${at.requestId}`).expect(404)
  const looks = (await auditor!.get(`/processes/${at.processId}/looks`).expect(200)).body.items
  expect(looks.map((one: { person: { id: string }; what: string }) => [one.person.id, one.what])).toEqual([
    [requester!.id, 'request'],
    [fundManager!.id, 'process'],
  ])
  await fundManager!.get(`/processes/${at.processId}/looks`).expect(200)
  expect((await requester!.get(`/processes/${at.processId}/looks`)).body.code).toBe('role_not_allowed')
  expect((await treasurer!.get(`/processes/${at.processId}/looks`)).body.code).toBe('not_found')
  expect((await requester!.get(`/processes/${at.processId}/need-to-know`)).body.code).toBe('role_not_allowed')
})

test('the list of a strictly confidential process is never without somebody who keeps it, nor changed by who is not on it', async () => {
  const fund = await service.fund()
  const said = { name: NAME, country: 'Chad', region: 'Central Africa', phase: 'after_violence' }
  const { fundManager, controller } = fund.cast
  const made = await fundManager!
    .post(`/funds/${fund.id}/processes`, { ...said, confidentiality: 'strictly_confidential' })
    .expect(201)
  const list = (by: Caller, body: object) =>
    by.post(`/processes/${made.body.id}/need-to-know`, { reason: 'Because', ...body })
  expect((await list(controller!, { entityId: fund.entity })).body.code).toBe('not_found')
  expect((await list(fundManager!, { personId: fundManager!.id, told: false })).body.code).toBe('last_keeper')
  await list(fundManager!, { personId: controller!.id }).expect(201)
  expect((await list(fundManager!, { personId: controller!.id })).body.code).toBe('already_exists')
  await list(controller!, { personId: fundManager!.id, told: false }).expect(201)
  await fundManager!.get(`/processes/${made.body.id}`).expect(404)
  const told = (await controller!.get(`/processes/${made.body.id}/need-to-know`).expect(200)).body.items
  expect(told.map((one: { told: boolean; inForce: boolean }) => [one.told, one.inForce])).toEqual([
    [false, false],
    [true, true],
    [true, false],
  ])
  await expect(service.database().owner('need_to_know').del()).rejects.toThrow('append-only')
  await draft(fund, '10.00')
})
