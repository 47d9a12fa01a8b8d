import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'
import { sealEntries } from '../../server/ledger/seal.ts'

/** A process that seals what there is in the fund it is given, in the database that CONNECTION names, for tests that kill it. */
const db = connect(JSON.parse(process.env.CONNECTION!) as Connection, { role: SERVICE_ROLE })
while ((await db.transaction((trx) => sealEntries(trx, process.argv[2]!, 2))) > 0);
await db.destroy()
