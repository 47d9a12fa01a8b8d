import fc from 'fast-check'
import {
  dueNow,
  isAddress,
  isQuiet,
  isTimeZone,
  localTime,
  nextAttempt,
  NO_PREFERENCES,
  outcomeOf,
  type Preferences,
} from '../../server/notifications/policy.ts'

const at = (text: string) => new Date(text)
const told = (toldAt: string, urgent = false) => ({ id: toldAt, urgent, toldAt: at(toldAt) })
const quiet = (timeZone: string, quietFrom: string, quietUntil: string): Preferences => ({
  ...{ timeZone, quietFrom, quietUntil, digestAt: null },
})
const digest = (timeZone: string, digestAt: string): Preferences => ({ ...NO_PREFERENCES, timeZone, digestAt })

test.each<[string, Preferences, string, boolean]>([
  ['none are set', NO_PREFERENCES, '2026-01-01T03:00:00Z', false],
  ['the first minute is quiet', quiet('UTC', '21:00', '07:00'), '2026-01-01T21:00:00Z', true],
  ['over midnight', quiet('UTC', '21:00', '07:00'), '2026-01-02T00:30:00Z', true],
  ['the last minute is not', quiet('UTC', '21:00', '07:00'), '2026-01-02T07:00:00Z', false],
  ['within a day', quiet('UTC', '12:00', '14:00'), '2026-01-02T13:59:59Z', true],
  ['in Nairobi it is three hours later', quiet('Africa/Nairobi', '21:00', '07:00'), '2026-01-01T18:00:00Z', true],
  ['in Kathmandu five and three quarters', quiet('Asia/Kathmandu', '21:00', '07:00'), '2026-01-01T15:14:00Z', false],
  ['in New York before summer time', quiet('America/New_York', '21:00', '07:00'), '2026-03-07T11:59:00Z', true],
  ['and the morning after it began', quiet('America/New_York', '21:00', '07:00'), '2026-03-08T11:00:00Z', false],
  [
    'an hour that is skipped is not waited for',
    quiet('America/New_York', '01:00', '02:30'),
    '2026-03-08T07:00:00Z',
    false,
  ],
  [
    'an hour that comes twice is quiet twice',
    quiet('America/New_York', '01:00', '02:00'),
    '2026-11-01T05:30:00Z',
    true,
  ],
  ['the second time too', quiet('America/New_York', '01:00', '02:00'), '2026-11-01T06:30:00Z', true],
  ['and over once the clocks are past it', quiet('America/New_York', '01:00', '02:00'), '2026-11-01T07:00:00Z', false],
  ['on a leap day', quiet('Asia/Beirut', '23:00', '06:00'), '2028-02-29T21:30:00Z', true],
  ['and at its end', quiet('Asia/Beirut', '23:00', '06:00'), '2028-03-01T04:00:00Z', false],
])('quiet hours: %s', (_what, preferences, now, expected) => {
  expect(isQuiet(preferences, at(now))).toBe(expected)
})

test.each<[string, Preferences, string[], string, string | null, number]>([
  ['waits for its hour', digest('UTC', '08:00'), ['2026-01-01T07:00:00Z'], '2026-01-01T07:59:00Z', null, 0],
  ['comes at its hour', digest('UTC', '08:00'), ['2026-01-01T07:00:00Z'], '2026-01-01T08:00:00Z', null, 1],
  [
    'comes later where nobody was at work',
    digest('UTC', '08:00'),
    ['2026-01-01T07:00:00Z'],
    '2026-01-01T15:00:00Z',
    null,
    1,
  ],
  [
    'has nothing that was told since',
    digest('UTC', '08:00'),
    ['2026-01-01T08:30:00Z'],
    '2026-01-01T15:00:00Z',
    null,
    0,
  ],
  [
    'comes once a day',
    digest('UTC', '08:00'),
    ['2026-01-01T07:59:00Z'],
    '2026-01-01T08:05:00Z',
    '2026-01-01T08:00:00Z',
    0,
  ],
  [
    'comes on the next',
    digest('UTC', '08:00'),
    ['2026-01-01T09:00:00Z'],
    '2026-01-02T08:00:00Z',
    '2026-01-01T08:00:00Z',
    1,
  ],
  [
    'comes though its hour is skipped',
    digest('America/New_York', '02:30'),
    ['2026-03-08T01:00:00Z'],
    '2026-03-08T07:00:00Z',
    null,
    1,
  ],
  [
    'comes once though its hour is twice',
    digest('America/New_York', '01:30'),
    ['2026-11-01T06:10:00Z'],
    '2026-11-01T06:30:00Z',
    '2026-11-01T05:30:00Z',
    0,
  ],
  [
    'of the last of February comes on the leap day',
    digest('UTC', '08:00'),
    ['2028-02-28T09:00:00Z'],
    '2028-02-29T08:00:00Z',
    '2028-02-28T08:00:00Z',
    1,
  ],
  [
    'at an hour that is quiet comes after it',
    { ...quiet('UTC', '22:00', '06:00'), digestAt: '23:00' },
    ['2026-01-01T20:00:00Z'],
    '2026-01-02T06:00:00Z',
    null,
    1,
  ],
  [
    'and not before',
    { ...quiet('UTC', '22:00', '06:00'), digestAt: '23:00' },
    ['2026-01-01T20:00:00Z'],
    '2026-01-02T05:59:00Z',
    null,
    0,
  ],
])('a digest %s', (_what, preferences, news, now, lastDigest, count) => {
  const due = dueNow(
    news.map((one) => told(one)),
    preferences,
    { now: at(now), lastDigest: lastDigest ? at(lastDigest) : null },
  )
  expect([due.single.length, due.digest.length]).toEqual([0, count])
})

const zones = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'Pacific/Apia']
const timeOfDay = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
const moment = fc.date({ min: at('2024-01-01T00:00:00Z'), max: at('2029-01-01T00:00:00Z'), noInvalidDate: true })
const anyPreferences = fc.record({
  timeZone: fc.constantFrom(...zones),
  digestAt: fc.option(timeOfDay),
  quiet: fc.option(fc.tuple(timeOfDay, timeOfDay)),
})

test('what is urgent goes at once, whoever wishes what, and nothing else goes in quiet hours', () => {
  fc.assert(
    fc.property(anyPreferences, moment, fc.array(fc.tuple(moment, fc.boolean())), (wanted, now, all) => {
      const preferences = { ...wanted, quietFrom: wanted.quiet?.[0] ?? null, quietUntil: wanted.quiet?.[1] ?? null }
      const news = all.map(([toldAt, urgent], i) => ({ id: String(i), urgent, toldAt }))
      const due = dueNow(news, preferences, { now, lastDigest: null })
      expect(due.single.filter(({ urgent }) => urgent)).toEqual(news.filter(({ urgent }) => urgent))
      expect(due.digest.some(({ urgent }) => urgent)).toBe(false)
      if (isQuiet(preferences, now)) expect([...due.single, ...due.digest].every(({ urgent }) => urgent)).toBe(true)
    }),
  )
})

test('however often it is looked, everything is mailed once, within a day and the quiet hours, and at most one digest a day', () => {
  fc.assert(
    fc.property(anyPreferences, moment, fc.array(fc.nat(3 * 24 * 60), { maxLength: 5 }), (wanted, start, minutes) => {
      const preferences = { ...wanted, quietFrom: wanted.quiet?.[0] ?? null, quietUntil: wanted.quiet?.[1] ?? null }
      fc.pre(wanted.quiet === null || wanted.quiet[0] !== wanted.quiet[1])
      const news = minutes.map((minute, i) => ({
        id: String(i),
        urgent: false,
        toldAt: new Date(start.getTime() + minute * 60_000),
      }))
      const mailed = new Map<string, number>()
      let lastDigest: Date | null = null
      const days: string[] = []
      // Every minute, as the worker does: quiet hours may leave no more than one of them in a day.
      for (let minute = 0; minute <= 5.5 * 24 * 60; minute += 1) {
        const now = new Date(start.getTime() + minute * 60_000)
        const left = news.filter(({ id, toldAt }) => !mailed.has(id) && toldAt <= now)
        if (left.length === 0) continue
        const due = dueNow(left, preferences, { now, lastDigest })
        for (const { id } of [...due.single, ...due.digest]) mailed.set(id, (mailed.get(id) ?? 0) + 1)
        if (due.digest.length > 0) {
          lastDigest = now
          days.push(localTime(preferences.timeZone, now).day)
        }
      }
      expect([...mailed.values()].every((times) => times === 1)).toBe(true)
      expect(mailed.size).toBe(news.length)
      expect(new Set(days).size).toBe(days.length)
    }),
    {
      numRuns: 60,
      examples: [
        // Fourteen minutes a day that are not quiet, between two quarters of an hour.
        [{ timeZone: 'UTC', digestAt: null, quiet: ['07:00', '06:46'] }, at('2024-01-01T00:00:00.000Z'), [0]],
        [{ timeZone: 'UTC', digestAt: '12:00', quiet: ['07:00', '06:59'] }, at('2024-01-01T00:00:30.000Z'), [0, 1]],
      ],
    },
  )
})

test('a mail that is put off is tried after one, two, four minutes, at most four hours apart, for five days', () => {
  const madeAt = at('2026-01-01T00:00:00Z')
  const pauses: number[] = []
  let now = madeAt
  for (let attempts = 1; ; attempts += 1) {
    const next = nextAttempt({ attempts, madeAt, now })
    if (!next) break
    pauses.push((next.getTime() - now.getTime()) / 60_000)
    now = next
  }
  expect(pauses.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 240])
  expect(Math.max(...pauses)).toBe(240)
  expect(now.getTime() - madeAt.getTime()).toBeLessThanOrEqual(5 * 24 * 60 * 60_000)
})

test.each([
  [550, 'message', 'given_up'],
  [554, 'message', 'given_up'],
  [451, 'message', 'put_off'],
  [535, 'connection', 'put_off'],
  [undefined, 'connection', 'put_off'],
  [undefined, 'message', 'put_off'],
] as const)('an answer %s about the %s means %s', (code, about, outcome) => {
  expect(outcomeOf({ code, about })).toBe(outcome)
})

test.each([
  ['amina@fund.example', true],
  ['amina@fund.example\r\nBcc: all@fund.example', false],
  ['amina@fund.example,all@fund.example', false],
  ['Amina <amina@fund.example>', false],
  ['amina', false],
  ['amina@', false],
])('%j is an address: %s', (text, is) => expect(isAddress(text)).toBe(is))

test.each([
  ['Africa/Nairobi', true],
  ['UTC', true],
  ['Africa/Nowhere', false],
  ['+03:00', false],
  ['', false],
])('%j is a time zone: %s', (name, is) => expect(isTimeZone(name)).toBe(is))
