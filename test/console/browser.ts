import request, { type Response } from 'supertest'
import type { Caller, TestService } from '../support/service.ts'

/** A browser without script: it keeps cookies, asks for pages, and sends forms as they stand. */
export type Browser = {
  open: (path: string) => Promise<Response>
  /** Sends the form of a page that goes to this address, with what is typed over what stands in it. */
  send: (page: Response, action: string, typed?: Record<string, string | string[]>) => Promise<Response>
  /** As `send`, with a file. */
  sendFile: (page: Response, action: string, file: { name: string; bytes: string }) => Promise<Response>
  /** As `send`, and then the page that it leads to. */
  sendAndFollow: (page: Response, action: string, typed?: Record<string, string | string[]>) => Promise<Response>
}

export function browserOf(service: TestService, { language = 'en' } = {}): Browser {
  const agent = request.agent(service.app())
  const open = async (path: string) => agent.get(path).set('accept', 'text/html').set('accept-language', language)
  const send: Browser['send'] = async (page, action, typed = {}) => {
    const fields = new URLSearchParams()
    for (const [name, value] of fieldsOf(page.text, action)) if (!(name in typed)) fields.append(name, value)
    for (const [name, values] of Object.entries(typed)) for (const value of [values].flat()) fields.append(name, value)
    return agent
      .post(action)
      .set('accept', 'text/html')
      .set('accept-language', language)
      .set('sec-fetch-site', 'same-origin')
      .type('form')
      .send(fields.toString())
  }
  return {
    open,
    send,
    async sendFile(page, action, { name, bytes }) {
      const sending = agent
        .post(action)
        .set({ accept: 'text/html', 'accept-language': language, 'sec-fetch-site': 'same-origin' })
      for (const [field, value] of fieldsOf(page.text, action))
        if (field !== 'file' && value) void sending.field(field, value)
      return sending.attach('file', Buffer.from(bytes), name)
    },
    async sendAndFollow(page, action, typed) {
      const answer = await send(page, action, typed)
      if (answer.status !== 303) throw new Error(`${action} answered ${answer.status}: ${textOf(answer)}`)
      return open(answer.headers.location!)
    },
  }
}

/** A browser in which this person has signed in through the form. */
export async function signedIn(service: TestService, { email, password }: Caller, options = {}): Promise<Browser> {
  const browser = browserOf(service, options)
  await browser.sendAndFollow(await browser.open('/'), '/console/sign-in', { email, password })
  return browser
}

/** What a reader reads: the text of the page without its tags. */
export function textOf({ text }: Response): string {
  return unescaped(text.replaceAll('<wbr/>', '').replaceAll(/<(?:"[^"]*"|[^>"])*>/g, ' ')).replaceAll(
    /[\s\u00a0]+/g,
    ' ',
  )
}

/** Where the forms of a page go. */
export function formsOf({ text }: Response): string[] {
  return [...text.matchAll(/<form method="post" action="([^"]+)"/g)].map(([, action]) => action!)
}

/** The names and values that a browser would send with the form as it stands. */
export function fieldsOf(html: string, action: string): [name: string, value: string][] {
  const form = html.split(`action="${action}"`)[1]?.split('</form>')[0]
  if (form === undefined) throw new Error(`no form for ${action}`)
  const fields: [string, string][] = []
  for (const [tag] of form.matchAll(/<input(?:"[^"]*"|[^>"])*>/g)) {
    const choice = /type="(checkbox|radio)"/.test(tag)
    if (!choice || / checked/.test(tag)) fields.push([attribute(tag, 'name'), attribute(tag, 'value')])
  }
  for (const [, open, text] of form.matchAll(/(<textarea(?:"[^"]*"|[^>"])*>)([^<]*)/g)) {
    fields.push([attribute(open!, 'name'), unescaped(text!)])
  }
  for (const [, open, options] of form.matchAll(/(<select[^>]*>)(.*?)<\/select>/gs)) {
    const selected = /<option(?: value="[^"]*")? selected[^>]*>/.exec(options!)?.[0]
    fields.push([attribute(open!, 'name'), selected ? attribute(selected, 'value') : ''])
  }
  return fields
}

function attribute(tag: string, name: string): string {
  return unescaped(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
