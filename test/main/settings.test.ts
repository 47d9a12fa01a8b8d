import { complaintAboutNode, readSettings } from '../../server/settings.ts'

const SECRET = 'a secret of more than thirty-two characters'
const PRODUCTION = { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/fund', SESSION_SECRET: SECRET }

test('with nothing set it listens on loopback and keeps its data below the project or the system', () => {
  const settings = readSettings({})
  expect(settings).toMatchObject({ host: '127.0.0.1', port: 3000, logLevel: 'info', production: false })
  expect(settings.dataDir).toMatch(/\/\.data$|^\/var\/lib\/wasata$/)
  expect([settings.databaseUrl, settings.sessionSecret, settings.publicUrl]).toEqual([undefined, undefined, undefined])
})

test('a setting that is empty counts as not set', () => {
  expect(readSettings({ PORT: '', HOST: '', DATABASE_URL: '', LOG_LEVEL: '' })).toEqual(readSettings({}))
})

test('cookies keep to https in production, unless people use the service by http', () => {
  expect(readSettings({}).secureCookies).toBe(false)
  expect(readSettings({ PUBLIC_URL: 'https://fund.example.org/' }).secureCookies).toBe(true)
  expect(readSettings(PRODUCTION).secureCookies).toBe(true)
  expect(readSettings({ ...PRODUCTION, PUBLIC_URL: 'http://10.0.0.5:8080' }).secureCookies).toBe(false)
})

test.each<[string, Record<string, string>, RegExp]>([
  ['a port that is no port', { PORT: '70000' }, /PORT must be a whole number from 0 to 65535, not "70000"/],
  ['an unknown log level', { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of fatal, .* not "loud"/],
  ['a public address without a scheme', { PUBLIC_URL: 'fund.example.org' }, /PUBLIC_URL must be an address like/],
  ['a short secret', { SESSION_SECRET: 'short' }, /SESSION_SECRET must have at least 32 characters/],
  ['a proxy that is no address', { TRUSTED_PROXIES: '10.0.0.0/8, proxy' }, /TRUSTED_PROXIES must be addresses/],
  ['another database', { DATABASE_URL: 'mysql://u:hidden@db/fund' }, /DATABASE_URL must begin with postgres:\/\//],
  ['an owner of nothing', { DATABASE_OWNER_URL: 'postgres://u:hidden@db/fund' }, /DATABASE_URL is not/],
  ['production without a database', { ...PRODUCTION, DATABASE_URL: '' }, /^DATABASE_URL is missing/],
  ['production without a secret', { ...PRODUCTION, SESSION_SECRET: '' }, /^SESSION_SECRET is missing/],
  ['production without both', { NODE_ENV: 'production' }, /DATABASE_URL is missing[^]*SESSION_SECRET is missing/],
])('%s stops the start, and the message says which', (_what, env, message) => {
  expect(() => readSettings(env)).toThrow(message)
  expect(() => readSettings(env)).not.toThrow('hidden')
})

test('proxies are trusted on this machine only, or those that are named', () => {
  expect(readSettings({}).trustedProxies).toBe('loopback')
  expect(readSettings({ TRUSTED_PROXIES: '10.0.0.7, fd00::/8' }).trustedProxies).toBe('10.0.0.7, fd00::/8')
})

test('a Node that is too old is told how to get the one that comes with the service', () => {
  expect(complaintAboutNode('18.20.8')).toMatch(/Node 18\.20\.8.*npm ci && npm start/)
  // The machine may have it, and runs npm by it; what npm starts is the one that comes along.
  expect(complaintAboutNode('20.20.2')).toMatch(/needs 22 or later/)
  expect(complaintAboutNode('22.12.0')).toBeUndefined()
  expect(complaintAboutNode(process.versions.node)).toBeUndefined()
})

test('a token for the metrics that could be guessed is refused', () => {
  expect(() => readSettings({ METRICS_TOKEN: 'short' })).toThrow('METRICS_TOKEN must have at least 32 characters.')
  expect(readSettings({ METRICS_TOKEN: 'x'.repeat(32) }).metricsToken).toBe('x'.repeat(32))
  expect(readSettings({}).metricsToken).toBeUndefined()
})

const MAIL = { SMTP_URL: 'smtp://me:hid%23den@mail.example:2525', MAIL_FROM: 'Rapid fund <fund@fund.example>' }

test('mail goes out where SMTP_URL says, encrypted unless it is on this machine or may be open', () => {
  expect(readSettings({}).mail).toBeUndefined()
  const { mail } = readSettings({ ...MAIL, PUBLIC_URL: 'https://fund.example/' })
  expect(mail).toEqual({
    publicUrl: 'https://fund.example',
    post: {
      ...{ host: 'mail.example', port: 2525, secure: false, requireTls: true },
      user: { name: 'me', password: 'hid#den' },
      from: { name: 'Rapid fund', address: 'fund@fund.example' },
    },
  })
  const post = (SMTP_URL: string) => readSettings({ ...MAIL, PUBLIC_URL: 'https://fund.example', SMTP_URL }).mail!.post
  expect(post('smtps://mail.example')).toMatchObject({ port: 465, secure: true, requireTls: false, user: undefined })
  expect(post('smtp://127.0.0.1:25')).toMatchObject({ port: 25, requireTls: false })
  expect(post('smtp://relay.example?tls=optional')).toMatchObject({ port: 587, requireTls: false })
})

test.each<[string, Record<string, string>, RegExp]>([
  ['mail without an address for its links', MAIL, /PUBLIC_URL is missing: with SMTP_URL/],
  [
    'mail from nobody',
    { SMTP_URL: MAIL.SMTP_URL, PUBLIC_URL: 'https://x.example' },
    /MAIL_FROM must be who mail is from/,
  ],
  [
    'mail from several',
    { ...MAIL, MAIL_FROM: 'a@x.example,b@x.example', PUBLIC_URL: 'https://x.example' },
    /MAIL_FROM must/,
  ],
  [
    'mail by something else',
    { ...MAIL, SMTP_URL: 'http://me:hid%23den@x', PUBLIC_URL: 'https://x.example' },
    /SMTP_URL must be like/,
  ],
  ['a sender without a server', { MAIL_FROM: MAIL.MAIL_FROM }, /MAIL_FROM is set, and SMTP_URL is not/],
])('%s stops the start, and no message has the password', (_what, env, message) => {
  expect(() => readSettings(env)).toThrow(message)
  expect(() => readSettings(env)).not.toThrow(/hid%23den|hid#den/)
})
