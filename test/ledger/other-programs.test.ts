import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { newId } from '../../server/ids.ts'
import { credit, debit, difference, type Entry } from '../../server/ledger/post.ts'
import { addressOf, beancountName } from '../../server/ledger/exports/beancount-names.ts'
import { minorText, money } from '../../server/money.ts'
import { REAL_FILE, sendFile } from '../imports/files.ts'
import { ownService, type Fund } from '../support/service.ts'
import { charged, contribution, postTo, received } from './books.ts'
import { beancountAgrees, exportFor, hledgerAgrees, saidOf, testWith } from './programs.ts'
import { sealAll, sealedBooks } from './sealed-books.ts'

const service = ownService()

/** Recomputes every total of an audit file from its lines, with a parser that is not ours. */
const RECOMPUTED = `
import sys, xml.etree.ElementTree as tree
from collections import Counter
from decimal import Decimal
n, w = '{urn:OECD:StandardAuditFile-Tax:2.00}', '{urn:wasata:ledger}'
root = tree.parse(sys.argv[1]).getroot()
entries = root.find(n + 'GeneralLedgerEntries')
sums, each, accounts, count = Counter(), Counter(), Counter(), 0
for journal in entries.findall(n + 'Journal'):
    for one in journal.findall(n + 'Transaction'):
        count += 1
        balance = 0
        for line in one.findall(n + 'Line'):
            for side, sign in (('Debit', 1), ('Credit', -1)):
                amount = line.find(n + side + 'Amount')
                if amount is None: continue
                functional = Decimal(amount.findtext(n + 'Amount'))
                sums[side] += functional
                balance += sign * functional
                accounts[line.findtext(n + 'AccountID')] += sign * functional
                each[journal.findtext(n + 'JournalID'), amount.findtext(n + 'CurrencyCode'), side.lower()] += Decimal(amount.findtext(n + 'CurrencyAmount'))
        assert balance == 0, one.findtext(n + 'TransactionID')
assert count == int(entries.findtext(n + 'NumberOfEntries')), count
for side in ('Debit', 'Credit'): assert sums[side] == Decimal(entries.findtext(n + 'Total' + side)), sums
told = {(t.get('journal'), t.get('currency'), s): Decimal(t.get(s)) for t in entries.findall(w + 'CurrencyTotal') for s in ('debit', 'credit')}
assert {k: v for k, v in told.items() if v} == {k: v for k, v in each.items() if v}, (told, each)
for account in root.iter(n + 'Account'):
    debit, credit = (Decimal(account.findtext(n + 'Closing' + s + 'Balance') or 0) for s in ('Debit', 'Credit'))
    assert debit - credit == accounts[account.findtext(n + 'AccountID')], account.findtext(n + 'AccountID')
print(count, *(d.text for d in entries.iter(n + 'Description') if '\\u0633' in (d.text or '')))`

async function auditFileAgrees(fund: Fund): Promise<string> {
  return saidOf(await exportFor(fund, 'xml'), 'python3', '-c', RECOMPUTED, 'FILE')
}

describe('the books with odd memos, two currencies and a difference on exchange', () => {
  let fund: Fund
  beforeAll(async () => {
    fund = await sealedBooks(service)
    await postTo(
      service,
      fund.id,
      ODD_MEMOS.map((memo) => charged('0.01', '2024-04-01', memo)),
    )
    await sealAll(service, fund)
  })

  testWith('hledger', 'hledger reads them as they are and has the same balances', async () => {
    await hledgerAgrees(service, fund)
    const differences = 'balance -N income:exchange:realised -f FILE'.split(' ')
    expect(await saidOf(await exportFor(fund, 'hledger?in=functional'), 'hledger', ...differences)).toContain(
      '-2.00 USD',
    )
    const journal = await exportFor(fund, 'hledger')
    expect(await saidOf(journal, 'hledger', 'descriptions', '-f', 'FILE')).toContain('سند قبض')
    expect(await saidOf(journal, 'hledger', 'balance', '-N', '-f', 'FILE', 'budget')).toContain(
      '1600.00 USD  budget:available:NOR-1',
    )
  })
  testWith('hledger', 'hledger finds a balance that is a cent off', async () => {
    await expect(saidOf(aCentOff(await exportFor(fund, 'hledger')), 'hledger', 'check', '-f', 'FILE')).rejects.toThrow(
      'assertion',
    )
  })
  testWith('bean-check', 'beancount reads them as they are and has the same balances', () =>
    beancountAgrees(service, fund),
  )
  testWith('bean-check', 'beancount finds a balance that is a cent off', async () => {
    await expect(saidOf(aCentOff(await exportFor(fund, 'beancount')), 'bean-check', 'FILE')).rejects.toThrow(
      'Balance failed',
    )
  })
  testWith('xmllint', 'the audit file is well-formed, whatever is in a memo', async () => {
    expect(await saidOf(await exportFor(fund, 'xml'), 'xmllint', '--noout', 'FILE')).toBe('')
  })
  testWith('python3', 'the totals of the audit file are those of its lines, in every currency', async () => {
    expect(await auditFileAgrees(fund)).toContain('سند قبض')
  })
  test('a fund of which nothing is sealed is exported too, and no file of memos has lost one', async () => {
    const empty = await service.fund()
    for (const form of ['hledger', 'beancount', 'xml'])
      expect((await exportFor(empty, form)).length).toBeGreaterThan(100)
    for (const form of ['hledger', 'beancount', 'xml'])
      expect((await exportFor(fund, form)).toString().split('x'.repeat(5_000))).toHaveLength(2)
  })
})

/** The first balance that is asserted, changed by its last figure. */
function aCentOff(text: Buffer): string {
  return text
    .toString()
    .replace(
      /((?: = |balance \S+ {2})-?\d+\.\d)(\d)/,
      (_all, most: string, last: string) => `${most}${(Number(last) + 1) % 10}`,
    )
}

const ODD_MEMOS = [
  ...[
    '; a comment',
    'a | b',
    '"quoted" \\ back',
    '#tag ^link',
    'date:2024-99-99, date2:x',
    '[2024-13-45]',
    '{1 USD} @@ 2 EUR',
  ],
  ...[
    'a\nb\r\nc\td',
    ' leading and trailing ',
    '=HYPERLINK("x")',
    '</Description><x>&amp;',
    ']]>',
    '\u0001\u0085\u2028\u202e',
  ],
  ...[
    '* ! (code)',
    '2024-01-01 open Assets:X',
    '\n\n    assets:cash  1 USD',
    'x'.repeat(5_000),
    '\u200f🕊',
    "'",
    '%',
    '\\u003b',
    '\\',
  ],
]

describe('random ledgers', () => {
  const code = fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/)
  const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD')
  const units = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }).filter((one) => one !== 0n)
  const memo = fc.oneof(
    fc.constantFrom(...ODD_MEMOS),
    fc.string({ unit: 'binary', maxLength: 40 }).map((one) => one.replaceAll('\0', '')),
  )
  const day = fc
    .date({ min: new Date('1999-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })
    .map((one) => one.toISOString().slice(0, 10))

  const of = (amount: bigint, in_: string) => money(minorText(`${amount}`, in_).amount, in_)
  const inActual = fc
    .record({ code, currency, amount: units, functional: units, lost: units, memo, day })
    .map((one): Entry => {
      const [amount, functional] = [of(one.amount, one.currency), of(one.functional, 'USD')]
      const gain = { address: 'income:exchange:realised', currency: 'USD' }
      return {
        ...{ kind: 'payment_settled', source: newId('payment'), occurredOn: one.day, memo: one.memo },
        postings: [
          debit({ address: `assets:cash:${one.code}`, currency: one.currency }, amount, functional),
          credit({ address: `equity:budget:${one.code}`, currency: one.currency }, amount, functional),
          difference({ address: `assets:cash:${one.code}:below`, currency: one.currency }, of(one.lost, 'USD')),
          difference(gain, of(-one.lost, 'USD')),
        ],
      }
    })
  const inBudget = fc.record({ code, amount: units, memo, day }).map((one): Entry => {
    const cents = minorText(`${one.amount < 0n ? -one.amount : one.amount}`, 'USD').amount
    return received(contribution(one.code), cents, one.day, one.memo)
  })

  async function agreesAlways(agrees: (fund: Fund) => Promise<unknown>): Promise<void> {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(inActual, inBudget), { minLength: 1, maxLength: 25 }), async (entries) => {
        const fund = await service.fund()
        await postTo(service, fund.id, entries)
        await sealAll(service, fund)
        await agrees(fund)
      }),
      { numRuns: 5, endOnFailure: true },
    )
  }
  testWith('hledger', 'hledger has the same balances, whatever is in them', () =>
    agreesAlways((fund) => hledgerAgrees(service, fund)),
  )
  testWith('bean-check', 'beancount has the same balances, whatever is in them', () =>
    agreesAlways((fund) => beancountAgrees(service, fund)),
  )
  testWith('python3', 'the audit file adds up, whatever is in them', () => agreesAlways(auditFileAgrees))

  test('no two addresses share a name in beancount, and each is made again from its name', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9._-]{1,6}$/)
    const root = fc.constantFrom('assets', 'liabilities', 'equity', 'income', 'expense', 'budget')
    const address = fc.tuple(
      root,
      fc.array(fc.oneof(part, fc.constantFrom('budget', 'Budget', 'X', 'x', 'X--2E', 'a--b', 'NOR-1', 'm1', 'Main')), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    fc.assert(
      fc.property(address, ([first, parts]) => {
        const whole = [first, ...parts].join(':')
        const name = beancountName(whole)
        expect(name).toMatch(/^(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+$/)
        expect(addressOf(name)).toBe(whole)
      }),
      { numRuns: 5_000 },
    )
    expect(beancountName('budget:available:NOR-1')).toBe('Equity:Budget:Available:NOR-1')
    expect(beancountName('assets:cash:main')).toBe('Assets:Cash:Main')
  })
})

describe('fourteen years of a real fund', () => {
  let fund: Fund
  beforeAll(async () => {
    if (!existsSync(REAL_FILE)) return
    fund = await service.fund()
    expect((await sendFile(service, fund, readFileSync(REAL_FILE))).status).toBe(201)
    await sealAll(service, fund)
  }, 120_000)
  const readers = [
    ['hledger', 'hledger has our trial balance, to the cent, in every currency', () => hledgerAgrees(service, fund)],
    [
      'bean-check',
      'beancount has our trial balance, to the cent, in every currency',
      () => beancountAgrees(service, fund),
    ],
    [
      'python3',
      'the audit file adds up',
      async () => expect(Number.parseInt(await auditFileAgrees(fund), 10)).toBeGreaterThan(2_000),
    ],
  ] as const
  for (const [program, title, story] of readers) testWith(existsSync(REAL_FILE) ? program : REAL_FILE, title, story)
})
