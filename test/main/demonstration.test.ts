import { isDemonstration, openDemonstration, renewAdministratorToken } from '../../server/demonstration.ts'
import { ROLES } from '../../server/people/actor.ts'
import { ownDatabase } from '../support/database.ts'

const database = ownDatabase()
const counts = async () => {
  const tables = ['people', 'funds', 'donors', 'entities', 'processes', 'role_grants', 'acts', 'policies']
  return Promise.all(tables.map(async (table) => (await database().owner(table).count())[0]!.count))
}

test('a demonstration that is cut short leaves nothing', async () => {
  const cutShort = database().service.transaction(async (trx) => {
    await openDemonstration(trx, new Date())
    throw new Error('killed')
  })
  await expect(cutShort).rejects.toThrow('killed')
  expect(await counts()).toEqual(['0', '0', '0', '0', '0', '0', '0', '0'])
  expect(await isDemonstration(database().service)).toBe(false)
})

test('of ten first starts at once one opens the demonstration', async () => {
  const starts = await Promise.all(
    Array.from({ length: 10 }, () => database().service.transaction((trx) => openDemonstration(trx, new Date()))),
  )
  expect(starts.filter((cast) => cast !== undefined)).toHaveLength(1)
  expect(await counts()).toEqual(['20', '1', '3', '6', '4', '19', '34', '18'])
  expect(await isDemonstration(database().service)).toBe(true)
})

test('somebody holds every role, two hold those that take two, and nobody of them administers', async () => {
  const { rows } = await database().owner.raw(
    `select g.role, count(*)::int as people, bool_or(p.administrator) as administrator,
            count(g.donor_id)::int as donors, count(g.entity_id)::int as entities
       from role_grants g join people p on p.id = g.person_id group by g.role`,
  )
  const held = new Map(
    (rows as { role: string; people: number; administrator: boolean }[]).map((one) => [one.role, one]),
  )
  expect([...held.keys()].sort()).toEqual([...ROLES].sort())
  for (const role of ['fund_manager', 'bank_signatory', 'payee_clerk', 'certifying_officer', 'director'])
    expect(held.get(role)).toMatchObject({ people: 2, administrator: false })
  expect(held.get('donor')).toMatchObject({ people: 1, donors: 1 })
  expect(held.get('requester')).toMatchObject({ people: 1, entities: 1 })
  const { rows: names } = await database().owner.raw(`select from people where name ~ '[\\u0600-\\u06FF]'`)
  expect(names).toHaveLength(1)
})

test("the administrator's token stays while it is good, and is renewed when it is revoked or unknown", async () => {
  const renew = (known?: string) =>
    database().service.transaction((trx) => renewAdministratorToken(trx, known, new Date()))
  const token = await renew()
  expect(token).toMatch(/^wst_/)
  expect(await renew(token)).toBeUndefined()
  await database().owner('tokens').update({ revoked_at: database().owner.fn.now() })
  expect(await renew(token)).toMatch(/^wst_/)
  expect(await renew('something else')).toMatch(/^wst_/)
})
