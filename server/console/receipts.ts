import type { Router } from 'express'
import { rows, type Db } from '../../db/connect.ts'
import { receiptsPage } from '../../templates/receipts.tsx'
import { dayOf } from '../clock.ts'
import { listReceipts } from '../contributions/queries.ts'
import { RECEIVERS } from '../contributions/receive.ts'
import { Refusal } from '../errors.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
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

const SHOWN = 20

/** Money of which nobody knows yet what it is for. */
export function receiptPages(router: Router, served: Console): void {
  const { db } = served
  getPage(router, '/funds/:fund/receipts', (visit, req) =>
    show(served, visit, { fundId: String(req.params.fund), after: req.query.after, done: req.query.done }),
  )
  postForm(router, served, {
    path: '/funds/:fund/receipts',
    form: () => 'receive',
    asks: async (_visit, { params, fields }) => {
      const account = await db('bank_accounts')
        .where({ id: fields.bankAccountId ?? '' })
        .first('currency')
      const body = receiptTyped(fields, account?.currency as string | undefined)
      return { method: 'post', path: '/funds/:fund/receipts', params, body }
    },
    done: (_answer, { fund }) => `/funds/${fund}/receipts?done=recorded`,
    again: (visit, { fund }, refused) => show(served, visit, { fundId: fund!, refused }),
  })
  const fundOf = async (id: string) => {
    const found = await db('receipts').where({ id }).first('fund_id')
    if (!found) throw new Refusal('not_found')
    return found.fund_id as string
  }
  postForm(router, served, {
    path: '/receipts/:receipt/applications',
    form: ({ receipt }) => receipt!,
    asks: async (_visit, { params, fields: { contributionId, appliedOn, amount } }) => {
      const agreed = await db('agreements')
        .where({ contribution_id: contributionId ?? '' })
        .first('currency')
      const currency = (agreed?.currency as string | undefined) ?? ''
      const part = amount ? { amount: { amount: amountTyped(amount), currency } } : {}
      const body = { ...optional({ contributionId, appliedOn }), ...part }
      return { method: 'post', path: '/receipts/:receipt/applications', params, body }
    },
    done: async (_answer, { receipt }) => `/funds/${await fundOf(receipt!)}/receipts?done=applied`,
    again: async (visit, { receipt }, refused) => show(served, visit, { fundId: await fundOf(receipt!), refused }),
  })
}

function receiptTyped({ receivedOn, bankAccountId, reference, ...typed }: Fields, ofAccount = '') {
  const money = (amount: string | undefined, currency: string) => ({ amount: amountTyped(amount), currency })
  return {
    ...optional({ receivedOn, bankAccountId, reference }),
    sent: money(typed.sent, (typed.currency ?? '').toUpperCase()),
    bankValue: money(typed.bankValue, ofAccount),
    ...(typed.bankCharge ? { bankCharge: money(typed.bankCharge, ofAccount) } : {}),
  }
}

type Asked = { fundId: string; after?: unknown; done?: unknown; refused?: Refused }

async function show({ db }: Console, visit: SignedIn, { fundId, after, done, refused }: Asked): Promise<string> {
  const { actor, t } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const cursor = typeof after === 'string' ? keyIn(after)?.[0] : undefined
  const found = await listReceipts(db, fund.id, { unapplied: true, limit: SHOWN, ...(cursor ? { after: cursor } : {}) })
  const { items, next } = pageOf(found, SHOWN, (one) => [one.id])
  const mayReceive = holdsRole(actor, fund.id, RECEIVERS)
  const here = `/funds/${fund.id}/receipts`
  return receiptsPage(frameOf(visit, { fund, section: 'treasury', here }), {
    fundId: fund.id,
    receipts: items,
    mayReceive,
    accounts: mayReceive ? await choices(db, ACCOUNTS, fund.id) : [],
    contributions: mayReceive ? await choices(db, AGREED, fund.id) : [],
    next: next && `${here}?after=${next}`,
    today: dayOf(actor.act.at),
    currency: fund.currency,
    done: done === 'recorded' || done === 'applied' ? t.unidentified.done[done] : undefined,
    problem: refused,
    typed: (form) => typedInto(refused, form),
    newKey: newFormKey,
  })
}

const choices = (db: Db, sql: string, fundId: string) => rows<{ value: string; label: string }>(db, sql, { fundId })

const ACCOUNTS = `select id as value, name || ' (' || currency || ')' as label from bank_accounts where fund_id = :fundId order by code`

const AGREED = `select c.id as value, c.code || ' · ' || d.name as label from contributions c join donors d on d.id = c.donor_id
  where c.fund_id = :fundId and c.status = 'agreed' order by c.code limit 500`
