import type { Router } from 'express'
import { payeePage, payeesPage } from '../../templates/payees.tsx'
import { Refusal } from '../errors.ts'
import type { PayeeTold, RatingTold } from '../payees/queries.ts'
import type { Risk } from '../requests/policy.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { doneIn } from './request-page.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

type PayeesTold = {
  items: { id: string; name: string; kind: string; country: string; verified: boolean }[]
  next: string | null
}

/** Who can be paid: the list with its form for payee clerks, and a payee with what its verifier compares. */
export function payeePages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/payees', (visit, req) =>
    list(served, visit, String(req.params.fund), { after: req.query.after }),
  )
  postForm(router, served, {
    path: '/funds/:fund/payees',
    form: () => 'f',
    asks: (_visit, { params, fields: { name, kind, country, bankDetails } }) => ({
      method: 'post',
      path: '/funds/:fund/payees',
      params,
      body: optional({ name, kind, country, bankDetails }),
    }),
    done: (answer) => `/payees/${(answer.body as { id: string }).id}?done=payeeRegistered`,
    again: (visit, { fund }, refused) => list(served, visit, fund!, { refused }),
  })
  getPage(router, '/payees/:payee', (visit, req) =>
    show(served, visit, String(req.params.payee), { done: req.query.done }),
  )
  postForm(router, served, {
    path: '/payees/:payee/verifications',
    form: () => 'f',
    asks: (_visit, { params, fields }) => {
      if (fields.confirmed !== 'yes') throw uncompared()
      return { method: 'post', path: '/payees/:payee/verifications', params }
    },
    done: (_answer, { payee }) => `/payees/${payee}?done=payeeVerified`,
    again: (visit, { payee }, refused) => show(served, visit, payee!, { refused }),
  })
  ratingForm(router, served)
}

/** How risky it is to pay a payee, by a compliance officer. */
function ratingForm(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/payees/:payee/ratings',
    form: () => 'r',
    asks: (_visit, { params, fields: { rating, reason, validUntil } }) => ({
      method: 'post',
      path: '/payees/:payee/ratings',
      params,
      body: optional({ rating, reason, validUntil }),
    }),
    done: (_answer, { payee }) => `/payees/${payee}?done=rated`,
    again: (visit, { payee }, refused) => show(served, visit, payee!, { refused }),
  })
}

async function list(
  { db, api }: Console,
  visit: SignedIn,
  fundId: string,
  { after, refused }: { after?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, language } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const address = `/funds/${fund.id}/payees`
  const cursor = typeof after === 'string' && /^[\w-]{1,500}$/.test(after) ? after : undefined
  const { items, next } = await api.read<PayeesTold>(actor, '/funds/:fund/payees', {
    params: { fund: fund.id },
    query: cursor ? { after: cursor } : {},
    language,
  })
  return payeesPage(frameOf(visit, { fund, section: 'payees', here: address }), {
    action: address,
    payees: items,
    next: next && `${address}?after=${next}`,
    first: cursor ? address : null,
    mayRegister: holdsRole(actor, fund.id, ['payee_clerk']),
    problem: refused?.problem,
    value: (name) => refused?.fields[name] ?? '',
    formKey: newFormKey(),
  })
}

async function show(
  { db, api }: Console,
  visit: SignedIn,
  payeeId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, t, language } = visit
  const payee = await api.read<PayeeTold & { risk: Risk; ratings: RatingTold[] }>(actor, '/payees/:payee', {
    params: { payee: payeeId },
    language,
  })
  const fund = await fundSeenBy(db, actor, payee.fundId)
  const verifies = !payee.verifiedBy && holdsRole(actor, fund.id, ['payee_clerk', 'compliance_officer'])
  const own = payee.recordedBy.id === actor.personId
  return payeePage(frameOf(visit, { fund, section: 'payees', here: `/payees/${payeeId}` }), {
    payee,
    done: doneIn(t, done),
    mayVerify: verifies && !own,
    mayRate: holdsRole(actor, fund.id, ['compliance_officer']),
    rated: done === 'rated',
    typed: (name) => (refused?.form === 'r' ? (refused.fields[name] ?? '') : ''),
    anotherMust: verifies && own,
    problem: refused?.problem,
    formKey: newFormKey(),
  })
}

function uncompared(): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field: 'confirmed', code: 'payee.unconfirmed', message: 'confirm that you have compared the details' }],
  })
}
