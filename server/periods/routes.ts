import type { Db } from '../../db/connect.ts'
import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { pageOf } from '../http/pages.ts'
import { joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole, type Actor, type Role } from '../people/actor.ts'

import { checklistOf } from './checklist.ts'
import { closePeriod } from './close.ts'
import { closeYear } from './close-year.ts'
import { monthIn, yearIn } from './load.ts'
import { explainItem } from './open-items.ts'
import { lastDayOf } from './policy.ts'
import { listPeriods, listReopenings, listYears, readPeriod, readReopening } from './queries.ts'
import { confirmReopening, proposeReopening } from './reopen.ts'
import { itemsOf, revaluationsOf } from './revaluation.ts'
import { revaluePeriod } from './revalue.ts'
import { checklistTold } from './words.ts'

const tag = 'Periods'

/** Months and years of the books: their state, checklist, closing, reopening and revaluation. Months are `YYYY-MM`. */
export function periodEndpoints(): Endpoint[] {
  return [...monthEndpoints(), ...reopeningEndpoints(), ...revaluationEndpoints(), ...yearEndpoints()]
}

async function fundFor(db: Db, actor: Actor, fundId: string | undefined, roles: readonly Role[] = READERS) {
  const fund = await fundById(db, fundId!)
  requireRole(actor, fund.id, roles)
  return fund
}

function monthEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/periods',
      { tag, summary: 'Months of the books with their state, the latest first', query: query(pageKeys) },
      async (db, actor, { params, query: page }) => {
        const fund = await fundFor(db, actor, params.fund, [...READERS, 'requester'])
        return { body: pageOf(await listPeriods(db, fund.id, page), page.limit, (one) => [one.month]) }
      },
    ),
    get(
      '/funds/:fund/periods/:month',
      { tag, summary: 'A month with everything that was done to it: closings with their checklists, and reopenings' },
      async (db, actor, { params }) => {
        const fund = await fundFor(db, actor, params.fund)
        return { body: await readPeriod(db, { fundId: fund.id, month: monthIn(params.month) }) }
      },
    ),
    get(
      '/funds/:fund/periods/:month/checklist',
      { tag, summary: 'What must be in order before a month is closed for good: state, figures, and what to do' },
      async (db, actor, { params, language }) => {
        const fund = await fundFor(db, actor, params.fund)
        const month = monthIn(params.month)
        const items = checklistTold(await checklistOf(db, fund, month), language)
        return { body: { month, on: lastDayOf(month), done: items.every((one) => one.state === 'done'), items } }
      },
    ),
    post(
      '/funds/:fund/periods/:month/closings',
      {
        tag,
        summary:
          'Close a month: softly, so that only a controller still adjusts it, then hard, once its checklist is done',
        refuses: [
          'service_account_decides_nothing',
          'date_in_future',
          'already_exists',
          'close_softly_first',
          'month_still_open',
          'checklist_not_done',
        ],
        body: object({ kind: joi.string().valid('soft', 'hard').required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await closePeriod(trx, actor, { fundId: params.fund!, month: monthIn(params.month), ...body }),
      }),
    ),
    post(
      '/funds/:fund/periods/:month/explanations',
      {
        tag,
        summary: 'Say why a receipt stays unidentified, or a payment in transit, when the month is closed',
        body: object({
          itemId: joi
            .string()
            .pattern(/^(rct|pay)_[0-9a-hjkmnp-tv-z]{26}$/, 'an id of a receipt or a payment')
            .required(),
          explanation: text(2000).required(),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await explainItem(trx, actor, { fundId: params.fund!, month: monthIn(params.month), ...body }),
      }),
    ),
  ]
}

function reopeningEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/periods/:month/reopenings',
      {
        tag,
        summary: 'Propose that a closed month be opened again; somebody else confirms',
        refuses: ['service_account_decides_nothing', 'period_not_closed', 'year_closed'],
        body: object({ reason: text(2000).required() }),
      },
      async (trx, actor, { params, body }) => {
        const month = monthIn(params.month)
        const made = await proposeReopening(trx, actor, { fundId: params.fund!, month, ...body })
        return { status: 201, body: made, location: `/reopenings/${made.id}` }
      },
    ),
    get(
      '/funds/:fund/reopenings',
      {
        tag,
        summary: 'Proposals to open months again, and who confirmed them, the latest first',
        query: query(pageKeys),
      },
      async (db, actor, { params, query: page }) => {
        const fund = await fundFor(db, actor, params.fund)
        return { body: pageOf(await listReopenings(db, fund.id, page), page.limit, (one) => [one.id]) }
      },
    ),
    get(
      '/reopenings/:reopening',
      { tag, summary: 'A proposal to open a month again' },
      async (db, actor, { params }) => {
        const reopening = await readReopening(db, params.reopening!)
        requireRole(actor, reopening.fundId, READERS)
        return { body: reopening }
      },
    ),
    post(
      '/reopenings/:reopening/confirmations',
      {
        tag,
        summary: 'Open a month again that somebody else proposed to open; it must be closed again',
        refuses: [
          'service_account_decides_nothing',
          'two_people_needed',
          'already_exists',
          'version_changed',
          'year_closed',
        ],
      },
      async (trx, actor, { params }) => ({
        status: 201,
        body: await confirmReopening(trx, actor, { reopeningId: params.reopening! }),
      }),
    ),
  ]
}

function revaluationEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/periods/:month/revaluations',
      {
        tag,
        summary:
          'Items in other currencies at the end of a month: original, carrying, rate, value, difference; and what was posted',
      },
      async (db, actor, { params }) => {
        const fund = await fundFor(db, actor, params.fund)
        const month = monthIn(params.month)
        const items = await itemsOf(db, fund, month)
        return { body: { month, on: lastDayOf(month), items, revaluations: await revaluationsOf(db, fund, month) } }
      },
    ),
    post(
      '/funds/:fund/periods/:month/revaluations',
      {
        tag,
        summary: 'Revalue a month at its last day, and reverse it on the next; a second time changes nothing',
        refuses: ['date_in_future', 'rate_missing', 'amount_out_of_range', 'period_closed'],
        success: [200, 201],
      },
      async (trx, actor, { params }) => {
        const month = monthIn(params.month)
        const { isNew, revaluations } = await revaluePeriod(trx, actor, { fundId: params.fund!, month })
        return { status: isNew ? 201 : 200, body: { month, revaluations } }
      },
    ),
  ]
}

function yearEndpoints(): Endpoint[] {
  return [
    get(
      '/funds/:fund/years',
      { tag, summary: 'Years that are closed, the latest first' },
      async (db, actor, { params }) => {
        const fund = await fundFor(db, actor, params.fund)
        return { body: { items: await listYears(db, fund.id) } }
      },
    ),
    post(
      '/funds/:fund/years/:year/closings',
      {
        tag,
        summary: 'Close a year: income and expense go to net assets, once all its months are closed hard',
        refuses: ['service_account_decides_nothing', 'already_exists', 'month_still_open'],
      },
      async (trx, actor, { params }) => ({
        status: 201,
        body: await closeYear(trx, actor, { fundId: params.fund!, year: yearIn(params.year) }),
      }),
    ),
  ]
}
