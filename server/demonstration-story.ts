import type { Trx } from '../db/connect.ts'
import { agreeContribution } from './contributions/agree.ts'
import { pledgeContribution } from './contributions/pledge.ts'
import { receiveContribution } from './contributions/receive.ts'
import { DEMONSTRATION_LIST } from './demonstration-list.ts'
import { tellPlans } from './demonstration-plans.ts'
import type { Earmark } from './funding/policy.ts'
import { dayOf } from './clock.ts'
import { registerPayee } from './payees/register.ts'
import { verifyPayee } from './payees/verify.ts'
import type { Actor } from './people/actor.ts'
import { decideRequest } from './requests/decide.ts'
import { draftRequest } from './requests/draft.ts'
import { submitRequest } from './requests/submit.ts'
import { importList } from './sanctions/import.ts'

/** What the people of the demonstration fund have done before a newcomer arrives: one act each, by the verbs that everybody uses. */
export type Stage = {
  /** When all of it is done. */
  readonly at: Date
  readonly fundId: string
  readonly bankAccountId: string
  readonly entityId: string
  /** The office of an envoy, for which the fund plans. */
  readonly envoyId: string
  /** Ids by name. */
  readonly donors: ReadonlyMap<string, string>
  readonly processes: ReadonlyMap<string, string>
  /** Lets a person, named as in their e-mail address, do one thing, and keeps the act. */
  readonly as: <Done>(name: string, deed: (actor: Actor) => Promise<Done>) => Promise<Done>
}

const usd = (amount: string) => ({ amount, currency: 'USD' })

/** Two donors have paid; one request waits for its second signature, one for both, one is a draft; two crises are planned for. */
export async function tellStory(trx: Trx, stage: Stage): Promise<void> {
  await give(trx, stage, 'Ministry of Foreign Affairs of Qatar', '750000.00', { level: 'unearmarked' })
  await give(trx, stage, 'Foundation for Quiet Diplomacy', '120000.00', { level: 'tightly', regions: ['Central Asia'] })
  await stage.as('omar', (actor) =>
    importList(trx, actor, {
      ...{ fundId: stage.fundId, list: 'demonstration', format: 'un_xml', fileName: 'made-up.xml', confirmed: false },
      bytes: Buffer.from(DEMONSTRATION_LIST),
    }),
  )
  const payee = {
    name: 'Committee of the River Towns',
    kind: 'partner',
    country: 'Central African Republic',
    account: {
      scheme: 'iban',
      account: 'CF57 2000 1000 0101 2000 0697 000',
      bankName: 'Banque des deux fleuves',
      holder: 'Committee of the River Towns',
      address: { street: 'Avenue de la Concorde', building: '12', town: 'Bangui', country: 'CF' },
    },
    contact: { name: 'Clarisse Yangba', email: 'office@rivertowns.example', language: 'en' },
  } as const
  const { id: payeeId } = await stage.as('lan', (actor) =>
    registerPayee(trx, actor, { fundId: stage.fundId, ...payee }),
  )
  await stage.as('mateus', (actor) => verifyPayee(trx, actor, { payeeId }))

  const river = await ask(
    trx,
    stage,
    'Mediators to the river towns',
    'Local peace committees of the river towns',
    '38500.00',
    payeeId,
  )
  await stage.as('amina', (actor) => submitRequest(trx, actor, { requestId: river, version: 1 }))
  await stage.as('chen', (actor) => decideRequest(trx, actor, { requestId: river, verdict: 'approve' }))
  const elections = await ask(
    trx,
    stage,
    'Shuttle before the elections',
    'Talks before the elections',
    '96000.00',
    payeeId,
  )
  await stage.as('amina', (actor) => submitRequest(trx, actor, { requestId: elections, version: 1 }))
  await ask(trx, stage, 'Interpreters for the second round', 'Talks before the elections', '7250.00', payeeId)
  await tellPlans(trx, stage, payeeId)
}

async function give(
  trx: Trx,
  { as, at, fundId, donors, bankAccountId }: Stage,
  donor: string,
  amount: string,
  earmark: Earmark,
): Promise<void> {
  const on = dayOf(at)
  const pledge = { fundId, donorId: donors.get(donor)!, pledgedOn: on, amount: usd(amount), earmark }
  const { id: contributionId } = await as('joseph', (actor) => pledgeContribution(trx, actor, pledge))
  const supportCost = { rateBps: 700, base: 'deposit' } as const
  await as('joseph', (actor) =>
    agreeContribution(trx, actor, {
      contributionId,
      conditional: false,
      amount: usd(amount),
      signedOn: on,
      supportCost,
    }),
  )
  const receipt = {
    contributionId,
    receivedOn: on,
    bankAccountId,
    sent: usd(amount),
    bankValue: usd(amount),
    reference: 'opening statement',
  }
  await as('tomasz', (actor) => receiveContribution(trx, actor, receipt))
}

async function ask(
  trx: Trx,
  { as, at, fundId, entityId, processes }: Stage,
  title: string,
  process: string,
  amount: string,
  payeeId: string,
): Promise<string> {
  const request = {
    fundId,
    entityId,
    title,
    purpose: 'The parties have asked for mediators within 72 hours.',
    processId: processes.get(process)!,
    payeeId,
    mandateBasis: 'request_of_parties',
    support: ['advisory', 'financial'],
    themes: ['ceasefire_and_security'],
    startsOn: dayOf(at),
    endsOn: dayOf(at),
    lines: [{ category: 'grants', description: 'Meetings of the committees', amount: usd(amount) }],
  }
  return (await as('amina', (actor) => draftRequest(trx, actor, request))).id
}
