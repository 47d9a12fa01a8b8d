import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { day, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { isId } from '../ids.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { fileForBank, tellOfAlteredFile } from './download.ts'
import { MOST_PAYMENTS } from './policy.ts'
import { prepareFile } from './prepare.ts'
import { listFiles, readFile, waitingForFiles } from './queries.ts'
import { sendFile } from './send.ts'
import { signFile } from './sign.ts'
import { withdrawFile } from './withdraw.ts'

const tag = 'Payment files'

const paymentIds = () => joi.array().items(id('payment')).min(1).max(MOST_PAYMENTS).unique()
const hash = () => joi.string().pattern(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal')

/** What the bank is told: files of certified payments, signed by two people who saw the same hash. */
export function paymentFileEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/payment-files',
      {
        tag,
        summary: 'Prepare a file of certified payments of one bank account; what it says is fixed then',
        refuses: [
          'date_in_past',
          'not_awaiting_release',
          'in_payment_file',
          'other_bank_account',
          'amount_out_of_range',
        ],
        body: object({
          bankAccountId: id('bankAccount').required(),
          payments: paymentIds().required(),
          executionDate: day(),
        }),
      },
      async (trx, actor, { params, body: { payments, ...body } }) =>
        created(
          '/payment-files',
          await prepareFile(trx, actor, { fundId: params.fund!, paymentIds: payments, ...body }),
        ),
    ),
    get(
      '/funds/:fund/payment-files',
      {
        tag,
        summary: 'Payment files, newest first',
        query: query({ ...pageKeys, status: joi.string().valid('prepared', 'released', 'withdrawn') }),
      },
      async (db, actor, { params, query: { limit, after, status } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        const cursor = keyIn(after)?.[0] ?? ''
        const before = isId('paymentFile', cursor) ? cursor : ''
        return { body: pageOf(await listFiles(db, fund.id, { status, before, limit }), limit, (file) => [file.id]) }
      },
    ),
    get(
      '/funds/:fund/payments-awaiting-file',
      { tag, summary: `Certified payments that are in no file yet, by bank account; ${MOST_PAYMENTS} at most` },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        return { body: { items: await waitingForFiles(db, fund.id, MOST_PAYMENTS) } }
      },
    ),
    get(
      '/payment-files/:paymentFile',
      { tag, summary: 'A file with its payments, its hash, who signed it and what became of it' },
      async (db, actor, { params }) => {
        const file = await readFile(db, params.paymentFile!)
        requireRole(actor, file.fundId, READERS)
        return { body: file }
      },
    ),
    post(
      '/payment-files/:paymentFile/signatures',
      {
        tag,
        summary: 'Sign a file by the hash that you have seen; the second signature releases all its payments, or none',
        refuses: [
          'file_not_awaiting_signature',
          'already_released_by_you',
          'payment_file_differs',
          'other_hash',
          'payments_may_not_leave',
          'not_awaiting_release',
          'suspended',
          'ratification_overdue',
          'bank_details_changed',
          'cooling_time',
          'signature_no_longer_counts',
          'screening_open',
          'period_closed',
          ...DUTY_REFUSALS,
        ],
        body: object({ sha256: hash().required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await signFile(trx, actor, { fileId: params.paymentFile!, ...body }),
      }),
    ),
    post(
      '/payment-files/:paymentFile/withdrawals',
      {
        tag,
        summary: 'Withdraw a file that is not released, or take payments out: the others are a new file then',
        refuses: ['file_not_awaiting_signature'],
        body: object({ reason: text(2000).required(), takeOut: paymentIds() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await withdrawFile(trx, actor, { fileId: params.paymentFile!, ...body }),
      }),
    ),
    get(
      '/payment-files/:paymentFile/content',
      {
        tag,
        summary: 'The file as it goes to the bank (pain.001.001.09), once it is released; who took it is kept',
        refuses: ['file_not_released', 'paid_by_hand', 'payment_file_differs'],
        answerType: 'application/xml',
        kept: true,
      },
      async (db, actor, { params }) => {
        const file = await fileForBank(db, actor, params.paymentFile!)
        const { xml, code } = file
        if (!xml) {
          await db.transaction((trx) => tellOfAlteredFile(trx, actor.act.at, file))
          throw new Refusal('payment_file_differs', { file: code })
        }
        return {
          stream: { type: 'application/xml', fileName: `${code}.xml`, write: async (to) => void to.write(xml) },
        }
      },
    ),
    post(
      '/payment-files/:paymentFile/sendings',
      {
        tag,
        summary: 'Record that the file was given to the bank; a second time takes a reason',
        refuses: ['file_not_released', 'sent_already'],
        body: object({ reason: text(2000) }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await sendFile(trx, actor, { fileId: params.paymentFile!, ...body }),
      }),
    ),
  ]
}
