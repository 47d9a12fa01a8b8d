import type { Db } from '../../db/connect.ts'
import { fundById, type Fund } from '../funds/open.ts'
import { csvAnswer } from '../http/csv.ts'
import { get, post, type Answer, type Endpoint, type Input } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { currency, day, instant, joi, object, pageKeys, positionKey, query } from '../http/schemas.ts'
import { holdsRole, READERS, requireRole, type Role } from '../people/actor.ts'
import { asOfTold, isDay, isMoment } from './as-of.ts'
import { closedPeriods, closePeriod } from './close.ts'
import {
  allConserved,
  conservation,
  CONSERVATION_COLUMNS,
  conservationQuery,
  conservedTold,
  type ConservedRow,
} from './conservation.ts'
import { writeExport } from './export.ts'
import {
  ACCOUNT_COLUMNS,
  accountBalance,
  accountsQuery,
  accountTold,
  listAccounts,
  type AccountRow,
} from './queries.ts'
import type { Asker } from './query-sql.ts'
import { listSeals, sealAt } from './seal.ts'
import {
  beginStatement,
  readStatement,
  STATEMENT_COLUMNS,
  statementLine,
  statementQuery,
  type StatementRow,
} from './statement.ts'
import { TRIAL_COLUMNS, trialBalance, trialBalanceQuery, trialLine, type TrialRow } from './trial-balance.ts'

const tag = 'Ledger'

/** A day that the database knows: there was no year 0. */
export const bookDay = () =>
  day().custom((value: string, helpers) => (isDay(value) ? value : helpers.error('day.invalid')))

/** What the ledger knew: at a moment, or exactly at a position, which is the number of a seal. */
export const knownKeys = {
  recordedAt: instant().custom((value: string, helpers) => (isMoment(value) ? value : helpers.error('day.invalid'))),
  ...positionKey,
}

/** Both axes of time: value dates up to `occurredOn`, as the ledger knew them at `recordedAt` or at a `position`. */
export const asOfKeys = { occurredOn: bookDay(), ...knownKeys }

/** Every list can be had whole as a file. */
export const formatKey = { format: joi.string().valid('json', 'csv').default('json') }

const address = () =>
  joi
    .string()
    .pattern(/^[a-z-]+(:[A-Za-z0-9._-]+)+$/, 'an address of an account')
    .max(200)
export const addressBeginning = () =>
  joi
    .string()
    .pattern(/^[A-Za-z0-9._:-]+$/, 'the beginning of an address')
    .max(200)
/** The ledger as auditors read it, the closing of months, and the seals. */
export function ledgerEndpoints(): Endpoint[] {
  return [...accountEndpoints(), ...closingEndpoints(), ...sealEndpoints()]
}

function accountEndpoints(): Endpoint[] {
  return [
    read(
      'accounts',
      'Accounts with their balances, by the beginning of their address, as of either axis of time',
      { ...pageKeys, ...asOfKeys, ...formatKey, prefix: addressBeginning() },
      async (db, fund, { query: { format, limit, ...asked } }) => {
        if (format === 'csv') {
          return csvAnswer(db, {
            fileName: `accounts-${fund.code}.csv`,
            columns: ACCOUNT_COLUMNS,
            ...accountsQuery(fund, asked),
            items: (found: AccountRow) => [accountTold(found, fund)],
          })
        }
        const found = await listAccounts(db, fund, { ...asked, limit })
        return { body: { asOf: asOfTold(asked), ...pageOf(found, limit, (one) => [one.address, one.currency]) } }
      },
    ),
    read(
      'balances',
      'The balance of one account as of either axis of time',
      { ...asOfKeys, address: address().required(), currency: currency().required() },
      async (db, fund, { query: asked }) => ({
        body: { asOf: asOfTold(asked), ...(await accountBalance(db, fund, asked)) },
      }),
    ),
    read(
      'statement',
      'The lines of one account with the running balance; a page goes on exactly where the one before ended',
      {
        ...{ address: address().required(), currency: currency().required(), ...pageKeys, ...formatKey },
        ...{ from: bookDay(), to: bookDay(), ...knownKeys },
      },
      async (db, fund, { query: { format, ...asked } }) => {
        if (format !== 'csv') return { body: await readStatement(db, fund, asked) }
        const beginning = await beginStatement(db, fund, asked)
        const running = { ...beginning.opening }
        return csvAnswer(db, {
          fileName: `statement-${fund.code}-${asked.address.replaceAll(':', '_')}-${asked.currency}.csv`,
          columns: STATEMENT_COLUMNS,
          ...statementQuery(beginning),
          items: (found: StatementRow) => [statementLine(found, running, asked.currency, fund)],
        })
      },
    ),
    read(
      'trial-balance',
      'Every account with a balance on its side, and the totals of both books, as of either axis of time',
      { ...asOfKeys, ...formatKey },
      async (db, fund, { query: { format, ...asOf } }) => {
        if (format !== 'csv') return { body: await trialBalance(db, fund, asOf) }
        return csvAnswer(db, {
          fileName: `trial-balance-${fund.code}.csv`,
          columns: TRIAL_COLUMNS,
          ...trialBalanceQuery(fund, asOf),
          items: (found: TrialRow) => [trialLine(found, fund)],
        })
      },
    ),
    read(
      'conservation',
      'For each contribution its authority and the sum of its stages, and whether all of the fund agree',
      { ...pageKeys, ...asOfKeys, ...formatKey },
      async (db, fund, { query: { format, limit, ...asked } }) => {
        if (format === 'csv') {
          return csvAnswer(db, {
            fileName: `conservation-${fund.code}.csv`,
            columns: CONSERVATION_COLUMNS,
            ...conservationQuery(fund, asked),
            items: (found: ConservedRow) => [conservedTold(found, fund)],
          })
        }
        const page = pageOf(await conservation(db, fund, { ...asked, limit }), limit, (one) => [one.code])
        return { body: { asOf: asOfTold(asked), allAgree: await allConserved(db, fund, asked), ...page } }
      },
      ['auditor', 'controller'],
    ),
  ]
}

function closingEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/closed-periods',
      {
        tag,
        summary: 'Close a month of the books for good',
        body: object({
          month: joi
            .string()
            .pattern(/^(199\d|2[01]\d\d)-(0[1-9]|1[0-2])$/, 'a month, YYYY-MM')
            .required(),
        }),
      },
      async (trx, actor, { params, body }) => {
        const fund = await fundById(trx, params.fund!)
        return { status: 201, body: await closePeriod(trx, actor, { fundId: fund.id, ...body }) }
      },
    ),
    get(
      '/funds/:fund/closed-periods',
      { tag, summary: 'Months whose books are closed, the latest first', query: query(pageKeys) },
      async (db, actor, { params, query: page }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, [...READERS, 'requester'])
        return { body: pageOf(await closedPeriods(db, fund.id, page), page.limit, (one) => [one.month]) }
      },
    ),
  ]
}

function sealEndpoints(): Endpoint[] {
  return [
    read('seals', 'Seals over the entries, each over the one before', pageKeys, async (db, fund, { query: page }) => ({
      body: pageOf(await listSeals(db, fund.id, page), page.limit, (one) => [`${one.number}`]),
    })),
    read(
      'seals/export',
      'Everything that is sealed, for verification elsewhere: one line of JSON for each entry, then for each seal',
      {},
      async (db, fund) => ({
        stream: {
          type: 'application/x-ndjson',
          fileName: `ledger-${fund.code}.ndjson`,
          write: (to) => writeExport(db, fund.id, to),
        },
      }),
      READERS,
      'application/x-ndjson',
    ),
  ]
}

/** A read of one fund's ledger by somebody who may: not donors, not requesters. */
export function read(
  path: string,
  summary: string,
  keys: Parameters<typeof query>[0],
  answer: (db: Db, fund: Fund & Asker, input: Input) => Promise<Answer>,
  roles: readonly Role[] = READERS,
  answerType?: string,
): Endpoint {
  return get(
    `/funds/:fund/ledger/${path}`,
    { tag, summary, query: query(keys), ...(answerType ? { answerType } : {}) },
    async (db, actor, input) => {
      const fund = await fundById(db, input.params.fund!)
      requireRole(actor, fund.id, roles)
      if (input.query.position !== undefined) await sealAt(db, fund.id, input.query.position)
      return answer(db, { ...fund, seesConfidential: holdsRole(actor, fund.id, ['auditor', 'controller']) }, input)
    },
  )
}
