import { Refusal } from '../errors.ts'
import { breakdownQuery, CELL_COLUMNS, cellTold, DIMENSIONS, readBreakdown, type CellRow } from '../ledger/breakdown.ts'
import type { Db } from '../../db/connect.ts'
import { csvAnswer } from '../http/csv.ts'
import { pageOf } from '../http/pages.ts'
import { entriesQuery, ENTRY_COLUMNS, entryLines, entryTold, listEntries, type EntryRow } from '../ledger/entries.ts'
import { limited, QUERY_LIMIT_MS } from '../ledger/limited.ts'
import type { Asker } from '../ledger/query-sql.ts'
import type { Answer, Endpoint } from '../http/endpoint.ts'
import { currency, id, joi, pageKeys } from '../http/schemas.ts'
import { readEntry } from '../ledger/entry.ts'
import { bothOf, queryOfFilter, readQuery } from '../ledger/query-asked.ts'
import { MOST_CHARACTERS, printQuery, type Node } from '../ledger/query-text.ts'
import { addressBeginning, asOfKeys, bookDay, formatKey, knownKeys, read } from '../ledger/routes.ts'
import { readVerification } from '../ledger/verification.ts'
import { amountComplaint } from '../money.ts'
import { READERS } from '../people/actor.ts'

/** Entries as they are asked for in the query language. */
export function entryEndpoints(): Endpoint[] {
  return [
    read(
      'entries',
      'Entries with their postings, by what they are, move, belong to and come from, in order of value date',
      {
        ...{
          ...pageKeys,
          ...formatKey,
          q: queryText(),
          kind: joi.string().pattern(/^[a-z_]{1,60}$/, 'a kind of entry'),
        },
        ...{
          address: addressBeginning(),
          contribution: id('contribution'),
          request: id('request'),
          person: id('person'),
        },
        ...{ from: bookDay(), to: bookDay(), recordedFrom: knownKeys.recordedAt, recordedTo: knownKeys.recordedAt },
        ...{
          minAmount: sizeInCurrency(),
          maxAmount: sizeInCurrency(),
          currency: currency(),
          position: knownKeys.position,
        },
      },
      async (db, asker, { language, query: { q = '', format, limit, after, position, ...fixed } }) => {
        const asked = { format, limit, after, position }
        const query = bothOf([readQuery(q, asker.currency, language), queryOfFilter(fixed)])
        return entriesAnswer(db, asker, query, asked)
      },
      READERS,
      ['query_too_slow'],
    ),
    read(
      'entries/:entry',
      'An entry whole: its postings, what caused it, who recorded it from where, and who had which duty in it',
      {},
      async (db, fund, { params }) => ({ body: await readEntry(db, fund, params.entry!) }),
    ),
    read(
      'breakdown',
      'Balances by one or two dimensions, each figure with the query for the entries of which it is made',
      {
        ...{
          ...asOfKeys,
          ...formatKey,
          q: queryText(),
          by: joi
            .string()
            .valid(...DIMENSIONS)
            .required(),
        },
        across: joi.string().valid(...DIMENSIONS),
        depth: joi.number().integer().min(1).max(6).default(2).options({ convert: true }),
      },
      async (db, fund, { language, query: { q = '', format, ...asked } }) => {
        const query = readQuery(q, fund.currency, language)
        if (asked.across === asked.by)
          throw new Refusal('invalid_request', {
            errors: [{ field: 'across', code: 'any.invalid', message: '"across" must be another dimension than "by"' }],
          })
        if (format === 'csv') {
          return csvAnswer(db, {
            fileName: `breakdown-${fund.code}.csv`,
            columns: CELL_COLUMNS,
            ...breakdownQuery(fund, { ...asked, query }),
            items: (found: CellRow) => [cellTold(found, fund)],
          })
        }
        return { body: await limited(db, QUERY_LIMIT_MS, (trx) => readBreakdown(trx, fund, { ...asked, query })) }
      },
      READERS,
      ['query_too_slow'],
    ),
    read(
      'verification',
      'Whether the seals still hold: when they were last read again as a whole, how far the running pass is, and what is wrong first',
      {},
      async (db, fund) => ({ body: await readVerification(db, fund.id) }),
    ),
  ]
}

/** A page of what a query finds, with the query as it was read, or all of it as a file. */
export async function entriesAnswer(
  db: Db,
  fund: Asker & { code: string },
  query: Node,
  { format, limit, after, position }: { format: 'json' | 'csv'; limit: number; after?: string; position?: number },
): Promise<Answer> {
  if (format === 'csv') {
    return csvAnswer(db, {
      fileName: `entries-${fund.code}.csv`,
      columns: ENTRY_COLUMNS,
      ...entriesQuery(fund, { query, position }),
      items: (found: EntryRow) => entryLines(entryTold(found, fund)),
    })
  }
  const page = { query, position, limit, ...(after === undefined ? {} : { after }) }
  const found = await limited(db, QUERY_LIMIT_MS, (trx) => listEntries(trx, fund, page))
  return { body: { query: printQuery(query), ...pageOf(found, limit, (one) => [one.occurredOn, one.id]) } }
}

/** The text of a query; what it says is read by its own parser, which complains in the reader's words. */
export const queryText = () =>
  joi
    .string()
    .allow('')
    .max(MOST_CHARACTERS + 1)
const size = () => joi.string().pattern(/^\d{1,15}(\.\d{1,4})?$/, 'an amount')

/** A size means nothing without its currency, and has no more decimals than that. */
function sizeInCurrency() {
  return size()
    .when('currency', { is: joi.exist(), otherwise: joi.forbidden() })
    .custom((value: string, helpers) => {
      const { currency } = helpers.state.ancestors[0] as { currency?: string }
      if (currency === undefined || amountComplaint(value, currency) === undefined) return value
      return helpers.error('amount.tooManyDecimals')
    })
}
