import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'
import { openWriter } from '../../server/ledger/writer.ts'
import { charged } from './books.ts'

/** A process in which ten callers post 400 entries under an act of a fund, and tell the parent of each that was answered. */
const [fundId, actId] = process.argv.slice(2) as [string, string]
const db = connect(JSON.parse(process.env.CONNECTION!) as Connection, { role: SERVICE_ROLE })
const writer = openWriter(db, { most: 20 })
const callers = Array.from({ length: 10 }, async (_, caller) => {
  for (let i = caller; i < 400; i += 10) {
    const source = `${fundId}-${i}`
    await writer.post({ fundId, actId }, { ...charged('1.00', '2024-05-06'), source })
    process.send!(source)
  }
})
await Promise.all(callers)
await writer.end()
await db.destroy()
process.disconnect()
