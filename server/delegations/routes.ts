import { fundById } from '../funds/open.ts'
import { created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { amount, id, instant, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { READERS, requireRole } from '../people/actor.ts'
import { endAbsence, stateAbsence } from './absences.ts'
import { acceptDelegation, revokeDelegation } from './accept.ts'
import { delegateRole } from './delegate.ts'
import { DELEGABLE_ROLES } from './policy.ts'
import { listAbsences, listDelegations, readDelegation } from './queries.ts'

const tag = 'Delegations and absences'

const standIn = {
  delegateId: id('person').required(),
  role: joi
    .string()
    .valid(...DELEGABLE_ROLES)
    .required(),
  upTo: amount().required(),
  inAll: amount(),
  processId: id('process'),
  entityId: id('entity'),
  region: text(100),
}

const REFUSES = [
  'service_account_decides_nothing',
  'currency_mismatch',
  'dates_out_of_order',
  'delegation_too_long',
  'cannot_stand_in',
] as const

/** Who decides on behalf of whom, and who is away. */
export function delegationEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/delegations',
      {
        tag,
        summary:
          'Lend a role of mine to another person: from, until (not any more at that moment), up to an amount, within a scope',
        refuses: REFUSES,
        body: object({ ...standIn, from: instant(), until: instant().required(), reason: text(500).required() }),
      },
      async (trx, actor, { params, body }) =>
        created('/delegations', await delegateRole(trx, actor, { fundId: params.fund!, ...body })),
    ),
    get(
      '/funds/:fund/delegations',
      {
        tag,
        summary: 'Delegations, the latest first; with `personId` those that this person gave or was given',
        query: query({ ...pageKeys, personId: id('person') }),
      },
      async (db, actor, { params, query: { after, limit, personId } }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        const before = keyIn(after)?.[0] ?? ''
        const found = await listDelegations(db, { fundId: fund.id, at: actor.act.at, personId, before, limit })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
    get('/delegations/:delegation', { tag, summary: 'A delegation' }, async (db, actor, { params }) => ({
      body: await readDelegation(db, actor, params.delegation!),
    })),
    post(
      '/delegations/:delegation/acceptances',
      {
        tag,
        summary: 'Accept what was delegated to me',
        refuses: ['not_for_you', 'already_exists', 'delegation_not_in_force'],
      },
      async (trx, actor, { params }) => ({
        status: 201,
        body: await acceptDelegation(trx, actor, { delegationId: params.delegation! }),
      }),
    ),
    post(
      '/delegations/:delegation/revocations',
      {
        tag,
        summary: 'End a delegation at once: take it back, decline it, lay it down, or stop it',
        refuses: ['not_for_you', 'delegation_not_in_force'],
        body: object({ reason: text(500).required() }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await revokeDelegation(trx, actor, { delegationId: params.delegation!, ...body }),
      }),
    ),
    ...absenceEndpoints(),
  ]
}

function absenceEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/absences',
      {
        tag,
        summary: 'Say when I am away, and who stands in for which of my roles',
        refuses: REFUSES,
        body: object({
          from: instant(),
          until: instant().required(),
          reason: text(500),
          standIns: joi.array().max(20).items(joi.object(standIn)),
        }),
      },
      async (trx, actor, { params, body }) => ({
        status: 201,
        body: await stateAbsence(trx, actor, { fundId: params.fund!, ...body }),
      }),
    ),
    get(
      '/funds/:fund/absences',
      { tag, summary: 'Who is away or will be, and who stands in' },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        requireRole(actor, fund.id, READERS)
        return { body: { items: await listAbsences(db, { fundId: fund.id, at: actor.act.at }) } }
      },
    ),
    post(
      '/absences/:absence/returns',
      {
        tag,
        summary: 'Say that I am back before the time; what was delegated for the absence ends',
        refuses: ['not_for_you', 'already_exists', 'delegation_not_in_force'],
      },
      async (trx, actor, { params }) => ({
        status: 201,
        body: await endAbsence(trx, actor, { absenceId: params.absence! }),
      }),
    ),
  ]
}
