import { createHash } from 'node:crypto'
import type { Db } from '../../db/connect.ts'
import { newId } from '../../server/ids.ts'
import { authority, cash, contributionIncome, stage } from '../../server/ledger/accounts.ts'
import { credit, debit, postEntries } from '../../server/ledger/post.ts'
import { money } from '../../server/money.ts'
import { actorByToken } from '../../server/people/queries.ts'
import { addPerson } from '../../server/people/register.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { newAct, type Actor } from '../../server/people/actor.ts'
import { draftRequest } from '../../server/requests/draft.ts'
import { newPayee } from '../support/bank-details.ts'

/** A fund with money in it and somebody who asks for some, set up through the API as far as it is not what is measured. */
export type AskingFund = {
  readonly fundId: string
  readonly actId: string
  /** The contribution that pays first by the rule that ships. */
  readonly contribution: { readonly id: string; readonly code: string }
  /** Tokens of somebody who asks and of somebody who reads the books. */
  readonly requester: string
  readonly auditor: string
  /** Writes complete drafts, a few at a time, each with all that a submission needs. */
  readonly drafts: (count: number) => Promise<{ id: string; version: number }[]>
}

const CONTRIBUTIONS = 50
/** How many receipts came for each, so that its balances are sums of as many postings. */
const RECEIPTS = 100
const LARGE = money('1000000.00', 'USD')

/** Opens the fund on the service at `url`. */
export async function openAskingFund(url: string, db: Db): Promise<AskingFund> {
  const administrator = await tokenOf(db, { name: 'Adam', email: 'adam@example.org', administrator: true })
  const post = poster(url)
  const add = (path: string, body: object) => post(administrator.token, path, body)
  const fund = await add('/funds', { code: 'BENCH', name: 'Bench', currency: 'USD' })
  const below = `/funds/${fund.id}`
  const entity = await add(`${below}/entities`, { name: 'Office', kind: 'regional_office', region: 'Central Africa' })
  const process = await add(`${below}/processes`, {
    name: 'Talks at Bangui',
    country: 'Central African Republic',
    region: 'Central Africa',
    phase: 'after_violence',
    confidentiality: 'open',
  })
  const join = async (name: string, grant: object) => {
    const person = await tokenOf(db, { name, email: `${name}@example.org`.toLowerCase() })
    await add(`${below}/roles`, { personId: person.id, ...grant })
    return person.token
  }
  const clerks = [await join('Sara', { role: 'payee_clerk' }), await join('Omar', { role: 'payee_clerk' })]
  const asking = await join('Rosa', { role: 'requester', entityId: entity.id })
  const auditor = await join('Daniel', { role: 'auditor' })
  const payee = await post(clerks[0]!, `${below}/payees`, newPayee())
  await post(clerks[1]!, `/payees/${payee.id}/verifications`, {})
  const { actId, contributions } = await receive(db, fund.id)

  const requester = (await actorByToken(db, createHash('sha256').update(asking).digest(), newAct(new Date())))!
  const content = { entityId: entity.id, processId: process.id, payeeId: payee.id }
  const drafts = (count: number) => writeDrafts(db, requester, { fundId: fund.id, ...content, count })
  return { fundId: fund.id, actId, contribution: contributions[0]!, requester: asking, auditor, drafts }
}

type Posted = { id: string }

function poster(url: string) {
  return async (token: string, path: string, body: object): Promise<Posted> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    return (answer.status === 204 ? {} : await answer.json()) as Posted
  }
}

function tokenOf(db: Db, person: { name: string; email: string; administrator?: boolean }) {
  return db.transaction(async (trx) => {
    const { id } = await addPerson(trx, person, { passwordStays: true })
    const { token } = await issueToken(trx, { personId: id } as Actor, { name: 'benchmark', days: 1 })
    return { id, token }
  })
}

/** Unearmarked money of fifty contributions. */
function receive(db: Db, fundId: string) {
  const actId = newId('act')
  const donorId = newId('donor')
  const contributions = Array.from({ length: CONTRIBUTIONS }, (_, i) => ({
    id: newId('contribution'),
    code: `B${`${i}`.padStart(3, '0')}`,
  }))
  return db.transaction(async (trx) => {
    await trx('acts').insert({
      id: actId,
      fund_id: fundId,
      request_id: 'bench',
      method: '-',
      path: '-',
      outcome: 'done',
    })
    await trx('donors').insert({ id: donorId, fund_id: fundId, name: 'Finland', kind: 'government' })
    await trx('contributions').insert(
      contributions.map((contribution, i) => ({
        ...contribution,
        fund_id: fundId,
        donor_id: donorId,
        fiscal_year: 2026,
        earmark: JSON.stringify({ level: 'unearmarked' }),
        pledged_on: `2026-01-${`${(i % 28) + 1}`.padStart(2, '0')}`,
        pledged_amount: 1,
        pledged_currency: 'USD',
        pledged_functional: 1,
        act_id: actId,
      })),
    )
    const receiptOf = (contribution: { id: string; code: string }, n: number) => ({
      kind: 'receipt' as const,
      source: `${contribution.id}-${n}`,
      occurredOn: '2026-01-31',
      postings: [
        debit(cash({ code: 'main', currency: 'USD' }), LARGE),
        credit(contributionIncome(contribution, 'USD'), LARGE),
        debit(stage('available', contribution, 'USD'), LARGE),
        credit(authority(contribution, 'USD'), LARGE),
      ],
    })
    for (let n = 0; n < RECEIPTS; n += 1) {
      await postEntries(
        trx,
        { fundId, actId },
        contributions.map((contribution) => receiptOf(contribution, n)),
      )
    }
    return { actId, contributions }
  })
}

async function writeDrafts(
  db: Db,
  requester: Actor,
  { count, ...of }: { fundId: string; entityId: string; processId: string; payeeId: string; count: number },
): Promise<{ id: string; version: number }[]> {
  const drafts: { id: string; version: number }[] = []
  const work = async () => {
    while (count > 0) {
      count -= 1
      const draft = {
        ...of,
        title: 'Shuttle talks',
        purpose: 'Bring the parties to one table',
        mandateBasis: 'request_of_parties',
        support: ['financial'],
        themes: ['ceasefire_and_security'],
        startsOn: '2026-11-01',
        endsOn: '2027-01-31',
        lines: [
          { category: 'grants', description: 'Talks', amount: { amount: '60.00', currency: 'USD' } },
          { category: 'travel', description: 'Flights', amount: { amount: '40.00', currency: 'USD' } },
        ],
      }
      drafts.push(await db.transaction((trx) => draftRequest(trx, requester, draft)))
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return drafts
}
