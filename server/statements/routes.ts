import type { Db } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { REFUSED as RECEIPT_REFUSED } from '../contributions/refused.ts'
import { fundById } from '../funds/open.ts'
import { get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, amountOrZero, bookDay, id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole, type Actor } from '../people/actor.ts'
import { DUTY_REFUSALS } from '../requests/policy.ts'
import { matchEntry } from './match.ts'
import { listStatements, readEntry, readStatement, waitingCount, workList } from './queries.ts'
import { reconcileAccount, reconciledDays, reconcileFund } from './figures.ts'
import { uploadStatements } from './upload.ts'

const tag = 'Statements of the bank'

const PART = object({
  kind: joi
    .string()
    .valid(
      'payment',
      'return',
      'receipt',
      'unidentified',
      'charge',
      'interest',
      'conversion',
      'recovery',
      'booked_before',
      'cancels',
    )
    .required(),
  amount: amount(),
  paymentId: id('payment'),
  contributionId: id('contribution'),
  requestId: id('request'),
  otherEntryId: id('statementEntry'),
  ledgerEntryId: joi.string().pattern(/^[1-9]\d{0,17}$/, 'the number of an entry of the ledger'),
  sent: amount(),
  bankCharge: amountOrZero(),
  appliedAmount: amount(),
  periodFrom: bookDay(),
  periodTo: bookDay(),
  reason: text(500),
})

export function statementEndpoints(): Endpoint[] {
  return [...uploading(), ...reading(), ...reconciling()]
}

function uploading(): Endpoint[] {
  return [
    post(
      '/funds/:fund/bank-statements',
      {
        tag,
        summary: 'Read a file of statements (camt.053.001.08, camt.053.001.02 or CSV), and book what is certain',
        bodyType: 'application/xml',
        refuses: [
          'unreadable_xml',
          'unreadable_file',
          'statement_unreadable',
          'statement_account_unknown',
          'statement_of_another_account',
          'currency_mismatch',
          'statement_does_not_foot',
          'date_in_future',
          'statement_contradicted',
        ],
        query: query({ bankAccount: id('bankAccount'), fileName: joi.string().max(200) }),
        success: [200, 201],
      },
      async (trx, actor, { params, body, query: { bankAccount, fileName } }) => {
        const uploaded = await uploadStatements(trx, actor, {
          ...{ fundId: params.fund!, bytes: body as unknown },
          ...(bankAccount ? { bankAccountId: bankAccount } : {}),
          ...(fileName ? { fileName } : {}),
        })
        return { status: uploaded.readBefore ? 200 : 201, body: uploaded }
      },
    ),
    post(
      '/statement-entries/:statementEntry/matches',
      {
        tag,
        summary: 'Say what an entry of a statement is, whole or in parts, and book it',
        refuses: [
          'entry_matched_already',
          'parts_differ',
          'match_does_not_fit',
          'not_released',
          'to_be_recovered',
          'charge_above_limit',
          'exceeds_recoverable',
          'interest_recorded_already',
          'insufficient_cash',
          ...new Set([...RECEIPT_REFUSED.receive, ...DUTY_REFUSALS, 'dates_out_of_order' as const]),
        ],
        body: object({ parts: joi.array().items(PART).min(1).max(50).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await matchEntry(trx, actor, { entryId: params.statementEntry!, parts: body.parts }),
      }),
    ),
  ]
}

function reading(): Endpoint[] {
  return [
    get(
      '/funds/:fund/bank-statements',
      { tag, summary: 'Statements, the latest first', query: query({ ...pageKeys, bankAccount: id('bankAccount') }) },
      async (db, actor, { params, query: { limit, after, bankAccount } }) => {
        await fundRead(db, actor, params.fund!)
        const before = keyIn(after)?.[0]
        const found = await listStatements(db, { fundId: params.fund!, bankAccountId: bankAccount, before, limit })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
    get(
      '/bank-statements/:statement',
      { tag, summary: 'A statement with its entries, and what became of each' },
      async (db, actor, { params }) => {
        const { fundId, ...told } = await readStatement(db, params.statement!)
        requireRole(actor, fundId, READERS)
        return { body: told }
      },
    ),
    get(
      '/statement-entries/:statementEntry',
      { tag, summary: 'An entry of a statement, what became of it, and what it could be' },
      async (db, actor, { params }) => {
        const { fundId, ...told } = await readEntry(db, params.statementEntry!)
        requireRole(actor, fundId, READERS)
        return { body: told }
      },
    ),
    get(
      '/funds/:fund/statement-work-list',
      {
        tag,
        summary: 'Entries of statements that are in no book yet, the oldest first, with what each could be',
        query: query({ ...pageKeys, bankAccount: id('bankAccount') }),
      },
      async (db, actor, { params, query: { limit, after, bankAccount } }) => {
        const fund = await fundRead(db, actor, params.fund!)
        const key = keyIn(after)
        const found = await workList(db, fund, {
          ...{ limit, today: dayOf(actor.act.at) },
          ...(bankAccount ? { bankAccountId: bankAccount } : {}),
          ...(key ? { after: [key[0]!, key[1]!] as [string, string] } : {}),
        })
        const total = await waitingCount(db, fund.id)
        return { body: { total, ...pageOf(found, limit, (one) => [one.bookedOn, one.id]) } }
      },
    ),
  ]
}

function reconciling(): Endpoint[] {
  return [
    get(
      '/funds/:fund/bank-reconciliation',
      {
        tag,
        summary: 'Each bank account at the end of a day: by the bank, by the ledger, and the difference',
        query: query({ on: bookDay() }),
      },
      async (db, actor, { params, query: { on = dayOf(actor.act.at) } }) => {
        const fund = await fundRead(db, actor, params.fund!)
        return { body: { on, accounts: await reconcileFund(db, fund.id, on) } }
      },
    ),
    get(
      '/bank-accounts/:bankAccount/reconciliation',
      {
        tag,
        summary: 'A bank account at the end of a day: both balances, and the difference item by item',
        query: query({ on: bookDay() }),
      },
      async (db, actor, { params, query: { on = dayOf(actor.act.at) } }) => ({
        body: await reconcileAccount(db, actor, { bankAccountId: params.bankAccount!, on }),
      }),
    ),
    get(
      '/funds/:fund/bank-accounts/:bankAccount/days',
      {
        tag,
        summary: 'Both balances of a bank account at the end of each day of a period',
        query: query({ from: bookDay().required(), to: bookDay().required() }),
      },
      async (db, actor, { params, query: { from, to } }) => {
        const fund = await fundRead(db, actor, params.fund!)
        return {
          body: { items: await reconciledDays(db, { fundId: fund.id, bankAccountId: params.bankAccount!, from, to }) },
        }
      },
    ),
  ]
}

async function fundRead(db: Db, actor: Actor, fundId: string) {
  const fund = await fundById(db, fundId)
  requireRole(actor, fund.id, READERS)
  return fund
}
