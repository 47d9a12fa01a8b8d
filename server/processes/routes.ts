import { Refusal } from '../errors.ts'
import { fundById } from '../funds/open.ts'
import { change, created, get, post, type Endpoint } from '../http/endpoint.ts'
import { keyIn, pageOf } from '../http/pages.ts'
import { id, joi, object, pageKeys, query, text } from '../http/schemas.ts'
import { holdsRole, READERS, requireRole } from '../people/actor.ts'
import { addProcess, changeProcess } from './change.ts'
import { mustSeeProcess } from './may-see.ts'
import { tellOf } from './need-to-know.ts'
import { CONFIDENTIALITIES, MANDATE_BASES, PHASES } from './policy.ts'
import { listLooks, listProcesses, listTold, readProcess } from './queries.ts'

const tag = 'Processes'

const said = {
  name: text(300),
  country: text(100),
  region: text(100),
  phase: joi.string().valid(...PHASES),
  confidentiality: joi.string().valid(...CONFIDENTIALITIES),
  parties: joi.array().max(50).items(text(200)).unique(),
  mandateBasis: joi
    .string()
    .valid(...MANDATE_BASES)
    .allow(null),
  agreement: text(300).allow(null),
  agreementUrl: joi
    .string()
    .max(1000)
    .pattern(/^https?:\/\/[^\s"<>]+$/, 'an address that begins with https://')
    .allow(null),
}

const required = ['name', 'country', 'region', 'phase', 'confidentiality'] as const

export function processEndpoints(): Endpoint[] {
  return [
    post(
      '/funds/:fund/processes',
      {
        tag,
        summary: 'Add a mediation process',
        refuses: ['already_exists'],
        body: object(said).fork([...required], (key) => key.required()),
      },
      async (trx, actor, { params, body }) =>
        created('/processes', await addProcess(trx, actor, { fundId: params.fund!, ...body })),
    ),
    get(
      '/funds/:fund/processes',
      { tag, summary: "The fund's processes that I may know of" },
      async (db, actor, { params }) => {
        const fund = await fundById(db, params.fund!)
        if (!actor.administrator) requireRole(actor, fund.id, [...READERS, 'requester'])
        return { body: { items: await listProcesses(db, actor, fund.id) } }
      },
    ),
    get(
      '/processes/:process',
      {
        tag,
        summary:
          'The file of a process: what it is, in all its versions, and its requests; a look at a confidential one is kept',
        versioned: true,
      },
      async (db, actor, { params }) => {
        const process = await readProcess(db, actor, params.process!)
        if (!actor.administrator) requireRole(actor, process.fundId, [...READERS, 'requester'])
        return { body: process, version: process.version }
      },
    ),
    change(
      'patch',
      '/processes/:process',
      {
        tag,
        summary: 'Change what a process is, as its next version: its phase, how confidential it is, its parties',
        refuses: ['phase_goes_forward', 'already_exists'],
        versioned: true,
        body: object({ ...said, reason: text(2000).required() }),
      },
      async (trx, actor, { params, body, version }) => {
        const changed = await changeProcess(trx, actor, { ...body, processId: params.process!, version })
        return { body: changed, version: changed.version }
      },
    ),
    ...listEndpoints(),
  ]
}

/** Who needs to know, and who looked. */
function listEndpoints(): Endpoint[] {
  return [
    post(
      '/processes/:process/need-to-know',
      {
        tag,
        summary: 'Tell an entity or a person of a process, or take that back',
        refuses: ['already_exists', 'last_keeper'],
        body: object({
          entityId: id('entity'),
          personId: id('person'),
          told: joi.boolean().default(true),
          reason: text(2000).required(),
        }).xor('entityId', 'personId'),
      },
      async (trx, actor, { params, body: { told = true, ...body } }) => ({
        status: 201,
        body: await tellOf(trx, actor, { processId: params.process!, told, ...body }),
      }),
    ),
    post(
      '/processes/:process/entities',
      {
        tag,
        summary: 'Tell an entity of a confidential process, so that it may ask for money for it',
        refuses: ['already_exists'],
        body: object({ entityId: id('entity').required(), reason: text(2000) }),
      },
      async (trx, actor, { params, body: { entityId, reason = '' } }) => {
        await tellOf(trx, actor, { processId: params.process!, told: true, reason, entityId })
        return { status: 201, body: { processId: params.process!, entityId } }
      },
    ),
    get(
      '/processes/:process/need-to-know',
      { tag, summary: 'Who was told of a process and of whom that was taken back, the latest first' },
      async (db, actor, { params }) => {
        await mustSeeProcess(db, actor, params.process!, 'need_to_know')
        const process = await readProcess(db, actor, params.process!)
        if (!process.readsLooks)
          throw new Refusal('role_not_allowed', { allowed: ['fund_manager', 'controller', 'auditor'] })
        return { body: { items: await listTold(db, params.process!) } }
      },
    ),
    get(
      '/processes/:process/looks',
      {
        tag,
        summary:
          'Every look at the file of a confidential process: who, when and at what; to auditors and who keeps its list',
        query: query(pageKeys),
      },
      async (db, actor, { params, query: { limit, after } }) => {
        await mustSeeProcess(db, actor, params.process!, 'looks')
        const process = await readProcess(db, actor, params.process!)
        if (!process.readsLooks && !holdsRole(actor, process.fundId, ['auditor']))
          throw new Refusal('role_not_allowed', { allowed: ['fund_manager', 'controller', 'auditor'] })
        const before = keyIn(after)?.[0] ?? ''
        const found = await listLooks(db, {
          processId: params.process!,
          before: /^\d{1,18}$/.test(before) ? before : '',
          limit,
        })
        return { body: pageOf(found, limit, (one) => [one.id]) }
      },
    ),
  ]
}
