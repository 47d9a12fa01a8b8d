import type { EntryRow } from '../ledger/entries.ts'
import { entriesQuery, ENTRY_COLUMNS, entryLines, entryTold, listEntries } from '../ledger/entries.ts'
import { csvAnswer } from '../http/csv.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { currency, id, joi, pageKeys } from '../http/schemas.ts'
import { readEntry } from '../ledger/entry.ts'
import { limited, QUERY_LIMIT_MS } from '../ledger/limited.ts'
import { bothOf, queryOfFilter, readQuery } from '../ledger/query-asked.ts'
import { MOST_CHARACTERS, printQuery } from '../ledger/query-text.ts'
import { addressBeginning, bookDay, formatKey, knownKeys, read } from '../ledger/routes.ts'
import { amountComplaint } from '../money.ts'

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
      async (db, asker, { language, query: { format, limit, after, position, q = '', ...fixed } }) => {
        const query = bothOf([readQuery(q, asker.currency, language), queryOfFilter(fixed)])
        if (format === 'csv') {
          return csvAnswer(db, {
            fileName: `entries-${asker.code}.csv`,
            columns: ENTRY_COLUMNS,
            ...entriesQuery(asker, { query, position }),
            items: (found: EntryRow) => entryLines(entryTold(found, asker)),
          })
        }
        const found = await limited(db, QUERY_LIMIT_MS, (trx) =>
          listEntries(trx, asker, { query, position, after, limit }),
        )
        return { body: { query: printQuery(query), ...pageOf(found, limit, (one) => [one.occurredOn, one.id]) } }
      },
    ),
    read(
      'entries/:entry',
      'An entry whole: its postings, what caused it, who recorded it from where, and who had which duty in it',
      {},
      async (db, fund, { params }) => ({ body: await readEntry(db, fund, params.entry!) }),
    ),
  ]
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
