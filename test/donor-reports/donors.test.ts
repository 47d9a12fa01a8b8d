import type { DonorReport } from '../../server/donor-reports/figures.ts'
import { asDonor } from '../../server/contributions/as-donor.ts'
import { donorReport } from '../../server/donor-reports/queries.ts'
import type { Db } from '../../db/connect.ts'
import { approved, submitted, verifiedPayee } from '../support/asking.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { complaints } from './recomputed.ts'
import { reportOf, storyOf, today, type Made } from './story.ts'

const service = ownService()
let fund: Fund
let sweden: string
let norway: string
let astrid: Caller
let own: Made
let other: Made
let payeeId: string
const processes = {} as Record<string, string>

const SECRETS = ['Secret one', 'Secret two', 'Secret three', 'Secret four', 'Secret five', 'Talks of the other']

beforeAll(async () => {
  fund = await service.fund()
  const story = storyOf(fund, service)
  sweden = await story.donor('Sweden')
  norway = await story.donor('Norway')
  astrid = await story.reader('Astrid', sweden)
  payeeId = await verifiedPayee(fund)
  own = await story.pledge(sweden, '1000.00 USD', '2024-01-01')
  const asia = { earmark: { level: 'earmarked', regions: ['Asia'] } }
  other = await story.pledge(norway, '1000.00 USD', '2024-01-01', asia)
  for (const contribution of [own, other]) {
    await story.agree(contribution, '1000.00 USD', '2024-01-01')
    await story.receive(contribution, '2024-01-02', { sent: '1000.00 USD' })
  }
  for (const [name, region, confidentiality] of [
    ['Secret one', 'Africa', 'confidential'],
    ['Secret two', 'Africa', 'strictly_confidential'],
    ['Secret three', 'Africa', 'confidential'],
    ['Secret four', 'Europe', 'confidential'],
    ['Secret five', 'Europe', 'confidential'],
    ['Talks of the other', 'Asia', 'open'],
  ] as const)
    processes[name] = await story.process(name, region, confidentiality)
  const ask = (name: string, amount: string) => submitted(fund, amount, { processId: processes[name], payeeId })
  await approved(fund, '10.00', { payeeId })
  await ask('Secret one', '20.00')
  await approved(fund, '30.00', { processId: processes['Secret two'], payeeId })
  await ask('Talks of the other', '99.00')
}, 60_000)

const told = async (by: Caller): Promise<DonorReport> => (await reportOf(by, fund, sweden).expect(200)).body

const missions = ({ missions: all }: DonorReport) =>
  all.map(({ name, region, missionCount, reserved, committed }) => [
    name,
    region,
    missionCount,
    reserved.amount,
    committed.amount,
  ])

test('fewer than three confidential missions are told together without a region, open ones by name', async () => {
  const expected = [
    [null, null, 2, '20.00', '30.00'],
    ['Talks at Bangui', 'Central Africa', 1, '0.00', '10.00'],
  ]
  for (const by of [astrid, fund.cast.auditor!]) {
    const report = await told(by)
    expect(missions(report)).toEqual(expected)
    expect(complaints(report)).toEqual([])
  }
})

test('three confidential missions of a region are told with their region, and never by name', async () => {
  await submitted(fund, '40.00', { processId: processes['Secret three'], payeeId })
  expect(missions(await told(astrid))).toEqual([
    [null, 'Africa', 3, '60.00', '30.00'],
    ['Talks at Bangui', 'Central Africa', 1, '0.00', '10.00'],
  ])
  await submitted(fund, '1.00', { processId: processes['Secret four'], payeeId })
  await submitted(fund, '2.00', { processId: processes['Secret five'], payeeId })
  const report = await told(astrid)
  expect(missions(report)[0]).toEqual([null, null, 5, '63.00', '30.00'])
  expect(report).toEqual({ ...(await told(fund.cast.auditor!)), asOf: report.asOf })
  expect(complaints(report)).toEqual([])
  for (const by of [astrid, fund.cast.auditor!]) {
    const text = JSON.stringify(await told(by))
    expect([...SECRETS, ...Object.values(processes)].filter((secret) => text.includes(secret))).toEqual([])
  }
})

test('refusals, in their order', async () => {
  const bob = await service.person('Bob', fund.id, [{ role: 'donor', donorId: norway }])
  const elsewhere = await service.fund()
  const unknown = (id: string) => id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  const path = `/funds/${fund.id}/donors/${sweden}/report`
  const cases: [string, number, string, ReturnType<Caller['get']>][] = [
    ['nobody', 401, 'not_signed_in', service.nobody().get(`${path}?occurredOn=2024-02-30`)],
    ['a day that is none', 400, 'invalid_request', astrid.get(`${path}?occurredOn=2024-02-30`)],
    ['a moment that is none', 400, 'invalid_request', astrid.get(`${path}?recordedAt=yesterday`)],
    [
      'a moment further from UTC than any place',
      400,
      'invalid_request',
      astrid.get(`${path}?recordedAt=2024-01-01T00:00:00-23:59`),
    ],
    ['a language there is not', 400, 'invalid_request', astrid.get(`${path}.pdf?language=fr`)],
    ['no such fund', 404, 'not_found', astrid.get(path.replace(fund.id, unknown(fund.id)))],
    ['a fund of others', 404, 'not_found', astrid.get(`/funds/${elsewhere.id}/donors/${sweden}/report`)],
    ['a requester', 403, 'role_not_allowed', fund.cast.requester!.get(path)],
    ['an advisor', 403, 'role_not_allowed', fund.cast.advisor!.get(path)],
    ['no such donor', 404, 'not_found', fund.cast.auditor!.get(path.replace(sweden, unknown(sweden)))],
    [
      "another fund's donor",
      404,
      'not_found',
      fund.cast.auditor!.get(`/funds/${elsewhere.id}/donors/${sweden}/report`),
    ],
    ['another donor', 404, 'not_found', bob.get(path)],
    ["another donor's file", 404, 'not_found', bob.get(`${path}.pdf`)],
  ]
  for (const [who, status, code, call] of cases) {
    const answer = await call
    expect([who, answer.status, answer.body.code]).toEqual([who, status, code])
  }
})

test('who is a donor and works in the fund as well reads as whoever works there', async () => {
  const both = await service.person('Both', fund.id, ['treasurer', { role: 'donor', donorId: norway }])
  await reportOf(both, fund, sweden).expect(200)
})

test('who reads for two donors reads each of them, each under its own', async () => {
  const both = await service.person('Two', fund.id, [
    { role: 'donor', donorId: norway },
    { role: 'donor', donorId: sweden },
  ])
  expect((await told(both)).contributions.map(({ code }) => code)).toEqual([own.code])
  const answer = await reportOf(both, fund, norway).expect(200)
  expect(answer.body.contributions.map(({ code }: Made) => code)).toEqual([other.code])
})

describe('the database itself', () => {
  const pool = () => service.database().service
  const everything = { occurredOn: today, recordedAt: '2100-01-01T00:00:00Z' }

  test("gives a donor's report of another donor nothing to tell", async () => {
    const read = (db: Db) => donorReport(db, { fundId: fund.id, donorId: norway, ...everything })
    await expect(asDonor(pool(), sweden, read)).rejects.toMatchObject({ code: 'not_found' })
    expect((await asDonor(pool(), norway, read)).contributions.map(({ code }) => code)).toEqual([other.code])
  })

  test('shows a donor of requests and missions only those that its own money went to, and of those only open ones', async () => {
    const seen = (donorId: string) =>
      asDonor(pool(), donorId, async (db) => ({
        requests: await db('requests').pluck('process_id').orderBy('id'),
        processes: await db('processes').pluck('name').orderBy('name'),
      }))
    const { 'Talks of the other': theirs, ...secret } = processes
    expect(await seen(norway)).toEqual({ requests: [theirs], processes: ['Talks of the other'] })
    const swedens = await seen(sweden)
    expect(new Set(swedens.requests)).toEqual(new Set([fund.process, ...Object.values(secret)]))
    expect(swedens.processes).toEqual(['Talks at Bangui'])
    expect(await seen('don_00000000000000000000000000')).toEqual({ requests: [], processes: [] })
  })

  test.each([
    ['titles and purposes', `select title, purpose from requests`],
    ['submissions', `select content from submissions`],
    ['payees', `select name from payees`],
    ['earmarks of others as they were', `select earmark from earmark_changes`],
    ['names of bank accounts', `select name from bank_accounts`],
  ])('keeps %s from a donor', async (_what, sql) => {
    await expect(asDonor(pool(), sweden, (db) => db.raw(sql))).rejects.toMatchObject({ code: '42501' })
  })

  test('tells a donor nothing of what is not its own through the functions either, however it signs in', async () => {
    const { owner } = service.database()
    const mission = async (db: Db, ofDonor: string) => {
      const { rows } = await db.raw(
        `select m.* from (select distinct request_id from accounts where contribution_id = :id and request_id is not null) r,
                lateral mission_told(r.request_id, now(), null) m`,
        { id: ofDonor },
      )
      return rows.length
    }
    const ask = async (db: Db, requestId: string, contributionId: string) => {
      const { rows } = await db.raw(
        `select (select count(*)::int from mission_told(:requestId, now(), null)) as missions, earmark_told(:contributionId, now(), null) as earmark`,
        { requestId, contributionId },
      )
      return rows[0]
    }
    const requestOf = async (contribution: Made) =>
      (
        await owner('accounts')
          .where({ contribution_id: contribution.id })
          .whereNotNull('request_id')
          .first('request_id')
      ).request_id
    expect(await mission(pool(), own.id)).toBeGreaterThan(0)
    const foreign = [await requestOf(other), other.id] as const
    expect(await ask(pool(), ...foreign)).toMatchObject({ missions: 1, earmark: { level: 'earmarked' } })
    expect(await asDonor(pool(), sweden, (db) => ask(db, ...foreign))).toEqual({ missions: 0, earmark: null })
    expect(await asDonor(pool(), norway, (db) => ask(db, ...foreign))).toMatchObject({ missions: 1 })

    // Whoever is a member of the donors' role is a donor, under whatever name.
    const trx = await owner.transaction()
    await trx.raw(`create role finland in role wasata_donor`)
    await trx.raw(`grant finland to current_user`)
    await trx.raw(`set local role finland`)
    expect(await ask(trx, ...foreign)).toEqual({ missions: 0, earmark: null })
    await trx.rollback()
  })
})
