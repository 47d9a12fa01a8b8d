import type { Router } from 'express'
import { subsistencePage } from '../../templates/subsistence.tsx'
import { dayOf } from '../clock.ts'
import { listSubsistence } from '../deployments/subsistence.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { amountTyped, getPage, newFormKey, postForm, typedInto, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** What a night on site is given: the rates of the fund, and the form of who sets them. */
export function subsistencePages(router: Router, served: Console): void {
  const path = '/funds/:fund/subsistence'
  getPage(router, path, (visit, req) =>
    show(served, visit, { fundId: String(req.params.fund), done: req.query.done === 'set' }),
  )
  postForm(router, served, {
    path,
    form: () => 'f',
    asks: (_visit, { params, fields: { country, month, rate, currency, source } }) => ({
      method: 'post',
      path: '/funds/:fund/subsistence-rates',
      params,
      body: {
        ...optional({ country, month, source }),
        rate: { amount: amountTyped(rate), currency: (currency ?? '').toUpperCase() },
      },
    }),
    done: (_answer, { fund }) => `/funds/${fund}/subsistence?done=set`,
    again: (visit, { fund }, refused) => show(served, visit, { fundId: fund!, refused }),
  })
}

async function show(
  { db }: Console,
  visit: SignedIn,
  { fundId, done = false, refused }: { fundId: string; done?: boolean; refused?: Refused },
): Promise<string> {
  const { actor } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, [...READERS, 'requester'])
  return subsistencePage(frameOf(visit, { fund, section: 'experts', here: `/funds/${fund.id}/subsistence` }), {
    fund,
    rates: await listSubsistence(db, fund.id),
    maySet: holdsRole(actor, fund.id, ['treasurer', 'controller']),
    month: dayOf(actor.act.at).slice(0, 7),
    done,
    typed: typedInto(refused),
    formKey: newFormKey(),
  })
}
