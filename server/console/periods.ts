import type { Router } from 'express'
import { periodPage, type PeriodShown } from '../../templates/period.tsx'
import { periodsPage, type PeriodsShown } from '../../templates/periods.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { isZero, moneyFrom, moneyText, sizeOf, sum, type MoneyText } from '../money.ts'
import { holdsRole, requireRole } from '../people/actor.ts'
import { readReopening } from '../periods/queries.ts'
import { REOPENERS } from '../periods/reopen.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundName, fundSeenBy, PERIOD_READERS, type SignedIn } from './visit.ts'

/** Months and years of the books, for who closes them and who looks after them. */
export function periodPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/periods', (visit, req) =>
    showPeriods(served, visit, String(req.params.fund), { done: req.query.done, after: req.query.after }),
  )
  getPage(router, '/funds/:fund/periods/:month', (visit, req) =>
    showPeriod(served, visit, String(req.params.fund), String(req.params.month), { done: req.query.done }),
  )
  periodForms(router, served)
  postForm(router, served, {
    path: '/funds/:fund/years',
    form: () => 'year',
    asks: (_visit, { params, fields: { year = '' } }) => {
      if (!/^\d{4}$/.test(year)) throw noYear()
      return { method: 'post', path: '/funds/:fund/years/:year/closings', params: { ...params, year } }
    },
    done: (_answer, { fund }) => `/funds/${fund}/periods?done=year`,
    again: (visit, { fund }, refused) => showPeriods(served, visit, fund!, { refused }),
  })
}

function periodForms(router: Router, served: Console): void {
  const forms = [
    ['closings', 'close', ['kind'], ({ kind }: Record<string, string>) => kind],
    ['revaluations', 'revalue', [], () => 'revalued'],
    ['reopenings', 'reopen', ['reason'], () => 'proposed'],
    ['explanations', 'explain', ['itemId', 'explanation'], () => 'explained'],
  ] as const
  for (const [noun, form, names, done] of forms) {
    postForm(router, served, {
      path: `/funds/:fund/periods/:month/${noun}`,
      form: () => form,
      asks: (_visit, { params, fields }) => ({
        method: 'post',
        path: `/funds/:fund/periods/:month/${noun}`,
        params,
        body: optional(Object.fromEntries(names.map((name) => [name, fields[name]]))),
      }),
      done: (_answer, { fund, month }, fields) => `/funds/${fund}/periods/${month}?done=${done(fields)}`,
      again: (visit, { fund, month }, refused) => showPeriod(served, visit, fund!, month!, { refused }),
    })
  }
  postForm(router, served, {
    path: '/reopenings/:reopening/confirmations',
    form: () => 'confirm',
    asks: (_visit, { params }) => ({ method: 'post', path: '/reopenings/:reopening/confirmations', params }),
    done: async (_answer, { reopening }) => {
      const { fundId, month } = await readReopening(served.db, reopening!)
      return `/funds/${fundId}/periods/${month}?done=reopened`
    },
    again: async (visit, { reopening }, refused) => {
      const { fundId, month } = await readReopening(served.db, reopening!)
      return showPeriod(served, visit, fundId, month, { refused })
    },
  })
}

function noYear(): Refusal {
  return new Refusal('invalid_request', {
    errors: [{ field: 'year', code: 'string.pattern.name', message: 'a year, YYYY' }],
  })
}

async function showPeriods(
  { db, api }: Console,
  visit: SignedIn,
  fundId: string,
  { done, after, refused }: { done?: unknown; after?: unknown; refused?: Refused },
): Promise<string> {
  const fund = await fundSeen(db, visit, fundId)
  const asked = { params: { fund: fund.id }, language: visit.language }
  const query = typeof after === 'string' ? { after } : {}
  const { items, next } = await api.read<{ items: PeriodsShown['months']; next: string | null }>(
    visit.actor,
    '/funds/:fund/periods',
    { ...asked, query: { limit: '24', ...query } },
  )
  const years = await api.read<{ items: PeriodsShown['years'] }>(visit.actor, '/funds/:fund/years', asked)
  const address = `/funds/${fund.id}/periods`
  return periodsPage(frameOf(visit, { fund, section: 'periods', here: address }), {
    fund: { id: fund.id, name: fundName(fund, visit.language) },
    months: items,
    years: years.items,
    next: next && `${address}?after=${next}`,
    done: doneIn(visit.t, done),
    mayCloseYear: holdsRole(visit.actor, fund.id, ['controller']) ? newFormKey() : undefined,
    problem: refused?.problem,
    typedYear: refused?.fields.year ?? '',
  })
}

async function showPeriod(
  { db, api }: Console,
  visit: SignedIn,
  fundId: string,
  month: string,
  { done, refused }: { done?: unknown; refused?: Refused },
): Promise<string> {
  const fund = await fundSeen(db, visit, fundId)
  const read = <Body>(what: string) =>
    api.read<Body>(visit.actor, `/funds/:fund/periods/:month${what}`, {
      params: { fund: fund.id, month },
      language: visit.language,
    })
  const period = await read<PeriodShown['period']>('')
  const checklist = await read<PeriodShown['checklist']>('/checklist')
  const revaluation = await read<PeriodShown['revaluation']>('/revaluations')
  // The form of an explanation is named by the item that it is about.
  const form = refused?.form === 'explain' ? (refused.fields.itemId ?? '') : refused?.form
  return periodPage(frameOf(visit, { fund, section: 'periods', here: `/funds/${fund.id}/periods/${month}` }), {
    fund: { id: fund.id, name: fundName(fund, visit.language), currency: fund.currency },
    ...{ period, checklist, revaluation },
    done: doneIn(visit.t, done),
    problem: refused && { form: form!, problem: refused.problem },
    part: {
      ...mayDo(visit, fund, { period, checklist, revaluation }),
      newKey: newFormKey,
      typed: (name) => {
        const typed = form === name ? refused : undefined
        return { problem: typed?.problem, value: (field) => typed?.fields[field] ?? '' }
      },
    },
  })
}

/** It only steers which forms are shown: the verbs check everything again. */
function mayDo(
  { actor }: SignedIn,
  fund: { id: string; currency: string },
  { period, checklist, revaluation }: Pick<PeriodShown, 'period' | 'checklist' | 'revaluation'>,
): Omit<PeriodShown['part'], 'newKey' | 'typed'> {
  const over = period.month < dayOf(actor.act.at).slice(0, 7)
  const controls = holdsRole(actor, fund.id, ['controller']) && over
  const reopens = holdsRole(actor, fund.id, REOPENERS)
  const open = period.reopenings.filter(({ state }) => state === 'open')
  const mine = (one: { proposedBy: { id: string } }) => one.proposedBy.id === actor.personId
  return {
    mayCloseSoftly: controls && period.state === 'open',
    mayCloseHard:
      controls && period.state === 'soft_closed'
        ? { ready: checklist.items.every(({ state }) => state === 'done') }
        : undefined,
    mayRevalue: controls && period.state !== 'hard_closed' ? moved(revaluation.items, fund.currency) : undefined,
    mayPropose: reopens && period.state !== 'open' && open.length === 0,
    mayConfirm: reopens ? open.filter((one) => !mine(one)) : [],
    proposed: open.filter(mine),
    mayExplain: holdsRole(actor, fund.id, ['controller', 'treasurer', 'reconciler']) && period.state !== 'hard_closed',
  }
}

/** The sum of the differences whatever their sign; nothing where none is left or a rate is missing. */
function moved(items: PeriodShown['revaluation']['items'], currency: string): MoneyText | undefined {
  if (items.some(({ difference }) => difference === null)) return undefined
  const sizes = items.map(({ difference }) => sizeOf(moneyFrom(difference!)))
  const total = sum(sizes, currency)
  return isZero(total) ? undefined : moneyText(total)
}

function doneIn(t: Texts, done: unknown): keyof Texts['periods']['done'] | undefined {
  return typeof done === 'string' && Object.hasOwn(t.periods.done, done)
    ? (done as keyof Texts['periods']['done'])
    : undefined
}

async function fundSeen(db: Console['db'], { actor }: SignedIn, fundId: string) {
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, PERIOD_READERS)
  return fund
}
