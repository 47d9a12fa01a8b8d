import { render } from 'preact-render-to-string'
import { isolated, oneLine, plainSentence, sentenceOf, titleOf, type News } from './news.tsx'
import { dayText, lastFour } from './parts.tsx'
import { textsIn, type Language } from './texts/texts.ts'

export type Mail = {
  readonly language: Language
  readonly timeZone: string
  /** Whom it is to. */
  readonly name: string
  readonly fund: { readonly name: string; readonly nameArabic: string | null }
  readonly digest: boolean
  readonly news: readonly (News & { readonly urgent: boolean; readonly link: string })[]
  /** Where people find the service: `https://fund.example.org`. */
  readonly publicUrl: string
}

/** Subject, plain text and HTML of a mail. It says the same twice, loads nothing and decides nothing: links only lead to a page. */
export function mail(told: Mail): { subject: string; text: string; html: string } {
  return { subject: subjectOf(told), text: plainText(told), html: `<!doctype html>${render(<Html {...told} />)}` }
}

/** What it is called and, where it may be told, the code of what it is about; of a digest how much there is. */
function subjectOf({ language, fund, digest, news }: Mail): string {
  const t = textsIn(language)
  if (digest) return filled(t.mail.digestSubject, { count: String(news.length), fund: fundName(fund, language) })
  const [one] = news
  const code = one!.confidential ? undefined : one!.facts.code
  const title = titleOf(one!, t)
  return `${one!.urgent ? `${t.mail.urgent}: ` : ''}${title}${code ? ` · ${oneLine(code)}` : ''}`
}

function plainText({ language, timeZone, name, fund, digest, news, publicUrl }: Mail): string {
  const t = textsIn(language)
  const called = fundName(fund, language)
  const blocks = news.map((one) =>
    [titleOf(one, t), plainSentence(one, { t, timeZone }), `${publicUrl}${one.link}`].filter(Boolean).join('\n'),
  )
  return [
    filled(t.mail.greeting, { name: isolated(oneLine(name)) }),
    ...(digest ? [filled(t.mail.digestLead, { fund: isolated(called) })] : []),
    ...blocks,
    `-- \n${filled(t.mail.sent, { fund: isolated(called) })}\n${t.mail.preferences}: ${publicUrl}${PREFERENCES}\n`,
  ].join('\n\n')
}

const PREFERENCES = '/notifications/preferences'

// Styles stand on the elements, because mail programs drop everything else; colours are left to the reader's own.
const BLOCK = 'margin:0 0 1.5em;padding:0 0 0 0.75em'
const SMALL = 'font-size:0.85em;margin:0.5em 0'

function Html({ language, timeZone, name, fund, digest, news, publicUrl }: Mail) {
  const t = textsIn(language)
  const called = fundName(fund, language)
  return (
    <html lang={language} dir={t.direction}>
      <head>
        <meta charset="utf-8" />
        <title>{subjectOf({ language, timeZone, name, fund, digest, news, publicUrl })}</title>
      </head>
      <body style="font-family:sans-serif;line-height:1.5;max-width:40em" dir={t.direction}>
        <p>
          <Filled text={t.mail.greeting} name={oneLine(name)} />
        </p>
        {digest && (
          <p>
            <Filled text={t.mail.digestLead} fund={called} />
          </p>
        )}
        {news.map((one) => (
          <div style={BLOCK}>
            <p style="margin:0;font-weight:bold">
              {one.urgent && digest && `${t.mail.urgent}: `}
              {titleOf(one, t)}
            </p>
            <p style="margin:0.25em 0">
              {sentenceOf(one, { t, timeZone }, (text) => (
                <bdi>{text}</bdi>
              ))}
            </p>
            <p style="margin:0.25em 0">
              <a href={`${publicUrl}${one.link}`}>{t.mail.open}</a>
            </p>
          </div>
        ))}
        <hr />
        <p style={SMALL}>
          <Filled text={t.mail.sent} fund={called} />
        </p>
        <p style={SMALL}>
          <a href={`${publicUrl}${PREFERENCES}`}>{t.mail.preferences}</a>
        </p>
      </body>
    </html>
  )
}

export type ContactMail = {
  readonly language: Language
  readonly name: string
  readonly fund: Mail['fund']
  readonly payee: string
  /** Account numbers; only their last four characters are told. */
  readonly before: string
  readonly now: string
  readonly at: Date
  /** Before then no money goes to the new account. */
  readonly until: Date
}

/** What the contact of a payee is told when its bank details were changed, and what to do if it was not them. No links: nobody is to follow one. */
export function contactMail({ language, name, fund, payee, before, now, at, until }: ContactMail) {
  const t = textsIn(language)
  const words = t.contactMail
  const called = fundName(fund, language)
  const ending = (account: string) => filled(words.ending, { four: lastFour(account) })
  const moments = { at: momentText(at, language), until: momentText(until, language) }
  const values = { name: oneLine(name), fund: called, payee: oneLine(payee), ...moments }
  const paragraphs: [string, Record<string, string>][] = [
    [words.greeting, values],
    [words.says, values],
    [words.old, { account: ending(before) }],
    [words.now, { account: ending(now) }],
    [words.yours, values],
    [words.notYours, values],
    [words.sent, values],
  ]
  const plain = (value: string) => isolated(value)
  const text = paragraphs
    .map(([one, of]) => filled(one, Object.fromEntries(Object.entries(of).map(([key, value]) => [key, plain(value)]))))
    .join('\n\n')
  const html = render(
    <html lang={language} dir={t.direction}>
      <head>
        <meta charset="utf-8" />
        <title>{words.subject}</title>
      </head>
      <body style="font-family:sans-serif;line-height:1.5;max-width:40em" dir={t.direction}>
        {paragraphs.map(([one, of]) => (
          <p>
            <Filled text={one} {...of} />
          </p>
        ))}
      </body>
    </html>,
  )
  return { subject: words.subject, text: `${text}\n`, html: `<!doctype html>${html}` }
}

function momentText(at: Date, language: Language): string {
  return `${dayText(at.toISOString().slice(0, 10), language)}, ${at.toISOString().slice(11, 16)} UTC`
}

function fundName(fund: Mail['fund'], language: Language): string {
  return oneLine(language === 'ar' ? (fund.nameArabic ?? fund.name) : fund.name)
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '')
}

function Filled({ text, ...values }: { text: string } & Record<string, string>) {
  return <>{text.split(/\{(\w+)\}/).map((part, i) => (i % 2 === 0 ? part : <bdi>{values[part]}</bdi>))}</>
}
