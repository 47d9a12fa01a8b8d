import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { playMonth } from '../demo/bank-month.ts'
import { chanceFrom } from '../demo/chance.ts'
import { clientWith } from '../demo/client.ts'
import { openWorld } from '../demo/world.ts'
import { ownService } from '../support/service.ts'

let now = new Date('2024-02-26T10:00:00Z')
const service = ownService({ clock: () => now })

test('whatever the bank answers, late, twice, wrongly or never, cash in the ledger is cash at the bank, and no payment leaves twice', async () => {
  const server = createServer(service.app())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  process.env.WASATA_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const told = await playMonth(await openWorld(clientWith(service.admin().token)), {
      ...{ payments: 16, days: 3, chance: chanceFrom(7), first: '2024-03-01', progress: () => undefined },
      setDay: (day) => void (now = new Date(`${day}T10:00:00Z`)),
    })
    expect(told).toMatchObject({ daysUnexplained: [], waiting: 0, difference: '0.00' })
    expect(told.inTheLedger).toBe(told.atTheBank)
    expect(told.refusedFiles).toEqual([expect.stringContaining('statement_does_not_foot')])
    expect(told.entries).toBe(told.certain + told.byHand)
    expect(Object.values(told.statuses).reduce((all, one) => all + one, 0)).toBe(16)
    expect(told.statuses.settled! + (told.statuses.returned ?? 0)).toBe(16)
  } finally {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
})
