import type { Db } from '../../db/connect.ts'
import type { RefusalCode } from '../errors.ts'
import { fundById, type Fund } from '../funds/open.ts'
import { csvAnswer } from '../http/csv.ts'
import { get, type Answer, type Endpoint, type Input } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { currency, day, instant, joi, pageKeys, positionKey, query } from '../http/schemas.ts'
import { READERS, requireRole, type Role } from '../people/actor.ts'
import { asOfTold, isDay, isMoment } from './as-of.ts'
import {
  allConserved,
  conservation,
  CONSERVATION_COLUMNS,
  conservationQuery,
  conservedTold,
  type ConservedRow,
} from './conservation.ts'
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
/** The beginning of an account's address. */
export const addressBeginning = () =>
  joi
    .string()
    .pattern(/^[A-Za-z0-9._:-]+$/, 'the beginning of an address')
    .max(200)

/** The ledger as auditors read it, and the seals. */
export function ledgerEndpoints(): Endpoint[] {
  return [...accountEndpoints(), ...sealEndpoints()]
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
      'Every account with a balance on its side, and the totals of both books, as of either axis of time, before or after the closing of the year',
      {
        ...{ ...asOfKeys, ...formatKey },
        yearEnd: joi
          .string()
          .valid('before', 'after')
          .default('after')
          .note(
            'before: without the entries that close the year of occurredOn, so that its income and expense are seen',
          ),
      },
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

function sealEndpoints(): Endpoint[] {
  return [
    read('seals', 'Seals over the entries, each over the one before', pageKeys, async (db, fund, { query: page }) => ({
      body: pageOf(await listSeals(db, fund.id, page), page.limit, (one) => [`${one.number}`]),
    })),
  ]
}

/** A read of one fund's ledger by somebody who may: not donors, not requesters. */
export function read(
  path: string,
  summary: string,
  keys: Parameters<typeof query>[0],
  answer: (db: Db, fund: Fund & Asker, input: Input) => Promise<Answer>,
  roles: readonly Role[] = READERS,
  refuses: readonly RefusalCode[] = [],
): Endpoint {
  return get(`/funds/:fund/ledger/${path}`, { tag, summary, query: query(keys), refuses }, async (db, actor, input) => {
    const fund = await fundById(db, input.params.fund!)
    requireRole(actor, fund.id, roles)
    if (input.query.position !== undefined) await sealAt(db, fund.id, input.query.position)
    return answer(db, { ...fund, viewer: actor.personId }, input)
  })
}
