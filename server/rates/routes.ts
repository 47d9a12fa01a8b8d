import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { csvAnswer } from '../http/csv.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { currency, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { formatKey } from '../ledger/routes.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { confirmRateChange, proposeRateChange } from './change.ts'
import { importRates } from './import.ts'
import { MONTH, UNITS } from './policy.ts'
import {
  listChanges,
  listRates,
  RATE_FILE,
  ratesQuery,
  rateTold,
  readChange,
  readRateHistory,
  type RateRow,
} from './queries.ts'
import { recordRate } from './record.ts'

const tag = 'Rates of exchange'

const month = () => joi.string().pattern(MONTH, 'a month, YYYY-MM')
const rate = {
  currency: currency().required(),
  month: month().required(),
  units: joi.string().pattern(UNITS, "units of the currency per unit of the fund's").required(),
  source: text(200).required(),
}

/** Operational rates of exchange by currency and month: recorded, imported, read, and changed by two people. */
export function rateEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/exchange-rates',
      {
        tag,
        summary: 'Record the operational rate of exchange of a currency for a month',
        refuses: ['currency_mismatch', 'currency_unknown', 'currency_not_in_use', 'already_exists'],
        body: object(rate),
      },
      async (trx, actor, { params, body }) => {
        await recordRate(trx, actor, { fundId: params.fund!, ...body })
        return { status: 201, body }
      },
    ),
    get(
      '/funds/:fund/exchange-rates',
      {
        tag,
        summary: 'Rates in force by currency and month, the latest month first',
        query: query({ ...pageKeys, ...formatKey, currency: currency(), from: month(), to: month() }),
      },
      async (db, actor, { params, query: { format, limit, ...filter } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        if (format === 'csv') {
          return csvAnswer(db, {
            fileName: `exchange-rates-${fund.code}.csv`,
            columns: RATE_FILE,
            ...ratesQuery(fund.id, filter),
            items: (found: RateRow) => [rateTold(found)],
          })
        }
        const found = await listRates(db, fund.id, { ...filter, limit })
        return { body: pageOf(found, limit, (one) => [one.month, one.currency]) }
      },
    ),
    get(
      '/funds/:fund/exchange-rates/:currency/:month',
      { tag, summary: 'A rate with what it was before, from when to when, by whom and why' },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        if (!/^[A-Z]{3}$/.test(params.currency!) || !MONTH.test(params.month!)) throw new Refusal('not_found')
        return { body: await readRateHistory(db, fund.id, { currency: params.currency!, month: params.month! }) }
      },
    ),
    post(
      '/funds/:fund/exchange-rate-imports',
      {
        tag,
        summary:
          'Import rates from a file with the columns currency, month, units, source; each row has its own outcome',
        refuses: ['unreadable_file'],
        success: [200, 201],
        bodyType: 'text/csv',
      },
      async (trx, actor, { params, body }) => {
        const done = await importRates(trx, actor, { fundId: params.fund!, bytes: body })
        return { status: done.outcomes.imported > 0 ? 201 : 200, body: done }
      },
    ),
    ...changeEndpoints(),
  ]
}

function changeEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/exchange-rate-changes',
      {
        tag,
        summary: 'Propose that a rate that was set be another; tells how many entries were valued at the old one',
        refuses: ['service_account_decides_nothing', 'rate_missing', 'already_exists'],
        body: object({ ...rate, reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) =>
        created('/exchange-rate-changes', await proposeRateChange(trx, actor, { fundId: params.fund!, ...body })),
    ),
    get(
      '/funds/:fund/exchange-rate-changes',
      {
        tag,
        summary: 'Changes of rates, proposed and confirmed, the latest first',
        query: query({
          ...pageKeys,
          currency: currency(),
          month: month(),
          state: joi.string().valid('open', 'confirmed', 'overtaken'),
        }),
      },
      async (db, actor, { params, query: filter }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        return { body: pageOf(await listChanges(db, fund.id, filter), filter.limit, (one) => [one.id]) }
      },
    ),
    get('/exchange-rate-changes/:rateChange', { tag, summary: 'A change of a rate' }, async (db, actor, { params }) => {
      const change = await readChange(db, params.rateChange!)
      requireRole(actor, change.fundId, READERS)
      return { body: change }
    }),
    post(
      '/exchange-rate-changes/:rateChange/confirmations',
      {
        tag,
        summary: 'Confirm a change that somebody else proposed; nothing that was posted is valued anew',
        refuses: ['service_account_decides_nothing', 'two_people_needed', 'already_exists', 'version_changed'],
      },
      async (trx, actor, { params }) => ({
        status: 201,
        body: await confirmRateChange(trx, actor, { changeId: params.rateChange! }),
      }),
    ),
  ]
}
