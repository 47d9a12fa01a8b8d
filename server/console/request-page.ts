import { refusalText } from '../../templates/refused.tsx'
import { requestPage } from '../../templates/request.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import { dayOf } from '../clock.ts'
import { READERS, holdsRole } from '../people/actor.ts'
import { mayStopFor } from '../clock/pause.ts'
import { requestClock } from '../clock/queries.ts'
import { deploymentsTold } from '../deployments/queries.ts'
import { readRequest } from '../requests/queries.ts'
import { aroundRequest } from './around-request.ts'
import { newFormKey, type Console, type Refused } from './forms.ts'
import { mayActOn } from './may.ts'
import { namesOfRequest, paymentsOfRequest } from './queries.ts'
import { spendingOf } from './spending-of-request.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

type BankAccount = { id: string; name: string; currency: string }

/** The page of a request, also again after one of its forms was refused. Refuses `not_found`, `role_not_allowed`. */
export async function showRequest(
  { db, api }: Console,
  visit: SignedIn,
  requestId: string,
  { done, refused }: { done?: unknown; refused?: Refused | undefined },
): Promise<string> {
  const { actor, t, language } = visit
  const { body: request } = await readRequest(db, actor, requestId)
  const fund = await fundSeenBy(db, actor, request.fundId)
  const names = await namesOfRequest(db, requestId)
  const payments = await paymentsOfRequest(db, requestId)
  const may = await mayActOn(db, actor, { request, payments })
  const accounts =
    (may.certify || may.recover) && holdsRole(actor, fund.id, READERS)
      ? await api.read<{ items: BankAccount[] }>(actor, '/funds/:fund/bank-accounts', {
          params: { fund: fund.id },
          language,
        })
      : undefined
  return requestPage(frameOf(visit, { fund, section: 'requests', here: `/requests/${requestId}` }), {
    request,
    names,
    payments,
    clock: await requestClock(db, actor, requestId, actor.act.at),
    done: doneIn(t, done),
    problem: refused,
    spending: await spendingOf(db, actor, request),
    reads: holdsRole(actor, fund.id, READERS),
    around: await aroundRequest(db, actor, request),
    deployments: {
      all: await deploymentsTold(db, actor, { fundId: fund.id, requestId }),
      mayPlan: may.edit,
      mayRecord: may.record,
    },
    part: {
      mayEdit: may.edit,
      maySubmit: may.submit,
      mayDecide: may.decide,
      blocked: may.blocked && refusalText(may.blocked, t),
      mayCertify: may.certify && accounts && { ...may.certify, bankAccounts: accounts.items },
      mayRelease: may.release,
      maySettle: may.settle,
      mayComeBack: may.comeBack,
      mayTakeBack: may.takeBack,
      mayConfirmCharge: may.confirmCharge,
      mayWithdraw: may.withdraw,
      mayRecover: may.recover && accounts ? { bankAccounts: accounts.items } : undefined,
      mayGiveUp: may.giveUp,
      mayStopFor: await mayStopFor(db, actor, request),
      today: dayOf(actor.act.at),
      newKey: newFormKey,
      typed: (form) => {
        const typed = refused?.form === form ? refused : undefined
        return { problem: typed?.problem, value: (name, otherwise = '') => typed?.fields[name] ?? otherwise }
      },
    },
  })
}

/** What the address says was done, where it is one of the things that can have been. */
export function doneIn(t: Texts, done: unknown): keyof Texts['done'] | undefined {
  return typeof done === 'string' && Object.hasOwn(t.done, done) ? (done as keyof Texts['done']) : undefined
}
