import { submit } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { draftSending, EXPERT, expert, nights } from './sending.ts'

const service = ownService()

const find = async (by: Caller, fund: Fund, query: string) => {
  const { body } = await by.get(`/funds/${fund.id}/experts?${query}`).expect(200)
  return body as {
    items: { id: string; latinName: string; free: string | null; freePeriods: object[] }[]
    next: string | null
  }
}
const namesFound = async (fund: Fund, query: string) =>
  (await find(fund.cast.requester!, fund, query)).items.map((one) => one.latinName)

async function roster(): Promise<Fund> {
  const fund = await service.fund()
  await expert(fund, {
    ...{
      name: 'سلمى الخطيب',
      latinName: 'Salma al-Khatib',
      themes: ['ceasefire_and_security', 'gender_and_inclusion'],
    },
    languages: [
      { language: 'ar', level: 'native' },
      { language: 'fr', level: 'working' },
    ],
  })
  await expert(fund, {
    ...{ name: 'Нурлан Асанов', latinName: 'Nurlan Asanov', themes: ['natural_resources'], countries: ['Kyrgyzstan'] },
    ...{ languages: [{ language: 'fr', level: 'fluent' }], regions: ['Central Asia'] },
  })
  await expert(fund, {
    ...{ name: '陈美玲', latinName: 'Chen Meiling', countries: [] },
    availability: [{ from: '2027-05-01', to: '2027-05-31', onSite: false, remote: true }],
  })
  return fund
}

test.each([
  ['', ['Chen Meiling', 'Nurlan Asanov', 'Salma al-Khatib']],
  ['theme=ceasefire_and_security&theme=gender_and_inclusion', ['Salma al-Khatib']],
  ['language=fr', ['Nurlan Asanov', 'Salma al-Khatib']],
  ['language=fr&level=fluent', ['Nurlan Asanov']],
  ['place=Central%20Asia', ['Nurlan Asanov']],
  ['place=Chad&theme=ceasefire_and_security', ['Salma al-Khatib']],
  [`name=${encodeURIComponent('الخطيب')}`, ['Salma al-Khatib']],
  ['name=asanov', ['Nurlan Asanov']],
  ['from=2027-05-20&to=2027-06-10', ['Chen Meiling', 'Nurlan Asanov', 'Salma al-Khatib']],
  ['from=2027-05-20&to=2027-06-10&whole=true', ['Nurlan Asanov', 'Salma al-Khatib']],
  ['from=2027-05-20&to=2027-05-25&mode=on_site', ['Nurlan Asanov', 'Salma al-Khatib']],
  ['from=2028-05-20', []],
] as [string, string[]][])('a search for %j finds %j', async (query, names) => {
  expect(await namesFound(await roster(), query)).toEqual(names)
})

test('a search tells who is free on all of the days and who on some, and on which', async () => {
  const fund = await service.fund()
  await nights(fund).expect(201)
  await received(fund, '100000.00')
  const expertId = await expert(fund)
  await submit(fund, await draftSending(fund, expertId)).expect(201)
  const [one] = (await find(fund.cast.auditor!, fund, 'from=2027-02-25&to=2027-03-15')).items
  expect([one!.free, one!.freePeriods]).toEqual([
    'partly',
    [
      { from: '2027-02-25', to: '2027-02-28' },
      { from: '2027-03-11', to: '2027-03-15' },
    ],
  ])
  expect((await find(fund.cast.auditor!, fund, 'from=2027-03-11&to=2027-03-15')).items[0]!.free).toBe('whole')
  expect((await find(fund.cast.auditor!, fund, 'from=2027-03-02&to=2027-03-05')).items).toEqual([])
})

test('pages of a search skip nobody and tell nobody twice', async () => {
  const fund = await roster()
  const seen: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const page = await find(fund.cast.auditor!, fund, `limit=1${next ? `&after=${next}` : ''}`)
    seen.push(...page.items.map((one) => one.latinName))
    next = page.next
  }
  expect(seen).toEqual(['Chen Meiling', 'Nurlan Asanov', 'Salma al-Khatib'])
})

test('how to reach an expert is for those who read the files whole, and a requester is told the rest', async () => {
  const fund = await service.fund()
  const id = await expert(fund)
  const whole = (await fund.cast.auditor!.get(`/experts/${id}`).expect(200)).body
  expect([whole.email, whole.nationalities]).toEqual(['lena@example.org', ['Norway']])
  const told = (await fund.cast.requester!.get(`/experts/${id}`).expect(200)).body
  expect([told.email, told.nationalities, told.versions, told.dailyFee.amount]).toEqual([
    undefined,
    undefined,
    undefined,
    '400.00',
  ])
  expect((await fund.cast.advisor!.get(`/experts/${id}`)).body.code).toBe('role_not_allowed')
})

test.each([
  ['invalid_request', 400, () => ({ name: 'سلمى' })],
  ['invalid_request', 400, () => ({ languages: [{ language: 'xx', level: 'basic' }] })],
  [
    'invalid_request',
    400,
    () => ({ availability: [{ from: '2027-02-01', to: '2027-01-01', onSite: true, remote: true }] }),
  ],
  ['invalid_request', 400, () => ({ dailyFee: { amount: '1.005', currency: 'USD' } })],
  ['invalid_request', 400, () => ({ dailyFee: { amount: '12345678901234567890', currency: 'USD' } })],
  ['not_found', 404, async () => ({ by: await service.person('Far', (await service.fund()).id, ['controller']) })],
  ['role_not_allowed', 403, (fund: Fund) => ({ by: fund.cast.requester })],
  ['role_not_allowed', 403, (fund: Fund) => ({ by: fund.cast.auditor })],
  ['about_yourself', 403, (fund: Fund) => ({ personId: fund.cast.fundManager!.id })],
  ['currency_unknown', 422, () => ({ dailyFee: { amount: '1.00', currency: 'QQQ' } })],
  ['not_found', 404, () => ({ personId: service.admin().id })],
  [
    'already_exists',
    409,
    async (fund: Fund) => {
      await expert(fund, { personId: fund.cast.advisor!.id })
      return { personId: fund.cast.advisor!.id }
    },
  ],
] as [string, number, (fund: Fund) => Promise<Record<string, unknown>> | Record<string, unknown>][])(
  'putting an expert on the roster is refused and nothing changes: %s',
  async (code, status, arrange) => {
    const fund = await service.fund()
    const { by = fund.cast.fundManager, ...more } = await arrange(fund)
    const { owner } = service.database()
    const before = await owner('experts').where({ fund_id: fund.id })
    const answer = await (by as Caller).post(`/funds/${fund.id}/experts`, { ...EXPERT, ...more })
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await owner('experts').where({ fund_id: fund.id })).toEqual(before)
  },
)

test('an expert is changed as the next version only, by somebody else, and the versions stay', async () => {
  const fund = await service.fund()
  const id = await expert(fund)
  const stale = await fund.cast.controller!.patch(`/experts/${id}`, { phone: '1', reason: 'x' }).set('if-match', '"v2"')
  expect([stale.status, stale.body.code]).toEqual([412, 'version_changed'])
  const { owner } = service.database()
  await expect(owner('experts').where({ id }).update({ daily_fee: 1 })).rejects.toThrow('next version')
  await expect(owner('expert_versions').where({ expert_id: id }).del()).rejects.toThrow('append-only')
})

test('a rate of subsistence is set once for a month, by the treasurer or the controller', async () => {
  const fund = await service.fund()
  await nights(fund).expect(201)
  expect((await nights(fund)).body.code).toBe('already_exists')
  const asked = { month: '2026-02', rate: { amount: '1.00', currency: 'USD' }, source: 'x' }
  expect((await fund.cast.requester!.post(`/funds/${fund.id}/subsistence-rates`, asked)).body.code).toBe(
    'role_not_allowed',
  )
  const { items } = (await fund.cast.requester!.get(`/funds/${fund.id}/subsistence-rates`).expect(200)).body
  expect(items).toEqual([
    { country: null, month: '2026-01', rate: { amount: '150.00', currency: 'USD' }, source: 'Schedule of the fund' },
  ])
})
