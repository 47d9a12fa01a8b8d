import { readFileSync } from 'node:fs'
import { dumpSchema } from '../../db/schema.ts'
import { ownDatabase } from '../support/database.ts'

const database = ownDatabase()

test('db/schema.sql is what the migrations make (if not: npm run schema)', async () => {
  const kept = readFileSync(new URL('../../db/schema.sql', import.meta.url), 'utf8')
  expect((await dumpSchema(database().owner)).split('\n')).toEqual(kept.split('\n'))
})
