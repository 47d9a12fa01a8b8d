import { row } from '../../db/connect.ts'
import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, amountOrZero, bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { entitiesOf, READERS, requireRole } from '../people/actor.ts'
import { releasePayment } from '../payment-files/release-one.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { cancelPayment } from './cancel.ts'
import { approveCharge } from './charges.ts'
import { certifyPayment } from './certify.ts'
import { history, payments } from './queries.ts'
import { returnPayment } from './return.ts'
import { settlePayment } from './settle.ts'

const tag = 'Payments'

export function paymentEndpoints(): Endpoint[] {
  return [
    post(
      '/disbursement-requests/:request/payments',
      {
        tag,
        summary: 'Certify a payment on an approved request',
        refuses: [
          'not_approved',
          'suspended',
          'ratification_overdue',
          'payee_not_verified',
          'bank_details_not_structured',
          'decision_reopened',
          'currency_mismatch',
          'rate_missing',
          'amount_out_of_range',
          'exceeds_committed',
          'exceeds_budget_line',
          'looks_like_duplicate',
          'tranche_not_due',
          'period_closed',
          ...DUTY_REFUSALS,
        ],
        body: object({
          amount: amount().required(),
          category: joi.string().valid('grants', 'experts', 'travel', 'venue', 'interpretation', 'security').required(),
          bankAccountId: id('bankAccount').required(),
          memo: text(140).allow(''),
          notDuplicate: joi.object({
            of: joi.array().items(id('payment')).min(1).max(100).required(),
            reason: text(2000).required(),
          }),
        }),
      },
      async (trx, actor, { params, body }) =>
        created('/payments', await certifyPayment(trx, actor, { requestId: params.request!, ...body }), 1),
    ),
    get(
      '/funds/:fund/payments',
      {
        tag,
        summary: 'Payments, newest first',
        query: query({
          ...pageKeys,
          status: joi.string().valid('certified', 'released', 'settled', 'returned', 'cancelled'),
          request: id('request'),
        }),
      },
      async (db, actor, { params, query: { limit, after, status = '', request = '' } }) => {
        await fundById(db, params.fund!)
        requireRole(actor, params.fund!, READERS)
        const found = await payments(db, {
          fundId: params.fund!,
          status,
          request,
          before: keyIn(after)?.[0] ?? '',
          most: limit + 1,
        })
        return { body: pageOf(found, limit, (payment) => [payment.id]) }
      },
    ),
    get(
      '/payments/:payment',
      { tag, summary: 'A payment, with its releases and how it ended', versioned: true },
      async (db, actor, { params }) => {
        const payment = await row<{ fundId: string; entityId: string }>(
          db,
          `select p.fund_id as "fundId", r.entity_id as "entityId" from payments p join requests r on r.id = p.request_id where p.id = :id`,
          { id: params.payment! },
        )
        if (!payment) throw new Refusal('not_found')
        requireRole(actor, payment.fundId, [...READERS, 'requester'])
        const reader = actor.grants.some((grant) => grant.fundId === payment.fundId && READERS.includes(grant.role))
        if (!reader && !entitiesOf(actor, payment.fundId).includes(payment.entityId)) throw new Refusal('not_found')
        const [found] = await payments(db, { fundId: payment.fundId, payment: params.payment!, most: 1 })
        return { body: { ...found, ...(await history(db, params.payment!)) }, version: found!.version }
      },
    ),
    post(
      '/payments/:payment/releases',
      {
        tag,
        summary: 'Release a payment; the second person sends it',
        refuses: [
          'not_awaiting_release',
          'suspended',
          'ratification_overdue',
          'already_released_by_you',
          'in_payment_file',
          'payment_file_differs',
          'other_hash',
          'bank_details_changed',
          'cooling_time',
          'signature_no_longer_counts',
          'screening_open',
          'period_closed',
          ...DUTY_REFUSALS,
        ],
        body: joi.object({ sha256: joi.string().pattern(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal') }).default({}),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await releasePayment(trx, actor, { paymentId: params.payment!, ...body }),
      }),
    ),
    post(
      '/payments/:payment/settlements',
      {
        tag,
        summary: "Record that a payment is on the bank's statement",
        refuses: [
          'not_released',
          'currency_mismatch',
          'bank_value_differs',
          'rate_missing',
          'charge_above_limit',
          ...DUTY_REFUSALS,
          'date_in_future',
          'dates_out_of_order',
          'period_closed',
        ],
        body: object({
          valueDate: bookDay().required(),
          debited: amount().required(),
          charge: amountOrZero(),
          reference: text(140).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await settlePayment(trx, actor, { paymentId: params.payment!, ...body }),
      }),
    ),
    post(
      '/payments/:payment/returns',
      {
        tag,
        summary: 'Record that a payment was rejected or came back',
        refuses: [
          'not_released',
          'to_be_recovered',
          'request_closed',
          'reported_already',
          'currency_mismatch',
          'bank_value_differs',
          'charge_above_limit',
          ...DUTY_REFUSALS,
          'date_in_future',
          'dates_out_of_order',
          'period_closed',
        ],
        body: object({
          valueDate: bookDay().required(),
          credited: amount(),
          reason: text(500).required(),
          reference: text(140).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await returnPayment(trx, actor, { paymentId: params.payment!, ...body }),
      }),
    ),
    post(
      '/payments/:payment/charge-approvals',
      {
        tag,
        summary: 'Confirm as a second person that the bank keeps more than the usual',
        refuses: ['not_released', 'currency_mismatch', ...DUTY_REFUSALS],
        body: object({
          event: joi.string().valid('settlement', 'return').required(),
          amount: amount().required(),
          reason: text(500).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await approveCharge(trx, actor, { paymentId: params.payment!, ...body }),
      }),
    ),
    post(
      '/payments/:payment/cancellations',
      {
        tag,
        summary: 'Take back a payment that was not sent, or came back',
        refuses: ['not_cancellable', 'period_closed', ...DUTY_REFUSALS],
        body: object({ reason: text(500).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await cancelPayment(trx, actor, { paymentId: params.payment!, ...body }),
      }),
    ),
  ]
}
