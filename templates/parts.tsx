import type { ComponentChildren } from 'preact'
import type { MoneyText } from '../server/money.ts'
import { wordFor, type Texts } from './texts/texts.ts'

/** Small pieces that every page is made of. They format; they decide nothing. */

const formats = new Map<number, Intl.NumberFormat>()

/** `1,234.50`: exact for any number of digits, because Intl is given the text itself. Latin digits in both languages. */
export function digits(amount: string): string {
  const decimals = amount.split('.')[1]?.length ?? 0
  let format = formats.get(decimals)
  if (!format) {
    format = new Intl.NumberFormat('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    formats.set(decimals, format)
  }
  return format.format(amount as Intl.StringNumericLiteral)
}

/** An amount with its currency, from left to right whatever stands around it. */
export function Amount({ of }: { of: MoneyText }) {
  return (
    <bdi dir="ltr" class="amount">
      {of.currency}&nbsp;{digits(of.amount)}
    </bdi>
  )
}

/** An amount in a table whose heading names the currency. */
export function Figure({ of }: { of: string }) {
  return (
    <bdi dir="ltr" class="amount">
      {digits(of)}
    </bdi>
  )
}

/** A code: from left to right, and whole. */
export function Code({ children }: { children: ComponentChildren }) {
  return (
    <bdi dir="ltr" class="code">
      {children}
    </bdi>
  )
}

/** An account's address or another long code, which may go on in the next line after a colon or a slash. */
export function LongCode({ of }: { of: string }) {
  return (
    <bdi dir="ltr" class="code long">
      {of.split(/(?<=[:/])/).map((part, i) => (
        <>
          {i > 0 && <wbr />}
          {part}
        </>
      ))}
    </bdi>
  )
}

/** A name or a title that somebody wrote, in the direction of its own first letter. */
export function Name({ children }: { children: ComponentChildren }) {
  return <bdi>{children}</bdi>
}

const DAYS = {
  en: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }),
  ar: new Intl.DateTimeFormat('ar-u-nu-latn-ca-gregory', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }),
}

/** A day in words, as a text. */
export function dayText(on: string, language: 'en' | 'ar'): string {
  return DAYS[language].format(new Date(`${on}T00:00:00Z`))
}

/** Of an account number what may be told where it is not to be copied from. */
export function lastFour(account: string): string {
  return account.slice(-4)
}

/** A day of the fund's books. */
export function Day({ on, t }: { on: string; t: Texts }) {
  return <time dateTime={on}>{DAYS[t.language].format(new Date(`${on}T00:00:00Z`))}</time>
}

const MONTHS = {
  en: new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }),
  ar: new Intl.DateTimeFormat('ar-u-nu-latn-ca-gregory', { month: 'long', year: 'numeric', timeZone: 'UTC' }),
}

/** A month of the fund's books, from `YYYY-MM`. */
export function Month({ of, t }: { of: string; t: Texts }) {
  return <time dateTime={of}>{MONTHS[t.language].format(new Date(`${of}-01T00:00:00Z`))}</time>
}

/** A moment, with its hour in UTC. */
export function Moment({ at, t }: { at: Date | string; t: Texts }) {
  const moment = new Date(at)
  const text = moment.toISOString()
  return (
    <time dateTime={text}>
      {DAYS[t.language].format(moment)}{' '}
      <bdi dir="ltr" class="hour">
        {text.slice(11, 16)} UTC
      </bdi>
    </time>
  )
}

/** A sentence of the texts with its `{places}` filled in, each value in a direction of its own. */
export function Said({ text, ...values }: { text: string } & Record<string, ComponentChildren>) {
  return <>{text.split(/\{(\w+)\}/).map((part, i) => (i % 2 === 0 ? part : values[part]))}</>
}

export function Status({ of, words }: { of: string; words: Readonly<Record<string, string>> }) {
  return <span class={`status status-${of}`}>{wordFor(words, of)}</span>
}

/** A table that scrolls by itself where the screen is narrow, so that the page never does. */
export function Table({ caption, children }: { caption: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="scroll" tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        {children}
      </table>
    </div>
  )
}

/** The column headings of a table; those of figures stand over their digits. */
export function Columns({ names, figures = [] }: { names: readonly string[]; figures?: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th scope="col" class={figures.includes(name) ? 'figure' : undefined}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}

/** Terms with what they mean, one under the other. Those without a value are left out. */
export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren] | undefined)[] }) {
  return (
    <dl class="facts">
      {of.map((fact) =>
        fact === undefined ||
        fact[1] === undefined ||
        fact[1] === null ||
        fact[1] === '' ||
        fact[1] === false ? null : (
          <div>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

/** Names of a list of codes, as one text. */
export function wordsFor(words: Readonly<Record<string, string>>, codes: readonly string[], t: Texts): string {
  return codes.map((code) => wordFor(words, code)).join(t.language === 'ar' ? '، ' : ', ')
}
