import type { Db } from '../../db/connect.ts'
import { contributionById } from '../contributions/load.ts'
import { fundById, type Fund } from '../funds/open.ts'
import { csvAnswer } from '../http/csv.ts'
import { get, post, type Answer, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import {
  amount,
  amountOrZero,
  bookDay,
  currency,
  id,
  joi,
  object,
  pageKeys,
  query,
  signedAmount,
  text,
} from '../http/schemas.ts'
import { asOfTold } from '../ledger/as-of.ts'
import { asOfKeys, formatKey } from '../ledger/routes.ts'
import { amountComplaint } from '../money.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { proposeConversion } from './convert.ts'
import {
  contributionDifferences,
  DIFFERENCE_COLUMNS,
  differencesQuery,
  differenceTold,
  fundDifferences,
  listDifferences,
  type DifferenceFilter,
  type DifferenceRow,
} from './differences.ts'
import { previewInterest, recordInterest } from './interest.ts'
import { listConversions, listInterest } from './queries.ts'
import { REFUSED } from './refused.ts'
import { proposeReserveTransfer } from './reserve-transfers.ts'
import { readReserve } from './reserve.ts'

const tag = 'Treasury'

/** The fund's own money: conversions between its accounts, interest, realised differences, the operating reserve. */
export function treasuryEndpoints(): Endpoint[] {
  return [...conversionEndpoints(), ...interestEndpoints(), ...reserveEndpoints(), ...differenceEndpoints()]
}

function conversionEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/conversions',
      {
        tag,
        summary: 'Record money moved between two accounts of the fund, for another person to confirm',
        refuses: REFUSED.proposeConversion,
        body: object({
          fromAccountId: id('bankAccount').required(),
          toAccountId: id('bankAccount').invalid(joi.ref('fromAccountId')).required(),
          left: amount().required(),
          leftOn: bookDay().required(),
          arrived: amount().required(),
          arrivedOn: bookDay(),
          charge: amountOrZero(),
          reference: text(200).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await proposeConversion(trx, actor, { fundId: params.fund!, ...body }),
      }),
    ),
    get(
      '/funds/:fund/conversions',
      { tag, summary: 'Conversions that are in the books, the latest first', query: query(pageKeys) },
      async (db, actor, { params, query: { after, limit } }) => {
        const fund = await fundRead(db, actor, params.fund!)
        const found = await listConversions(db, fund, { before: keyIn(after)?.[0] ?? '', limit })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
  ]
}

const interestKeys = {
  bankAccountId: id('bankAccount').required(),
  periodFrom: bookDay().required(),
  periodTo: bookDay().required(),
  creditedOn: bookDay().required(),
}

function interestEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/interest',
      {
        tag,
        summary: 'Record interest of an account over a period; what the bank charged, for another person to confirm',
        refuses: REFUSED.recordInterest,
        body: object({
          ...interestKeys,
          amount: signedAmount().required(),
          reference: text(200).required(),
          basis: joi.string().pattern(/^[0-9a-f]{64}$/, 'the basis of a preview'),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await recordInterest(trx, actor, { fundId: params.fund!, ...body }),
      }),
    ),
    get(
      '/funds/:fund/interest/preview',
      {
        tag,
        summary: 'What interest of a period would give to which contribution, and why, before it is recorded',
        refuses: REFUSED.previewInterest,
        query: query({ ...interestKeys, amount: figure().required(), currency: currency().required() }),
      },
      async (db, actor, { params, query: { amount, currency, ...asked } }) => ({
        body: await previewInterest(db, actor, { fundId: params.fund!, ...asked, amount: { amount, currency } }),
      }),
    ),
    get(
      '/funds/:fund/interest',
      { tag, summary: 'Interest that is in the books with the shares of it, the latest first', query: query(pageKeys) },
      async (db, actor, { params, query: { after, limit } }) => {
        const fund = await fundRead(db, actor, params.fund!)
        const found = await listInterest(db, fund, { before: keyIn(after)?.[0] ?? '', limit })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
  ]
}

function reserveEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/reserve',
      {
        tag,
        summary: 'The operating reserve: what it holds, what made it so, and an alert when it is below zero',
        query: query(asOfKeys),
      },
      async (db, actor, { params, query: asOf }) => {
        const fund = await fundRead(db, actor, params.fund!)
        return { body: { asOf: asOfTold(asOf), ...(await readReserve(db, fund, asOf)) } }
      },
    ),
    post(
      '/funds/:fund/reserve/transfers',
      {
        tag,
        summary: 'Propose to replenish the reserve from a contribution, or to release what it holds to one',
        refuses: REFUSED.proposeReserveTransfer,
        body: object({
          contributionId: id('contribution').required(),
          direction: joi.string().valid('replenish', 'release').required(),
          amount: amount().required(),
          occurredOn: bookDay().required(),
          consent: text(1000).when('direction', { is: 'replenish', then: joi.required(), otherwise: joi.forbidden() }),
          reason: text(1000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await proposeReserveTransfer(trx, actor, { fundId: params.fund!, ...body }),
      }),
    ),
  ]
}

function differenceEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/exchange-differences',
      {
        tag,
        summary: 'Every realised exchange difference over a period with what is behind it; the sum is what was posted',
        query: query({ ...pageKeys, ...formatKey, from: bookDay(), to: bookDay() }),
      },
      async (db, actor, { params, query: { format, limit, ...asked } }) => {
        const fund = await fundRead(db, actor, params.fund!)
        if (format === 'csv') return differencesFile(db, fund, `exchange-differences-${fund.code}`, asked)
        const found = await listDifferences(db, fund, { ...asked, limit })
        const page = pageOf(found, limit, (one) => [one.on, one.entryId])
        return { body: { totals: await fundDifferences(db, fund, asked), ...page } }
      },
    ),
    get(
      '/contributions/:contribution/exchange-differences',
      {
        tag,
        summary: 'A contribution at what it was agreed, receipt by receipt what it brought, and the difference',
        query: query({ ...pageKeys, ...formatKey }),
      },
      async (db, actor, { params, query: { format, limit, after } }) => {
        const { id: contributionId, code, fundId } = await contributionById(db, params.contribution!)
        const fund = await fundRead(db, actor, fundId)
        const asked = { contributionId, ...(after === undefined ? {} : { after }) }
        if (format === 'csv') return differencesFile(db, fund, `exchange-differences-${code}`, asked)
        const found = await listDifferences(db, fund, { ...asked, limit })
        const totals = (await contributionDifferences(db, fund, contributionId)) ?? null
        return { body: { id: contributionId, code, totals, ...pageOf(found, limit, (one) => [one.on, one.entryId]) } }
      },
    ),
  ]
}

function differencesFile(db: Db, fund: Fund, name: string, asked: DifferenceFilter): Answer {
  return csvAnswer(db, {
    fileName: `${name}.csv`,
    columns: DIFFERENCE_COLUMNS,
    ...differencesQuery(fund, asked),
    items: (found: DifferenceRow) => [differenceTold(found, fund)],
  })
}

/** An amount in an address: as `signedAmount`, of the currency that stands beside it. */
function figure() {
  return joi
    .string()
    .pattern(/^-?(?=.*[1-9])(0|[1-9]\d{0,14})(\.\d{1,4})?$/, 'an amount of at most 15 digits before the point')
    .custom((value: string, helpers) => {
      const { currency: code = '' } = helpers.state.ancestors[0] as { currency?: string }
      return amountComplaint(value, code) === undefined ? value : helpers.error('amount.tooManyDecimals')
    })
}

async function fundRead(db: Db, actor: Actor, fundId: string): Promise<Fund> {
  const fund = await fundById(db, fundId)
  requireRole(actor, fund.id, READERS)
  return fund
}
