import type { Router } from 'express'
import { delegationPage, standingInPage } from '../../templates/delegations.tsx'
import { rows, type Db } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { DELEGABLE_ROLES } from '../delegations/policy.ts'
import { listAbsences, listDelegations, possibleStandIns, type DelegationTold } from '../delegations/queries.ts'
import { policyInForce } from '../funds/policies.ts'
import type { Fund } from '../funds/open.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { isId } from '../ids.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { amountTyped, getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 50

/** Who is away, who stands in, and a delegation with the forms that act on it. */
export function delegationPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/delegations', (visit, req) =>
    standingIn(served, visit, String(req.params.fund), { after: req.query.after, done: req.query.done }),
  )
  getPage(router, '/delegations/:delegation', (visit, req) =>
    showDelegation(served, visit, String(req.params.delegation), { done: req.query.done }),
  )
  absenceForms(router, served)
  delegationForm(router, served)
  for (const [noun, done] of [
    ['acceptances', 'accepted'],
    ['revocations', 'revoked'],
  ] as const) {
    postForm(router, served, {
      path: `/delegations/:delegation/${noun}`,
      form: () => 'revoke',
      asks: (_visit, { params, fields: { reason } }) => ({
        method: 'post',
        path: `/delegations/:delegation/${noun}`,
        params,
        body: optional({ reason }),
      }),
      done: (_answer, { delegation }) => `/delegations/${delegation}?done=${done}`,
      again: (visit, { delegation }, refused) => showDelegation(served, visit, delegation!, { refused }),
    })
  }
}

function absenceForms(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/funds/:fund/absences',
    form: () => 'away',
    asks: async (visit, { params, fields }) => {
      const fund = await fundSeenBy(served.db, visit.actor, params.fund!)
      const standIns = DELEGABLE_ROLES.filter((role) => fields[`delegate-${role}`]).map((role) => ({
        ...{ role, delegateId: fields[`delegate-${role}`] },
        upTo: { amount: amountTyped(fields[`upTo-${role}`]), currency: fund.currency },
      }))
      const { reason, from, until } = fields
      return {
        method: 'post',
        path: '/funds/:fund/absences',
        params,
        body: { ...optional({ reason, from: momentTyped(from), until: momentTyped(until) }), standIns },
      }
    },
    done: (_answer, { fund }) => `/funds/${fund}/delegations?done=away`,
    again: (visit, { fund }, refused) => standingIn(served, visit, fund!, { refused }),
  })
  postForm(router, served, {
    path: '/absences/:absence/returns',
    form: () => 'away',
    asks: (_visit, { params }) => ({ method: 'post', path: '/absences/:absence/returns', params }),
    done: async (_answer, { absence }) => `/funds/${await fundOfAbsence(served.db, absence!)}/delegations?done=back`,
    again: async (visit, { absence }, refused) =>
      standingIn(served, visit, await fundOfAbsence(served.db, absence!), { refused }),
  })
}

function delegationForm(router: Router, served: Console): void {
  postForm(router, served, {
    path: '/funds/:fund/delegations',
    form: () => 'give',
    asks: async (visit, { params, fields }) => {
      const { currency } = await fundSeenBy(served.db, visit.actor, params.fund!)
      const { delegateId, role, from, until, upTo, inAll, processId, entityId, region, reason } = fields
      const texts = { delegateId, role, processId, entityId, region, reason }
      const cap = (typed: string | undefined) => ({ amount: amountTyped(typed), currency })
      return {
        method: 'post',
        path: '/funds/:fund/delegations',
        params,
        body: {
          ...optional({ ...texts, from: momentTyped(from), until: momentTyped(until) }),
          ...(upTo ? { upTo: cap(upTo) } : {}),
          ...(inAll ? { inAll: cap(inAll) } : {}),
        },
      }
    },
    done: (_answer, { fund }) => `/funds/${fund}/delegations?done=delegated`,
    again: (visit, { fund }, refused) => standingIn(served, visit, fund!, { refused }),
  })
}

/** What the browser's control gives, as UTC, which the label says. */
function momentTyped(typed: string | undefined): string | undefined {
  return typed && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(typed)
    ? `${typed.length === 16 ? `${typed}:00` : typed}Z`
    : typed
}

async function standingIn(
  { db }: Console,
  visit: SignedIn,
  fundId: string,
  { after, done, refused }: { after?: unknown; done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const { at } = actor.act
  const cursor = typeof after === 'string' ? (keyIn(after)?.[0] ?? '') : ''
  const before = isId('delegation', cursor) ? cursor : ''
  const found = await listDelegations(db, { fundId, at, before, limit: SHOWN })
  const mine = await listDelegations(db, { fundId, at, personId: actor.personId, limit: SHOWN })
  const { items, next } = pageOf(found, SHOWN, ({ id }) => [id])
  const address = `/funds/${fund.id}/delegations`
  return standingInPage(frameOf(visit, { fund, section: 'delegations', here: address }), {
    fundId: fund.id,
    me: actor.personId,
    absences: await listAbsences(db, { fundId, at }),
    delegations: items,
    offered: mine.filter((one) => one.state === 'offered' && one.delegate.id === actor.personId),
    next: next && `${address}?after=${next}`,
    first: before ? address : null,
    asking: await askingOf(db, visit, fund, refused),
    done: wordOf(t.delegations.done, done),
    problem: refused,
    newKey: newFormKey,
  })
}

async function askingOf(db: Db, { actor }: SignedIn, fund: Fund, refused: Refused | undefined) {
  const roles = DELEGABLE_ROLES.filter((role) => holdsRole(actor, fund.id, [role]))
  if (roles.length === 0) return undefined
  const named = (table: 'processes' | 'entities') =>
    rows<{ id: string; name: string; region: string }>(
      db,
      `select id, name, region from ${table} where fund_id = :fundId order by name, id`,
      { fundId: fund.id },
    )
  const processes = await named('processes')
  const on = dayOf(actor.act.at)
  const { terms } = await policyInForce(db, { fundId: fund.id, subject: 'delegation', on })
  return {
    ...{ fundId: fund.id, currency: fund.currency, roles, processes, days: terms.days, formKey: newFormKey },
    people: await possibleStandIns(db, { fundId: fund.id, personId: actor.personId }),
    entities: await named('entities'),
    regions: [...new Set(processes.map(({ region }) => region))].sort(),
    typed: (form: string) => {
      const typed = refused?.form === form ? refused : undefined
      return { problem: typed?.problem, value: (name: string) => typed?.fields[name] ?? '' }
    },
  }
}

async function showDelegation(
  { db, api }: Console,
  visit: SignedIn,
  delegationId: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const { actor, t, language } = visit
  const params = { delegation: delegationId }
  const delegation = await api.read<DelegationTold>(actor, '/delegations/:delegation', { params, language })
  const fund = await fundSeenBy(db, actor, delegation.fundId)
  const here = `/delegations/${delegationId}`
  const over = delegation.state === 'ended' || delegation.state === 'revoked'
  const own = [delegation.delegator.id, delegation.delegate.id].includes(actor.personId)
  return delegationPage(frameOf(visit, { fund, section: 'delegations', here }), {
    delegation,
    mayAccept: delegation.state === 'offered' && delegation.delegate.id === actor.personId,
    mayRevoke: !over && (own || holdsRole(actor, fund.id, ['director', 'head_of_department', 'controller'])),
    done: wordOf(t.delegations.done, done),
    problem: refused?.problem,
    typedReason: refused?.fields.reason ?? '',
    newKey: newFormKey,
  })
}

/** What the address says was done, where it is one of the things that can have been. */
export function wordOf(words: Readonly<Record<string, string>>, done: unknown): string | undefined {
  return typeof done === 'string' && Object.hasOwn(words, done) ? words[done] : undefined
}

async function fundOfAbsence(db: Db, absenceId: string): Promise<string> {
  const [found] = await rows<{ id: string }>(db, 'select fund_id as id from absences where id = :absenceId', {
    absenceId,
  })
  return found!.id
}
