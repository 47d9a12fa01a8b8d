import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { row, rows, type Db } from '../../../db/connect.ts'
import { minorText } from '../../money.ts'
import {
  balancesIn,
  BOOKS,
  daysOf,
  transactions,
  type Asked,
  type Book,
  type Posting,
  type Transaction,
} from './told.ts'

/**
 * Writes the ledger in the structure of the Standard Audit File for Tax 2.0 (OECD, 2010): header, accounts, and a journal for each book.
 * As there, `Amount` is in the fund's currency and `CurrencyAmount` in the account's; the totals are of both books' lines in the fund's
 * currency, and what they are in every currency follows in an element of our own. A line that is zero in the fund's currency is on the side
 * of its original amount. Characters that XML cannot have are left out.
 */
export async function writeSafT(db: Db, asked: Asked, to: NodeJS.WritableStream): Promise<void> {
  await pipeline(Readable.from(auditFile(db, asked)), to)
}

async function* auditFile(db: Db, asked: Asked): AsyncGenerator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:2.00" xmlns:w="urn:wasata:ledger">\n`
  yield await header(db, asked)
  yield '<MasterFiles>\n<GeneralLedgerAccounts>\n'
  for await (const { address, units } of balancesIn(db, { ...asked, amounts: 'functional' })) {
    const side = units.startsWith('-') ? 'Credit' : 'Debit'
    const closing = element(`Closing${side}Balance`, amountOf(units.replace('-', ''), asked.fund.currency))
    yield `<Account>${element('AccountID', address)}${element('AccountDescription', address)}${element('AccountType', 'GL')}`
    yield `${element(`Opening${side}Balance`, amountOf('0', asked.fund.currency))}${closing}</Account>\n`
  }
  yield '</GeneralLedgerAccounts>\n</MasterFiles>\n<GeneralLedgerEntries>\n'
  yield await controlTotals(db, asked)
  for (const book of BOOKS) {
    yield `<Journal>${element('JournalID', book)}${element('Description', `${book} book`)}${element('Type', 'GL')}\n`
    for await (const one of transactions(db, asked, [book])) yield transactionXml(one, asked)
    yield '</Journal>\n'
  }
  yield '</GeneralLedgerEntries>\n</AuditFile>\n'
}

async function header(db: Db, asked: Asked): Promise<string> {
  const { fund, position } = asked
  const sealed = await row<{ on: string }>(
    db,
    `select coalesce((select (sealed_at at time zone 'utc')::date from seals where fund_id = :fundId and number = :position),
                     (select opened_on from funds where id = :fundId)) as on`,
    { fundId: fund.id, position },
  )
  const days = await daysOf(db, asked)
  const selection = days
    ? `<SelectionCriteria>${element('SelectionStartDate', days.first)}${element('SelectionEndDate', days.last)}</SelectionCriteria>`
    : ''
  const company = `<Company>${element('RegistrationNumber', fund.code)}${element('Name', fund.name)}</Company>`
  return `<Header>${element('AuditFileVersion', '2.00')}${element('AuditFileDateCreated', sealed!.on)}${element('SoftwareID', 'Wasata')}
${company}${element('DefaultCurrencyCode', fund.currency)}${selection}
${element('HeaderComment', `The ledger under seal ${position}, both books; amounts in ${fund.currency}`)}</Header>\n`
}

// Which side a line `p` is on.
const IS_DEBIT = `(case when p.functional <> 0 then p.functional > 0 else p.amount > 0 end)`

async function controlTotals(db: Db, { fund, position }: Asked): Promise<string> {
  const bindings = { fundId: fund.id, position }
  const lines = `from sealed_entries x join postings p on p.entry_id = x.entry_id join accounts a on a.id = p.account_id
                where x.fund_id = :fundId and x.seal <= cast(:position as int)`
  const total = (column: string) => `coalesce(sum(${column}) filter (where ${IS_DEBIT}), 0)::text as debit,
                                     coalesce(-sum(${column}) filter (where not ${IS_DEBIT}), 0)::text as credit`
  const all = await row<{ entries: string; debit: string; credit: string }>(
    db,
    `select count(distinct (p.entry_id, a.book))::text as entries, ${total('p.functional')} ${lines}`,
    bindings,
  )
  const ofEach = await rows<{ book: Book; currency: string; debit: string; credit: string }>(
    db,
    `select a.book, a.currency, ${total('p.amount')} ${lines} group by a.book, a.currency order by a.book, a.currency`,
    bindings,
  )
  const own = ofEach.map(
    ({ book, currency, debit, credit }) =>
      `<w:CurrencyTotal journal="${book}" currency="${currency}" debit="${amountOf(debit, currency)}" credit="${amountOf(credit, currency)}"/>\n`,
  )
  return `${element('NumberOfEntries', all!.entries)}${element('TotalDebit', amountOf(all!.debit, fund.currency))}${element(
    'TotalCredit',
    amountOf(all!.credit, fund.currency),
  )}\n${own.join('')}`
}

function transactionXml({ postings, ...entry }: Transaction, { fund }: Asked): string {
  const [year, month] = entry.occurredOn.split('-')
  const facts = {
    TransactionID: entry.id,
    Period: month!.replace(/^0/, ''),
    PeriodYear: year!,
    TransactionDate: entry.occurredOn,
    SourceID: entry.personId ?? 'Wasata',
    TransactionType: entry.kind,
    Description: entry.memo || entry.kind,
    SystemEntryDate: entry.recordedAt.slice(0, 10),
    GLPostingDate: entry.occurredOn,
    SystemID: entry.actId,
  }
  const told = Object.entries(facts).map(([name, value]) => element(name, value))
  const lines = postings.map((posting) => lineXml(posting, entry, fund.currency))
  return `<Transaction>${told.join('')}\n${lines.join('')}</Transaction>\n`
}

function lineXml(posting: Posting, { source, kind }: { source: string; kind: string }, fundCurrency: string): string {
  const { line, address, currency, amount, functional } = posting
  const isDebit = !(functional === '0' ? amount : functional).startsWith('-')
  const onItsSide = (units: string) => (isDebit || units === '0' ? units : `${-BigInt(units)}`)
  const amounts = [
    element('Amount', amountOf(onItsSide(functional), fundCurrency)),
    element('CurrencyCode', currency),
    element('CurrencyAmount', amountOf(onItsSide(amount), currency)),
  ].join('')
  const side = isDebit ? 'DebitAmount' : 'CreditAmount'
  const of = [element('RecordID', `${line}`), element('AccountID', address), element('SourceDocumentID', source)].join(
    '',
  )
  return `<Line>${of}${element('Description', kind)}<${side}>${amounts}</${side}></Line>\n`
}

function amountOf(units: string, currency: string): string {
  return minorText(units, currency).amount
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

function element(name: string, text: string): string {
  const told = text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll(/[&<>"\r]/g, (character) => ENTITIES[character]!)
  return `<${name}>${told}</${name}>`
}
