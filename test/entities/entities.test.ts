import { ENTITY_KINDS, riskOn } from '../../server/entities/policy.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'

const service = ownService()

const add = (fund: Fund, more: object = {}) =>
  fund.cast.fundManager!.post(`/funds/${fund.id}/entities`, {
    ...{ name: 'Centre for Patient Dialogue', kind: 'partner_organisation', region: 'Central Africa' },
    ...more,
  })
const rate = (by: Caller, id: string, more: object = {}) =>
  by.post(`/entities/${id}/risk-ratings`, {
    rating: 'low',
    validUntil: '2999-12-31',
    reason: 'Known for years',
    ...more,
  })

test.each(ENTITY_KINDS)('an entity can be a %s, with mandate, country and contact', async (kind) => {
  const fund = await service.fund()
  const said = { kind, country: 'Gabon', mandate: 'Good offices', contact: 'Secretariat' }
  const { id } = (await add(fund, said).expect(201)).body
  expect((await fund.cast.requester!.get(`/entities/${id}`).expect(200)).body).toMatchObject({
    ...said,
    version: 1,
    risk: null,
  })
})

test('an entity is changed as its next version: who, when and why stay', async () => {
  const fund = await service.fund()
  const { id } = (await add(fund).expect(201)).body
  const change = (body: object, version = 1, by = fund.cast.controller!) =>
    by.patch(`/entities/${id}`, body).set('if-match', `"v${version}"`)
  await change({ mandate: 'Dialogue', reason: 'New statutes' }).expect(200)
  expect((await change({ mandate: 'x', reason: 'Stale' })).body.code).toBe('version_changed')
  expect((await change({ mandate: 'x', reason: 'No' }, 2, fund.cast.treasurer!)).body.code).toBe('role_not_allowed')
  expect((await change({ name: 'Office for Central Africa', reason: 'Taken' }, 2)).body.code).toBe('already_exists')
  const { versions } = (await fund.cast.auditor!.get(`/entities/${id}`)).body
  expect([versions[0].version, versions[0].said, versions[0].reason]).toEqual([
    2,
    { mandate: 'Dialogue' },
    'New statutes',
  ])
})

test('the last rating of the risk counts, and once expired counts as high', async () => {
  const fund = await service.fund()
  const { id } = (await add(fund).expect(201)).body
  await rate(fund.cast.complianceOfficer!, id).expect(201)
  await rate(fund.cast.complianceOfficer!, id, { rating: 'medium' }).expect(201)
  const told = (await fund.cast.auditor!.get(`/entities/${id}`)).body
  expect([told.risk.counts, told.ratings.map((one: { rating: string }) => one.rating)]).toEqual([
    'medium',
    ['medium', 'low'],
  ])
  expect(riskOn({ rating: 'low', validUntil: '2026-11-24' }, '2026-11-24')).toBe('low')
  expect(riskOn({ rating: 'low', validUntil: '2026-11-24' }, '2026-11-25')).toBe('high')
  await expect(service.database().owner('entity_ratings').del()).rejects.toThrow('append-only')
})

test.each([
  ['role_not_allowed', 403, (fund: Fund) => fund.cast.fundManager!, {}],
  ['dates_out_of_order', 422, (fund: Fund) => fund.cast.complianceOfficer!, { validUntil: '2020-01-01' }],
  ['invalid_request', 400, (fund: Fund) => fund.cast.complianceOfficer!, { rating: 'none' }],
] as [string, number, (fund: Fund) => Caller, object][])('rating is refused: %s', async (code, status, by, more) => {
  const fund = await service.fund()
  const { id } = (await add(fund).expect(201)).body
  const answer = await rate(by(fund), id, more)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await service.database().owner('entity_ratings').where({ entity_id: id })).toEqual([])
})

test('ten ratings at once are ten rows in a row', async () => {
  const fund = await service.fund()
  const { id } = (await add(fund).expect(201)).body
  const answers = await Promise.all(Array.from({ length: 10 }, () => rate(fund.cast.complianceOfficer!, id)))
  expect(answers.map(({ body }) => body.number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})
