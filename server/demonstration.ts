import { createHash } from 'node:crypto'
import { row, rows, type Db, type Trx } from '../db/connect.ts'
import { recordAct } from './acts/record.ts'
import { callExperts } from './demonstration-experts.ts'
import { tellStory, type Stage } from './demonstration-story.ts'
import { tellOf } from './processes/need-to-know.ts'
import { addToFund, openFund } from './funds/open.ts'
import { newAct, type Actor, type Role } from './people/actor.ts'
import { actorOfPerson } from './people/queries.ts'
import { addPerson, grantRole } from './people/register.ts'
import { issueToken } from './people/tokens.ts'

/** Somebody of the demonstration fund, with the password that is told once. */
export type CastMember = {
  readonly role: Role | 'administrator'
  readonly name: string
  readonly email: string
  readonly password: string
}

export const FUND_CODE = 'DEMO'
const ADMINISTRATOR = 'admin@demo.example'
const TOKEN_DAYS = 30

/** Any number that is ours alone: of two first starts at once one makes the demonstration. */
const DEMONSTRATION_LOCK = 7_215_410_923

/**
 * Opens the demonstration fund in a service that nobody has used yet, and gives its people with their passwords. Undefined
 * where there are people already: the fund of an earlier start, or somebody's own.
 */
export async function openDemonstration(trx: Trx, at: Date): Promise<CastMember[] | undefined> {
  await trx.raw('select pg_advisory_xact_lock(?)', [DEMONSTRATION_LOCK])
  if (await row(trx, 'select from people limit 1')) return undefined
  const { id, ...administrator } = await addPerson(
    trx,
    { name: 'Rosa Ferreira', email: ADMINISTRATOR, administrator: true },
    { passwordStays: true },
  )
  const actor = await actOf(trx, id, at)
  const fund = await openFund(trx, actor, {
    code: FUND_CODE,
    name: 'Rapid Response Fund for Mediation (demonstration)',
    nameArabic: 'صندوق الاستجابة السريعة للوساطة (عرض تجريبي)',
    currency: 'USD',
  })
  const { donorId, ...furniture } = await furnish(trx, actor, fund.id)
  const { entityId } = furniture
  const cast: CastMember[] = [{ role: 'administrator', ...administrator, password: administrator.password! }]
  for (const [role, name, email, language = 'en'] of CAST) {
    const person = await addPerson(trx, { name, email: `${email}@demo.example`, language }, { passwordStays: true })
    await grantRole(trx, actor, {
      fundId: fund.id,
      personId: person.id,
      role,
      ...(role === 'requester' ? { entityId } : {}),
      ...(role === 'donor' ? { donorId } : {}),
    })
    cast.push({ role, name, email: person.email, password: person.password! })
  }
  await recordStart(trx, actor)
  const stage: Stage = {
    fundId: fund.id,
    at,
    ...furniture,
    as: async (name, deed) => {
      const person = await row<{ id: string }>(trx, 'select id from people where email = :email', {
        email: `${name}@demo.example`,
      })
      const doer = await actOf(trx, person!.id, at)
      const done = await deed(doer)
      await recordStart(trx, doer)
      return done
    },
  }
  await tellStory(trx, stage)
  await callExperts(trx, stage)
  return cast
}

/** Whether this service was opened as a demonstration. */
export async function isDemonstration(db: Db): Promise<boolean> {
  const found = await rows(
    db,
    `select from funds, people where funds.code = :code and people.email = :email and people.administrator`,
    { code: FUND_CODE, email: ADMINISTRATOR },
  )
  return found.length > 0
}

/** A bearer token of the demonstration's administrator, for 30 days; undefined while the known one is still good. */
export async function renewAdministratorToken(
  trx: Trx,
  known: string | undefined,
  at: Date,
): Promise<string | undefined> {
  const valid = await row(
    trx,
    `select from tokens where token_hash = :hash and revoked_at is null and expires_at > now() + interval '1 day'`,
    {
      hash: createHash('sha256')
        .update(known ?? '')
        .digest(),
    },
  )
  const administrator = await row<{ id: string }>(trx, 'select id from people where email = :email and active', {
    email: ADMINISTRATOR,
  })
  if (valid || !administrator) return undefined
  const actor = await actOf(trx, administrator.id, at)
  const { token } = await issueToken(trx, actor, { name: 'demonstration', days: TOKEN_DAYS })
  await recordStart(trx, actor)
  return token
}

type Member = readonly [role: Role, name: string, email: string, language?: 'en' | 'ar']

/** At least one for every role, and as many as the largest request takes. */
const CAST: readonly Member[] = [
  ['requester', 'Amina Diallo', 'amina'],
  ['certifying_officer', 'Chen Wei', 'chen'],
  ['certifying_officer', 'Ingrid Solheim', 'ingrid'],
  ['fund_manager', 'Joseph Mwangi', 'joseph'],
  ['fund_manager', 'Lucía Fernández', 'lucia'],
  ['director', 'Aizada Toktogulova', 'aizada'],
  ['director', 'Pierre Ndongo', 'pierre'],
  ['head_of_department', 'Margaret Okafor', 'margaret'],
  ['treasurer', 'Tomasz Wójcik', 'tomasz'],
  ['bank_signatory', 'Priya Raman', 'priya'],
  ['bank_signatory', 'Kwame Mensah', 'kwame'],
  ['reconciler', 'ليلى حداد', 'layla', 'ar'],
  ['payee_clerk', 'Nguyen Thi Lan', 'lan'],
  ['payee_clerk', 'Mateus Silva', 'mateus'],
  ['controller', 'Hanna Virtanen', 'hanna'],
  ['compliance_officer', 'Omar Benali', 'omar'],
  ['advisor', 'Sela Taufa', 'sela'],
  ['donor', 'Kristín Jónsdóttir', 'kristin'],
  ['auditor', 'Daniel Cohen', 'daniel'],
]

type Furniture = {
  bankAccountId: string
  entityId: string
  envoyId: string
  /** The donor whose person can sign in. */
  donorId: string
  donors: Map<string, string>
  processes: Map<string, string>
}

async function furnish(trx: Trx, actor: Actor, fundId: string): Promise<Furniture> {
  const add = <Row extends Record<string, unknown>>(table: Parameters<typeof addToFund>[2], columns: Row) =>
    addToFund(trx, actor, table, { fundId, ...columns })
  const bank = await add('bank_accounts', { code: 'main', name: 'Main account in New York', currency: 'USD' })
  await add('bank_accounts', { code: 'geneva', name: 'Account in Geneva', currency: 'EUR' })
  const entity = await add('entities', {
    name: 'Regional Office for Central Africa',
    kind: 'regional_office',
    region: 'Central Africa',
  })
  const envoy = await add('entities', {
    name: 'Office of the Special Envoy for the Northern Lakes',
    kind: 'envoy_office',
    region: 'Central Asia',
  })
  const processes = new Map<string, string>()
  for (const [name, country, region, phase, confidentiality] of PROCESSES) {
    const { id } = await add('processes', { name, country, region, phase, confidentiality })
    processes.set(name, id)
    if (confidentiality !== 'open')
      await tellOf(trx, actor, { processId: id, entityId: entity.id, told: true, reason: 'Asks for money for it' })
  }
  const donors = new Map<string, string>()
  for (const [name, kind] of DONORS) donors.set(name, (await add('donors', { name, kind })).id)
  return {
    bankAccountId: bank.id,
    entityId: entity.id,
    envoyId: envoy.id,
    donorId: donors.get(DONORS[0][0])!,
    donors,
    processes,
  }
}

const DONORS = [
  ['Ministry for Foreign Affairs of Iceland', 'government'],
  ['Ministry of Foreign Affairs of Qatar', 'government'],
  ['Foundation for Quiet Diplomacy', 'foundation'],
] as const

const PROCESSES = [
  ['Local peace committees of the river towns', 'Central African Republic', 'Central Africa', 'after_violence', 'open'],
  ['Talks before the elections', 'Gabon', 'Central Africa', 'before_escalation', 'open'],
  ['Shared water of the valley', 'Kyrgyzstan', 'Central Asia', 'implementation', 'open'],
  ['Back channel on the ceasefire line', 'Chad', 'Central Africa', 'after_violence', 'confidential'],
] as const

async function actOf(trx: Trx, personId: string, at: Date): Promise<Actor> {
  const actor = await actorOfPerson(trx, personId, newAct(at))
  if (!actor) throw new Error(`${personId} is not active`)
  return actor
}

/** What was done here came from nobody's request: it was done by starting. */
async function recordStart(trx: Trx, actor: Actor): Promise<void> {
  await recordAct(trx, {
    id: actor.act.id,
    fundId: actor.act.fundId,
    personId: actor.personId,
    tokenId: null,
    requestId: 'start',
    method: 'START',
    path: 'demonstration',
    address: null,
    outcome: 'done',
    details: null,
  })
}
