import type { Router } from 'express'
import { payeePage } from '../../templates/payee.tsx'
import { payeesPage } from '../../templates/payees.tsx'
import { Refusal } from '../errors.ts'
import { COUNTRIES } from '../payees/bank-details.ts'
import { suggestLatin } from '../payees/latin.ts'
import type { PayeeTold, RatingTold } from '../payees/queries.ts'
import type { Risk } from '../requests/policy.ts'
import { holdsRole, READERS, requireRole, type Actor } from '../people/actor.ts'
import { getPage, newFormKey, postForm, type Console, type Fields, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { doneIn } from './request-page.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

type PayeesTold = {
  items: {
    id: string
    name: string
    latinName: string | null
    kind: string
    country: string
    verified: boolean
  }[]
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
    asks: (_visit, { params, fields: { aliases = '', ...fields } }) => ({
      method: 'post',
      path: '/funds/:fund/payees',
      params,
      body: { ...nested(fields), aliases: aliases.split('\n').flatMap((line) => line.trim() || []) },
    }),
    done: (answer) => `/payees/${(answer.body as { id: string }).id}?done=payeeRegistered`,
    again: (visit, { fund }, refused) => list(served, visit, fund!, { refused: withSuggestion(refused) }),
  })
  getPage(router, '/payees/:payee', (visit, req) =>
    show(served, visit, String(req.params.payee), { done: req.query.done }),
  )
  const verified = ({ version }: Fields) => (version === '1' ? 'payeeVerified' : 'verified')
  formOnPayee(router, served, 'verifications', 'f', verified, ({ confirmed, version }) => {
    if (confirmed !== 'yes') throw uncompared()
    return { version: versionOf(version) }
  })
  formOnPayee(router, served, 'account-refusals', 'refuse', 'refused', ({ reason, version }) => ({
    ...optional({ reason }),
    version: versionOf(version),
  }))
  formOnPayee(router, served, 'accounts', 'change', 'changed', nested)
  formOnPayee(router, served, 'aliases', 'alias', 'aliased', ({ name, latinName }) => optional({ name, latinName }))
  formOnPayee(router, served, 'ratings', 'r', 'rated', ({ rating, reason, validUntil }) =>
    optional({ rating, reason, validUntil }),
  )
}

/** A form on the page of a payee, for the endpoint below it. */
function formOnPayee(
  router: Router,
  served: Console,
  what: string,
  form: string,
  done: string | ((fields: Fields) => string),
  bodyOf: (fields: Fields) => Record<string, unknown>,
): void {
  const path = `/payees/:payee/${what}`
  postForm(router, served, {
    path,
    form: () => form,
    asks: (_visit, { params, fields }) => ({ method: 'post', path, params, body: bodyOf(fields) }),
    done: (_answer, { payee }, fields) => `/payees/${payee}?done=${typeof done === 'string' ? done : done(fields)}`,
    again: (visit, { payee }, refused) => show(served, visit, payee!, { refused }),
  })
}

/** `account.address.town` in a form is that of the address of the account; what is empty was not said. */
function nested({ key: _key, ...fields }: Fields): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(fields)) {
    if (!value) continue
    const names = path.split('.')
    const last = names.pop()!
    const inside = names.reduce((at, name) => (at[name] ??= {}) as Record<string, unknown>, body)
    inside[last] = value
  }
  return body
}

/** Nobody has to know how a name in another script is written in this one: it is suggested, and sent again it is confirmed. */
function withSuggestion(refused: Refused): Refused {
  const { name = '', latinName } = refused.fields
  if (latinName || !refused.problem.fields.latinName) return refused
  return { ...refused, fields: { ...refused.fields, latinName: suggestLatin(name) } }
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
    countries: COUNTRIES,
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
  const { actor, language } = visit
  const payee = await api.read<PayeeTold & { risk: Risk; ratings: RatingTold[] }>(actor, '/payees/:payee', {
    params: { payee: payeeId },
    language,
  })
  const fund = await fundSeenBy(db, actor, payee.fundId)
  return payeePage(frameOf(visit, { fund, section: 'payees', here: `/payees/${payeeId}` }), {
    payee,
    countries: COUNTRIES,
    done: doneOn(visit, done),
    ...may(actor, fund.id, payee),
    typed: (form) => {
      const typed = refused?.form === form ? refused : undefined
      return { problem: typed?.problem, value: (name) => typed?.fields[name] }
    },
    problem: refused?.problem,
    problemOf: refused?.form ?? 'f',
    formKey: newFormKey(),
  })
}

function may(actor: Actor, fundId: string, { accounts }: PayeeTold) {
  const waiting = accounts.find(({ state }) => state === 'waiting')
  const checks = waiting !== undefined && holdsRole(actor, fundId, ['payee_clerk', 'compliance_officer'])
  const own = waiting?.recordedBy.id === actor.personId
  return {
    mayVerify: checks && !own,
    mayRefuse: checks,
    anotherMust: checks && own,
    mayChange: holdsRole(actor, fundId, ['payee_clerk']),
    mayAlias: holdsRole(actor, fundId, ['payee_clerk', 'compliance_officer']),
    mayRate: holdsRole(actor, fundId, ['compliance_officer']),
  }
}

function doneOn({ t }: SignedIn, done: unknown): string | undefined {
  if (done === 'rated') return t.ratings.done
  if (typeof done === 'string' && Object.hasOwn(t.bankDetails.done, done))
    return t.bankDetails.done[done as keyof typeof t.bankDetails.done]
  const known = doneIn(t, done)
  return known && t.done[known]
}

function versionOf(typed = ''): number {
  if (!/^\d{1,6}$/.test(typed)) throw new Refusal('version_missing')
  return Number.parseInt(typed, 10)
}

function uncompared(): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field: 'confirmed', code: 'payee.unconfirmed', message: 'confirm that you have compared the details' }],
  })
}
