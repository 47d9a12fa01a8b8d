import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'
import { verifyNext } from '../../server/ledger/verification.ts'

/** One slice in a process of its own, so that a test can kill it: on the database that VERIFY_ON names, of the fund VERIFY_FUND. */
const db = connect(JSON.parse(process.env.VERIFY_ON!) as Connection, { role: SERVICE_ROLE, poolSize: 1 })
await db.transaction((trx) => verifyNext(trx, process.env.VERIFY_FUND!, { pauseMs: 0, mostEntries: 1 }))
await db.destroy()
