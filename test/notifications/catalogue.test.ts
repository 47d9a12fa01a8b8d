import { EVENTS, type EventName } from '../../server/notifications/catalogue.ts'
import { mail } from '../../templates/mail.tsx'

const names = Object.keys(EVENTS) as EventName[]
const EXAMPLES = {
  text: 'Talks',
  amount: '40000.00 USD',
  day: '2026-11-24',
  moment: '2026-11-24T06:00:00Z',
  role: 'director',
  proposal: 'write_off',
  subject: 'approval_matrix',
}
const placesIn = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort()

test.each(names)('%s says every fact that is given in both languages, and no other', (name) => {
  const { facts, en, ar } = EVENTS[name]
  expect(placesIn(en.sentence)).toEqual(Object.keys(facts).sort())
  expect(placesIn(ar.sentence)).toEqual(Object.keys(facts).sort())
  expect([en.title, ar.title].join('')).not.toMatch(/[{}]/)
  expect(en.title).not.toMatch(/\p{Script=Arabic}/u)
  expect(ar.title).toMatch(/^[\p{Script=Arabic}\p{M}\s\p{P}]+$/u)
  expect(new Set(names.map((one) => EVENTS[one].en.title)).size).toBe(names.length)
})

test.each(names.flatMap((name) => (['en', 'ar'] as const).map((language) => [name, language] as const)))(
  '%s in %s makes a mail in which nothing is left to fill in',
  (event, language) => {
    const facts = Object.fromEntries(Object.entries(EVENTS[event].facts).map(([name, kind]) => [name, EXAMPLES[kind]]))
    const made = mail({
      ...{ language, timeZone: 'Africa/Nairobi', name: 'Amina', digest: false, publicUrl: 'https://fund.example' },
      fund: { name: 'Rapid response', nameArabic: 'الاستجابة السريعة' },
      news: [{ event, facts, confidential: false, urgent: false, link: '/requests/x' }],
    })
    expect(made.text + made.html + made.subject).not.toMatch(/[{}]|undefined/)
    expect(made.text).toContain('https://fund.example/requests/x')
    expect(made.html).toContain(`dir="${language === 'ar' ? 'rtl' : 'ltr'}"`)
    if ('amount' in EVENTS[event].facts) expect(made.text).toContain('USD 40,000.00')
    if (Object.values<string>(EVENTS[event].facts).includes('moment'))
      expect(made.text).toContain('2026-11-24 09:00 (Africa/Nairobi)')
  },
)
