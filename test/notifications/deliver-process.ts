import pino from 'pino'
import { connect, SERVICE_ROLE, type Connection } from '../../db/connect.ts'
import { deliverMails } from '../../server/notifications/deliver.ts'
import { openPost } from '../../server/notifications/post.ts'

/** Sends what is due, in a process of its own, so that a test can kill it: from the database and to the mail server that DELIVER names. */
const { connection, port, now } = JSON.parse(process.env.DELIVER!) as {
  connection: Connection
  port: number
  now: string
}
const db = connect(connection, { role: SERVICE_ROLE })
const post = openPost({
  ...{ host: '127.0.0.1', port, secure: false, requireTls: false, user: undefined },
  from: { name: '', address: 'fund@fund.example' },
})
await deliverMails(db, { now: new Date(now), post, publicUrl: 'https://fund.example', log: pino({ level: 'silent' }) })
await db.destroy()
