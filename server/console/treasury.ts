import type { Request, Router } from 'express'
import { formProblem } from '../../templates/refused.tsx'
import { treasuryPage, type TreasuryShown } from '../../templates/treasury.tsx'
import type { Texts } from '../../templates/texts/texts.ts'
import { RECEIVERS } from '../contributions/receive.ts'
import { Refusal } from '../errors.ts'
import { dayOf } from '../clock.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { proposalById } from '../proposals/load.ts'
import { listProposals } from '../proposals/queries.ts'
import { unearmarkedOf } from '../treasury/queries.ts'
import { amountTyped, getPage, newFormKey, postForm, type Console, type Fields, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'

const SHOWN = 20

/** The fund's own money: the reserve, what waits for a second person, conversions, interest, and the forms for them. */
export function treasuryPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/treasury', (visit, req) =>
    show(served, visit, String(req.params.fund), { done: req.query.done, asked: interestAsked(req) }),
  )
  const again = (visit: SignedIn, { fund }: Record<string, string>, refused: Refused) =>
    show(served, visit, fund!, { refused })
  postForm(router, served, {
    path: '/funds/:fund/conversions',
    form: () => 'convert',
    asks: async (visit, { params, fields }) => ({
      method: 'post',
      path: '/funds/:fund/conversions',
      params,
      body: conversionTyped(fields, await currenciesOf(served, visit, params.fund!)),
    }),
    done: (_answer, { fund }) => `/funds/${fund}/treasury?done=proposed`,
    again,
  })
  postForm(router, served, {
    path: '/funds/:fund/interest',
    form: () => 'interest',
    asks: async (visit, { params, fields }) => {
      const { bankAccountId, periodFrom, periodTo, creditedOn, reference, basis } = fields
      const currency = (await currenciesOf(served, visit, params.fund!)).get(bankAccountId ?? '') ?? ''
      return {
        method: 'post',
        path: '/funds/:fund/interest',
        params,
        body: {
          ...optional({ bankAccountId, periodFrom, periodTo, creditedOn, reference, basis }),
          amount: { amount: amountTyped(fields.amount), currency },
        },
      }
    },
    done: ({ body }, { fund }) =>
      `/funds/${fund}/treasury?done=${(body as { status: string }).status === 'recorded' ? 'interest' : 'proposed'}`,
    again: (visit, { fund }, refused) => show(served, visit, fund!, { refused, asked: refused.fields }),
  })
  postForm(router, served, {
    path: '/funds/:fund/reserve/transfers',
    form: () => 'move',
    asks: async (visit, { params, fields }) => {
      const { currency } = await fundSeenBy(served.db, visit.actor, params.fund!)
      const { contributionId, direction, occurredOn, consent, reason } = fields
      const body = optional({ contributionId, direction, occurredOn, consent, reason })
      return {
        ...{ method: 'post', path: '/funds/:fund/reserve/transfers', params },
        body: { ...body, amount: { amount: amountTyped(fields.amount), currency } },
      }
    },
    done: (_answer, { fund }) => `/funds/${fund}/treasury?done=proposed`,
    again,
  })
  decisionForm(router, served)
}

function decisionForm(router: Router, served: Console): void {
  const fundOf = async (proposal: string) => (await proposalById(served.db, proposal)).fundId
  postForm(router, served, {
    path: '/proposals/:proposal/decisions',
    form: ({ proposal }) => proposal!,
    asks: (_visit, { params, fields }) => {
      const { verdict, reason } = fields
      return { method: 'post', path: '/proposals/:proposal/decisions', params, body: optional({ verdict, reason }) }
    },
    done: async ({ body }, { proposal }) =>
      `/funds/${await fundOf(proposal!)}/treasury?done=${(body as { status: string }).status}`,
    again: async (visit, { proposal }, refused) => show(served, visit, await fundOf(proposal!), { refused }),
  })
}

async function show(
  { db, api }: Console,
  visit: SignedIn,
  fundId: string,
  { done, asked = {}, refused }: { done?: unknown; asked?: Fields; refused?: Refused },
): Promise<string> {
  const { actor, language, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const read = <Body>(path: string, query: Record<string, unknown> = {}) =>
    api.read<Body>(actor, `/funds/:fund/${path}`, { params: { fund: fund.id }, query, language })
  const accounts = (await read<{ items: TreasuryShown['accounts'] }>('bank-accounts')).items
  const proposals = await listProposals(db, { fundId: fund.id, status: 'proposed', limit: SHOWN })
  const holds = (role: TreasuryShown['proposals'][number]['mayDecide'][number]) => holdsRole(actor, fund.id, [role])
  const treasurer = holdsRole(actor, fund.id, ['treasurer', 'controller'])
  const preview = await previewOf(asked, accounts, t, (query) => read('interest/preview', query))
  return treasuryPage(frameOf(visit, { fund, section: 'treasury', here: `/funds/${fund.id}/treasury` }), {
    fund: { id: fund.id, currency: fund.currency },
    reserve: await read('reserve'),
    proposals: proposals.slice(0, SHOWN).map((one) => ({
      ...one,
      part: one.proposedBy.id === actor.personId ? 'own' : one.mayDecide.some(holds) ? 'decide' : undefined,
    })),
    conversions: (await read<{ items: TreasuryShown['conversions'] }>('conversions', { limit: SHOWN })).items,
    interest: (await read<{ items: TreasuryShown['interest'] }>('interest', { limit: SHOWN })).items,
    accounts,
    lenders: treasurer ? await unearmarkedOf(db, fund.id) : [],
    may: { convert: treasurer, move: treasurer, earn: holdsRole(actor, fund.id, RECEIVERS) },
    asked,
    ...preview,
    done: doneIn(t, done),
    refused,
    today: dayOf(actor.act.at),
    newKey: newFormKey,
  })
}

/** The shares of the interest that was asked about, or what is wrong with the question; nothing where none was asked. */
async function previewOf(
  asked: Fields,
  accounts: TreasuryShown['accounts'],
  t: Texts,
  read: (query: Record<string, unknown>) => Promise<NonNullable<TreasuryShown['preview']>>,
): Promise<Pick<TreasuryShown, 'preview' | 'previewProblem'>> {
  if (!asked.bankAccountId) return { preview: undefined, previewProblem: undefined }
  const { bankAccountId, periodFrom, periodTo, creditedOn } = asked
  const currency = accounts.find(({ id }) => id === bankAccountId)?.currency
  try {
    const days = optional({ bankAccountId, periodFrom, periodTo, creditedOn, currency })
    return { preview: await read({ ...days, amount: amountTyped(asked.amount) }), previewProblem: undefined }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { preview: undefined, previewProblem: formProblem(error, t) }
  }
}

function interestAsked(req: Request): Fields {
  const names = ['bankAccountId', 'periodFrom', 'periodTo', 'creditedOn', 'amount']
  const typed = names.map((name) => [name, req.query[name]] as const)
  return Object.fromEntries(typed.filter((one): one is [string, string] => typeof one[1] === 'string'))
}

/** A conversion as it was typed: each amount is in the currency of the account beside it. */
function conversionTyped(fields: Fields, currencies: ReadonlyMap<string, string>) {
  const { fromAccountId = '', toAccountId = '', leftOn, arrivedOn, reference } = fields
  const money = (text: string | undefined, account: string) => ({
    amount: amountTyped(text),
    currency: currencies.get(account) ?? '',
  })
  const charge = amountTyped(fields.charge)
  return {
    ...optional({ fromAccountId, toAccountId, leftOn, arrivedOn, reference }),
    left: money(fields.left, fromAccountId),
    arrived: money(fields.arrived, toAccountId),
    ...(charge ? { charge: money(charge, fields.chargeAt === 'to' ? toAccountId : fromAccountId) } : {}),
  }
}

async function currenciesOf(
  { api }: Console,
  { actor, language }: SignedIn,
  fund: string,
): Promise<Map<string, string>> {
  const { items } = await api.read<{ items: TreasuryShown['accounts'] }>(actor, '/funds/:fund/bank-accounts', {
    params: { fund },
    language,
  })
  return new Map(items.map(({ id, currency }) => [id, currency]))
}

/** What the address says was done, where it is one of the things that can be done here. */
function doneIn(t: Texts, done: unknown): string | undefined {
  const here = ['proposed', 'approved', 'rejected', 'interest'] as const
  const found = here.find((one) => one === done)
  return found && t.done[found]
}
