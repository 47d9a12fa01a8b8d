import { row, type Trx } from '../../db/connect.ts'
import { moneyText, type Money } from '../money.ts'
import { notify } from '../notifications/notify.ts'
import type { Actor } from '../people/actor.ts'
import type { LoadedRequest } from '../requests/load.ts'
import { freeFor } from '../requests/takers.ts'
import { askersOf } from '../requests/tell.ts'

type AboutPayment = { readonly id: string; readonly code: string; readonly amount: Money }

/** Tells those who may release a payment that it waits for them: treasurer and bank signatories whom nothing keeps away. */
export async function tellCertified(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  payment: AboutPayment,
): Promise<void> {
  const people = await freeFor(trx, request, {
    duty: 'releaser',
    roles: ['treasurer', 'bank_signatory'],
    at: actor.act.at,
  })
  await notify(trx, actor, {
    ...(await about(trx, request, payment)),
    ...{ event: 'payment_certified', key: payment.id, to: { people } },
  })
}

/** Tells who asked that the money has left, and those who settle it that it is on its way. */
export async function tellReleased(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  payment: AboutPayment,
): Promise<void> {
  const free = await freeFor(trx, request, { duty: 'reconciler', roles: ['reconciler'], at: actor.act.at })
  const asked = await askersOf(trx, request)
  await notify(trx, actor, {
    ...(await about(trx, request, payment)),
    // A payment that came back may be released again.
    ...{ event: 'payment_released', key: `${payment.id}#${actor.act.id}` },
    to: { people: [...free, ...asked.people] },
  })
}

/** Tells who asked, and who certified it, that a payment came back. */
export async function tellReturned(
  trx: Trx,
  actor: Actor,
  request: LoadedRequest,
  { reason, ...payment }: AboutPayment & { reason: string },
): Promise<void> {
  const asked = await askersOf(trx, request)
  const certifiers = await trx('payments').where({ id: payment.id }).pluck('certified_by')
  const { facts, ...told } = await about(trx, request, payment)
  await notify(trx, actor, {
    ...told,
    ...{ event: 'payment_returned', key: `${payment.id}#${actor.act.id}`, facts: { ...facts, reason } },
    to: { people: [...asked.people, ...certifiers] },
  })
}

async function about(trx: Trx, { id, fundId, processId, payeeId, code }: LoadedRequest, payment: AboutPayment) {
  const payee = await row<{ name: string }>(trx, `select name from payees where id = :payeeId`, { payeeId })
  const { amount, currency } = moneyText(payment.amount)
  return {
    ...{ fundId, processId, urgent: false, link: `/requests/${id}` },
    facts: { code: payment.code, request: code, amount: `${amount} ${currency}`, payee: payee!.name },
  }
}
