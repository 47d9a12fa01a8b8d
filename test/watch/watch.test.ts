import { ownService, type Fund } from '../support/service.ts'
import { inDays, plan } from '../plans/planning.ts'

const service = ownService()
let fund: Fund

beforeEach(async () => {
  fund = await service.fund()
})

const content = () => ({
  ...{ country: 'Chad', region: 'Central Africa', phase: 'before_escalation', signal: 'Troops move', severity: 'high' },
  ...{ ownerId: fund.cast.fundManager!.id, reviewOn: inDays(7) },
})
const watch = async (more: object = {}) => {
  const answer = await fund.cast.fundManager!.post(`/funds/${fund.id}/watch-items`, { ...content(), ...more })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return { id: answer.body.id as string, etag: answer.headers.etag as string }
}
const listed = async (query = '', by = fund.cast.auditor!) =>
  (await by.get(`/funds/${fund.id}/watch-items${query}`).expect(200)).body.items

test('what is thought of a place is kept version by version, the latest in force', async () => {
  const item = await watch()
  const worse = { severity: 'critical', signal: 'قتال <script>alert(1)</script>', note: 'Shots at the border' }
  const changed = await fund.cast.director!.patch(`/watch-items/${item.id}`, worse).set('if-match', item.etag)
  expect([changed.status, changed.body.version]).toEqual([200, 2])
  const { body } = await fund.cast.auditor!.get(`/watch-items/${item.id}`).expect(200)
  expect(body).toMatchObject({ severity: 'critical', signal: worse.signal, phase: 'before_escalation' })
  expect(body.history).toMatchObject([
    { version: 2, severity: 'critical', note: 'Shots at the border', changedBy: fund.cast.director!.name },
    { version: 1, severity: 'high', signal: 'Troops move' },
  ])
})

test('the list tells the worst first, what is due for review, and the plans made for it', async () => {
  const calm = await watch({ severity: 'low', reviewOn: inDays(0) })
  const bad = await watch({ severity: 'critical' })
  const made = await plan(fund, ['5.00'], { watchItemId: bad.id })
  const all = await listed()
  expect(all.map(({ id, dueForReview }: { id: string; dueForReview: boolean }) => [id, dueForReview])).toEqual([
    [bad.id, false],
    [calm.id, true],
  ])
  expect(all[0].plans).toMatchObject([{ id: made.id }])
  expect((await listed('?due=true')).map(({ id }: { id: string }) => id)).toEqual([calm.id])
})

test('a confidential process keeps its watch items from who was not told of it', async () => {
  const secret = await service.admin().post(`/funds/${fund.id}/processes`, {
    ...{ name: 'Back channel', country: 'Chad', region: 'Central Africa', phase: 'after_violence' },
    confidentiality: 'confidential',
  })
  const item = await watch({ processId: secret.body.id })
  const { requester } = fund.cast
  expect(await listed('', requester)).toEqual([])
  await requester!.get(`/watch-items/${item.id}`).expect(404)
  expect((await requester!.patch(`/watch-items/${item.id}`, {}).set('if-match', item.etag)).status).toBe(404)
  await service.admin().post(`/processes/${secret.body.id}/entities`, { entityId: fund.entity }).expect(201)
  expect(await listed('', requester)).toHaveLength(1)
})

test('of ten who say something else at once one is heard, and the others are told to read again', async () => {
  const item = await watch()
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      fund.cast.fundManager!.patch(`/watch-items/${item.id}`, { signal: `Signal ${i}` }).set('if-match', item.etag),
    ),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'version_changed']))
})

test.each<[string, string, object, number, string]>([
  ['a severity that there is not', 'fundManager', { severity: 'terrible' }, 400, 'invalid_request'],
  ['an item by an auditor', 'auditor', {}, 403, 'role_not_allowed'],
  ['an owner who is nobody', 'fundManager', { ownerId: 'per_00000000000000000000000000' }, 404, 'not_found'],
  ['a process that is not there', 'fundManager', { processId: 'prc_00000000000000000000000000' }, 404, 'not_found'],
])('refused is %s', async (_what, by, more, status, code) => {
  const answer = await fund.cast[by]!.post(`/funds/${fund.id}/watch-items`, { ...content(), ...more })
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await listed()).toEqual([])
})

test('a closed item says nothing more until it is opened again', async () => {
  const item = await watch()
  const say = (body: object, etag: string) =>
    fund.cast.fundManager!.patch(`/watch-items/${item.id}`, body).set('if-match', etag)
  expect((await say({ closed: true }, item.etag)).body.code).toBe('invalid_request')
  await say({ closed: true, note: 'They signed' }, item.etag).expect(200)
  expect(await listed()).toEqual([])
  expect(await listed('?closed=true')).toHaveLength(1)
  const refused = await say({ severity: 'low' }, '"v2"')
  expect([refused.status, refused.body.code]).toEqual([409, 'watch_item_closed'])
  await say({ closed: false, note: 'Again' }, '"v2"').expect(200)
  expect(await listed()).toHaveLength(1)
})
