import { createTransport } from 'nodemailer'
import { isAddress, outcomeOf, type Outcome } from './policy.ts'

/** Where mail goes out, and as whom. */
export type PostSettings = {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; otherwise by STARTTLS, which `requireTls` insists on. */
  readonly secure: boolean
  readonly requireTls: boolean
  readonly user: { readonly name: string; readonly password: string } | undefined
  readonly from: { readonly name: string; readonly address: string }
}

export type Letter = {
  /** The same for every attempt, so that a mail system that has it already can drop the second. */
  readonly id: string
  readonly to: { readonly name: string; readonly address: string }
  readonly language: string
  readonly urgent: boolean
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** What became of an attempt, and what the mail server said. */
export type Delivery = { readonly outcome: Outcome; readonly answer: string }

export type Post = {
  readonly send: (letter: Letter) => Promise<Delivery>
  readonly close: () => void
}

const LONGEST_ANSWER = 300

/** A way to send mail by SMTP. Sending never throws: what went wrong is what the delivery says. */
export function openPost({ host, port, secure, requireTls, user, from }: PostSettings): Post {
  const transport = createTransport({
    ...{ host, port, secure, requireTLS: requireTls },
    ...(user ? { auth: { user: user.name, pass: user.password } } : {}),
    ...{ connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 },
    // A letter is what is given here; nothing in it is ever read as a file or an address to fetch.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
  const send = async (letter: Letter): Promise<Delivery> => {
    if (!isAddress(letter.to.address)) return { outcome: 'given_up', answer: 'the address is none' }
    try {
      const { response } = await transport.sendMail({
        from,
        to: letter.to,
        envelope: { from: from.address, to: [letter.to.address] },
        messageId: messageId(letter, from.address),
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
        ...(letter.urgent ? { priority: 'high' as const } : {}),
        // RFC 3834: nobody's machine answers this one.
        headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': letter.language },
      })
      return { outcome: 'sent', answer: answerText(response) }
    } catch (error) {
      const { code, response, responseCode, message } = error as SendError
      const about = ABOUT_THE_MESSAGE.includes(code ?? '') ? 'message' : 'connection'
      return {
        outcome: outcomeOf({ code: responseCode, about }),
        answer: answerText(response ?? `${code ?? ''} ${message}`),
      }
    }
  }
  return { send, close: () => transport.close() }
}

type SendError = Error & { code?: string; response?: string; responseCode?: number }

const ABOUT_THE_MESSAGE = ['EENVELOPE', 'EMESSAGE']

/** RFC 5322, 3.6.4: unique for ever, for our ids are. */
function messageId({ id }: Letter, sender: string): string {
  return `<${id}@${sender.slice(sender.lastIndexOf('@') + 1)}>`
}

function answerText(said: string): string {
  return said
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_ANSWER)
}
