import type { Db } from '../../db/connect.ts'
import { delegatedTo } from '../delegations/load.ts'
import { powerFor, type Power } from '../delegations/power.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { isPositive, moneyFrom, moneyText, subtract, sum, type MoneyText } from '../money.ts'
import { entitiesOf, holdsRole, type Actor, type Role } from '../people/actor.ts'
import { partIn, requestById } from '../requests/load.ts'
import { dutyBlocker, dutyOfStep, missingFields, PAYABLE, type Duty } from '../requests/policy.ts'
import type { readRequest } from '../requests/queries.ts'
import type { PaymentShown } from './queries.ts'

type RequestTold = Awaited<ReturnType<typeof readRequest>>['body']

export type May = {
  readonly edit: boolean
  readonly submit: { readonly missing: string[] } | undefined
  readonly decide: { readonly role: string; readonly onBehalfOf: string | undefined } | undefined
  readonly certify: { readonly free: MoneyText } | undefined
  readonly release: PaymentShown[]
  readonly settle: PaymentShown[]
  /** Payments that can have been rejected or have come back, and payments that can be taken back. */
  readonly comeBack: PaymentShown[]
  readonly takeBack: PaymentShown[]
  /** Payments of which a bank may be let keep more than the usual. */
  readonly confirmCharge: PaymentShown[]
  readonly withdraw: boolean
  /** That an expert left, came back or does not go. */
  readonly record: boolean
  /** Money of an unwound request that must come back can be recorded, or proposed to be given up. */
  readonly recover: boolean
  readonly giveUp: boolean
  /** Why none of it, where a role of this person could act now. */
  readonly blocked: RefusalCode | undefined
}

/**
 * What this person may do about a request now, by the same policy that the verbs follow. It only steers which forms are shown:
 * the verbs check everything again.
 */
export async function mayActOn(
  db: Db,
  actor: Actor,
  { request, payments }: { request: RequestTold; payments: readonly PaymentShown[] },
): Promise<May> {
  const part = await partIn(db, request.id, actor)
  const holds = (...roles: Role[]) => holdsRole(actor, request.fundId, roles)
  const blockers: RefusalCode[] = []
  const free = (duty: Duty) => {
    const blocker = dutyBlocker(part, duty)
    if (blocker) blockers.push(blocker)
    return blocker === undefined
  }

  const editable = request.status === 'draft' || request.status === 'returned'
  const asks = holds('requester') && entitiesOf(actor, request.fundId).includes(request.entityId)
  const edit = editable && asks && free('requester')

  const power = await powerNow(db, actor, request)
  if (power instanceof Refusal && power.code !== 'not_your_step') blockers.push(power.code)
  const decide = power && !(power instanceof Refusal) && free(dutyOfStep(power.step.role)) ? toldOf(power) : undefined

  const left = uncertified(request, payments)
  const payable = PAYABLE.includes(request.status)
  const certify = payable && holds('certifying_officer') && isPositive(left) && free('certifier')

  const mine = (payment: PaymentShown) => payment.releases.some(({ personId }) => personId === actor.personId)
  const toRelease = payments.filter((payment) => payment.status === 'certified' && !mine(payment))
  const release = toRelease.length > 0 && holds('treasurer', 'bank_signatory') && free('releaser')
  const toSettle = payments.filter((payment) => payment.status === 'released')
  const settle = toSettle.length > 0 && holds('reconciler') && free('reconciler')

  const recovery = request.advance?.recovery
  const owed = recovery ? isPositive(moneyFrom(recovery.outstanding)) : false

  // These are no work that waits, so nobody is told why they may not.
  const of = (role: Role, duty: Duty, ...statuses: string[]) =>
    holds(role) && dutyBlocker(part, duty) === undefined
      ? payments.filter(({ status }) => statuses.includes(status))
      : []

  const any = edit || decide || certify || release || settle
  return {
    edit,
    submit: edit ? { missing: missingFields(request) } : undefined,
    decide,
    certify: certify ? { free: moneyText(left) } : undefined,
    release: release ? toRelease : [],
    settle: settle ? toSettle : [],
    comeBack: of('reconciler', 'reconciler', 'released', ...(request.status === 'unwound' ? [] : ['settled'])),
    takeBack: of('certifying_officer', 'certifier', 'certified', 'returned'),
    confirmCharge: of('controller', 'charge_approver', 'released', 'settled'),
    record: asks || holds('fund_manager', 'controller'),
    withdraw: asks && ['draft', 'submitted', 'returned'].includes(request.status),
    recover: owed && holds('reconciler') && dutyBlocker(part, 'reconciler') === undefined,
    giveUp: owed && holds('controller') && part.duty === null && !part.named && !part.tied,
    blocked: any ? undefined : blockers[0],
  }
}

/** The power by which the person may take an open step; undefined where none is open, or they have decided. */
async function powerNow(db: Db, actor: Actor, request: RequestTold): Promise<Power | Refusal | undefined> {
  const { id, fundId, waitingFor: open, decisions } = request
  const took = decisions.some(
    (one) => one.countsAt !== null && [one.decidedBy, one.onBehalfOf].includes(actor.personId),
  )
  if (took || open.length === 0) return undefined
  const delegated = await delegatedTo(db, { personId: actor.personId, fundId, at: actor.act.at })
  return powerFor(db, actor, await requestById(db, id), { open, delegated, approving: false })
}

const toldOf = ({ step, delegation }: Power) => ({ role: step.role, onBehalfOf: delegation?.delegatorName })

/** What is committed and no payment has a claim on yet. */
function uncertified({ stages }: RequestTold, payments: readonly PaymentShown[]) {
  const claimed = payments.filter(({ status }) => status === 'certified' || status === 'returned')
  const committed = moneyFrom(stages.committed)
  return subtract(
    committed,
    sum(
      claimed.map(({ amount }) => moneyFrom(amount)),
      committed.currency,
    ),
  )
}
