import fc from 'fast-check'
import { COLUMNS } from '../../server/imports/file.ts'
import { booksOf, rowCounts } from '../contributions/books.ts'
import { ownService, type Fund } from '../support/service.ts'
import { fileOf, outcomes, ROW, sendFile, type Published } from './files.ts'

const service = ownService()
let fund: Fund

beforeAll(async () => {
  fund = await service.fund()
})

const PAID = { paid_currency: 'EUR', paid_amount: '800.0', paid_rate: '0.8', paid_usd: '1000.0' }
const EURO = { pledge_currency: 'EUR', pledge_amount: '800.0', pledge_rate: '0.8', ...PAID }

type Case = [says: string, row: Published, outcome: string, codes: string[]]

const CASES: Case[] = [
  ['as it should be', {}, 'imported', []],
  ['in euros at a rate that reproduces', EURO, 'imported', []],
  ['a name in quotes with a comma', { donor: 'Korea, Republic of' }, 'imported', []],
  [
    'the kroon in its time',
    { ...EURO, pledge_currency: 'EEK', paid_currency: 'EEK', pledge_date: '2009-01-10', paid_date: '2009-02-10' },
    'imported',
    [],
  ],
  [
    'the kroon after its time',
    { ...EURO, pledge_currency: 'EEK', paid_currency: 'EEK' },
    'imported_with_warning',
    ['currency_withdrawn', 'currency_withdrawn'],
  ],
  [
    'a currency before its time',
    { ...EURO, pledge_currency: 'GHS', paid_currency: 'GHS', pledge_date: '2006-01-10', paid_date: '2006-02-10' },
    'imported_with_warning',
    ['currency_not_yet_in_use', 'currency_not_yet_in_use'],
  ],
  ['more decimals than cents', { pledge_amount: '1000.0001' }, 'imported_with_warning', ['rounded_to_minor_unit']],
  [
    'decimals of yen',
    { ...EURO, pledge_currency: 'JPY', paid_currency: 'JPY', pledge_amount: '800.5', paid_amount: '800.5' },
    'imported_with_warning',
    ['rounded_to_minor_unit', 'rounded_to_minor_unit'],
  ],
  ['received before it was pledged', { paid_date: '2020-01-09' }, 'imported_with_warning', ['received_before_pledge']],
  [
    'pledged in euros, paid in dollars',
    { ...EURO, paid_currency: 'USD', paid_amount: '1010.0', paid_rate: '1.0', paid_usd: '1010.0' },
    'imported_with_warning',
    ['paid_in_other_currency'],
  ],
  [
    'pledged in dollars at a rate of krónur, paid in krónur',
    { pledge_rate: '66.67', paid_currency: 'ISK', paid_amount: '1000', paid_rate: '66.67', paid_usd: '15.00' },
    'imported_with_warning',
    ['pledge_currency_taken_from_payment'],
  ],
  ['the bank booked less', { paid_usd: '990.0' }, 'imported_with_warning', ['bank_booked_less']],
  ['the bank booked more', { paid_usd: '1000.18' }, 'imported_with_warning', ['bank_booked_more']],
  [
    'paid more than pledged',
    { paid_amount: '1100.0', paid_usd: '1100.0' },
    'imported_with_warning',
    ['more_than_pledged'],
  ],
  [
    'written off unpaid',
    { status: 'Write-Off', paid_currency: '', paid_amount: '0.0', paid_rate: '0.0', paid_usd: '0.0' },
    'imported_with_warning',
    ['written_off_unpaid'],
  ],
  [
    'partially paid',
    { status: 'Partially Paid', paid_amount: '600.0', paid_usd: '600.0' },
    'imported_with_warning',
    ['partially_paid'],
  ],
  [
    'said to be fully paid, and is not',
    { paid_amount: '600.0', paid_usd: '600.0' },
    'imported_with_warning',
    ['not_fully_paid'],
  ],
  [
    'a rate that does not reproduce',
    { ...EURO, paid_usd: '1000.01' },
    'imported_with_warning',
    ['rate_does_not_reproduce'],
  ],
  ['no rate for a pledge in euros', { ...EURO, pledge_rate: '0.0' }, 'imported_with_warning', ['pledge_rate_unknown']],
  ['a rate of dollars to dollars', { pledge_rate: '0.74' }, 'imported_with_warning', ['rate_contradicts_currency']],
  ['an unknown day of the pledge', { pledge_date: '1900-01-01' }, 'imported_with_warning', ['unknown_pledge_date']],
  ['no day of the pledge', { pledge_date: '' }, 'imported_with_warning', ['unknown_pledge_date']],
  ['a code with spaces around it', { contribution_code: '20-DC-SWE-001  ' }, 'imported_with_warning', ['code_trimmed']],
  ['a donor that would be a formula', { donor: '=HYPERLINK("http://example.org","Sweden")' }, 'imported', []],
  ['an unknown day of the payment', { paid_date: '1900-01-01' }, 'refused', ['unknown_paid_date']],
  ['a day that is none', { paid_date: '2020-02-30' }, 'refused', ['date_unreadable']],
  ['a day in another form', { pledge_date: '10/01/2020' }, 'refused', ['date_unreadable']],
  ['a day to come', { paid_date: '2199-01-01' }, 'refused', ['date_in_future']],
  ['a day before the books', { pledge_date: '1989-12-31' }, 'refused', ['date_out_of_range']],
  ['a currency that is none', { paid_currency: 'DOL' }, 'refused', ['currency_unknown']],
  ['an amount that is none', { pledge_amount: '1,000.00' }, 'refused', ['amount_unreadable']],
  ['an amount in words', { paid_amount: 'ten' }, 'refused', ['amount_unreadable']],
  ['an amount with an exponent', { paid_usd: '1e3' }, 'refused', ['amount_unreadable']],
  ['a negative amount', { paid_amount: '-1000.0' }, 'refused', ['negative_amount']],
  ['an amount too large for the books', { pledge_amount: '999999999999999.0' }, 'refused', ['amount_out_of_range']],
  ['nothing pledged', { pledge_amount: '0.0' }, 'refused', ['nothing_pledged']],
  ['nothing paid', { paid_amount: '0.0', paid_usd: '0.0' }, 'refused', ['nothing_paid']],
  ['nothing booked', { paid_usd: '0.0' }, 'refused', ['nothing_booked']],
  ['a rate that is none', { paid_rate: 'about 1' }, 'refused', ['rate_unreadable']],
  ['no donor', { donor: ' ' }, 'refused', ['donor_missing']],
  ['a donor too long for a name', { donor: 'x'.repeat(301) }, 'refused', ['donor_unusable']],
  ['no kind of donor', { donor_type: '' }, 'refused', ['donor_type_missing']],
  ['no code', { contribution_code: ' ' }, 'refused', ['code_unusable']],
  ['a code that would name the reserve', { contribution_code: 'reserve' }, 'refused', ['code_unusable']],
  ['a year that is none', { fiscal_year: '20' }, 'refused', ['fiscal_year_unreadable']],
  ['a status that is none', { status: 'Promised' }, 'refused', ['status_unknown']],
  [
    'several things at once',
    { paid_date: '', donor: '', paid_amount: '-1' },
    'refused',
    ['donor_missing', 'negative_amount', 'unknown_paid_date'],
  ],
]

test.each(CASES.map((one, i) => [...one, `20-DC-SWE-${i}`] as const))(
  'a row with %s',
  async (_says, row, outcome, codes, code) => {
    const contributions = async () => (await rowCounts(service)).contributions
    const before = BigInt((await contributions())!)
    const made = await sendFile(service, fund, fileOf({ contribution_code: code, ...row })).expect(201)
    expect(await outcomes(fund, made.body.id)).toEqual([[2, outcome, codes]])
    expect(BigInt((await contributions())!) - before).toBe(outcome === 'refused' ? 0n : 1n)
  },
)

test('a refused row leaves neither a donor nor anything in the ledger', async () => {
  const before = await rowCounts(service)
  await sendFile(service, fund, fileOf({ paid_date: '' })).expect(201)
  expect(await rowCounts(service)).toMatchObject({
    ...before,
    imports: expect.any(String),
    import_rows: expect.any(String),
  })
})

test('rows of one code share a pledge; those that contradict it are refused', async () => {
  const fund = await service.fund()
  const part = { paid_amount: '400.0', paid_usd: '400.0' }
  const made = await sendFile(
    service,
    fund,
    fileOf(
      { ...part, paid_date: '2020-03-01' },
      { ...part, paid_date: '2020-02-01' },
      { ...part, pledge_amount: '1200.0' },
      { paid_amount: '200.0', paid_usd: '200.0', paid_date: '2020-04-01' },
      { ...part, donor: 'Norway' },
    ),
  ).expect(201)
  expect(await outcomes(fund, made.body.id)).toEqual([
    [2, 'imported', []],
    [3, 'imported', []],
    [4, 'refused', ['contradicts_pledge']],
    [5, 'imported', []],
    [6, 'refused', ['contradicts_pledge']],
  ])
  const listed = await fund.cast.auditor!.get(`/funds/${fund.id}/contributions`).expect(200)
  expect(listed.body.items).toMatchObject([{ status: 'received', pledged: { amount: '1000.00', currency: 'USD' } }])
})

test('a row with too few or too many fields is refused, and the others are not', async () => {
  const fund = await service.fund()
  const file = fileOf({}, { contribution_code: '20-DC-SWE-002' }).split('\r\n')
  const made = await sendFile(service, fund, [file[0], file[1], 'one,two', `${file[2]},more`, ''].join('\r\n')).expect(
    201,
  )
  expect(await outcomes(fund, made.body.id)).toEqual([
    [2, 'imported', []],
    [3, 'refused', ['wrong_number_of_columns']],
    [4, 'refused', ['wrong_number_of_columns']],
  ])
})

test('a file that goes on where another ended books only what is new', async () => {
  const fund = await service.fund()
  const first = { status: 'Partially Paid', paid_amount: '600.0', paid_usd: '600.0' }
  await sendFile(service, fund, fileOf(first)).expect(201)
  const rest = { paid_date: '2020-05-01', paid_amount: '400.0', paid_usd: '400.0' }
  const made = await sendFile(service, fund, fileOf(first, rest, { ...rest, donor: 'Norway' })).expect(201)
  expect(await outcomes(fund, made.body.id)).toEqual([
    [2, 'imported_with_warning', ['already_imported']],
    [3, 'imported', []],
    [4, 'refused', ['contradicts_pledge']],
  ])
  const listed = await fund.cast.auditor!.get(`/funds/${fund.id}/contributions`).expect(200)
  const read = await booksOf(service, fund).figures(listed.body.items[0])
  expect([read.status, read.figures.original.received.amount]).toEqual(['received', '1000.00'])
})

test('two payments that say the same are two, in this file and in the next', async () => {
  const fund = await service.fund()
  const half = { paid_amount: '500.0', paid_usd: '500.0' }
  const made = await sendFile(service, fund, fileOf(half, half)).expect(201)
  expect(made.body.outcomes.imported).toBe(2)
  const again = await sendFile(service, fund, fileOf(half, half, { ...half, paid_date: '2020-06-01' })).expect(201)
  expect(await outcomes(fund, again.body.id)).toEqual([
    [2, 'imported_with_warning', ['already_imported']],
    [3, 'imported_with_warning', ['already_imported']],
    [4, 'imported_with_warning', ['more_than_pledged']],
  ])
})

test('a contribution that is only pledged takes no receipts from a file', async () => {
  const fund = await service.fund()
  const books = booksOf(service, fund)
  await fund.cast
    .fundManager!.post(`/funds/${fund.id}/contributions`, {
      donorId: await books.donor('Sweden'),
      code: ROW.contribution_code,
      pledgedOn: ROW.pledge_date,
      amount: { amount: '1000.00', currency: 'USD' },
      earmark: { level: 'unearmarked' },
    })
    .expect(201)
  const made = await sendFile(service, fund, fileOf({})).expect(201)
  expect(await outcomes(fund, made.body.id)).toEqual([[2, 'refused', ['contribution_not_agreed']]])
})

test('a pledge in one currency and its payment in another settle each other, the difference realised', async () => {
  const fund = await service.fund()
  const row = { ...EURO, paid_currency: 'USD', paid_amount: '1010.0', paid_rate: '1.0', paid_usd: '1010.0' }
  await sendFile(service, fund, fileOf(row)).expect(201)
  const listed = await fund.cast.auditor!.get(`/funds/${fund.id}/contributions`).expect(200)
  const books = booksOf(service, fund)
  const read = await books.figures(listed.body.items[0])
  expect(read.figures.original).toMatchObject({ received: { amount: '800.00' }, outstanding: { amount: '0.00' } })
  expect(await books.entries(read.receipts[0].id, ROW.contribution_code)).toEqual({
    'receipt 2020-02-10': [
      'assets:cash:main 1010.00 USD',
      'assets:receivable:* -800.00 EUR (-1000.00)',
      'equity:exchange:EUR 800.00 EUR (1010.00)',
      'equity:exchange:USD -1010.00 USD',
      'income:exchange:realised 0.00 USD (-10.00)',
      'budget:available:* 1010.00 USD',
      'budget:authority:* -1010.00 USD',
    ],
  })
})

const WRONG: [says: string, file: string | Buffer, reason: string][] = [
  ['another heading', 'code,amount\r\nx,1\r\n', 'heading'],
  ['no heading', '', 'heading'],
  ['a NUL byte', fileOf({ donor: 'Swe\u0000den' }), 'nul_byte'],
  ['Latin-1', Buffer.from(fileOf({ donor: 'Åland' }), 'latin1'), 'not_utf8'],
  ['a quote that does not close', `${fileOf({})}"Sweden,1\r\n`, 'CSV_QUOTE_NOT_CLOSED'],
]

test.each(WRONG)('a file with %s is refused whole, and nothing changes', async (_says, file, reason) => {
  const before = await rowCounts(service)
  const answer = await sendFile(service, fund, file)
  expect([answer.status, answer.body.code, answer.body.reason]).toEqual([422, 'unreadable_file', reason])
  expect(await rowCounts(service)).toEqual(before)
})

test('a file of more than 20,000 rows is refused whole', async () => {
  const answer = await sendFile(service, fund, fileOf(...Array.from({ length: 20_001 }, () => ({}))))
  expect([answer.status, answer.body.code, answer.body.rows]).toEqual([413, 'body_too_large', 20_001])
})

test('imports are for the controller, into an account and a fund in dollars', async () => {
  const before = await rowCounts(service)
  const refused = async (send: () => ReturnType<typeof sendFile>) => {
    const { status, body } = await send()
    return [status, body.code]
  }
  const as = (role: string) => ({ ...fund, cast: { ...fund.cast, controller: fund.cast[role]! } })
  expect(await refused(() => sendFile(service, as('auditor'), fileOf({})))).toEqual([403, 'role_not_allowed'])
  expect(await refused(() => sendFile(service, as('treasurer'), fileOf({})))).toEqual([403, 'role_not_allowed'])
  const nowhere = { ...fund, bank: `bnk_${'0'.repeat(26)}` }
  expect(await refused(() => sendFile(service, nowhere, fileOf({})))).toEqual([404, 'not_found'])
  expect(await rowCounts(service)).toEqual(before)
  const euro = await service.fund({ currency: 'EUR' })
  expect(await refused(() => sendFile(service, euro, fileOf({})))).toEqual([422, 'currency_mismatch'])
})

test('the report tells every row, and no cell of it is a formula', async () => {
  const donor = '=HYPERLINK("http://example.org","Sweden")'
  const made = await sendFile(service, fund, fileOf({ donor }, { paid_amount: '-5', contribution_code: '+1' })).expect(
    201,
  )
  const report = await fund.cast.auditor!.get(`/imports/${made.body.id}/report.csv`).expect(200)
  expect(report.headers['content-type']).toBe('text/csv; charset=utf-8')
  const lines = report.text.split('\r\n')
  expect(lines[0]).toBe(`line,outcome,reasons,details,receipt_id,${COLUMNS.join(',')}`)
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://example.org"",""Sweden"")"`)
  expect(lines[2]).toMatch(/^3,refused,code_unusable negative_amount,.*,'\+1,Sweden,.*,'-5,/)
  expect(lines).toHaveLength(4)
})

test('imports and their rows come in pages', async () => {
  const fund = await service.fund()
  const codes = ['A', 'B', 'C'].map((letter) => ({ contribution_code: letter }))
  await sendFile(service, fund, fileOf(codes[0]!)).expect(201)
  const made = await sendFile(service, fund, fileOf(...codes), '&fileName=three.csv').expect(201)
  const imports = await fund.cast.auditor!.get(`/funds/${fund.id}/imports?limit=1`).expect(200)
  expect(imports.body.items).toMatchObject([{ id: made.body.id, fileName: 'three.csv', rows: 3 }])
  const earlier = await fund.cast
    .auditor!.get(`/funds/${fund.id}/imports?limit=1&after=${imports.body.next}`)
    .expect(200)
  expect([earlier.body.items[0].rows, earlier.body.next]).toEqual([1, null])
  const page = await fund.cast.auditor!.get(`/imports/${made.body.id}/rows?limit=2`).expect(200)
  const rest = await fund.cast.auditor!.get(`/imports/${made.body.id}/rows?limit=2&after=${page.body.next}`).expect(200)
  expect([...page.body.items, ...rest.body.items].map(({ line }: { line: number }) => line)).toEqual([2, 3, 4])
  const fresh = await fund.cast.auditor!.get(`/imports/${made.body.id}/rows?outcome=imported`).expect(200)
  expect(fresh.body.items).toHaveLength(2)
})

test('whatever is in the cells, every row ends in exactly one outcome and the books balance', async () => {
  const fund = await service.fund()
  const wild = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      '',
      '0',
      '0.0',
      '-1',
      '1e9',
      'NaN',
      '999999999999999',
      '0.000000000001',
      '1900-01-01',
      'JPY',
      'EUR',
      'KWD',
      'XXX',
    ),
  )
  const plausible = fc.record({
    contribution_code: fc.constantFrom('A', 'B', 'C '),
    pledge_amount: fc.constantFrom('100.0', '33.333', '7'),
    pledge_currency: fc.constantFrom('USD', 'EUR', 'JPY', 'KWD'),
    pledge_rate: fc.constantFrom('1.0', '0.9', '150', '0.0'),
    paid_currency: fc.constantFrom('USD', 'EUR', 'JPY', 'KWD'),
    paid_amount: fc.constantFrom('100.0', '50.01', '0.005', '7'),
    paid_usd: fc.constantFrom('100.0', '49.99', '0.01'),
    paid_date: fc.constantFrom('2020-02-10', '2019-12-31', '2021-01-01'),
    status: fc.constantFrom('Fully Paid', 'Partially Paid', 'Write-Off'),
  })
  const row = fc
    .tuple(plausible, fc.constantFrom(...COLUMNS), wild, fc.integer({ min: 0, max: 3 }))
    .map(([good, column, cell, dice]) => (dice === 0 ? { ...good, [column]: cell.replaceAll('\u0000', '') } : good))
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (published) => {
      const made = await sendFile(service, fund, fileOf(...published))
      expect([200, 201]).toContain(made.status)
      const { imported, imported_with_warning, refused } = made.body.outcomes
      expect(imported + imported_with_warning + refused).toBe(published.length)
    }),
    { numRuns: 40 },
  )
  const { owner } = service.database()
  const unbalanced = await owner.raw(
    `select a.book, a.currency, sum(p.amount) from postings p join accounts a on a.id = p.account_id
      where a.fund_id = ? group by a.book, a.currency having sum(p.amount) <> 0`,
    [fund.id],
  )
  expect(unbalanced.rows).toEqual([])
  const cash = await owner.raw(
    `select coalesce(sum(p.amount), 0)::text as n from postings p join accounts a on a.id = p.account_id
      where a.fund_id = ? and a.address like 'assets:cash:%'`,
    [fund.id],
  )
  const booked = await owner.raw(`select coalesce(sum(bank_value), 0)::text as n from receipts where fund_id = ?`, [
    fund.id,
  ])
  expect(cash.rows).toEqual(booked.rows)
})

test('a rate that is no number refuses its row, also where the rest of the row is sound', async () => {
  const fund = await service.fund()
  const made = await sendFile(
    service,
    fund,
    fileOf({ contribution_code: 'RATE', paid_currency: 'JPY', paid_rate: '1900-01-01' }),
  )
  expect([made.status, made.body.outcomes.refused]).toEqual([201, 1])
  expect(made.body.reasons).toMatchObject({ rate_unreadable: 1 })
})
