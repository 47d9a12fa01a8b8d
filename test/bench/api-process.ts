import { devNull } from 'node:os'
import pino from 'pino'
import { connect, SERVICE_ROLE } from '../../db/connect.ts'
import { createApp } from '../../server/app.ts'
import { connectionFromParent, serveForParent } from './process.ts'

/** The service as it runs in production, with its log, which is written and thrown away. */

const db = connect(connectionFromParent(), { role: SERVICE_ROLE })
const log = pino({ level: 'info' }, pino.destination({ dest: devNull, sync: true }))
await serveForParent(createApp(db, { sessionSecret: 'for the benchmark only', secureCookies: false, log }))
