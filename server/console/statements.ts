import type { Request, Router } from 'express'
import { reconciliationPage } from '../../templates/reconciliation.tsx'
import { statementPage } from '../../templates/statement.tsx'
import { statementsPage } from '../../templates/statements.tsx'
import { row, type Db } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { inDays } from '../days.ts'
import { Refusal } from '../errors.ts'
import { formWithFile } from '../http/upload.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { listStatements, readStatement, waitingCount } from '../statements/queries.ts'
import { reconcileAccount, reconciledDays, reconcileFund } from '../statements/figures.ts'
import type { Uploaded } from '../statements/upload.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { getPage, newFormKey, postForm, type Console, type Refused } from './forms.ts'
import { optional } from './requests.ts'
import { frameOf, fundSeenBy, type SignedIn } from './visit.ts'
import { workListPages } from './work-list.ts'

const SHOWN = 25
const DAYS_BEFORE = 13

/** Statements of the bank: reading files, what each says and became, the work list, and bank against ledger. */
export function statementPages(router: Router, served: Console): void {
  getPage(router, '/funds/:fund/statements', (visit, req) =>
    show(served, visit, String(req.params.fund), { done: doneIn(visit, req), after: req.query.after }),
  )
  router.post('/funds/:fund/statements', ...formWithFile('16mb'))
  const again = (visit: SignedIn, { fund }: Record<string, string>, refused: Refused) =>
    show(served, visit, fund!, { refused })
  postForm(router, served, {
    path: '/funds/:fund/statements',
    form: () => 'upload',
    asks: (_visit, { params, fields }) => ({
      ...{ method: 'post', path: '/funds/:fund/bank-statements', params },
      query: optional({ bankAccount: fields.bankAccount, fileName: fields.fileName?.slice(0, 200) }),
      body: Buffer.from(fields.file ?? '', 'base64'),
    }),
    done: ({ body }, { fund }) => {
      const { readBefore, applied } = body as Uploaded
      return `/funds/${fund}/statements?done=${readBefore ? 'before' : `read-${applied.certain}-${applied.waiting}`}`
    },
    again,
  })
  getPage(router, '/statements/:statement', async (visit, req) => {
    const { fundId, ...statement } = await readStatement(served.db, String(req.params.statement))
    const fund = await fundSeenBy(served.db, visit.actor, fundId)
    requireRole(visit.actor, fundId, READERS)
    return statementPage(frameOf(visit, { fund, section: 'statements' }), { statement, fundId })
  })
  getPage(router, '/bank-accounts/:bankAccount/reconciliation', (visit, req) =>
    reconciliation(served.db, visit, { bankAccountId: String(req.params.bankAccount), asked: req.query.on }),
  )
  workListPages(router, served)
}

async function show(
  { db }: Console,
  visit: SignedIn,
  fundId: string,
  { done, after, refused }: { done?: string | undefined; after?: unknown; refused?: Refused },
): Promise<string> {
  const { actor } = visit
  const fund = await fundSeenBy(db, actor, fundId)
  requireRole(actor, fund.id, READERS)
  const here = `/funds/${fund.id}/statements`
  const before = typeof after === 'string' ? keyIn(after)?.[0] : undefined
  const found = await listStatements(db, { fundId: fund.id, before, limit: SHOWN })
  const { items, next } = pageOf(found, SHOWN, ({ id }) => [id])
  const accounts = (await db('bank_accounts').where({ fund_id: fund.id }).select('id', 'name')) as {
    id: string
    name: string
  }[]
  return statementsPage(frameOf(visit, { fund, section: 'statements', here }), {
    fundId: fund.id,
    balances: await reconcileFund(db, fund.id, dayOf(actor.act.at)),
    names: new Map(accounts.map(({ id, name }) => [id, name])),
    waiting: await waitingCount(db, fund.id),
    items,
    next: next && `${here}?after=${next}`,
    mayUpload: holdsRole(actor, fund.id, ['reconciler']),
    done,
    refused,
    newKey: newFormKey,
  })
}

async function reconciliation(
  db: Db,
  visit: SignedIn,
  { bankAccountId, asked }: { bankAccountId: string; asked: unknown },
): Promise<string> {
  const account = await row<{ fundId: string; name: string }>(
    db,
    `select fund_id as "fundId", name from bank_accounts where id = :bankAccountId`,
    { bankAccountId },
  )
  if (!account) throw new Refusal('not_found')
  const { actor } = visit
  const fund = await fundSeenBy(db, actor, account.fundId)
  const isDay =
    typeof asked === 'string' && /^(199\d|2[01]\d\d)-\d\d-\d\d$/.test(asked) && !Number.isNaN(Date.parse(asked))
  const on = isDay ? asked : dayOf(actor.act.at)
  const told = await reconcileAccount(db, actor, { bankAccountId, on })
  const days = await reconciledDays(db, { fundId: fund.id, bankAccountId, from: inDays(on, -DAYS_BEFORE), to: on })
  return reconciliationPage(frameOf(visit, { fund, section: 'statements' }), {
    ...{ fundId: fund.id, name: account.name, told, days },
  })
}

/** What the address says was done, where it is one of the things that can be done here. */
function doneIn({ t }: SignedIn, { query: { done } }: Request): string | undefined {
  const words = t.statements
  if (done === 'before') return words.readBefore
  const [, certain, waiting] = /^read-(\d{1,6})-(\d{1,6})$/.exec(String(done)) ?? []
  return certain === undefined ? undefined : words.read.replace('{certain}', certain).replace('{waiting}', waiting!)
}
