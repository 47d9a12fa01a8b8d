import type { Db } from '../../db/connect.ts'
import { ROLES } from '../../server/people/actor.ts'
import { addPerson } from '../../server/people/register.ts'
import { issueToken } from '../../server/people/tokens.ts'

/** Somebody with a token; their password is one that they have chosen. */
export type Person = { id: string; name: string; email: string; password: string; token: string }

/** The people of every fund of the tests: the administrator, and the cast by name. */
export type People = { admin: Person; cast: Record<string, Person> }

/** Who plays which role, by name: one of each, and more where a rule needs several people. */
export const CAST: Record<string, string[]> = {
  ...Object.fromEntries(ROLES.filter((role) => role !== 'donor').map((role) => [role, [camel(role)]])),
  certifying_officer: ['certifyingOfficer', 'certifyingOfficer2'],
  fund_manager: ['fundManager', 'fundManager2', 'fundManager3'],
  bank_signatory: ['bankSignatory', 'bankSignatory2'],
  payee_clerk: ['payeeClerk', 'payeeClerk2'],
}

/** Registers them once for a whole run; each test file works in a copy. */
export async function addPeople(db: Db): Promise<People> {
  const named = async (name: string, email: string, administrator = false): Promise<Person> => {
    const person = await db.transaction((trx) =>
      addPerson(trx, { name, email, administrator }, { passwordStays: true }),
    )
    return { ...person, password: person.password!, token: await tokenFor(db, person.id) }
  }
  const admin = await named('Adam', 'adam@example.org', true)
  const cast: People['cast'] = {}
  for (const name of Object.values(CAST).flat()) cast[name] = await named(name, `${name}@example.org`.toLowerCase())
  return { admin, cast }
}

/** A token of this person's own. */
export async function tokenFor(db: Db, personId: string): Promise<string> {
  const actor = { personId, administrator: false } as Parameters<typeof issueToken>[1]
  const { token } = await db.transaction((trx) => issueToken(trx, actor, { name: 'test', days: 1 }))
  return token
}

function camel(role: string): string {
  return role.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())
}
