import { randomBytes } from 'node:crypto'
import { connect } from '../../db/connect.ts'
import { connectionTo } from '../support/database.ts'
import { addressOf, killAll, startMain } from './process.ts'

afterEach(killAll)

test('a migration that fails is told in a line, without its text', async () => {
  const name = `wasata_${randomBytes(6).toString('hex')}`
  const admin = connect(connectionTo('postgres'), { poolSize: 1 })
  await admin.raw(`create database ${name}`)
  const taken = connect(connectionTo(name), { poolSize: 1 })
  await taken.raw('create table currencies ()')
  await taken.destroy()
  const started = startMain({ DATABASE_URL: addressOf(connectionTo(name)) })
  expect(await started.ended).toBe(1)
  await admin.raw(`drop database ${name} with (force)`)
  await admin.destroy()
  expect(started.said()).toMatch(
    /^Wasata cannot start: .* be brought up to date: relation "currencies" already exists\.\n$/,
  )
})
