import { moneyIn, rowCounts } from '../contributions/books.ts'
import { violations } from '../invariants/check.ts'
import { inForce, usd } from '../rules/ruling.ts'
import { ownService } from '../support/service.ts'
import { treasuryOf, type Treasury } from './money.ts'

const service = ownService()
let treasury: Treasury

beforeEach(async () => {
  treasury = treasuryOf(service, await service.fund())
})
afterEach(async () => {
  expect(await violations(service.database().owner, treasury.fund.id)).toEqual([])
})

const impairment = (amount: string, occurredOn = '2024-05-01') => ({
  ...{ amount: moneyIn(amount), occurredOn, reason: 'The budget did not pass' },
})
const writeOff = (amount: string) => ({
  ...{ amount: moneyIn(amount), writtenOffOn: '2024-06-01', reason: 'Will not come' },
})
const paths = ({ id }: { id: string }) => ({
  impair: `/contributions/${id}/impairments`,
  reverse: `/contributions/${id}/impairment-reversals`,
  writeOff: `/contributions/${id}/write-offs`,
})

test('an impairment is an expense against an allowance: what is outstanding stays what the donor owes', async () => {
  const { rate, agreed, authorised, entries, figures } = treasury
  await rate('EUR', '2024-01', '0.9')
  const contribution = await agreed({ amount: '100.00', currency: 'EUR' })
  const { id } = await authorised(paths(contribution).impair, impairment('33.33 EUR'))
  expect(await entries(id, contribution.code)).toEqual({
    'impairment 2024-05-01': ['expense:impairment 33.33 EUR (37.03)', 'assets:allowance:* -33.33 EUR (-37.03)'],
  })
  const { original, functional } = (await figures(contribution)).figures
  expect([original.outstanding.amount, original.impaired.amount]).toEqual(['100.00', '33.33'])
  expect([functional.outstanding.amount, functional.impaired.amount]).toEqual(['111.11', '37.03'])
})

test('an impairment is taken back in part, and all of its amount with the last part', async () => {
  const { rate, agreed, authorised, entries, figures } = treasury
  await rate('EUR', '2024-01', '0.9')
  const contribution = await agreed({ amount: '100.00', currency: 'EUR' })
  const { impair, reverse } = paths(contribution)
  await authorised(impair, impairment('100.00 EUR'))
  const first = await authorised(reverse, impairment('33.33 EUR', '2024-05-02'))
  expect(await entries(first.id, contribution.code)).toEqual({
    'impairment_reversed 2024-05-02': [
      'expense:impairment -33.33 EUR (-37.03)',
      'assets:allowance:* 33.33 EUR (37.03)',
    ],
  })
  expect(await authorised(reverse, impairment('66.67 EUR', '2024-05-03'))).toMatchObject({
    functional: moneyIn('-74.08 USD'),
    impaired: moneyIn('0.00 EUR'),
  })
  expect((await figures(contribution)).figures.functional.impaired.amount).toBe('0.00')
})

test('what was impaired is written off against the allowance first, so that no loss is an expense twice', async () => {
  const { agreed, authorised, entries } = treasury
  const contribution = await agreed()
  const { impair, writeOff: path } = paths(contribution)
  await authorised(impair, impairment('300.00 USD'))
  const { id } = await authorised(path, writeOff('500.00 USD'))
  expect(await entries(id, contribution.code)).toEqual({
    'write_off 2024-06-01': [
      'assets:allowance:* 300.00 USD',
      'expense:write-off 200.00 USD',
      'assets:receivable:* -500.00 USD',
    ],
  })
})

test('money that comes after all takes back what is doubted of it, with nobody having to authorise that', async () => {
  const { agreed, authorised, received, figures, service: _service, ...rest } = { ...treasury, service }
  const contribution = await agreed()
  await authorised(paths(contribution).impair, impairment('900.00 USD', '2024-02-01'))
  await received(contribution, '400.00 USD', { receivedOn: '2024-03-15' })
  const { original } = (await figures(contribution)).figures
  expect([original.outstanding.amount, original.impaired.amount]).toEqual(['600.00', '600.00'])
  const taken = await service
    .database()
    .owner('impairments')
    .where({ contribution_id: contribution.id, proposal_id: null })
  expect(await rest.entries(taken[0].id, contribution.code)).toEqual({
    'impairment_reversed 2024-03-15': ['expense:impairment -300.00 USD', 'assets:allowance:* 300.00 USD'],
  })
})

test('an unidentified receipt that is applied takes back what is doubted, too', async () => {
  const { agreed, authorised, receipt, as, fund, figures } = treasury
  const contribution = await agreed()
  await authorised(paths(contribution).impair, impairment('1000.00 USD', '2024-02-01'))
  const { body } = await as('treasurer').post(`/funds/${fund.id}/receipts`, receipt('1000.00 USD')).expect(201)
  await as('treasurer').post(`/receipts/${body.id}/applications`, { contributionId: contribution.id }).expect(201)
  const { figures: told, status } = await figures(contribution)
  expect([told.original.impaired.amount, status]).toEqual(['0.00', 'received'])
})

test.each([
  ['a director up to the limit', '50000.00 USD', 'director', 201, undefined],
  ['a director above the limit', '50000.01 USD', 'director', 403, 'above_your_authority'],
  ['the head of department above the limit', '50000.01 USD', 'headOfDepartment', 201, undefined],
  ['the head of department up to the limit', '50000.00 USD', 'headOfDepartment', 201, undefined],
  ['the treasurer', '1.00 USD', 'treasurer', 403, 'role_not_allowed'],
  ['the controller who proposed it', '1.00 USD', 'controller', 403, 'two_people_needed'],
])('a write-off authorised by %s', async (_who, amount, who, status, code) => {
  const { agreed, as, decide } = treasury
  const contribution = await agreed({ amount: '100000.00' })
  const proposed = await as('controller').post(paths(contribution).writeOff, writeOff(amount)).expect(201)
  const before = await rowCounts(service)
  const answer = await decide(as(who), proposed.body.id)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  if (status !== 201) expect(await rowCounts(service)).toEqual(before)
})

test('a large amount does not pass in small pieces, whether they are decided or still open', async () => {
  const { agreed, as } = treasury
  const contribution = await agreed({ amount: '100000.00' })
  const propose = async (amount: string) =>
    (await as('controller').post(paths(contribution).writeOff, writeOff(amount)).expect(201)).body
  const first = await propose('30000.00 USD')
  expect(first.mayDecide).toEqual(['director', 'head_of_department'])
  expect((await propose('30000.00 USD')).mayDecide).toEqual(['head_of_department'])
  await treasury.decide(as('director'), first.id, 'reject', 'Ask the donor first').expect(201)
  expect((await propose('20000.00 USD')).mayDecide).toEqual(['director', 'head_of_department'])
})

test('limits are rules of the fund in force from a day on, and hold for what is proposed afterwards', async () => {
  const { agreed, as, fund, decide } = treasury
  const contribution = await agreed({ amount: '100000.00' })
  const propose = async () =>
    (await as('controller').post(paths(contribution).writeOff, writeOff('2000.00 USD')).expect(201)).body
  const before = await propose()
  const rows = [
    { upTo: usd('1000.00'), role: 'director' },
    { upTo: null, role: 'head_of_department' },
  ]
  await inForce(fund, 'authority-limits', { rows })
  expect((await propose()).mayDecide).toEqual(['head_of_department'])
  await decide(as('director'), before.id).expect(201)
})

const CASES: [string, string, keyof ReturnType<typeof paths>, object, number, string][] = [
  ['an impairment of nothing', 'controller', 'impair', impairment('0.00 USD'), 400, 'invalid_request'],
  ['an impairment by a director', 'director', 'impair', impairment('1.00 USD'), 403, 'role_not_allowed'],
  [
    'an impairment by a service account',
    'machine',
    'impair',
    impairment('1.00 USD'),
    403,
    'service_account_decides_nothing',
  ],
  ['an impairment in the future', 'controller', 'impair', impairment('1.00 USD', '2099-01-01'), 422, 'date_in_future'],
  [
    'an impairment before the agreement',
    'controller',
    'impair',
    impairment('1.00 USD', '2024-01-01'),
    422,
    'dates_out_of_order',
  ],
  ['an impairment in another currency', 'controller', 'impair', impairment('1.00 EUR'), 422, 'currency_mismatch'],
  [
    'an impairment of what is doubted already',
    'controller',
    'impair',
    impairment('600.01 USD'),
    409,
    'nothing_outstanding',
  ],
  ['a reversal of more than is doubted', 'controller', 'reverse', impairment('400.01 USD'), 409, 'nothing_impaired'],
]

test.each(CASES)('%s is refused, and nothing changes', async (_what, who, path, body, status, code) => {
  const { agreed, authorised, as, machine } = treasury
  const contribution = await agreed()
  await authorised(paths(contribution).impair, impairment('400.00 USD'))
  const by = who === 'machine' ? await machine('controller') : as(who)
  const before = await rowCounts(service)
  const answer = await by.post(paths(contribution)[path], body)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect(await rowCounts(service)).toEqual(before)
})

test('under an open condition nothing was earned that could be doubted', async () => {
  const { agreed, as } = treasury
  const contribution = await agreed({ condition: 'Talks have begun' })
  const answer = await as('controller').post(paths(contribution).impair, impairment('1.00 USD'))
  expect([answer.status, answer.body.code]).toEqual([409, 'condition_open'])
})

test('ten authorisations at once impair no more than is outstanding', async () => {
  const { agreed, as, decide, figures } = treasury
  const contribution = await agreed()
  const ids = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const proposed = await as('controller').post(paths(contribution).impair, impairment('300.00 USD')).expect(201)
      return proposed.body.id as string
    }),
  )
  const answers = await Promise.all(ids.map((id) => decide(as('headOfDepartment'), id)))
  expect(answers.map(({ status, body }) => (status === 201 ? 'done' : body.code)).sort()).toEqual([
    ...Array<string>(3).fill('done'),
    ...Array<string>(7).fill('nothing_outstanding'),
  ])
  expect((await figures(contribution)).figures.original.impaired.amount).toBe('900.00')
})

test('the database refuses a write-off and an impairment that nobody has authorised', async () => {
  const { agreed } = treasury
  const contribution = await agreed()
  const { owner } = service.database()
  const { act_id } = await owner('agreements').where({ contribution_id: contribution.id }).first()
  const row = { contribution_id: contribution.id, amount: 1, functional: 1, act_id }
  await expect(
    owner('write_offs').insert({ ...row, id: `wof_${'0'.repeat(26)}`, written_off_on: '2024-05-01', reason: 'x' }),
  ).rejects.toThrow("has nobody's authority")
  await expect(
    owner('impairments').insert({ ...row, id: `ipr_${'0'.repeat(26)}`, occurred_on: '2024-05-01' }),
  ).rejects.toThrow('impairment_has_authority')
})
