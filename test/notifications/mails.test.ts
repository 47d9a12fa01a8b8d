import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { deliverMails } from '../../server/notifications/deliver.ts'
import { makeMails } from '../../server/notifications/make-mails.ts'
import { notify, type News } from '../../server/notifications/notify.ts'
import { openPost } from '../../server/notifications/post.ts'
import { ownService, type Caller, type Fund } from '../support/service.ts'
import { mailServer, type MailServer } from './mail-server.ts'

const service = ownService()
let server: MailServer
beforeAll(async () => (server = await mailServer()))
afterAll(() => server.close())
afterEach(() => {
  server.taken.length = 0
  server.refuses = () => undefined
  server.beforeYes = () => undefined
})

const db = () => service.database().service
const NOW = new Date('2026-11-24T12:00:00Z')
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
const log = { info: () => undefined, warn: () => undefined }
const publicUrl = 'https://fund.example'

const make = (now = NOW) => makeMails(db(), { now, canSend: true })
const deliver = (now = NOW, post = server.post) => deliverMails(db(), { now, post, publicUrl, log })
const mailsOf = (person: Caller) => db()('mails').where({ person_id: person.id }).orderBy('id')
const attemptsOn = (mailId: string) => db()('mail_attempts').where({ mail_id: mailId }).orderBy('attempt')

type Told = Partial<Omit<News<'step_open'>, 'event'>>
/** Tells somebody that a step is open. */
async function tell(fund: Fund, to: Caller, more: Told & { at?: Date } = {}): Promise<void> {
  const { at = NOW, ...news } = more
  await db().transaction((trx) =>
    notify(
      trx,
      { personId: null, act: { id: null, at } },
      {
        ...{ fundId: fund.id, event: 'step_open', urgent: false, link: '/requests/req_1' },
        key: `key ${Math.random()}`,
        to: { people: [to.id] },
        facts: { code: 'R-1', title: 'Talks', amount: '40000.00 USD', payee: 'Centre', role: 'fund_manager' },
        ...news,
      },
    ),
  )
}

async function someone(language = 'en', email?: string): Promise<{ fund: Fund; person: Caller }> {
  const fund = await service.fund()
  const person = await service.person('Amina', fund.id, ['fund_manager'])
  await service
    .database()
    .owner('people')
    .where({ id: person.id })
    .update({ language, ...(email ? { email } : {}) })
  return { fund, person: { ...person, email: email ?? person.email } }
}

/** What the mail server has for this person. */
const takenFor = ({ email }: Caller) => server.taken.filter(({ to }) => to.includes(email))

test('nobody is told twice of one event, not by ten at once, and never of what they do themselves', async () => {
  const { fund, person } = await someone()
  const same = { key: 'req_1#1', to: { people: [person.id], roles: ['fund_manager' as const] } }
  await Promise.all(Array.from({ length: 10 }, () => tell(fund, person, same)))
  expect(await db()('notifications').where({ person_id: person.id })).toHaveLength(1)
  await db().transaction((trx) =>
    notify(
      trx,
      { personId: person.id, act: { id: null, at: NOW } },
      {
        ...{ fundId: fund.id, event: 'ledger_alarm', key: 'own', urgent: true, link: '/', facts: { fund: 'x' } },
        to: { people: [person.id] },
      },
    ),
  )
  expect(await db()('notifications').where({ person_id: person.id })).toHaveLength(1)
})

test('what is told in a transaction that fails has not been told', async () => {
  const { fund, person } = await someone()
  const failing = db().transaction(async (trx) => {
    await notify(
      trx,
      { personId: null, act: { id: null, at: NOW } },
      {
        ...{ fundId: fund.id, event: 'ledger_alarm', key: 'k', urgent: true, link: '/', facts: { fund: 'x' } },
        to: { people: [person.id] },
      },
    )
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await db()('notifications').where({ person_id: person.id })).toEqual([])
})

test('who was sent away, or has no role in the fund any more, is told nothing, and mail that waits for them is given up', async () => {
  const { fund, person } = await someone()
  await tell(fund, person)
  await make()
  const { owner } = service.database()
  await owner('role_grants').where({ person_id: person.id }).update({ ended_at: NOW })
  await tell(fund, person)
  await deliver()
  expect(takenFor(person)).toEqual([])
  expect(await db()('notifications').where({ person_id: person.id })).toHaveLength(1)
  expect((await mailsOf(person))[0].status).toBe('given_up')
})

test('a mail arrives as text and HTML, with a link, and what somebody wrote in it does nothing', async () => {
  const { fund, person } = await someone()
  const title = '<script>alert(1)</script>\r\nBcc: all@fund.example \u202egnp'
  await tell(fund, person, {
    facts: { code: 'R-1', title, amount: '12345678901234567890.12 USD', payee: 'Ali & Söhne', role: 'director' },
  })
  await make()
  await deliver()
  const [taken] = takenFor(person)
  expect(taken!.to).toEqual([person.email])
  expect(taken!.mail.subject).toBe('A request waits for your decision · R-1')
  expect(taken!.mail.html).toContain('&lt;script>alert(1)&lt;/script>')
  expect(taken!.mail.html).not.toContain('<script')
  expect(taken!.mail.text).toContain('<script>alert(1)</script> Bcc: all@fund.example gnp')
  expect(taken!.mail.text).toContain('USD 12,345,678,901,234,567,890.12')
  expect(taken!.mail.text).toContain(`${publicUrl}/requests/req_1`)
  expect(taken!.mail.headers.get('auto-submitted')).toBe('auto-generated')
  expect(taken!.mail.bcc).toBeUndefined()
  expect(taken!.mail.from!.value).toEqual([{ name: 'Rapid response fund', address: 'fund@fund.example' }])
})

test('an Arabic mail reads from right to left and says the same', async () => {
  const { fund, person } = await someone('ar')
  await tell(fund, person, {
    facts: { code: 'R-7', title: 'محادثات بانغي', amount: '40000.00 USD', payee: 'مركز الحوار', role: 'fund_manager' },
  })
  await make()
  await deliver()
  const { mail } = takenFor(person)[0]!
  expect(mail.subject).toBe('طلب ينتظر قرارك · R-7')
  expect(mail.html).toMatch(/<html lang="ar" dir="rtl">/)
  expect(mail.html).toContain('<bdi>محادثات بانغي</bdi>')
  expect(mail.text).toContain('\u2068محادثات بانغي\u2069')
  expect(mail.text).toContain('\u2068USD 40,000.00\u2069')
  expect(mail.headers.get('content-language')).toBe('ar')
})

test('of a confidential process nothing is kept and nothing is sent but what it is called and the link', async () => {
  const { fund, person } = await someone()
  const made = await service.admin().post(`/funds/${fund.id}/processes`, {
    ...{ name: 'Silent talks', country: 'Chad', region: 'Central Africa', phase: 'before_escalation' },
    confidentiality: 'strictly_confidential',
  })
  const facts = { code: 'R-9', title: 'Silent talks', amount: '777.00 USD', payee: 'Hidden House', role: 'director' }
  await tell(fund, person, { processId: made.body.id, facts })
  const [kept] = await db()('notifications').where({ person_id: person.id })
  expect([kept.confidential, kept.facts]).toEqual([true, {}])
  await make()
  await deliver()
  const { mail, raw } = takenFor(person)[0]!
  expect(mail.subject).toBe('A request waits for your decision')
  expect(mail.text).toContain(`A request waits for your decision\n${publicUrl}/requests/req_1`)
  expect(raw + mail.html).not.toMatch(/Silent|777|Hidden|R-9/)
  const written = db()('notifications').insert({
    ...kept,
    id: 'ntf_00000000000000000000000000',
    key: 'x',
    facts: '{"a":"b"}',
  })
  await expect(written).rejects.toThrow('confidential_says_nothing')
})

test('an address that is more than one, or has a line of a header in it, is sent nothing', async () => {
  for (const email of ['eve@fund.example\r\nbcc: all@fund.example', 'eve@fund.example,all@fund.example']) {
    const { fund, person } = await someone('en', email)
    await tell(fund, person)
    await make()
    await deliver()
    expect((await mailsOf(person))[0].status).toBe('given_up')
  }
  expect(server.taken).toEqual([])
})

test('a temporary refusal is tried again later, a permanent one is given up, each with the reason', async () => {
  const { fund, person } = await someone()
  await tell(fund, person)
  await make()
  server.refuses = (to) => (to === person.email ? { code: 451, says: 'try later' } : undefined)
  await deliver()
  await deliver(later(0.5))
  const [mail] = await mailsOf(person)
  expect([mail.status, mail.attempts, mail.next_attempt_at]).toEqual(['waiting', 1, later(1)])
  server.refuses = (to) => (to === person.email ? { code: 550, says: 'nobody here' } : undefined)
  await deliver(later(1))
  await deliver(later(1000))
  expect((await mailsOf(person))[0]).toMatchObject({ status: 'given_up', attempts: 2, next_attempt_at: null })
  const attempts = await attemptsOn(mail.id)
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['put_off', 'given_up'])
  expect(attempts.map(({ answer }) => answer)).toEqual(['451 try later', '550 nobody here'])
})

test('while no mail server answers mail waits, for five days', async () => {
  const { fund, person } = await someone()
  await tell(fund, person)
  await make()
  const nowhere = openPost({
    ...{ host: '127.0.0.1', port: 1, secure: false, requireTls: false, user: undefined },
    from: { name: '', address: 'fund@fund.example' },
  })
  await deliver(NOW, nowhere)
  expect((await mailsOf(person))[0]).toMatchObject({ status: 'waiting', attempts: 1 })
  await deliver(later(5 * 24 * 60), nowhere)
  expect((await mailsOf(person))[0]).toMatchObject({ status: 'given_up', attempts: 2 })
})

test('five workers at once send each mail once', async () => {
  const { fund, person } = await someone()
  for (let i = 0; i < 6; i += 1) await tell(fund, person)
  await Promise.all([make(), make(), make()])
  await Promise.all(Array.from({ length: 5 }, () => deliver()))
  expect(takenFor(person)).toHaveLength(6)
  expect(new Set(takenFor(person).map(({ mail }) => mail.messageId)).size).toBe(6)
  expect((await mailsOf(person)).map(({ status, attempts }) => [status, attempts])).toEqual(Array(6).fill(['sent', 1]))
})

test('killed between delivering and recording, the next worker sends it again under the same Message-ID', async () => {
  const { fund, person } = await someone()
  await tell(fund, person)
  await make()
  const stuck = new Promise<void>((arrived) => {
    server.beforeYes = async () => {
      arrived()
      await new Promise(() => undefined) // the mail is taken, and nobody is told
    }
  })
  const { connection } = service.database()
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', new URL('./deliver-process.ts', import.meta.url).pathname],
    {
      env: { ...process.env, NODE_OPTIONS: '', DELIVER: JSON.stringify({ connection, port: server.port, now: NOW }) },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  await stuck
  server.beforeYes = () => undefined
  // While it is at it, nobody else is.
  await deliver()
  expect(takenFor(person)).toHaveLength(1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  while ((await mailsOf(person))[0].status === 'waiting') {
    await deliver()
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  const ids = takenFor(person).map(({ mail }) => mail.messageId)
  expect(ids).toHaveLength(2)
  expect(ids[0]).toBe(ids[1])
  expect(ids[0]).toMatch(/^<mal_[0-9a-z]{26}@fund\.example>$/)
}, 90_000)

test('without a mail server a mail is kept as not sent, and nothing is sent when one is there later', async () => {
  const { fund, person } = await someone()
  await tell(fund, person)
  await makeMails(db(), { now: NOW, canSend: false })
  await make()
  await deliver()
  const [mail, ...more] = await mailsOf(person)
  expect([mail.status, more]).toEqual(['not_sent', []])
  expect((await attemptsOn(mail.id))[0]).toMatchObject({ outcome: 'not_sent', answer: 'no mail server is set' })
  expect(takenFor(person)).toEqual([])
})

test('who wants one mail a day gets one, of what is not urgent and not read, and what is urgent at once', async () => {
  const { fund, person } = await someone()
  const wanted = { timeZone: 'Africa/Nairobi', digestAt: '18:00', quietFrom: '21:00', quietUntil: '07:00' }
  await person.put('/people/me/mail-preferences', wanted).expect(200, wanted)
  await tell(fund, person, { key: 'one' })
  await tell(fund, person, { key: 'two' })
  await tell(fund, person, { key: 'read' })
  await tell(fund, person, { key: 'now', urgent: true })
  const read = await db()('notifications').where({ person_id: person.id, key: 'read' }).first('id')
  await person.post(`/notifications/${read.id}/readings`).expect(201)
  await make()
  await deliver()
  expect(takenFor(person).map(({ mail }) => mail.subject)).toEqual(['Urgent: A request waits for your decision · R-1'])
  await make(later(2 * 60 + 59))
  expect(await mailsOf(person)).toHaveLength(1)
  await Promise.all([make(later(3 * 60)), make(later(3 * 60))])
  await make(later(3 * 60 + 1))
  await deliver(later(3 * 60 + 1))
  expect(takenFor(person)).toHaveLength(2)
  const digest = takenFor(person)[1]!.mail
  expect(digest.subject).toMatch(/^2 notifications of Rapid response/)
  expect(digest.text!.match(/A request waits for your decision/g)).toHaveLength(2)
})

test('in quiet hours only what is urgent is sent', async () => {
  const { fund, person } = await someone()
  const wanted = { timeZone: 'Asia/Tokyo', digestAt: null, quietFrom: '21:00', quietUntil: '07:00' }
  await person.put('/people/me/mail-preferences', wanted).expect(200)
  await tell(fund, person)
  await tell(fund, person, { urgent: true })
  await make()
  expect(await mailsOf(person)).toHaveLength(1)
  await make(later(9 * 60 + 59))
  expect(await mailsOf(person)).toHaveLength(1)
  await make(later(10 * 60))
  expect(await mailsOf(person)).toHaveLength(2)
})

test('what was told stays as it was told, and what was attempted stays', async () => {
  const { fund, person } = await someone()
  await tell(fund, person)
  await make()
  await deliver()
  const { owner } = service.database()
  const [mail] = await mailsOf(person)
  await expect(
    owner('mails').where({ id: mail.id }).update({ status: 'waiting', next_attempt_at: NOW }),
  ).rejects.toThrow('is sent')
  await expect(owner('notifications').where({ mail_id: mail.id }).update({ mail_id: null })).rejects.toThrow('already')
  await expect(owner('mail_attempts').del()).rejects.toThrow('append-only')
  await expect(db()('notifications').where({ mail_id: mail.id }).update({ facts: '{}' })).rejects.toThrow(
    'permission denied',
  )
})
