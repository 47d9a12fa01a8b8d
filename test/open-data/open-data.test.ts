import { readFileSync } from 'node:fs'
import request from 'supertest'
import { validateXML } from 'xmllint-wasm'
import { countryCode, regionCode } from '../../server/open-data/codes.ts'
import { tellActivities, together, type Mission } from '../../server/open-data/policy.ts'
import { money, moneyText, sum } from '../../server/money.ts'
import { storyOf } from '../donor-reports/story.ts'
import { approved, released, verifiedPayee } from '../support/asking.ts'
import { inForce } from '../rules/ruling.ts'
import { sealEntries } from '../../server/ledger/seal.ts'
import { allSealable } from '../support/sealable.ts'
import { ownService, type Fund } from '../support/service.ts'

const service = ownService()
const terms = {
  publishes: true,
  publisher: { reference: 'XM-EX-77', name: 'Rapid Response & Co', kind: '40', email: 'data@example.org' },
}

const read = (path: string) => request(service.app()).get(`/api/v1${path}`).buffer(true)

async function codeOf(fund: Fund): Promise<string> {
  const found = await service.database().owner('funds').where({ id: fund.id }).first('code')
  return found.code
}

/** What the schema finds wrong. */
async function complaints(file: string): Promise<readonly string[]> {
  const schema = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
  const checked = await validateXML({
    xml: [{ fileName: 'file.xml', contents: file }],
    schema: [{ fileName: 'iati.xsd', contents: schema('./iati.xsd') }],
    preload: [{ fileName: 'xml.xsd', contents: schema('./xml.xsd') }],
  })
  return checked.errors.map(({ message }) => message)
}

const valuesOf = (file: string, type: string) =>
  [
    ...file.matchAll(
      new RegExp(
        `<transaction-type code="${type}"/>\\s*<transaction-date[^>]*/>\\s*<value[^>]*>([-0-9.]+)</value>`,
        'g',
      ),
    ),
  ].map(([, amount]) => money(amount!, 'USD'))
const totalOf = (file: string, ...types: string[]) =>
  moneyText(
    sum(
      types.flatMap((type) => valuesOf(file, type)),
      'USD',
    ),
  ).amount

describe('a fund that publishes', () => {
  let fund: Fund
  let code: string
  let file: string
  beforeAll(async () => {
    fund = await service.fund()
    code = await codeOf(fund)
    const story = storyOf(fund, service)
    const donor = await story.donor('Norway <script>alert(1)</script>')
    const day = new Date().toISOString().slice(0, 10)
    const given = await story.pledge(donor, '100000.00 USD', day)
    await story.agree(given, '100000.00 USD', day)
    await story.receive(given, day, { sent: '100000.00 USD', booked: '99990.00 USD', charge: '10.00 USD' })
    await fund.cast
      .controller!.put(`/donors/${donor}/organisation-reference`, { reference: 'NO-BRC-971277882' })
      .expect(200)
    await fund.cast
      .controller!.put(`/contributions/${given.id}/provider-activity`, {
        activity: 'NO-BRC-971277882-QZA-19/0222'.replace('/', '-'),
      })
      .expect(200)
    const names = ['Hidden river', 'Hidden lake', 'Hidden hill', 'Hidden coast']
    for (const [i, name] of names.entries()) {
      const process = await story.process(name, i < 3 ? 'Central Africa' : 'Asia', 'confidential')
      const { id } = await approved(fund, `${i + 1}000.01`, { processId: process })
      if (i < 3) await released(fund, id, `${i + 1}00.01`)
    }
    const open = await approved(fund, '5000.00')
    await released(fund, open.id, '1234.56')
    const direct = await approved(fund, '700.00', {
      category: 'travel',
      payeeId: await verifiedPayee(fund, 'Air Sahel', 'supplier'),
    })
    await released(fund, direct.id, '700.00', 'travel')
    await allSealable(service.database().owner, fund.id)
    await service.database().service.transaction((trx) => sealEntries(trx, fund.id))
    await read(`/open-data/${code}/activities.xml`).expect(404)
    await inForce(fund, 'open-data', terms)
    file = (
      await read(`/open-data/${code}/activities.xml`)
        .expect(200)
        .expect('content-type', /application\/xml/)
    ).text
  })

  test('is valid, for its activities, each of them, and the organisation', async () => {
    expect(await complaints(file)).toEqual([])
    for (const [, identifier] of file.matchAll(/<iati-identifier>(.*?)<\/iati-identifier>/g)) {
      const one = await read(`/open-data/${code}/activities/${identifier}`).expect(200)
      expect(await complaints(one.text)).toEqual([])
    }
    const organisation = await read(`/open-data/${code}/organisation.xml`).expect(200)
    expect(await complaints(organisation.text)).toEqual([])
    expect(organisation.text).toContain('>2534.59</value>')
    await read(`/open-data/${code}/activities/XM-EX-77-NONE`).expect(404)
  })

  test('tells what came and what went as the ledger has it, to the cent', async () => {
    expect(totalOf(file, '11')).toBe('100000.00')
    expect(totalOf(file, '1')).toBe('99990.00')
    expect(totalOf(file, '2')).toBe('15700.04')
    expect(totalOf(file, '3')).toBe('1834.59')
    expect(totalOf(file, '4')).toBe('700.00')
    const stages = await fund.cast.auditor!.get(`/funds/${fund.id}/ledger/trial-balance`).expect(200)
    const held = (stages.body.accounts ?? stages.body.items).filter(({ address }: { address: string }) =>
      /^budget:(committed|disbursed|reported):/.test(address),
    )
    const total = sum(
      held.map(({ debit }: { debit: { amount: string } }) => money(debit.amount, 'USD')),
      'USD',
    )
    expect(totalOf(file, '2')).toBe(moneyText(total).amount)
  })

  test('joins up with what donors publish themselves', () => {
    expect(file).toContain('ref="NO-BRC-971277882" provider-activity-id="NO-BRC-971277882-QZA-19-0222"')
  })

  test('names no confidential mission: three of a region go together, one that is left over is told of the fund itself', async () => {
    const grants = await read(`/open-data/${code}/grants.json`).expect(200)
    for (const text of [file, grants.text]) expect(text).not.toMatch(/Hidden/)
    expect(file).toContain('Confidential mediation, Central Africa')
    const [, asOne] =
      /<iati-identifier>XM-EX-77-F\d+-confidential-central-africa<\/iati-identifier>([\s\S]*?)<\/iati-activity>/.exec(
        file,
      )!
    expect(valuesOf(asOne!, '2').map((one) => moneyText(one).amount)).toEqual(['6000.03'])
    const [, ofFund] = /<iati-identifier>XM-EX-77-F\d+<\/iati-identifier>([\s\S]*?)<\/iati-activity>/.exec(file)!
    expect(valuesOf(ofFund!, '2').map((one) => moneyText(one).amount)).toEqual(['4000.01'])
  })

  test('tells its grants to partners with amounts as numbers, digit by digit', async () => {
    const { text } = await read(`/open-data/${code}/grants.json`).expect(200)
    expect(text).toContain('"amountAwarded":5000.00,"amountDisbursed":1234.56')
    const { grants } = JSON.parse(text)
    expect(grants).toHaveLength(1)
    expect(grants[0]).toMatchObject({
      currency: 'USD',
      recipientOrganization: [{ name: 'Centre for Dialogue' }],
      fundingOrganization: [{ id: 'XM-EX-77', name: 'Rapid Response & Co' }],
      beneficiaryLocation: [{ countryCode: 'CF' }],
    })
  })

  test('writes a script in a name as text, and is the same bytes while nothing more is sealed', async () => {
    expect(file).toContain('Norway &lt;script&gt;alert(1)&lt;/script&gt;')
    expect((await read(`/open-data/${code}/activities.xml`)).text).toBe(file)
  })
})

test('a fund tells nothing before it has made that its rule, and a rule without a publisher is refused', async () => {
  const fund = await service.fund()
  for (const name of ['activities.xml', 'organisation.xml', 'grants.json'])
    await read(`/open-data/${await codeOf(fund)}/${name}`).expect(404)
  await read('/open-data/NONE/activities.xml').expect(404)
  const said = { effectiveFrom: new Date().toISOString().slice(0, 10), reason: 'Told to all' }
  const refused = await fund.cast
    .controller!.post(`/funds/${fund.id}/policies/open-data`, {
      ...said,
      terms: { publishes: true, publisher: { name: 'Us' } },
    })
    .expect(422)
  expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual([
    'terms.publisher.reference',
    'terms.publisher.kind',
  ])
})

test('who may not change the books does not say as what a donor is known', async () => {
  const fund = await service.fund()
  const donor = await storyOf(fund, service).donor('Ireland')
  for (const by of ['requester', 'auditor'])
    await fund.cast[by]!.put(`/donors/${donor}/organisation-reference`, { reference: 'IE-1' }).expect(403)
  await fund.cast.controller!.put(`/donors/${donor}/organisation-reference`, { reference: 'IE 1' }).expect(400)
})

test.each([
  ['Central African Republic', 'CF'],
  ['Democratic Republic of the Congo', 'CD'],
  ['Côte d’Ivoire', 'CI'],
  ['Islamic Republic of Iran', 'IR'],
  ['ss', 'SS'],
  ['Atlantis', undefined],
])('%s is %s', (name, code) => expect(countryCode(name)).toBe(code))

test('a region that nobody knows is "unspecified"', () => {
  expect([regionCode('West Africa'), regionCode('Mordor')]).toEqual(['1030', '998'])
})

test('a year in which fewer than three confidential missions moved waits for the next, and nothing is lost', () => {
  const mission = (process: string, years: string[]): Mission => ({
    ...{
      process,
      name: null,
      country: 'X',
      region: 'Asia',
      phase: 'implementation',
      startsOn: '2020-01-01',
      endedOn: null,
    },
    movements: years.map((year) => ({
      ...{ entry: `${process}${year}`, on: `${year}-06-01`, type: '2' as const, process, receiver: null },
      amount: money('10.00', 'USD'),
    })),
  })
  const missions = [mission('a', ['2020', '2021', '2023']), mission('b', ['2021']), mission('c', ['2022'])]
  expect(tellActivities(missions).together).toHaveLength(1)
  const told = together(missions, { currency: 'USD', today: '2026-05-05' })
  expect(told.map(({ on, amount }) => [on, moneyText(amount).amount])).toEqual([['2022-12-31', '50.00']])
})
