import type { Trx } from '../../db/connect.ts'
import { rows, type Db } from '../../db/connect.ts'
import { releaseAllowances } from '../contributions/allowance.ts'
import { checkOrder } from '../contributions/policy.ts'
import { Refusal } from '../errors.ts'
import { mirrorOf, postEntries, type Entry } from '../ledger/post.ts'
import { agreementCorrector } from './agreements.ts'
import { applicationCorrector } from './applications.ts'
import type { Corrector, Part, Under } from './corrector.ts'
import { contributionsIn, settleStatus } from './of-contribution.ts'
import { certificationCorrector, settlementCorrector } from './payments.ts'
import { datings, putRight, type RightValues } from './policy.ts'
import { receiptCorrector } from './receipts.ts'
import { recoveryCorrector, unspentCorrector } from './recoveries.ts'
import { refundCorrector } from './refunds.ts'
import { usesOf } from './uses.ts'
import { writeOffCorrector } from './write-offs.ts'
import { checkStands, type Wrong } from './wrong.ts'

/** How the entries of each kind that policy lets through are corrected. */
const CORRECTORS: Readonly<Record<string, Corrector>> = {
  receipt: receiptCorrector,
  unidentified_receipt: receiptCorrector,
  receipt_applied: applicationCorrector,
  unconditional_agreement: agreementCorrector,
  conditional_agreement: agreementCorrector,
  write_off: writeOffCorrector,
  refund_decided: refundCorrector,
  payment_certified: certificationCorrector,
  payment_settled: settlementCorrector,
  recovery_received: recoveryCorrector,
  late_recovery: recoveryCorrector,
  unspent_identified: unspentCorrector,
}

/** Locks what an entry is about, and makes sure that it still stands. Refuses `taken_back`, `correct_otherwise`. */
export async function lockWrong(trx: Trx, wrong: Wrong, right: RightValues | null): Promise<void> {
  await CORRECTORS[wrong.kind]!.lock(trx, wrong, right)
  await checkStands(trx, wrong.id)
  if (wrong.takesBack) await checkNothingInstead(trx, wrong)
}

/**
 * Does all that a correction does: the rows, the mirror of the wrong entry and the right one, posted together, so that only what is
 * different must be there in money. What belongs into a closed month is dated `datedOn`. Call after `lockWrong`.
 *
 * What was doubted and is no longer outstanding is given back of the impairment in the same act.
 *
 * Refuses `nothing_to_correct`, `built_upon`, `period_closed`, `dates_out_of_order`, `insufficient_funds` with what holds the money,
 * and whatever the right values would be refused with by the verb that records them.
 */
export async function performCorrection(
  trx: Trx,
  under: Under,
  { wrong, right, datedOn }: { wrong: Wrong; right: RightValues | null; datedOn: string },
): Promise<void> {
  checkOrder(wrong.valueOn, datedOn)
  const parts = await partsOf(trx, under, wrong, right)
  const posted = await post(trx, under, { wrong, parts, datedOn })
  await trx('correction_entries').insert(
    parts.map(({ kind, source, takesBack, valueOn }, i) => ({
      entry_id: posted[i],
      correction_id: under.correctionId,
      ...{ kind, source, takes_back: takesBack, value_on: valueOn },
      original: wrong.original,
    })),
  )
  const contributions = new Set(parts.flatMap(contributionsIn))
  for (const contributionId of [...contributions].sort()) {
    await settleStatus(trx, contributionId)
    const { id: fundId, currency: fundCurrency } = wrong.fund
    await releaseAllowances(trx, { act: { id: under.actId } }, { fundId, fundCurrency, contributionId })
  }
}

/** Rows first, because what is right is worked out from them. */
async function partsOf(trx: Trx, under: Under, wrong: Wrong, right: RightValues | null): Promise<Part[]> {
  const { kind, takesBack, valueOn, memo } = wrong
  const corrector = CORRECTORS[kind]!
  const values = right && putRight(await corrector.said(trx, wrong), right)
  const source = await (takesBack ? corrector.restore! : corrector.takeBack)(trx, wrong, under)
  const mirror: Part = { kind, source, takesBack: !takesBack, valueOn, memo, postings: mirrorOf(wrong.postings) }
  return values ? [mirror, ...(await corrector.putRight(trx, wrong, under, values))] : [mirror]
}

/** Posts all parts at once, on the best days that the ledger takes. Gives the entries' ids. */
async function post(
  trx: Trx,
  { correctionId, actId }: Under,
  { wrong, parts, datedOn }: { wrong: Wrong; parts: readonly Part[]; datedOn: string },
): Promise<string[]> {
  const entriesOn = (days: readonly string[]): Entry[] =>
    parts.map(({ memo, postings }, i) => ({
      kind: i === 0 ? 'correction' : 'corrected',
      source: i < 2 ? correctionId : `${correctionId}#${i}`,
      occurredOn: days[i]!,
      memo,
      ...(i === 0 ? { reverses: wrong.id } : {}),
      postings,
    }))
  const ways = datings(
    parts.map(({ valueOn }) => valueOn),
    datedOn,
  )
  for (const days of ways) {
    // A savepoint: what is refused must leave the transaction able to go on.
    const posted = await trx
      .transaction((inner) => postEntries(inner, { fundId: wrong.fund.id, actId }, entriesOn(days)))
      .catch((error: unknown) => {
        if (error instanceof Refusal && error.code === 'period_closed') return undefined
        throw error
      })
      .catch((error: unknown) => withHolders(trx, correctionId, { wrong, parts }, error))
    if (posted) return posted.map(({ id }) => id)
  }
  throw new Refusal('period_closed', { on: datedOn })
}

/** Money that is held or spent is told with the refusal, request by request. */
async function withHolders(
  db: Db,
  correctionId: string,
  { wrong, parts }: { wrong: Wrong; parts: readonly Part[] },
  error: unknown,
): Promise<never> {
  if (!(error instanceof Refusal) || error.code !== 'insufficient_funds') throw error
  const contributions = [...new Set(parts.flatMap(contributionsIn))]
  throw new Refusal('insufficient_funds', await usesOf(db, wrong.fund, { contributions, payment: null, correctionId }))
}

/** A mirror is taken back only while nothing stands in the place of what it took back, or that would count twice. */
async function checkNothingInstead(db: Db, { original }: Wrong): Promise<void> {
  const standing = await rows<{ id: string }>(
    db,
    `select t.entry_id as id from correction_entries t
      where t.original = :original and not t.takes_back and not exists (select from entries r where r.reverses = t.entry_id)`,
    { original },
  )
  if (standing.length > 0)
    throw new Refusal('correct_otherwise', { instead: 'correct_what_stands', entries: standing.map(({ id }) => id) })
}

/** What an entry of a kind that is corrected says, in the form of the right values. */
export function saidOf(trx: Trx, wrong: Wrong): Promise<RightValues> {
  return CORRECTORS[wrong.kind]!.said(trx, wrong)
}
