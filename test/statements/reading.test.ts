import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Refusal } from '../../server/errors.ts'
import { amountText, fromMinorUnits } from '../../server/money.ts'
import { footing, natureOf, paymentMatch } from '../../server/statements/policy.ts'
import { suggestionsFor, type Candidates, type EntryScored } from '../../server/statements/score.ts'
import { readStatements } from '../../server/statements/upload.ts'
import { closingOf, text, written, type BankEntry, type BankStatement, type Form } from '../demo/bank-statement.ts'

const FORMS: Form[] = ['08', '02', 'csv']
const IBAN = 'DE89370400440532013000'
const base: BankStatement = {
  id: 'S-1',
  account: IBAN,
  currency: 'USD',
  from: '2026-03-01',
  to: '2026-03-31',
  opening: 10_000n,
  entries: [],
}
const usd = (units: number | bigint) => fromMinorUnits(String(units), 'USD')
const read = (file: string | Buffer) => readStatements(Buffer.from(file)).statements

/** How a file is refused: its code and reason. */
function refused(file: string | Buffer): string {
  try {
    read(file)
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} ${String(error.details.reason ?? '')}`.trim()
    throw error
  }
  return 'read'
}

const entry: fc.Arbitrary<BankEntry> = fc.record(
  {
    amount: fc.bigInt(-99_999_999n, 99_999_999n).filter((one) => one !== 0n),
    bookedOn: fc.constantFrom('2026-03-01', '2026-03-07', '2026-03-31'),
    valueOn: fc.constantFrom('2026-02-27', '2026-03-09'),
    endToEndId: fc.constantFrom('P26-000001', 'P26-000002'),
    servicerReference: fc.constantFrom('B1', 'B2'),
    counterparty: fc.constantFrom('Centre & Dialogue', 'مركز الحوار', 'O"Brien, Ltd'),
    remittance: fc.constantFrom('a < b', 'منحة', 'x'),
    reversal: fc.boolean(),
  },
  { requiredKeys: ['amount', 'bookedOn'] },
)

test('whatever a bank writes, in each form, is read as it was meant, and foots', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 12 }),
      fc.bigInt(-1_000_000n, 1_000_000n),
      fc.constantFrom(...FORMS),
      (entries, opening, form) => {
        const statement = { ...base, entries, opening }
        const [found] = read(written([statement], form))
        expect(footing(found!)).toEqual([])
        expect(amountText(found!.closing.amount)).toBe(text(closingOf(statement)))
        expect(
          found!.entries.map((one) => [
            amountText(one.amount),
            one.bookedOn,
            one.endToEndId,
            one.counterparty,
            one.remittance,
            one.reversal,
          ]),
        ).toEqual(
          entries.map((one) => [
            text(one.amount),
            one.bookedOn,
            one.endToEndId ?? '',
            one.counterparty ?? '',
            one.remittance ?? '',
            one.reversal ?? false,
          ]),
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('a statement that is out by a cent anywhere says so, with the figures', () => {
  const entries = [{ amount: -2_500n, bookedOn: '2026-03-02' }, { amount: 700n, bookedOn: '2026-03-03' }] // prettier-ignore
  const [wrong] = read(written([{ ...base, entries, closing: 8_201n }]))
  expect(footing(wrong!)).toEqual([{ figure: 'closing', says: '82.01', adds: '82.00' }])
  const changed = (from: string, to: string) =>
    footing(read(written([{ ...base, entries }]).replace(from, to))[0]!).map(({ figure }) => figure)
  expect(changed('<NbOfNtries>2</NbOfNtries>', '<NbOfNtries>3</NbOfNtries>')).toEqual(['entries.count'])
  expect(changed('<Sum>32.00</Sum>', '<Sum>32.01</Sum>')).toEqual(['entries.sum'])
  expect(changed('<TtlNetNtry><Amt>18.00', '<TtlNetNtry><Amt>18.01')).toEqual(['net'])
  expect(changed('<Sum>7.00</Sum>', '<Sum>7.01</Sum>')).toEqual(['credits.sum'])
  expect(changed('<Sum>25.00</Sum>', '<Sum>25.01</Sum>')).toEqual(['debits.sum'])
})

test('a batch is its transactions where the bank tells them all, and they must add up to it; what is only pending is not booked', () => {
  const batch = [{ amount: -1_000n, endToEndId: 'P1' }, { amount: -500n, endToEndId: 'P2' }] // prettier-ignore
  const one: BankEntry = { amount: -1_500n, bookedOn: '2026-03-02', batch }
  for (const form of ['08', '02'] as const) {
    const [found] = read(
      written([{ ...base, entries: [one, { amount: 9n, bookedOn: '2026-03-02', status: 'PDNG' }] }], form),
    )
    expect(found!.notBooked).toBe(1)
    expect(
      found!.entries.map(({ position, part, endToEndId, amount }) => [position, part, endToEndId, amountText(amount)]),
    ).toEqual([
      [1, 1, 'P1', '-10.00'],
      [1, 2, 'P2', '-5.00'],
    ])
    expect(footing(found!)).toEqual([])
    expect(refused(written([{ ...base, entries: [{ ...one, amount: -1_501n }] }], form))).toBe(
      'statement_unreadable batch_does_not_add_up',
    )
  }
})

test.each([
  ['nothing', '', 'unreadable_file heading'],
  [
    'another message',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"><BkToCstmrAcctRpt/></Document>',
    'statement_unreadable not_a_statement',
  ],
  ['no statement in it', written([]), 'statement_unreadable no_statement'],
  [
    'an entity bomb',
    `<!DOCTYPE a [<!ENTITY a "${'x'.repeat(1000)}">]><a>${'&a;'.repeat(1000)}</a>`,
    'unreadable_xml doctype',
  ],
  ['a truncated file', written([base]).slice(0, -60), 'unreadable_xml not_well_formed'],
  ['another encoding than it says', Buffer.from(written([{ ...base, id: 'Ü' }]), 'latin1'), 'unreadable_xml encoding'],
  [
    'a field as long as a book',
    written([{ ...base, entries: [{ amount: 1n, bookedOn: '2026-03-02', remittance: 'x'.repeat(19_000) }] }]),
    'statement_unreadable too_long',
  ],
  ['compressed', gzipSync('x'), 'unreadable_file nul_byte'],
  ['three decimals', written([base]).replace('>100.00<', '>100.005<'), 'statement_unreadable too_many_decimals'],
  ['an amount with an exponent', written([base]).replace('>100.00<', '>1e2<'), 'statement_unreadable not_an_amount'],
  [
    'twenty digits',
    written([base]).replace('>100.00<', '>12345678901234567890<'),
    'statement_unreadable not_an_amount',
  ],
  [
    'a day that does not exist',
    written([base]).replace('<Dt>2026-03-01</Dt>', '<Dt>2026-02-30</Dt>'),
    'statement_unreadable not_a_day',
  ],
  ['two currencies', written([base]).replace('Ccy="USD"', 'Ccy="EUR"'), 'statement_unreadable mixed_currencies'],
  ['no closing balance', written([base]).replace('CLBD', 'CLAV'), 'statement_unreadable no_closing_balance'],
  [
    'a CSV without a closing row',
    written([base], 'csv').split('\r\n').slice(0, 2).join('\r\n'),
    'statement_unreadable no_closing_balance',
  ],
  ['a CSV with another row', written([base], 'csv').replace('"opening"', '"begin"'), 'statement_unreadable record'],
  ['a CSV with an open quote', `${written([base], 'csv')}"`, 'unreadable_file CSV_QUOTE_NOT_CLOSED'],
])('a file with %s is refused, and says why', (_what, file, why) => {
  expect(refused(file)).toBe(why)
})

test('whatever is done to a file, it is read or refused, soon and in so many words', () => {
  const entries: BankEntry[] = [
    { amount: -1_500n, bookedOn: '2026-03-02', endToEndId: 'P26-000001', remittance: 'منحة' },
  ]
  const files = FORMS.map((form) => Buffer.from(written([{ ...base, entries }], form)))
  const began = performance.now()
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.nat(),
      fc.nat(),
      fc.uint8Array({ maxLength: 30 }),
      (file, at, cut, noise) => {
        const from = at % file.length
        const spoilt = Buffer.concat([
          file.subarray(0, from),
          noise,
          file.subarray(Math.min(file.length, from + (cut % 40))),
        ])
        expect(refused(spoilt)).toMatch(/^(read|(unreadable_xml|unreadable_file|statement_unreadable) \w+)$/)
      },
    ),
    { numRuns: 300 },
  )
  expect(performance.now() - began).toBeLessThan(20_000)
})

test.each([
  ['released', -10_000, 0, 'settle'],
  ['released', -10_250, 250, 'settle'],
  ['released', -10_250, 0, undefined],
  ['released', -9_999, 0, undefined],
  ['released', 10_000, 0, undefined],
  ['settled', 10_000, 0, 'return'],
  ['settled', 9_800, 200, 'return'],
  ['settled', 9_800, 0, undefined],
  ['settled', -10_000, 0, 'settled_before'],
  ['returned', 10_000, 0, 'returned_before'],
  ['certified', -10_000, 0, undefined],
  ['cancelled', -10_000, 0, undefined],
])(
  'an entry that names a %s payment of 100.00, of %i with a charge of %i, is certainly: %s',
  (status, amount, charge, match) => {
    expect(
      paymentMatch({ amount: usd(amount), charge: usd(charge) }, { id: 'p', status, instructed: usd(10_000) }),
    ).toBe(match)
  },
)

describe('a score is the sum of its reasons', () => {
  const scored = (more: Partial<EntryScored>): EntryScored => ({
    ...{
      id: 'e',
      bankAccountId: 'b',
      amount: usd(50_000),
      charge: usd(0),
      bookedOn: '2026-03-10',
      valueOn: '2026-03-10',
    },
    ...{ endToEndId: '', counterparty: '', remittance: '', code: '', reversal: false, servicerReference: '', ...more },
  })
  const nothing: Candidates = { contributions: [], payments: [], ledger: [], entries: [], recoveries: [] }
  const contribution = {
    id: 'c',
    code: 'NOR-2026-01',
    donor: 'Kingdom of Norway',
    outstanding: usd(50_000),
    from: '2026-03-01',
  }

  test.each([
    ['code, amount, name and day', { counterparty: 'KINGDOM OF NORWAY', remittance: 'nor 2026 01' }, 100],
    ['code, amount and day', { remittance: 'NOR-2026-01' }, 80],
    ['amount, name and day', { counterparty: 'Royal Kingdom of Norway, Oslo' }, 55],
    ['half of the name', { counterparty: 'Norway', bookedOn: '2026-06-01', valueOn: '2026-06-01' }, 35],
    ['the amount alone, long after', { bookedOn: '2026-06-01', valueOn: '2026-06-01' }, 25],
    ['the code, and less than is open', { amount: usd(100), remittance: 'NOR-2026-01' }, 63],
  ])('of a receipt with %s', (_what, more, score) => {
    const [best] = suggestionsFor(scored(more), { ...nothing, contributions: [contribution] })
    expect([best!.kind, best!.score, best!.reasons.reduce((all, { points }) => all + points, 0)]).toEqual([
      'receipt',
      score,
      score,
    ])
  })

  test('what the bank calls a charge or interest is one, and a stranger’s money is unidentified', () => {
    expect(['ACMT/MDOP/CHRG', 'charge', 'ACMT/MCOP/INTR', 'PMNT/ICDT/ESCT'].map(natureOf)).toEqual([
      'charge',
      'charge',
      'interest',
      'other',
    ])
    expect(suggestionsFor(scored({}), nothing).map(({ kind, score }) => [kind, score])).toEqual([['unidentified', 5]])
    expect(suggestionsFor(scored({ amount: usd(-100) }), nothing)).toEqual([])
  })
})
