import type { Router } from 'express'
import { ratesPage } from '../../templates/rates.tsx'
import { dayOf } from '../clock.ts'
import { pageOf } from '../http/pages.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { listChanges, listRates, readChange } from '../rates/queries.ts'
import { RATE_KEEPERS } from '../rates/record.ts'
import {
  amountTyped,
  getPage,
  newFormKey,
  postForm,
  typedInto,
  type Console,
  type Fields,
  type Refused,
} from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 50

type Asked = { fundId: string; after?: unknown; done?: unknown; refused?: Refused }

/** Rates of exchange: what holds, what is to be changed, and the forms of who keeps them. */
export function ratePages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/rates', (visit, req) =>
    show(served, visit, { fundId: String(req.params.fund), after: req.query.after, done: req.query.done }),
  )
  for (const [noun, form, done] of [
    ['exchange-rates', 'record', 'recorded'],
    ['exchange-rate-changes', 'change', 'proposed'],
  ] as const) {
    const path = `/funds/:fund/${noun}`
    postForm(router, served, {
      path,
      form: () => form,
      asks: (_visit, { params, fields }) => ({ method: 'post', path, params, body: rateTyped(fields) }),
      done: (_answer, { fund }) => `/funds/${fund}/rates?done=${done}`,
      again: (visit, { fund }, refused) => show(served, visit, { fundId: fund!, refused }),
    })
  }
  const fundOf = async (changeId: string) => (await readChange(served.db, changeId)).fundId
  postForm(router, served, {
    path: '/exchange-rate-changes/:rateChange/confirmations',
    form: () => 'confirm',
    asks: (_visit, { params }) => ({
      ...{ method: 'post', path: '/exchange-rate-changes/:rateChange/confirmations', params },
    }),
    done: async (_answer, { rateChange }) => `/funds/${await fundOf(rateChange!)}/rates?done=confirmed`,
    again: async (visit, { rateChange }, refused) =>
      show(served, visit, { fundId: await fundOf(rateChange!), refused }),
  })
}

function rateTyped({ currency, month, units, source, reason }: Fields) {
  return optional({ currency: currency?.toUpperCase(), month, units: amountTyped(units), source, reason })
}

async function show({ db }: Console, visit: SignedIn, { fundId, after, done, refused }: Asked): Promise<string> {
  const { actor, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const cursor = typeof after === 'string' && /^[\w-]{1,500}$/.test(after) ? { after } : {}
  const found = await listRates(db, fund.id, { limit: SHOWN, ...cursor })
  const { items, next } = pageOf(found, SHOWN, (one) => [one.month, one.currency])
  const here = `/funds/${fund.id}/rates`
  const words = t.rates.done
  return ratesPage(frameOf(visit, { fund, section: 'rates', here }), {
    fund,
    rates: items,
    changes: await listChanges(db, fund.id, { state: 'open', limit: SHOWN }),
    next: next && `${here}?after=${next}`,
    mayKeep: holdsRole(actor, fund.id, RATE_KEEPERS),
    me: actor.personId,
    month: dayOf(actor.act.at).slice(0, 7),
    done: done === 'recorded' || done === 'proposed' || done === 'confirmed' ? words[done] : undefined,
    problem: refused,
    typed: (form) => typedInto(refused, form),
    newKey: newFormKey,
  })
}
