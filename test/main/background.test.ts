import { submitted } from '../support/asking.ts'
import { received } from '../support/money-in.ts'
import { ownService } from '../support/service.ts'
import { addressOf, killAll, startMain, temporaryHome, until } from './process.ts'

const service = ownService()
const home = temporaryHome()

afterEach(killAll)
afterAll(() => home.remove())

test('a service that runs gives back what lapsed requests hold, and seals the ledger', async () => {
  const fund = await service.fund()
  await received(fund, '100.00')
  const { id } = await submitted(fund, '40.00')
  const { owner, connection } = service.database()
  await owner('requests').where({ id }).update({ reserved_until: '2026-01-01' })
  const started = startMain({ DATABASE_URL: addressOf(connection), DATA_DIR: home.path('unused') })
  await started.url()
  await until(async () => (await owner('requests').where({ id }).first('status')).status === 'expired')
  const posted = async () => Number.parseInt(String((await owner('entries').count())[0]!.count), 10)
  await until(async () => (await owner('sealed_entries')).length === (await posted()))
  started.child.kill('SIGTERM')
  expect(await started.ended).toBe(0)
})
