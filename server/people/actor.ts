import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'

export const ROLES = [
  'requester',
  'certifying_officer',
  'fund_manager',
  'director',
  'head_of_department',
  'treasurer',
  'bank_signatory',
  'reconciler',
  'payee_clerk',
  'controller',
  'compliance_officer',
  'advisor',
  'donor',
  'auditor',
] as const
export type Role = (typeof ROLES)[number]

/** Roles that read a fund's books and files whole. Requesters see their own entity's, donors their own contributions. */
export const READERS: readonly Role[] = ROLES.filter(
  (role) => role !== 'requester' && role !== 'donor' && role !== 'advisor',
)

/** One deed of somebody, under which all that it changes is kept, and the instant from which the rules see it. */
export type NewAct = { readonly id: string; readonly at: Date }

export type Grant = {
  readonly fundId: string
  readonly role: Role
  readonly donorId: string | null
  readonly entityId: string | null
}

/** An act at an instant of the clock that was passed in. */
export function newAct(at: Date): NewAct {
  return { id: newId('act'), at }
}

/** Who is asking, what they may do, and the act under which it will be kept. */
export type Actor = {
  readonly personId: string
  readonly kind: 'person' | 'service'
  readonly name: string
  readonly email: string
  readonly language: 'en' | 'ar'
  readonly administrator: boolean
  readonly tokenId: string | null
  /** Signed in with a password that somebody else made, and so may only choose another. */
  readonly passwordIsFirst: boolean
  readonly grants: readonly Grant[]
  /** The fund is noted as soon as it is known, so that a refused attempt is kept with it; `details` are kept and sealed with the act. */
  readonly act: NewAct & { fundId: string | null; looks?: Look[]; details?: Record<string, unknown> }
}

/** A look at the file of a confidential process; noted by what reads it, and kept before anything is told. */
export type Look = {
  readonly fundId: string
  readonly processId: string
  readonly requestId: string | null
  readonly what: 'process' | 'request' | 'need_to_know' | 'looks'
}

/**
 * Lets through who holds one of the roles in the fund, and notes the fund in the act.
 * Refuses `not_found` to people who have nothing to do with the fund, `role_not_allowed` to the others.
 */
export function requireRole(actor: Actor, fundId: string, roles: readonly Role[]): void {
  const held = actor.grants.filter((grant) => grant.fundId === fundId)
  if (held.length === 0 && !actor.administrator) throw new Refusal('not_found')
  actor.act.fundId = fundId
  if (!held.some((grant) => roles.includes(grant.role))) throw new Refusal('role_not_allowed', { allowed: roles })
}

export function holdsRole(actor: Actor, fundId: string, roles: readonly Role[]): boolean {
  return actor.grants.some((grant) => grant.fundId === fundId && roles.includes(grant.role))
}

/** Lets through an administrator, whatever the fund. Refuses `role_not_allowed`. */
export function requireAdministrator(actor: Actor): void {
  if (!actor.administrator) throw new Refusal('role_not_allowed', { allowed: ['administrator'] })
}

/** The donors for whom this person reads in the fund; empty for everybody who is no donor. */
export function donorsOf(actor: Actor, fundId: string): string[] {
  return actor.grants.flatMap((grant) => (grant.fundId === fundId && grant.donorId ? [grant.donorId] : []))
}

/** The entities for which this person asks in the fund. */
export function entitiesOf(actor: Actor, fundId: string): string[] {
  return actor.grants.flatMap((grant) => (grant.fundId === fundId && grant.entityId ? [grant.entityId] : []))
}
