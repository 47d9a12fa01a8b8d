import type { Trx } from '../../db/connect.ts'
import { dayOf } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { valueOn } from '../funds/currencies.ts'
import { newId } from '../ids.ts'
import type { StagePart } from '../ledger/stages.ts'
import {
  add,
  exceeds,
  fromMinorUnits,
  isPositive,
  minorText,
  minorUnits,
  moneyFrom,
  moneyText,
  negate,
  type MoneyText,
} from '../money.ts'
import { firstPaidOn, recoverableParts, reportedParts, shareOut, standingOf } from '../recoveries/load.ts'
import { expectedOf } from '../recoveries/policy.ts'
import { mustBeNew, recoveryPostings } from '../recoveries/recover.ts'
import { lockRequest, totalOf, type LoadedRequest } from '../requests/load.ts'
import { checkNothingBuilt, counterRow, rowAgain, type Corrector, type Part, type Under } from './corrector.ts'
import { entriesOf } from './of-contribution.ts'
import type { RightValues } from './policy.ts'
import type { Wrong } from './wrong.ts'

/** Corrects money that came back from a payee: another amount, day or reference, or none at all, as where it was another's. */
export const recoveryCorrector: Corrector = { lock: lockRecovery, said, takeBack, restore, putRight }

/** Takes back that a payee has not spent something; what is right is recorded anew. */
export const unspentCorrector: Corrector = {
  lock: async (trx, wrong) => void (await openRequest(trx, 'recoverables', wrong)),
  said: async () => ({}),
  async takeBack(trx, { source, fund }, { correctionId, actId }) {
    const was = await trx('recoverables').where({ id: source }).first()
    const { outstanding } = await standingOf(trx, { id: was.request_id, currency: fund.currency })
    if (exceeds(fromMinorUnits(was.amount, fund.currency), outstanding)) {
      const came: string[] = await trx('recoveries').where({ request_id: was.request_id }).pluck('id')
      checkNothingBuilt(await entriesOf(trx, fund.id, 'recovery_received', came))
      throw new Refusal('exceeds_recoverable', { outstanding: moneyText(outstanding) })
    }
    const id = newId('recoverable')
    await trx('recoverables').insert(counterRow(was, ['amount'], { id, correction_id: correctionId, act_id: actId }))
    return id
  },
  async restore(trx, wrong, { correctionId, actId }) {
    const was = await original(trx, 'recoverables', wrong)
    const id = newId('recoverable')
    await trx('recoverables').insert(rowAgain(was, { id, correction_id: correctionId, act_id: actId }))
    return id
  },
  putRight: async () => [],
}

async function lockRecovery(trx: Trx, wrong: Wrong): Promise<void> {
  await openRequest(trx, 'recoveries', wrong)
}

/** The request, locked. What was owed of one that is closed is settled for good; only what came late can still be wrong. */
async function openRequest(trx: Trx, table: 'recoveries' | 'recoverables', { source, kind }: Wrong) {
  const { request_id } = await trx(table).where({ id: source }).first('request_id')
  const request = await lockRequest(trx, request_id)
  if (request.status === 'closed' && kind !== 'late_recovery') throw new Refusal('request_closed')
  return request
}

async function original(trx: Trx, table: 'recoveries' | 'recoverables', { source }: Wrong) {
  const { takes_back } = await trx(table).where({ id: source }).first('takes_back')
  return trx(table).where({ id: takes_back }).first()
}

async function said(trx: Trx, { source }: Wrong): Promise<RightValues> {
  const was = await trx('recoveries').where({ id: source }).first()
  const { currency } = await trx('bank_accounts').where({ id: was.bank_account_id }).first('currency')
  return { receivedOn: was.received_on, bankValue: minorText(was.received, currency), reference: was.reference }
}

async function takeBack(trx: Trx, { source }: Wrong, { correctionId, actId }: Under): Promise<string> {
  const was = await trx('recoveries').where({ id: source }).first()
  const id = newId('recovery')
  const more = { id, correction_id: correctionId, act_id: actId }
  await trx('recoveries').insert(counterRow(was, ['received', 'functional'], more))
  return id
}

async function restore(trx: Trx, wrong: Wrong, { correctionId, actId }: Under): Promise<string> {
  const was = await original(trx, 'recoveries', wrong)
  const request = await lockRequest(trx, was.request_id)
  const spent = await reportedParts(trx, request)
  await mustBeExpected(trx, request, { settles: was.functional, late: was.late, spent })
  await mustBeNew(trx, {
    ...{ bankAccountId: was.bank_account_id, receivedOn: was.received_on },
    reference: was.reference,
  })
  const id = newId('recovery')
  await trx('recoveries').insert(rowAgain(was, { id, correction_id: correctionId, act_id: actId }))
  return id
}

async function putRight(trx: Trx, wrong: Wrong, under: Under, values: RightValues): Promise<Part[]> {
  const { receivedOn, bankValue, reference } = values as {
    receivedOn: string
    bankValue: MoneyText
    reference: string
  }
  const was = await trx('recoveries').where({ id: wrong.source }).first()
  const request = await lockRequest(trx, was.request_id)
  const bank = await trx('bank_accounts').where({ id: was.bank_account_id }).first('code', 'currency')
  if (receivedOn > dayOf(under.at)) throw new Refusal('date_in_future', { field: 'right.receivedOn' })
  const paidOn = await firstPaidOn(trx, request.id)
  if (paidOn !== null && receivedOn < paidOn) throw new Refusal('dates_out_of_order', { field: 'right.receivedOn' })
  const received = moneyFrom(bankValue)
  if (received.currency !== bank.currency)
    throw new Refusal('currency_mismatch', { field: 'right.bankValue', expected: bank.currency })
  await mustBeNew(trx, { bankAccountId: was.bank_account_id, receivedOn, reference })
  const valued = { fundId: wrong.fund.id, fundCurrency: wrong.fund.currency, amount: received, on: receivedOn }
  const settles = (await valueOn(trx, valued)).functional
  if (!isPositive(settles)) throw new Refusal('amount_out_of_range', { value: moneyText(settles) })
  const spent = await partsWithout(trx, wrong, request, true)
  await mustBeExpected(trx, request, { settles: minorUnits(settles), late: was.late, spent })
  const id = newId('recovery')
  await trx('recoveries').insert({
    ...rowAgain(was, { id, correction_id: under.correctionId, act_id: under.actId }),
    ...{ received_on: receivedOn, reference },
    received: minorUnits(received),
    functional: minorUnits(settles),
  })
  const parts = shareOut(settles, await partsWithout(trx, wrong, request, was.late))
  return [
    {
      ...{ kind: wrong.kind, source: id, takesBack: false, valueOn: receivedOn },
      memo: `${request.code} ${reference}`,
      postings: recoveryPostings(request, { bank, received, settles, parts, late: was.late }),
    },
  ]
}

/** Refuses `exceeds_recoverable`. The wrong row has its counter-row already, so the rows say what would be expected without it. */
async function mustBeExpected(
  trx: Trx,
  request: LoadedRequest,
  { settles, late, spent }: { settles: string; late: boolean; spent: readonly StagePart[] },
): Promise<void> {
  const { currency } = request
  const { most, ...expected } = expectedOf(request, await standingOf(trx, request), totalOf(spent, currency))
  if (expected.late !== late || exceeds(fromMinorUnits(settles, currency), most))
    throw new Refusal('exceeds_recoverable', { outstanding: moneyText(most) })
}

/** Which contributions have what must come back, or what came late of what they had spent, as if the wrong entry had never been. */
async function partsWithout(trx: Trx, wrong: Wrong, request: LoadedRequest, late: boolean): Promise<StagePart[]> {
  const held = late ? await reportedParts(trx, request) : await recoverableParts(trx, request)
  const from = late ? 'budget:reported:' : 'budget:disbursed:'
  const moved = wrong.postings.filter(({ account }) => account.address.startsWith(from))
  const parts = new Map(held.map((part) => [part.contributionId, part]))
  for (const { account, amount } of moved) {
    const contributionId = account.contributionId!
    const part = parts.get(contributionId)
    const code = account.address.split(':')[2]!
    const back = negate(amount)
    parts.set(contributionId, { contributionId, code, amount: part ? add(part.amount, back) : back })
  }
  return [...parts.values()].filter(({ amount }) => isPositive(amount)).sort((a, b) => (a.code < b.code ? -1 : 1))
}
