import { readName } from '../../server/sanctions/name.ts'
import { compareNames } from '../../server/sanctions/policy.ts'
import { rescreenPayees } from '../../server/sanctions/rescreen.ts'
import { approved, certify, decide, draft, submit, verifiedPayee } from '../support/asking.ts'
import { newPayee } from '../support/bank-details.ts'
import { bringList } from '../support/lists.ts'
import { decideOn, proposeRule } from '../rules/ruling.ts'
import { received } from '../support/money-in.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { inventedList, publishedForm } from './invented-list.ts'
import { measureQuality } from './quality.ts'

/** Lists, screening, cases, and what they hold back, through the front door. */

const service = ownService()
const UN = 'sanctions-versions?list=un_consolidated'
const ZUBAYRI = '7,person,Nasir Faysal al-Zubayrawi,Abu Tamim,ناصر فيصل الزبيراوي,1970,Nowhere,2026-01-15,Nobody'

let fund: Fund
let officer: Caller
let other: Caller

beforeAll(async () => {
  fund = await service.fund()
  officer = fund.cast.complianceOfficer!
  other = await service.person('Second Officer', fund.id, ['compliance_officer'])
  await received(fund, '900000.00')
})

const upload = (by: Caller, body: string | Buffer, query = '', path = UN) =>
  by.post(`/funds/${fund.id}/${path}${query}`, Buffer.from(body))
const rescreen = () => rescreenPayees(service.database().service, new Date())
const screening = async (payeeId: string) => (await officer.get(`/payees/${payeeId}/screening`).expect(200)).body
const rowsOf = async () => {
  const { rows } = await service
    .database()
    .owner.raw(
      `select (select count(*) from sanctions_versions) as versions, (select count(*) from sanctions_entries) as entries, (select count(*) from screening_cases) as cases, (select count(*) from screening_decisions) as decisions, (select count(*) from releases) as releases`,
    )
  return rows[0] as Record<string, string>
}

/** A payee that fits the listed one, registered in a fund whose list names it. */
async function hitPayee(name = 'ناصر الزبيراوي', line = ZUBAYRI): Promise<{ payeeId: string; caseId: string }> {
  await bringList(officer, fund.id, [line]).expect((answer) => expect([200, 201]).toContain(answer.status))
  const made = await fund.cast.payeeClerk!.post(
    `/funds/${fund.id}/payees`,
    newPayee({ name, kind: 'person', latinName: 'Nasser Zubeirawi' }),
  )
  expect(made.status).toBe(201)
  await fund.cast.payeeClerk2!.post(`/payees/${made.body.id}/verifications`).expect(201)
  const { cases } = await screening(made.body.id)
  return { payeeId: made.body.id, caseId: cases[0]?.id }
}

test('a published list becomes a version with its entries, and the same file again changes nothing, ten at once', async () => {
  const file = publishedForm(inventedList(40))
  const answers = await Promise.all(Array.from({ length: 10 }, () => upload(officer, file)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 200, 201])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(answers[0]!.body).toMatchObject({ list: 'un_consolidated', number: 1, entries: 40, added: 40, inForce: true })
  const { body } = await officer.get(`/sanctions-versions/${answers[0]!.body.id}/entries?limit=1`).expect(200)
  expect(body.items[0]).toMatchObject({ key: '9000000', kind: 'person', reference: 'XXi.0000' })
  expect(body.items[0].facts).toContainEqual({ fact: 'born', value: '1970-01-01' })
  expect(body.items[0].names.map((one: { kind: string }) => one.kind)).toEqual(['name', 'script', 'alias'])
})

test('a version that drops more than a tenth, or is older, is brought in by who confirms it', async () => {
  const made = inventedList(40)
  const fewer = publishedForm(made.slice(0, 30), { generated: '2026-11-02T02:00:00.000Z' })
  const before = await rowsOf()
  const refused = await upload(officer, fewer).expect(409)
  expect(refused.body).toMatchObject({
    code: 'list_needs_confirmation',
    why: ['drops_many'],
    entries: 30,
    before: 40,
    dropped: 10,
  })
  const older = await upload(officer, publishedForm(made, { generated: '2026-10-01T00:00:00.000Z' })).expect(409)
  expect(older.body.why).toEqual(['older'])
  expect(await rowsOf()).toEqual(before)
  const taken = await upload(officer, fewer, '&confirmed=true').expect(201)
  expect(taken.body).toMatchObject({ number: 2, dropped: 10, confirmed: true })
  await upload(officer, publishedForm(made, { generated: '2026-11-03T02:00:00.000Z' })).expect(201)
})

const whole = publishedForm(inventedList(40))
const BOMB = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><CONSOLIDATED_LIST>&b;</CONSOLIDATED_LIST>`
test.each<[what: string, code: string, reason: string | undefined, file: () => string | Buffer, query?: string]>([
  ['cut short', 'unreadable_xml', 'not_well_formed', () => whole.slice(0, whole.length / 2)],
  ['with entities that would grow', 'unreadable_xml', 'doctype', () => BOMB],
  ['in another encoding than it says', 'unreadable_xml', 'encoding', () => Buffer.from(whole, 'utf16le')],
  ['too large', 'body_too_large', undefined, () => Buffer.alloc(17 * 1024 * 1024, 32)],
  ['of something else', 'unreadable_xml', 'not_the_list', () => '<Document><a/></Document>'],
  ['without entries', 'unreadable_xml', 'no_entries', () => '<CONSOLIDATED_LIST/>'],
  ['with an entry twice', 'unreadable_file', 'same_id_twice', () => whole.replaceAll('9000001', '9000000')],
  [
    'with an entry of no name',
    'unreadable_xml',
    'no_name',
    () =>
      whole
        .replace(/<FIRST_NAME>.*?<UN_LIST/, '<UN_LIST')
        .replace(/<NAME_ORIGINAL_SCRIPT>[^<]*<.NAME_ORIGINAL_SCRIPT>/, '')
        .replace(/<ALIAS_NAME>[^<]*<.ALIAS_NAME>/, ''),
  ],
  ['of another heading', 'unreadable_file', 'heading', () => 'a,b\n1,2', '&format=csv'],
  [
    'with a kind that is none',
    'unreadable_file',
    'kind',
    () => `id,kind,name,aliases,original_script,born,nationality,listed_on,comments\n1,ship,X Y,,,,,,`,
    '&format=csv',
  ],
])('a file %s is refused whole with %s (%s)', async (_what, code, reason, file, query = '') => {
  const before = await rowsOf()
  const answer = await upload(officer, file(), query)
  expect(answer.body.code).toBe(code)
  if (reason) expect(answer.body.reason).toBe(reason)
  expect(await rowsOf()).toEqual(before)
})

test('only a compliance officer brings in lists and decides on cases, of the fund', async () => {
  const { caseId } = await hitPayee('Nasser al-Zubeirawi')
  const stranger = await service.person('Stranger', (await service.fund()).id, ['compliance_officer'])
  const decision = { verdict: 'clear', reason: 'Another year of birth' }
  for (const [by, status, code] of [
    [fund.cast.director!, 403, 'role_not_allowed'],
    [stranger, 404, 'not_found'],
  ] as const) {
    expect((await upload(by, whole).expect(status)).body.code).toBe(code)
    expect((await by.post(`/screening-cases/${caseId}/decisions`, decision).expect(status)).body.code).toBe(code)
  }
})

test('a payee in its own script that fits a listed one opens a case that says why, and the officers are told', async () => {
  const { payeeId, caseId } = await hitPayee()
  const { body } = await officer.get(`/screening-cases/${caseId}`).expect(200)
  expect(body).toMatchObject({
    state: 'open',
    payee: { id: payeeId },
    entry: { key: '7', name: 'Nasir Faysal al-Zubayrawi' },
  })
  expect(body.score).toBeGreaterThanOrEqual(80)
  expect(body.matched.parts.map((one: { how: string }) => one.how)).toContain('only_listed')
  const news = await other.get('/notifications').expect(200)
  expect(JSON.stringify(news.body)).toContain(caseId)
})

test('nothing is released to a payee with an open hit, nor past the service; cleared, it leaves', async () => {
  const { payeeId, caseId } = await hitPayee('Faysal Nasir Zubayrawi')
  const request = await approved(fund, '1000.00', { payeeId })
  const payment = (await certify(fund, request.id, '1000.00').expect(201)).body.id
  const before = await rowsOf()
  const refused = await fund.cast.treasurer!.post(`/payments/${payment}/releases`).expect(409)
  expect(refused.body).toMatchObject({ code: 'screening_open', why: 'open' })
  expect(await rowsOf()).toEqual(before)
  const act = await service.database().owner('acts').first('id')
  const past = service
    .database()
    .owner('releases')
    .insert({
      ...{
        payment_id: payment,
        request_id: request.id,
        place: 1,
        released_by: fund.cast.treasurer!.id,
        act_id: act.id,
      },
      released_at: new Date(),
    })
  await expect(past).rejects.toMatchObject({ constraint: 'released_to_who_is_clear' })

  await officer.post(`/screening-cases/${caseId}/decisions`, { verdict: 'clear', reason: 'Born in 1991' }).expect(201)
  await fund.cast.treasurer!.post(`/payments/${payment}/releases`).expect(201)
  await fund.cast.bankSignatory!.post(`/payments/${payment}/releases`).expect(201)
  const again = await officer
    .post(`/screening-cases/${caseId}/decisions`, { verdict: 'clear', reason: 'Again' })
    .expect(409)
  expect(again.body.code).toBe('case_over')
})

test('the second signature is looked at by the list in force then', async () => {
  const payeeId = await verifiedPayee(fund, 'Tariq Yasin Halabani', 'person')
  const request = await approved(fund, '500.00', { payeeId })
  const payment = (await certify(fund, request.id, '500.00').expect(201)).body.id
  await fund.cast.treasurer!.post(`/payments/${payment}/releases`).expect(201)
  await bringList(officer, fund.id, [ZUBAYRI, '8,person,Tarek Yassine El-Halabany,,,,,,']).expect(201)
  const refused = await fund.cast.bankSignatory!.post(`/payments/${payment}/releases`).expect(409)
  expect(refused.body).toMatchObject({ code: 'screening_open', why: 'open' })
  expect((await screening(payeeId)).state).toBe('out_of_date')
  expect(await rescreen()).toBeGreaterThan(0)
  expect(await screening(payeeId)).toMatchObject({ state: 'open', cases: [{ entry: { key: '8' }, occasion: 'list' }] })
  expect(await rescreen()).toBe(0)
})

test('a case is not opened again for the same entry, but for one that changed; an open one that is no longer so lapses', async () => {
  const { payeeId, caseId } = await hitPayee('Nasir Faisal Zubayrawy')
  await officer.post(`/screening-cases/${caseId}/decisions`, { verdict: 'clear', reason: 'Somebody else' }).expect(201)
  await bringList(officer, fund.id, [ZUBAYRI, '9,person,Wholly Different,,,,,,']).expect(201)
  await rescreen()
  expect((await screening(payeeId)).cases).toHaveLength(1)
  expect((await screening(payeeId)).state).toBe('clear')
  const changed = ZUBAYRI.replace('1970', '1971')
  await bringList(officer, fund.id, [changed, '9,person,Wholly Different,,,,,,']).expect(201)
  await rescreen()
  expect((await screening(payeeId)).cases.map((one: { state: string }) => one.state)).toEqual(['open', 'clear'])
  await bringList(officer, fund.id, [
    changed.replace('Nobody', 'Nobody at all'),
    '9,person,Wholly Different,,,,,,',
  ]).expect(201)
  await rescreen()
  expect((await screening(payeeId)).cases.map((one: { state: string }) => one.state)).toEqual([
    'open',
    'lapse',
    'clear',
  ])
})

test('a confirmed hit suspends what is asked for the payee; another officer clears it and lets it go on', async () => {
  const { payeeId, caseId } = await hitPayee('Nacer Fayssal al Zubayrawi')
  const request = await draft(fund, '700.00', { payeeId })
  await submit(fund, request).expect(201)
  const decided = (by: Caller, verdict: string) =>
    by.post(`/screening-cases/${caseId}/decisions`, { verdict, reason: 'Passport compared' })
  await decided(officer, 'confirm').expect(201)
  const refused = await decide(fund.cast.certifyingOfficer!, request.id).expect(409)
  expect(refused.body).toMatchObject({ code: 'suspended', reason: 'screening' })
  expect((await screening(payeeId)).state).toBe('confirmed')
  expect((await decided(officer, 'clear').expect(403)).body.code).toBe('two_people_needed')
  await decided(other, 'clear').expect(201)
  await decide(fund.cast.certifyingOfficer!, request.id).expect(201)
})

test('who is tied to the payee or recorded it does not decide, nor past the service', async () => {
  const { payeeId, caseId } = await hitPayee('Nassir Faycal Zubayrawi')
  const both = await service.person('Clerk and Officer', fund.id, ['compliance_officer', 'payee_clerk'])
  await other.post(`/payees/${payeeId}/ties`, { nature: 'Cousin' }).expect(201)
  const decision = { verdict: 'clear', reason: 'No' }
  expect((await other.post(`/screening-cases/${caseId}/decisions`, decision).expect(403)).body.code).toBe(
    'tied_to_payee',
  )
  const own = await both
    .post(`/funds/${fund.id}/payees`, newPayee({ name: 'Nasir Faysal Zubayrawi', kind: 'person' }))
    .expect(201)
  const ownCase = (await screening(own.body.id)).cases[0].id
  expect((await both.post(`/screening-cases/${ownCase}/decisions`, decision).expect(403)).body.code).toBe(
    'separation_of_duties',
  )
  const act = await service.database().owner('acts').first('id')
  const past = service
    .database()
    .owner('screening_decisions')
    .insert({
      ...{
        case_id: ownCase,
        number: 1,
        verdict: 'clear',
        reason: 'x',
        decided_by: both.id,
        person_kind: 'person',
        decided_at: new Date(),
        act_id: act.id,
      },
    })
  await expect(past).rejects.toMatchObject({ constraint: 'case_by_a_free_officer' })
})

test('ten who decide at once decide once', async () => {
  const { caseId } = await hitPayee('Nasir Faysal Zubairawi')
  const third = await service.person('Third Officer', fund.id, ['compliance_officer'])
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      (i % 2 ? officer : third).post(`/screening-cases/${caseId}/decisions`, { verdict: 'clear', reason: 'Once' }),
    ),
  )
  expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ body }) => body.code === 'case_over')).toHaveLength(9)
})

test('workers that screen at once screen each payee once', async () => {
  await bringList(officer, fund.id, [ZUBAYRI, '11,person,Nobody Whatsoever,,,,,,']).expect((one) =>
    expect([200, 201]).toContain(one.status),
  )
  const count = await service.database().owner('payees').where({ fund_id: fund.id }).count('id as n').first()
  const counts = await Promise.all([rescreen(), rescreen(), rescreen()])
  for (let left = 1; left > 0;) left = await rescreen()
  expect(counts.reduce((a, b) => a + b)).toBeLessThanOrEqual(Number(count!.n) + 1)
  const { body } = await officer.get(`/funds/${fund.id}/screening`).expect(200)
  expect(body).toMatchObject({ waiting: 0, holds: true })
})

test('where no list was ever brought in nothing is released, unless the fund’s rule says so', async () => {
  const bare = await service.fund({ listed: false })
  await received(bare, '1000.00')
  const request = await approved(bare, '100.00')
  const payment = (await certify(bare, request.id, '100.00').expect(201)).body.id
  const release = () => bare.cast.treasurer!.post(`/payments/${payment}/releases`)
  expect((await release().expect(409)).body).toMatchObject({ code: 'screening_open', why: 'no_list' })
  const rule = await proposeRule(bare, 'screening', { threshold: 80, withoutList: 'release' }).expect(201)
  await decideOn(bare.cast.headOfDepartment!, rule.body.id).expect(201)
  await release().expect(201)
})

test.each([
  ['Muhammad al-Zubayri', 'Mohamed Alzubairi', 'same_consonants'],
  ['Abd al-Rahman Salih', 'Abderrahmane Saleh', 'same'],
  ['Sayf al-Din Omar', 'Saifuddin Umar', 'joined'],
  ['Хрущенков Евгений', 'Yevgeny Khrushchenkov', 'same_consonants'],
  ['张泽民', 'Zhang Zemin', 'joined'],
  ['J. Habyalinka', 'Jean Habyalinka', 'initial'],
  ['QNT', 'Qamarani Noorvand Trading', 'acronym'],
])('%s is found as %s, and it is said that this is by %s', (payee, listed, how) => {
  const { score, explain } = compareNames(readName(payee), readName(listed))
  expect(score).toBeGreaterThanOrEqual(80)
  expect(explain().map((part) => part.how)).toContain(how)
})

test.each([
  ['Ahmad Zubayr', 'Hamid Zubayr'],
  ['Musa Ibrahim', 'Musa'],
  ['Zaryanik Holding', 'Zaryanik Trading Company'],
  ['Jean Mukendizi', 'Jean Kabeyalu'],
])('%s is not taken for %s', (payee, listed) => {
  expect(compareNames(readName(payee), readName(listed)).score).toBeLessThan(80)
})

test('of planted variants at least 96 in a hundred are found, and of innocent names from the same parts at most 9 hit', () => {
  const quality = measureQuality(80, { listed: 210, innocent: 700 })
  expect((100 * quality.found) / quality.variants).toBeGreaterThanOrEqual(97)
  expect((100 * quality.falseHits.length) / quality.innocents).toBeLessThanOrEqual(9)
})
