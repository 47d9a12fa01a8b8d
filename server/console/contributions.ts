import type { Router } from 'express'
import { contributionPage, type ContributionTold } from '../../templates/contribution.tsx'
import { DAY_OF, LOSSES, type Loss } from '../../templates/contribution-losses.tsx'
import { pledgePage } from '../../templates/pledge.tsx'
import { RECEIVERS } from '../contributions/receive.ts'
import { dayOf } from '../clock.ts'
import { holdsRole, READERS, requireRole, type Actor, type Role } from '../people/actor.ts'
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
import { doneIn } from './request-page.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

/** Who records what donors promise and sign, as the verbs say. */
const PROMISERS: readonly Role[] = ['fund_manager', 'controller']

type Named = { items: { id: string; name: string }[] }
type BankAccounts = { items: { id: string; name: string; currency: string }[] }

/** Money in: recording a pledge, and the page of a contribution with its agreement and its receipts. */
export function contributionPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/contributions/new', (visit, req) => newPledge(served, visit, String(req.params.fund)))
  postForm(router, served, {
    path: '/funds/:fund/contributions',
    form: () => 'f',
    asks: (_visit, { params, fields, chosen }) => ({
      method: 'post',
      path: '/funds/:fund/contributions',
      params,
      body: pledgeTyped(fields, chosen),
    }),
    done: (answer) => `/contributions/${(answer.body as { id: string }).id}?done=pledged`,
    again: (visit, { fund }, refused) => newPledge(served, visit, fund!, refused),
  })

  lossForms(router, served)
  getPage(router, '/contributions/:contribution', (visit, req) =>
    showContribution(served, visit, String(req.params.contribution), { done: req.query.done }),
  )
  const forms = [
    ['agreements', 'agree', 'agreed', (_visit: SignedIn, fields: Fields) => agreementTyped(fields)],
    [
      'fulfilments',
      'fulfil',
      'fulfilled',
      (_visit: SignedIn, { metOn, evidence }: Fields) => optional({ metOn, evidence }),
    ],
    [
      'receipts',
      'receive',
      'received',
      (visit: SignedIn, fields: Fields, id: string) => receiptTyped(served, visit, fields, id),
    ],
  ] as const
  for (const [noun, form, done, typed] of forms) {
    postForm(router, served, {
      path: `/contributions/:contribution/${noun}`,
      form: () => form,
      asks: async (visit, { params, fields }) => ({
        method: 'post',
        path: `/contributions/:contribution/${noun}`,
        params,
        body: await typed(visit, fields, params.contribution!),
      }),
      done: (_answer, { contribution }) => `/contributions/${contribution}?done=${done}`,
      again: (visit, { contribution }, refused) => showContribution(served, visit, contribution!, { refused }),
    })
  }
}

async function newPledge({ db, api }: Console, visit: SignedIn, fundId: string, refused?: Refused): Promise<string> {
  const { actor, language } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, PROMISERS)
  const asked = { params: { fund: fund.id }, language }
  const donors = await api.read<Named>(actor, '/funds/:fund/donors', asked)
  const processes = await api.read<{ items: { region: string; country: string }[] }>(
    actor,
    '/funds/:fund/processes',
    asked,
  )
  const known = (of: 'region' | 'country') => [...new Set(processes.items.map((process) => process[of]))].sort()
  const here = `/funds/${fund.id}/contributions/new`
  return pledgePage(frameOf(visit, { fund, section: 'donors', here }), {
    fundId: fund.id,
    donors: donors.items.map(({ id, name }) => ({ value: id, label: name })),
    regions: known('region'),
    countries: known('country'),
    problem: refused?.problem,
    value: (name, otherwise = '') => refused?.fields[name] ?? otherwise,
    chosen: (name) => refused?.chosen(name) ?? [],
    currency: fund.currency,
    today: dayOf(actor.act.at),
    formKey: newFormKey(),
  })
}

async function showContribution(
  { db, api }: Console,
  visit: SignedIn,
  contributionId: string,
  { done, refused }: { done?: unknown; refused?: Refused | undefined },
): Promise<string> {
  const { actor, t, language } = visit
  const params = { contribution: contributionId }
  const contribution = await api.read<ContributionTold>(actor, '/contributions/:contribution', { params, language })
  const fund = await fundSeenBy(db, actor, actor.act.fundId!)
  const promises = holdsRole(actor, fund.id, PROMISERS)
  const { agreement, status } = contribution
  const receives = holdsRole(actor, fund.id, RECEIVERS) && status === 'agreed'
  const accounts = receives
    ? await api.read<BankAccounts>(actor, '/funds/:fund/bank-accounts', { params: { fund: fund.id }, language })
    : undefined
  const here = `/contributions/${contributionId}`
  return contributionPage(frameOf(visit, { fund, section: 'donors', here }), {
    contribution,
    currency: fund.currency,
    done: doneIn(t, done),
    mayAgree: promises && status === 'pledged',
    mayFulfil: promises && agreement !== null && agreement.conditional && agreement.metOn === null,
    mayReceive: accounts?.items,
    mayLose: lossesFor(actor, fund.id, contribution),
    typed: (form) => typedInto(refused, form),
    mayReport: holdsRole(actor, fund.id, READERS) ? fund.id : undefined,
    refused,
    today: dayOf(actor.act.at),
    newKey: newFormKey,
  })
}

/** What may be recorded of what will not come: of an agreement by the controller, of a pledge by who recorded it. */
function lossesFor(actor: Actor, fundId: string, { status, figures, agreement }: ContributionTold): Loss[] {
  if (status === 'pledged') return holdsRole(actor, fundId, PROMISERS) ? ['cancellations'] : []
  if (!holdsRole(actor, fundId, ['controller']) || !agreement) return []
  const some = ({ amount }: { amount: string }) => /[1-9]/.test(amount)
  const { outstanding, impaired } = figures.original
  const owed: Loss[] = some(outstanding) ? ['impairments', 'write-offs'] : []
  return some(impaired) ? [...owed, 'impairment-reversals'] : owed
}

/** Forms by which losses are recorded; the amount is in the agreement's currency. */
function lossForms(router: Router, served: Console): void {
  for (const loss of LOSSES) {
    const path = `/contributions/:contribution/${loss}`
    postForm(router, served, {
      path,
      form: () => loss,
      asks: async ({ actor, language }, { params, fields }) => {
        const told = await served.api.read<ContributionTold>(actor, '/contributions/:contribution', {
          params,
          language,
        })
        const { currency } = told.figures.original.outstanding
        const day = DAY_OF[loss]
        const amount = loss === 'cancellations' ? {} : { amount: { amount: amountTyped(fields.amount), currency } }
        const body = { ...optional({ [day]: fields[day], reason: fields.reason }), ...amount }
        return { method: 'post', path, params, body }
      },
      done: (_answer, { contribution }) =>
        `/contributions/${contribution}?done=${loss === 'cancellations' ? 'pledgeCancelled' : 'proposed'}`,
      again: (visit, { contribution }, refused) => showContribution(served, visit, contribution!, { refused }),
    })
  }
}

function pledgeTyped(fields: Fields, chosen: (name: string) => string[]) {
  const { donorId, code, pledgedOn, level, spendBy, window } = fields
  const several = (name: string, terms: string[]) => (terms.length > 0 ? { [name]: terms } : {})
  return {
    ...optional({ donorId, code, pledgedOn }),
    ...amountIn('amount', fields.amount, fields.currency),
    earmark: {
      ...optional({ level, spendBy, window }),
      ...several('regions', linesOf(fields.regions)),
      ...several('countries', linesOf(fields.countries)),
      ...several('phases', chosen('phases')),
      ...several('themes', chosen('themes')),
    },
  }
}

function agreementTyped(fields: Fields) {
  const { conditional, condition, signedOn, reference, base } = fields
  return {
    ...(conditional ? { conditional: conditional === 'yes' } : {}),
    ...optional({ condition, signedOn, reference }),
    ...amountIn('amount', fields.amount, fields.currency),
    supportCost: { rateBps: rateTyped(fields.supportCost), ...optional({ base }) },
  }
}

/** The bank's figures are in the currency of its account, and what is settled in that of the agreement: nobody types those twice. */
async function receiptTyped({ db, api }: Console, visit: SignedIn, fields: Fields, contributionId: string) {
  const { receivedOn, bankAccountId, reference } = fields
  const { actor, language } = visit
  const params = { contribution: contributionId }
  const { agreement } = await api.read<ContributionTold>(actor, '/contributions/:contribution', { params, language })
  const fund = await fundSeenBy(db, actor, actor.act.fundId!)
  const accounts = await api.read<BankAccounts>(actor, '/funds/:fund/bank-accounts', {
    params: { fund: fund.id },
    language,
  })
  const currency = accounts.items.find(({ id }) => id === bankAccountId)?.currency ?? fund.currency
  return {
    ...optional({ receivedOn, bankAccountId, reference }),
    ...amountIn('sent', fields.sent, fields.currency),
    ...amountIn('bankValue', fields.bankValue, currency),
    ...amountIn('bankCharge', fields.bankCharge, currency),
    ...amountIn('appliedAmount', fields.appliedAmount, agreement?.amount.currency),
  }
}

/** Money as the API takes it; nothing where no amount was typed. */
function amountIn(name: string, amount: string | undefined, currency = '') {
  return amount ? { [name]: { amount: amountTyped(amount), currency: currency.toUpperCase() } } : {}
}

/** `12.5` per cent is 1250 basis points; anything else stays as it was typed, for the API to refuse. */
function rateTyped(percent: string | undefined): number | string | undefined {
  const typed = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(amountTyped(percent))
  if (!typed) return percent || undefined
  return Number.parseInt(typed[1]! + (typed[2] ?? '').padEnd(2, '0'), 10)
}

function linesOf(text: string | undefined): string[] {
  return (text ?? '').split('\n').flatMap((line) => line.trim() || [])
}
