import type { AddressInfo } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { openPost, type Post } from '../../server/notifications/post.ts'

export type Taken = { from: string; to: string[]; raw: string; mail: ParsedMail }

export type MailServer = {
  port: number
  /** What it has taken, in order. */
  taken: Taken[]
  /** What it answers to a recipient: a refusal with its code, or nothing for yes. */
  refuses: (to: string) => { code: number; says: string } | undefined
  /** Called once a whole mail has been taken, before that is told to the sender. */
  beforeYes: () => Promise<void> | void
  post: Post
  close: () => Promise<void>
}

/** A real mail server in this process, on loopback and a free port. */
export async function mailServer(): Promise<MailServer> {
  const it: Omit<MailServer, 'port' | 'post' | 'close'> = {
    taken: [],
    refuses: () => undefined,
    beforeYes: () => undefined,
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo({ address }, _session, callback) {
      const refusal = it.refuses(address)
      callback(refusal && Object.assign(new Error(refusal.says), { responseCode: refusal.code }))
    },
    onData(stream, { envelope }, callback) {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        const raw = Buffer.concat(pieces).toString()
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        void simpleParser(raw)
          .then(async (mail) => {
            it.taken.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw, mail })
            await it.beforeYes()
          })
          .then(() => callback(), callback)
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.server.address() as AddressInfo
  const post = openPost({
    ...{ host: '127.0.0.1', port, secure: false, requireTls: false, user: undefined },
    from: { name: 'Rapid response fund', address: 'fund@fund.example' },
  })
  const close = async () => {
    post.close()
    await new Promise<void>((closed) => server.close(() => closed()))
  }
  return Object.assign(it, { port, post, close })
}
