import pino from 'pino'
import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'
import { createApp } from '../../server/app.ts'

/** The service in a process of its own, so that a test can kill it: on the database that SERVE_ON names, on a free port that it prints. */
const db = connect(JSON.parse(process.env.SERVE_ON!) as Connection, { role: SERVICE_ROLE })
const app = createApp(db, { sessionSecret: 'for tests only', secureCookies: false, log: pino({ level: 'silent' }) })
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
