import type { Bindings } from '../http/csv.ts'
import { isId, type IdKind } from '../ids.ts'
import { minorUnits, money } from '../money.ts'
import { sealedBy } from './as-of.ts'
import { daysOf, field, type FieldName } from './query-fields.ts'
import { currencyBeside, endsOf, type Node, type Term, type Value } from './query-text.ts'

/** For whom a query is asked: of which fund, and by whom, who may ask by name for the processes that they may know of. */
export type Asker = { readonly id: string; readonly currency: string; readonly viewer?: string | undefined }

/**
 * A query as SQL over entries `e` with their acts `t`. Whatever was written stands in the bindings, never in the text. `posting` is the
 * condition that the query as a whole makes on postings `p` of accounts `a`: which of an entry's postings are meant; null for all.
 * Needs a binding `position`, null or a number: what reversed an entry counts when it is known there.
 */
export type Compiled = { readonly entry: string; readonly posting: string | null; readonly bindings: Bindings }

export function compileQuery(node: Node, asker: Asker): Compiled {
  const { bindings, ...compiling } = compilingFor(asker, 'query')
  const group = groupOf(node)
  const asked = group.filter(isOfPosting)
  const posting = asked.length === 0 ? null : conditionsOn(asked, compiling).join(' and ')
  return { entry: conditionOf(node, compiling), posting, bindings }
}

/**
 * What a query asks of accounts `a`: everything that it finds has a posting on one of these, and on one of the next, and so on. None
 * where it does not speak of accounts, or only beside something else (`or`, `not`).
 */
export function accountsAsked(node: Node, asker: Asker): { condition: string; bindings: Bindings }[] {
  if (node.type !== 'and') return node.type === 'term' ? accountsAsked({ type: 'and', of: [node] }, asker) : []
  const { bindings, ...compiling } = compilingFor(asker, 'account')
  const ofAccount = node.of.filter(isOfPosting).filter((one) => OF_ACCOUNT.has(one.field))
  const deeper = node.of.filter((one) => one.type === 'and').flatMap((one) => accountsAsked(one, asker))
  if (ofAccount.length === 0) return deeper
  return [{ condition: conditionsOn(ofAccount, compiling).join(' and '), bindings }, ...deeper]
}

const OF_ACCOUNT = new Set<FieldName>(['account', 'contribution', 'donor'])

type Compiling = { asker: Asker; bound: (value: string | string[], type: string) => string }

function compilingFor(asker: Asker, prefix: string): Compiling & { bindings: Bindings } {
  const bindings: Bindings = { queryFund: asker.id, queryViewer: asker.viewer ?? '' }
  let count = 0
  const bound = (value: string | string[], type: string) => {
    const name = `${prefix}${(count += 1)}`
    bindings[name] = value
    return `cast(:${name} as ${type})`
  }
  return { asker, bound, bindings }
}

const groupOf = (node: Node): readonly Node[] => (node.type === 'and' ? node.of : [node])
const isOfPosting = (node: Node): node is Term => node.type === 'term' && field(node.field).of === 'posting'

function conditionOf(node: Node, compiling: Compiling): string {
  if (node.type === 'or') return `(${node.of.map((one) => conditionOf(one, compiling)).join('\n or ')})`
  // What is not known is not so.
  if (node.type === 'not') return `not coalesce(${conditionOf(node.of, compiling)}, false)`
  if (node.type === 'term' && !isOfPosting(node)) return anyOf(node, compiling)
  const group = groupOf(node)
  const others = group.filter((one) => !isOfPosting(one)).map((one) => conditionOf(one, compiling))
  const ofPosting = group.filter(isOfPosting)
  if (ofPosting.length > 0) {
    others.push(`exists (select from postings p join accounts a on a.id = p.account_id
                          where p.entry_id = e.id and ${conditionsOn(ofPosting, compiling).join(' and ')})`)
    for (const one of ofPosting) others.push(...soonerFound(one, compiling))
  }
  return others.length === 0 ? 'true' : `(${others.join('\n and ')})`
}

function conditionsOn(group: readonly Term[], compiling: Compiling): string[] {
  return group.map((one) => anyOf(one, compiling, currencyBeside(group)))
}

function anyOf(term: Term, compiling: Compiling, currency?: string): string {
  return `(${term.values.map((value) => conditionOn(term, value, compiling, currency)).join(' or ')})`
}

/** One value of one field. */
function conditionOn(term: Term, value: Value, compiling: Compiling, currency?: string): string {
  const { bound, asker } = compiling
  const { text } = value
  switch (term.field) {
    case 'entry':
      return within('e.id', term, text, (end) => bound(end, 'bigint'))
    case 'kind':
      return `e.kind = ${bound(text, 'text')}`
    case 'period':
      return withinDays('e.occurred_on', term, text, (end) => bound(end, 'date'))
    case 'recorded':
      return withinMoments(term, text, compiling)
    case 'memo':
      return folded('e.memo', ':', text, compiling)
    case 'source':
      return beginning('e.source', text, compiling, '#')
    case 'act':
      return `e.act_id = ${bound(text, 'text')}`
    case 'is':
      return STATES[text as keyof typeof STATES]
    case 'seal':
      return sealed(within('z.seal', term, text, (end) => bound(end, 'int')))
    case 'position':
      return sealed(`z.seal <= ${bound(text, 'int')}`)
    case 'person':
      if (value.none) return 't.person_id is null'
      return `t.person_id in (select n.id from people n where ${named('person', 'n', term, text, compiling)})`
    case 'account':
      return term.operator === '=' ? `a.address = ${bound(text, 'text')}` : beginning('a.address', text, compiling, ':')
    case 'book':
      return `a.book = ${bound(text, 'text')}`
    case 'side':
      return `coalesce(nullif(p.amount, 0), p.functional) ${text === 'debit' ? '>' : '<'} 0`
    case 'currency':
      return `a.currency = ${bound(text, 'text')}`
    case 'amount':
    case 'functional': {
      const unit = term.field === 'amount' ? currency! : asker.currency
      return within(`abs(p.${term.field})`, term, text, (end) => bound(minorUnits(money(end, unit)), 'bigint'))
    }
    case 'contribution':
      if (value.none) return 'a.contribution_id is null'
      if (isId('contribution', text)) return `a.contribution_id = ${bound(text, 'text')}`
      return `a.contribution_id in (select c.id from contributions c where c.fund_id = :queryFund and c.code = ${bound(text, 'text')})`
    case 'donor':
      if (value.none) return 'a.contribution_id is null'
      return `a.contribution_id in (select c.id from contributions c join donors d on d.id = c.donor_id
                                     where c.fund_id = :queryFund and ${named('donor', 'd', term, text, compiling)})`
    case 'category':
      return value.none ? `${CATEGORY} is null` : `${CATEGORY} = ${bound(text, 'text')}`
    case 'request':
    case 'payee':
    case 'process':
      return ofRequest(term, value, compiling)
  }
}

const STATES = {
  reversed: `exists (select from entries r where r.reverses = e.id and ${sealedBy('r.id')})`,
  reversing: 'e.reverses is not null',
  sealed: sealed('true'),
  unsealed: `not ${sealed('true')}`,
} as const

function sealed(condition: string): string {
  return `exists (select from sealed_entries z where z.entry_id = e.id and ${condition})`
}

/** The payment that an entry is about, where there is one; an entry of a correction is about what it corrects. */
const PAYMENT = `payments y
  where y.id = coalesce((select t.source from correction_entries t where t.entry_id = e.id), split_part(e.source, '#', 1))`

/** Which request a posting is about: that of its account, else that of the payment which the entry is about. */
export const REQUEST_OF_POSTING = `coalesce(a.request_id, (select y.request_id from ${PAYMENT}))`

/** Budget category of a posting: that of the payment, else the one in the address of the account. */
export const CATEGORY = `coalesce((select y.category from ${PAYMENT}), case
  when a.address like 'expense:mission:%' then split_part(a.address, ':', 3)
  when a.address like 'expense:grants:%' or a.address like 'assets:advances:%' then 'grants' end)`

function ofRequest(term: Term, value: Value, compiling: Compiling): string {
  if (!value.none) return `${REQUEST_OF_POSTING} in (${requests(term, value.text, compiling)})`
  if (term.field === 'request') return `${REQUEST_OF_POSTING} is null`
  const column = term.field === 'payee' ? 'payee_id' : 'process_id'
  return `(select r.${column} from requests r where r.id = ${REQUEST_OF_POSTING}) is null`
}

/**
 * What says nothing more but lets the database begin with the few entries of a request: those on its accounts, and those that its
 * payments caused.
 */
function soonerFound(term: Term, compiling: Compiling): string[] {
  if (!REQUESTS.has(term.field) || term.values.some((value) => value.none)) return []
  const any = (column: string) =>
    term.values.map(({ text }) => `${column} in (${requests(term, text, compiling)})`).join(' or ')
  return [
    `e.id in (select p.entry_id from accounts a join postings p on p.account_id = a.id where ${any('a.request_id')}
              union select x.id from payments y join entries x on left(x.source, 4) = 'pay_' and split_part(x.source, '#', 1) = y.id
                     where ${any('y.request_id')}
              union select t.entry_id from payments y join correction_entries t on t.source = y.id where ${any('y.request_id')})`,
  ]
}

const REQUESTS = new Set<FieldName>(['request', 'payee', 'process'])

function requests(term: Term, text: string, compiling: Compiling): string {
  const ofFund = `from requests r where r.fund_id = :queryFund`
  if (term.field === 'request') {
    const asked = compiling.bound(text, 'text')
    return isId('request', text) ? asked : `select r.id ${ofFund} and r.code = ${asked}`
  }
  if (term.field === 'payee')
    return `select r.id ${ofFund} and r.payee_id in (select y.id from payees y where ${named('payee', 'y', term, text, compiling)})`
  return `select r.id ${ofFund} and r.process_id in (
            select m.id from processes m where m.id in (select seen_processes(:queryViewer))
               and ${named('process', 'm', term, text, compiling)})`
}

/** By id, or by name: a part of it, or with `=` all of it. */
function named(kind: IdKind, table: string, { operator }: Term, text: string, compiling: Compiling): string {
  if (isId(kind, text)) return `${table}.id = ${compiling.bound(text, 'text')}`
  return folded(`${table}.name`, operator, text, compiling)
}

/** As people compare words: without case, accents and signs. */
function folded(column: string, operator: Term['operator'], text: string, { bound }: Compiling): string {
  const words = `folded(${bound(text, 'text')})`
  return operator === '=' ? `folded(${column}) = ${words}` : `position(${words} in folded(${column})) > 0`
}

/** The whole, or all of it up to a mark; with a star at its end, any that begins so. */
function beginning(column: string, text: string, { bound }: Compiling, mark: string): string {
  const pattern = (start: string) => bound(`${start.replaceAll(/[\\%_]/g, '\\$&')}%`, 'text')
  if (text.endsWith('*')) return `${column} like ${pattern(text.slice(0, -1))}`
  if (text.endsWith(mark)) return `${column} like ${pattern(text)}`
  return `(${column} = ${bound(text, 'text')} or ${column} like ${pattern(`${text}${mark}`)})`
}

type Bound = (end: string) => string

function within(column: string, { operator }: Term, text: string, bound: Bound): string {
  if (operator !== ':') return `${column} ${operator} ${bound(text)}`
  const [first, last] = endsOf(text)
  if (last === undefined) return `${column} = ${bound(first!)}`
  return [first && `${column} >= ${bound(first)}`, last && `${column} <= ${bound(last)}`].filter(Boolean).join(' and ')
}

/** A month or a year is all of its days: before it is before its first, after it is after its last. */
function withinDays(column: string, { operator }: Term, text: string, bound: Bound): string {
  const [first, last = first] = endsOf(text)
  const from = first && (() => `${column} >= ${bound(daysOf(first)!.first)}`)
  const to = last && (() => `${column} <= ${bound(daysOf(last)!.last)}`)
  if (operator === ':') return [from && from(), to && to()].filter(Boolean).join(' and ')
  const edge = daysOf(text)!
  return `${column} ${operator} ${bound(operator === '>=' || operator === '<' ? edge.first : edge.last)}`
}

/** Days of recording are days in UTC; a moment is itself. */
function withinMoments({ operator }: Term, text: string, { bound }: Compiling): string {
  const start = (end: string) => {
    const days = daysOf(end)
    return days ? `cast(${bound(days.first, 'date')} as timestamp) at time zone 'utc'` : bound(end, 'timestamptz')
  }
  const up = (end: string) => {
    const days = daysOf(end)
    return days
      ? `< cast(${bound(days.last, 'date')} + 1 as timestamp) at time zone 'utc'`
      : `<= ${bound(end, 'timestamptz')}`
  }
  const [first, last = first] = endsOf(text)
  if (operator === '>=' || operator === '<') return `e.recorded_at ${operator} ${start(text)}`
  if (operator === '<=') return `e.recorded_at ${up(text)}`
  if (operator === '>') return `not (e.recorded_at ${up(text)})`
  return [first && `e.recorded_at >= ${start(first)}`, last && `e.recorded_at ${up(last)}`]
    .filter(Boolean)
    .join(' and ')
}
