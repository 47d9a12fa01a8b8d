import { fundById } from '../funds/open.ts'
import { csvAnswer } from '../http/csv.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { amount, amountOrZero, bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { formatKey } from '../ledger/routes.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { decideCorrection, withdrawCorrection } from './decide.ts'
import { proposeCorrection } from './propose.ts'
import {
  CORRECTION_COLUMNS,
  correctionsQuery,
  correctionTold,
  listCorrections,
  readCorrection,
  type CorrectionRow,
} from './queries.ts'
import { REFUSED } from './refused.ts'

const tag = 'Corrections'

const entryNumber = () => joi.string().pattern(/^[1-9]\d{0,17}$/, 'the number of an entry')

/** What is right instead: only what differs. Which of it an entry has depends on its kind. */
const rightValues = () =>
  joi.object({
    receivedOn: bookDay(),
    bankAccountId: id('bankAccount'),
    sent: amount(),
    bankValue: amount(),
    bankCharge: amountOrZero(),
    reference: text(200),
    contributionId: id('contribution').allow(null),
    appliedAmount: amount(),
    appliedOn: bookDay(),
    amount: amount(),
    conditional: joi.boolean(),
    condition: text(1000),
    signedOn: bookDay(),
    supportCost: joi.object({
      rateBps: joi.number().integer().min(0).max(5000).required(),
      base: joi.string().valid('deposit', 'expenditure').required(),
    }),
    writtenOffOn: bookDay(),
    decidedOn: bookDay(),
    reason: text(1000),
    category: joi.string().valid('grants', 'experts', 'travel', 'venue', 'interpretation', 'security'),
    valueDate: bookDay(),
    charge: amountOrZero(),
  })

/** Corrections: one person proposes, another confirms; nothing that is recorded changes. */
export function correctionEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/corrections',
      {
        tag,
        summary: 'Propose to correct an entry; what it does and touches is listed, nothing is posted',
        refuses: REFUSED.propose,
        body: object({
          entryId: entryNumber().required(),
          reason: text(1000).required(),
          right: rightValues(),
          datedOn: bookDay(),
        }),
      },
      async (trx, actor, { params, body }) =>
        created('/corrections', await proposeCorrection(trx, actor, { fundId: params.fund!, ...body })),
    ),
    get(
      '/funds/:fund/corrections',
      {
        tag,
        summary: 'Corrections, newest first, also as a file',
        query: query({
          ...pageKeys,
          ...formatKey,
          status: joi.string().valid('proposed', 'confirmed', 'rejected', 'withdrawn', 'lapsed'),
          kind: joi.string().pattern(/^[a-z_]{1,60}$/, 'a kind of entry'),
          entry: entryNumber(),
          person: id('person'),
          from: bookDay(),
          to: bookDay(),
        }),
      },
      async (db, actor, { params, query: { format, limit, ...filter } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        if (format === 'csv') {
          return csvAnswer(db, {
            fileName: `corrections-${fund.code}.csv`,
            columns: CORRECTION_COLUMNS,
            ...correctionsQuery(fund.id, filter),
            items: (found: CorrectionRow) => [correctionTold(found)],
          })
        }
        return {
          body: pageOf(await listCorrections(db, fund.id, { ...filter, limit }), limit, (one) => [one.id]),
        }
      },
    ),
    get(
      '/corrections/:correction',
      {
        tag,
        summary:
          'A correction with its entries, the balances before and after, and all that was built on the wrong entry',
      },
      // A transaction, because an open one is performed to be told, and undone.
      async (db, actor, { params }) => ({
        body: await db.transaction((trx) => readCorrection(trx, actor, params.correction!)),
      }),
    ),
    post(
      '/corrections/:correction/decisions',
      {
        tag,
        summary: 'Confirm or reject a correction that another person has proposed',
        refuses: REFUSED.decide,
        body: object({
          verdict: joi.string().valid('confirm', 'reject').required(),
          reason: text(1000).when('verdict', { is: 'reject', then: joi.required() }),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await decideCorrection(trx, actor, { correctionId: params.correction!, ...body }),
      }),
    ),
    post(
      '/corrections/:correction/withdrawals',
      {
        tag,
        summary: 'Withdraw a correction that you have proposed',
        refuses: REFUSED.withdraw,
        body: object({ reason: text(1000) }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await withdrawCorrection(trx, actor, { correctionId: params.correction!, ...body }),
      }),
    ),
  ]
}
