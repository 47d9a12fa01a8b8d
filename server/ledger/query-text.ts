import { amountComplaint } from '../money.ts'
import { complainOf, UnreadableQuery, type Complaint } from './query-complaints.ts'
import { field, FIELDS, nearestField, operatorsOf, type FieldName, type Operator } from './query-fields.ts'

/**
 * The language in which entries are asked for:
 *
 *     query = and { "or" and }        and = not { ["and"] not }        not = ["not" | "-"] (term | "(" query ")")
 *     term  = field sign value { "," value }  |  value                  value = word | "text in quotation marks"
 *
 * A value alone is looked for in memos. Conditions on postings (account, currency, amount …) that stand side by side speak of one and
 * the same posting; in parentheses of their own, of another.
 */
export type Node =
  { readonly type: 'and' | 'or'; readonly of: readonly Node[] } | { readonly type: 'not'; readonly of: Node } | Term

export type Term = {
  readonly type: 'term'
  readonly field: FieldName
  readonly operator: Operator
  readonly values: readonly Value[]
}
/** `none` is the word itself, without quotation marks: that there is no such thing. */
export type Value = { readonly text: string; readonly none?: boolean; readonly at?: number; readonly length?: number }

export const MOST_CHARACTERS = 2_000
const MOST_DEEP = 10
const MOST_TERMS = 60

/** Nothing asked: every entry. */
export const EVERYTHING: Node = { type: 'and', of: [] }

type Reading = { readonly text: string; at: number; terms: number; deep: number }

/** Reads a query. Throws `UnreadableQuery`, which says what is wrong and where. `functional` is the fund's currency. */
export function parseQuery(text: string, functional: string): Node {
  if (text.length > MOST_CHARACTERS) complain('query.tooLong', MOST_CHARACTERS, 1, { most: `${MOST_CHARACTERS}` })
  // eslint-disable-next-line no-control-regex -- control characters and halves of a pair are what this refuses
  const strange = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|\p{Cs}/u.exec(text)
  if (strange) complain('query.character', strange.index, 1)
  const reading: Reading = { text, at: 0, terms: 0, deep: 0 }
  skipSpace(reading)
  if (reading.at === text.length) return EVERYTHING
  const node = readOr(reading)
  if (reading.at < text.length) complain('query.noOpening', reading.at, 1)
  checkSizes(node, functional)
  return node
}

function readOr(reading: Reading): Node {
  const of = [readAnd(reading)]
  while (take(reading, /or(?=[\s()]|$)/iy)) of.push(readAnd(reading))
  return of.length === 1 ? of[0]! : { type: 'or', of }
}

function readAnd(reading: Reading): Node {
  const of: Node[] = []
  const atEnd = () => reading.at === reading.text.length || /^(\)|or(?=[\s()]|$))/i.test(reading.text.slice(reading.at))
  do {
    if (atEnd()) complain('query.unexpected', reading.at, 1)
    of.push(readNot(reading))
  } while (take(reading, /and(?=[\s()]|$)/iy) || !atEnd())
  return of.length === 1 ? of[0]! : { type: 'and', of }
}

function readNot(reading: Reading): Node {
  const { at } = reading
  if (!take(reading, /-(?=\S)|not(?=[\s()]|$)/iy)) return readOne(reading)
  return deeper(reading, at, () => ({ type: 'not', of: readNot(reading) }))
}

function readOne(reading: Reading): Node {
  const { at } = reading
  if (/^[),”»،]?$/.test(reading.text[at] ?? '')) complain('query.unexpected', at, 1)
  if (!take(reading, /\(/y)) return readTerm(reading)
  const node = deeper(reading, at, () => readOr(reading))
  if (!take(reading, /\)/y)) complain('query.unclosedParenthesis', at, 1)
  // Parentheses around one condition say that it speaks of a posting of its own.
  return node.type === 'term' ? { type: 'and', of: [node] } : node
}

function deeper<T>(reading: Reading, at: number, read: () => T): T {
  reading.deep += 1
  if (reading.deep > MOST_DEEP) complain('query.tooDeep', at, 1, { most: `${MOST_DEEP}` })
  const result = read()
  reading.deep -= 1
  return result
}

function readTerm(reading: Reading): Term {
  const { at } = reading
  reading.terms += 1
  if (reading.terms > MOST_TERMS) complain('query.tooManyTerms', at, 1, { most: `${MOST_TERMS}` })
  const name = matched(reading, /[\p{L}\p{M}_]+(?=[:<>=])/uy)
  if (name === undefined) return { type: 'term', field: 'memo', operator: ':', values: readValues(reading, 'memo') }
  const known = name.toLowerCase()
  if (!Object.hasOwn(FIELDS, known)) {
    const nearest = nearestField(name) ?? Object.keys(FIELDS).join(', ')
    complain('query.field', at, name.length, { name, nearest })
  }
  const signAt = reading.at
  const operator = matched(reading, /[<>]=?|[:=]/y) as Operator
  const place = { at: signAt, length: operator.length }
  if (!operatorsOf(known as FieldName).includes(operator)) complainOf(known as FieldName, 'query.operator', place)
  const values = readValues(reading, known as FieldName)
  const term: Term = { type: 'term', field: known as FieldName, operator, values }
  for (const value of values) checkValue(term, value)
  return term
}

function readValues(reading: Reading, name: FieldName): Value[] {
  const values: Value[] = []
  do {
    const value = readValue(reading)
    if (!value || value.text === '') complainOf(name, 'query.valueMissing', { at: reading.at, length: 1 })
    values.push(value)
  } while (/[,،]/.test(reading.text[reading.at] ?? '') && (reading.at += 1))
  if (values.length > 1 && !field(name).list) {
    const at = values[0]!.at!
    complainOf(name, 'query.list', { at, length: reading.at - at })
  }
  skipSpace(reading)
  return values
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '«': '»' }
const WORD = /[^\s()",“”«»،]+/

function readValue(reading: Reading): Value | undefined {
  const { text, at } = reading
  const closing = QUOTES[text[at] ?? '']
  if (closing === undefined) {
    const word = matched(reading, new RegExp(WORD, 'y'))
    return word === undefined ? undefined : { text: latin(word), none: word === 'none', at, length: word.length }
  }
  let value = ''
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === closing) {
      reading.at = i + 1
      return { text: value, none: false, at, length: reading.at - at }
    }
    if (text[i] === '\\' && i + 1 < text.length) i += 1
    value += text[i]!
  }
  return complain('query.unclosedQuote', at, 1)
}

/** Digits as they are typed in Arabic are the same digits. */
function latin(word: string): string {
  return word.replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
}

function checkValue({ field: name, operator }: Term, value: Value): void {
  const { accepts, range, none } = field(name)
  if (none && value.none) return
  const ends = range && operator === ':' ? endsOf(value.text) : [value.text]
  const bad = ends.filter((end) => end !== '').some((end) => !accepts(end)) || ends.every((end) => end === '')
  const exact = operator === '=' && name === 'account' && /[*:]$/.test(value.text)
  if (bad || exact) complainOf(name, 'query.value', { at: value.at!, length: value.length! })
}

/** The two ends of `a..b`, of which one may be missing; or the one value. */
export function endsOf(text: string): string[] {
  const at = text.indexOf('..')
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 2)]
}

/** The currency beside an amount in a group of conditions on one posting; undefined where there is not exactly one. */
export function currencyBeside(group: readonly Node[]): string | undefined {
  const named = group.filter((one): one is Term => one.type === 'term' && one.field === 'currency')
  return named.length === 1 && named[0]!.values.length === 1 ? named[0]!.values[0]!.text : undefined
}

/** An amount means nothing without its currency, and has no more decimals than that. */
function checkSizes(node: Node, functional: string, group: readonly Node[] = [node]): void {
  if (node.type === 'not') checkSizes(node.of, functional)
  else if (node.type !== 'term')
    for (const one of node.of) checkSizes(one, functional, node.type === 'and' ? node.of : [one])
  else if (node.field === 'amount' || node.field === 'functional') {
    const { at = 0, length = 1, text } = node.values[0]!
    const currency = node.field === 'amount' ? currencyBeside(group) : functional
    if (currency === undefined) complain('query.currencyMissing', at, length)
    const wrong = endsOf(text).some((end) => end !== '' && amountComplaint(end, currency) !== undefined)
    if (wrong) complain('query.decimals', at, length, { currency })
  }
}

/** The query as one writes it: reading it again gives the same. */
export function printQuery(node: Node): string {
  if (node.type === 'term') return printTerm(node)
  if (node.type === 'not') return `-${printInner(node.of)}`
  return node.of
    .map((one) => (one.type === 'not' ? printQuery(one) : printInner(one)))
    .join(node.type === 'or' ? ' or ' : ' ')
}

function printInner(node: Node): string {
  return node.type === 'and' || node.type === 'or' ? `(${printQuery(node)})` : printQuery(node)
}

function printTerm({ field: name, operator, values }: Term): string {
  return `${name}${operator}${values.map(printValue).join(',')}`
}

function printValue({ text, none }: Value): string {
  const bare = none || (new RegExp(`^${WORD.source}$`).test(text) && !text.includes('\\') && text !== 'none')
  return bare ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

function skipSpace(reading: Reading): void {
  while (/\s/.test(reading.text[reading.at] ?? '')) reading.at += 1
}

function take(reading: Reading, form: RegExp): boolean {
  const found = matched(reading, form) !== undefined
  if (found) skipSpace(reading)
  return found
}

function matched(reading: Reading, form: RegExp): string | undefined {
  form.lastIndex = reading.at
  const found = form.exec(reading.text)?.[0]
  if (found !== undefined) reading.at += found.length
  return found
}

function complain(code: Complaint['code'], at: number, length: number, values: Record<string, string> = {}): never {
  throw new UnreadableQuery({ code, at, length, values })
}
