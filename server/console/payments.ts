import type { Router } from 'express'
import { Refusal } from '../errors.ts'
import { formOf } from '../../templates/payment-back.tsx'
import { amountTyped, postForm, type Console } from './forms.ts'
import { bankCurrencyOf, requestOfPayment } from './queries.ts'
import { showRequest } from './request-page.ts'
import { optional } from './requests.ts'
import type { SignedIn } from './visit.ts'

/** The forms that act on a payment; they stand on the page of its request. */
export function paymentForms(router: Router, served: Console): void {
  const { requestOf, again } = onRequestOf(served)
  chargeForm(router, served)
  postForm(router, served, {
    path: '/payments/:payment/releases',
    form: ({ payment }) => payment!,
    asks: (_visit, { params }) => ({ method: 'post', path: '/payments/:payment/releases', params }),
    done: async (_answer, { payment }) => `/requests/${await requestOf(payment!)}?done=released`,
    again,
  })
  postForm(router, served, {
    path: '/payments/:payment/cancellations',
    form: ({ payment }) => formOf('take', payment!),
    asks: (_visit, { params, fields: { reason } }) => ({
      method: 'post',
      path: '/payments/:payment/cancellations',
      params,
      body: optional({ reason }),
    }),
    done: async (_answer, { payment }) => `/requests/${await requestOf(payment!)}?done=takenBack`,
    again,
  })
  postForm(router, served, {
    path: '/payments/:payment/returns',
    form: ({ payment }) => formOf('back', payment!),
    asks: async (_visit, { params, fields }) => {
      const currency = await bankCurrencyOf(served.db, params.payment!)
      if (!currency) throw new Refusal('not_found')
      const { valueDate, reason, reference } = fields
      const credited = amountTyped(fields.credited)
      return {
        method: 'post',
        path: '/payments/:payment/returns',
        params,
        body: {
          ...optional({ valueDate, reason, reference }),
          ...(credited ? { credited: { amount: credited, currency } } : {}),
        },
      }
    },
    done: async (_answer, { payment }) => `/requests/${await requestOf(payment!)}?done=cameBack`,
    again,
  })
  postForm(router, served, {
    path: '/payments/:payment/settlements',
    form: ({ payment }) => payment!,
    asks: async (_visit, { params, fields }) => {
      const currency = await bankCurrencyOf(served.db, params.payment!)
      if (!currency) throw new Refusal('not_found')
      const { valueDate, reference } = fields
      const [debited, charge] = [amountTyped(fields.debited), amountTyped(fields.charge)]
      return {
        method: 'post',
        path: '/payments/:payment/settlements',
        params,
        body: {
          ...optional({ valueDate, reference }),
          debited: { amount: debited, currency },
          ...(charge ? { charge: { amount: charge, currency } } : {}),
        },
      }
    },
    done: async (_answer, { payment }) => `/requests/${await requestOf(payment!)}?done=settled`,
    again,
  })
}

/** A controller lets the bank keep more of a payment than the usual. */
function chargeForm(router: Router, served: Console): void {
  const { requestOf, again } = onRequestOf(served)
  postForm(router, served, {
    path: '/payments/:payment/charge-approvals',
    form: ({ payment }) => `charge-${payment}`,
    asks: async (_visit, { params, fields }) => ({
      method: 'post',
      path: '/payments/:payment/charge-approvals',
      params,
      body: {
        ...optional({ event: fields.event, reason: fields.reason }),
        amount: { amount: amountTyped(fields.amount), currency: await bankCurrencyOf(served.db, params.payment!) },
      },
    }),
    done: async (_answer, { payment }) => `/requests/${await requestOf(payment!)}?done=chargeConfirmed`,
    again,
  })
}

/** The request to which a payment belongs, and its page again after one of the forms was refused. */
function onRequestOf(served: Console) {
  const requestOf = async (paymentId: string) => {
    const requestId = await requestOfPayment(served.db, paymentId)
    if (!requestId) throw new Refusal('not_found')
    return requestId
  }
  const again = async (
    visit: SignedIn,
    params: Record<string, string>,
    refused: Parameters<typeof showRequest>[3]['refused'],
  ) => showRequest(served, visit, await requestOf(params.payment!), { refused })

  return { requestOf, again }
}
