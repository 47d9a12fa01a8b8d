import { EARMARK_LEVELS } from '../funding/policy.ts'
import { fundById } from '../funds/open.ts'
import { change, created, get, post, type Answer, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, amountOrZero, bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { agreeContribution } from './agree.ts'
import { applyReceipt } from './apply.ts'
import { cancelPledge } from './cancel.ts'
import { changeEarmark } from './change-earmark.ts'
import { fulfilCondition } from './fulfil.ts'
import { pledgeContribution } from './pledge.ts'
import { listReceipts, yearlyReceipts } from './queries.ts'
import { receiveContribution, receiveUnidentified } from './receive.ts'
import { decideRefund, payRefund } from './refund.ts'
import { REFUSED } from './refused.ts'
import { visibleContribution, visibleContributions } from './visible.ts'

const tag = 'Contributions'

/** The terms of an earmark, as in `Earmark` of the funding rules. */
const earmark = () =>
  object({
    level: joi
      .string()
      .valid(...EARMARK_LEVELS)
      .required(),
    window: text(100),
    regions: terms(text(100)),
    countries: terms(text(100)),
    phases: terms(joi.string().valid('before_escalation', 'after_violence', 'implementation')),
    themes: terms(text(100)),
    partners: terms(id('payee')),
    spendBy: bookDay(),
  })

const receiptKeys = {
  receivedOn: bookDay().required(),
  bankAccountId: id('bankAccount').required(),
  sent: amount().required(),
  bankValue: amount().required(),
  bankCharge: amountOrZero(),
  reference: text(200).required(),
}

/** Money in: pledges, agreements, receipts, and what can become of them. */
export function contributionEndpoints(): Endpoint[] {
  return [...reading(), ...promising(), ...receiving(), ...ending()]
}

function reading(): Endpoint[] {
  return [
    get(
      '/funds/:fund/contributions',
      {
        tag,
        summary: 'Contributions, a page at a time; donors see their own',
        query: query({
          ...pageKeys,
          donorId: id('donor'),
          status: joi.string().valid('pledged', 'agreed', 'received', 'written_off', 'cancelled'),
          fiscalYear: fiscalYear().options({ convert: true }),
        }),
      },
      async (db, actor, { params, query: filter }) => {
        const items = await visibleContributions(db, actor, params.fund!, after(filter))
        return { body: pageOf(items, filter.limit, (item) => [item.id]) }
      },
    ),
    get(
      '/funds/:fund/contributions/yearly-receipts',
      { tag, summary: 'Cash received by fiscal year of the contributions, read back from the ledger' },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        return { body: { items: await yearlyReceipts(db, fund) } }
      },
    ),
    get(
      '/contributions/:contribution',
      { tag, summary: 'A contribution with its figures; donors see their own', versioned: true },
      async (db, actor, { params }) => {
        const found = await visibleContribution(db, actor, params.contribution!)
        return { body: found, version: found.version }
      },
    ),
    get(
      '/funds/:fund/receipts',
      {
        tag,
        summary: 'Receipts, a page at a time; with unapplied=true those of which something is unidentified',
        query: query({ ...pageKeys, unapplied: joi.boolean().options({ convert: true }) }),
      },
      async (db, actor, { params, query: filter }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        return { body: pageOf(await listReceipts(db, fund.id, after(filter)), filter.limit, (item) => [item.id]) }
      },
    ),
  ]
}

function promising(): Endpoint[] {
  return [
    post(
      '/funds/:fund/contributions',
      {
        tag,
        summary: 'Record a pledge',
        refuses: REFUSED.pledge,
        body: object({
          donorId: id('donor').required(),
          code: joi
            .string()
            .pattern(/^(?!reserve$)[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'letters, digits, dots, hyphens and underscores'),
          fiscalYear: fiscalYear(),
          pledgedOn: bookDay().required(),
          amount: amount().required(),
          earmark: earmark().required(),
          rate: joi
            .string()
            .pattern(/^(?=.*[1-9])\d{1,12}(\.\d{1,10})?$/, "units of the currency per unit of the fund's"),
        }),
      },
      async (trx, actor, { params, body }) =>
        created('/contributions', await pledgeContribution(trx, actor, { fundId: params.fund!, ...body }), 1),
    ),
    post(
      '/contributions/:contribution/agreements',
      {
        tag,
        summary: 'Record the signed agreement of a pledge',
        refuses: REFUSED.agree,
        body: object({
          conditional: joi.boolean().required(),
          condition: text(1000).when('conditional', { is: true, then: joi.required(), otherwise: joi.forbidden() }),
          amount: amount().required(),
          signedOn: bookDay().required(),
          reference: text(200),
          supportCost: object({
            rateBps: joi.number().integer().min(0).max(5000).required(),
            base: joi.string().valid('deposit', 'expenditure').required(),
          }),
          interest: joi.string().valid('contribution', 'reserve'),
          unspent: joi.string().valid('stay', 'return'),
        }),
      },
      ofContribution(agreeContribution),
    ),
    post(
      '/contributions/:contribution/fulfilments',
      {
        tag,
        summary: 'Record that the condition of an agreement is met',
        refuses: REFUSED.fulfil,
        body: object({ metOn: bookDay().required(), evidence: text(1000).required() }),
      },
      ofContribution(fulfilCondition),
    ),
    change(
      'put',
      '/contributions/:contribution/earmark',
      {
        tag,
        summary: "Change what a contribution is bound to, with the donor's consent",
        refuses: REFUSED.changeEarmark,
        versioned: true,
        body: object({ earmark: earmark().required(), consent: text(1000).required() }),
      },
      async (trx, actor, { params, body, version }) => {
        const changed = await changeEarmark(trx, actor, { contributionId: params.contribution!, version, ...body })
        return { body: changed, version: changed.version }
      },
    ),
  ]
}

function receiving(): Endpoint[] {
  return [
    post(
      '/contributions/:contribution/receipts',
      {
        tag,
        summary: 'Record money that has come for a contribution',
        refuses: REFUSED.receive,
        body: object({ ...receiptKeys, appliedAmount: amount() }),
      },
      ofContribution(receiveContribution),
    ),
    post(
      '/funds/:fund/receipts',
      {
        tag,
        summary: 'Record money of which nobody knows yet what it is for',
        refuses: REFUSED.receiveUnidentified,
        body: object(receiptKeys),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await receiveUnidentified(trx, actor, { fundId: params.fund!, ...body }),
      }),
    ),
    post(
      '/receipts/:receipt/applications',
      {
        tag,
        summary: 'Apply what is unidentified of a receipt to a contribution',
        refuses: REFUSED.apply,
        body: object({ contributionId: id('contribution').required(), amount: amount(), appliedOn: bookDay() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await applyReceipt(trx, actor, { receiptId: params.receipt!, ...body }),
      }),
    ),
  ]
}

function ending(): Endpoint[] {
  return [
    post(
      '/contributions/:contribution/cancellations',
      {
        tag,
        summary: 'Cancel an open pledge',
        refuses: REFUSED.cancel,
        body: object({ cancelledOn: bookDay().required(), reason: text(1000).required() }),
      },
      ofContribution(cancelPledge),
    ),
    post(
      '/contributions/:contribution/refunds',
      {
        tag,
        summary: 'Decide that money goes back to its donor',
        refuses: REFUSED.decideRefund,
        body: object({ amount: amount().required(), decidedOn: bookDay().required(), reason: text(1000).required() }),
      },
      ofContribution(decideRefund),
    ),
    post(
      '/refunds/:refund/payments',
      {
        tag,
        summary: 'Pay a refund that another person has decided',
        refuses: REFUSED.payRefund,
        body: object({
          bankAccountId: id('bankAccount').required(),
          paidOn: bookDay().required(),
          reference: text(200).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await payRefund(trx, actor, { refundId: params.refund!, ...body }),
      }),
    ),
  ]
}

/** An act on a contribution: 201 with what it answers. */
function ofContribution(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the endpoint's own schema has let the body through
  act: (trx: Parameters<typeof cancelPledge>[0], actor: Actor, terms: any) => Promise<object>,
): Parameters<typeof post>[2] {
  return async (trx, actor, { params, body }): Promise<Answer> => ({
    status: 201,
    body: await act(trx, actor, { contributionId: params.contribution!, ...body }),
  })
}

/** The query with its cursor read: the id of the last one on the page before. */
function after<Query extends { after?: string }>(given: Query): Query {
  const { after: cursor, ...rest } = given
  const [last] = keyIn(cursor) ?? []
  return { ...rest, ...(last === undefined ? {} : { after: last }) } as Query
}

function fiscalYear() {
  return joi.number().integer().min(1990).max(2200)
}

function terms(item: ReturnType<typeof text>) {
  return joi.array().items(item).min(1).max(100).unique()
}
