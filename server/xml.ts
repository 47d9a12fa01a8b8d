import { Refusal } from './errors.ts'

/** An element as it stands in a file: its name without prefix, its own text with entities resolved and line ends as `\n`. */
export type XmlElement = {
  readonly name: string
  /** The namespace in force, '' where there is none. */
  readonly namespace: string
  /** By the names as they are written, declarations of namespaces left out. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  readonly text: string
  readonly line: number
}

/** What bounds the memory and time that one file can take: bytes, elements, levels, attributes of an element, characters of one value. */
export const XML_LIMITS = { bytes: 16 * 1024 * 1024, elements: 300_000, levels: 40, attributes: 50, value: 20_000 }

/**
 * The root element of an XML file that somebody sent (XML 1.0, Namespaces in XML 1.0): well-formed or refused, in one pass, without
 * ever looking anything up. Encodings: UTF-8, UTF-16 with its mark, ISO 8859-1 and -15, Windows-1252; names are ASCII.
 *
 * Refuses `body_too_large`, and `unreadable_xml` with the line and one of these reasons: `encoding`, `characters`, `doctype` (which is
 * also where entities would be declared), `not_well_formed`, `too_deep`, `too_many_elements`,
 * `too_many_attributes`, `value_too_long`.
 */
export function readXml(bytes: unknown): XmlElement {
  const text = textOf(bytes)
  const file: Reading = { text, at: 0, open: [], root: undefined, elements: 0, lineAt: lineCounter(text) }
  file.at = matched(DECLARATION, text, 0)?.[0].length ?? 0
  while (file.at < text.length) {
    const [, read] = PARTS.find(([begin]) => text.startsWith(begin, file.at))!
    file.at = read(file)
  }
  if (file.open.length > 0 || !file.root) return refuse(file, 'not_well_formed')
  return file.root
}

/** The first child of this name, along a path of names. */
export function elementAt(element: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>(
    (found, name) => found?.children.find((child) => child.name === name),
    element,
  )
}

/** All children of this name. */
export function elementsIn(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

/** The text of the first element along a path, trimmed; undefined where there is none, or it says nothing. */
export function textAt(element: XmlElement, ...path: readonly string[]): string | undefined {
  return elementAt(element, ...path)?.text.trim() || undefined
}

type Growing = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & {
  children: XmlElement[]
  /** The name with its prefix, which the end tag must repeat. */
  written: string
  prefixes: ReadonlyMap<string, string>
}

type Reading = {
  readonly text: string
  at: number
  readonly open: Growing[]
  root: XmlElement | undefined
  elements: number
  readonly lineAt: (at: number) => number
}

/** What may stand in a file, by how it begins; each is read to its end, whose place it gives. */
const PARTS: readonly [begin: string, read: (file: Reading) => number][] = [
  ['<!--', (file) => endOf(file, '<!--', '-->', '--')],
  ['<![CDATA[', verbatim],
  ['<!', (file) => refuse(file, 'doctype')],
  ['<?', instruction],
  ['</', endTag],
  ['<', startTag],
  ['', characters],
]

const NAME = '[A-Za-z_][A-Za-z0-9._-]*'
const DECLARATION =
  /<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*["']1\.\d["']([ \t\n]+encoding[ \t\n]*=[ \t\n]*["'][\w.-]+["'])?([ \t\n]+standalone[ \t\n]*=[ \t\n]*["'](yes|no)["'])?[ \t\n]*\?>/y
const INSTRUCTION = new RegExp(`<\\?(?!xml[ \\t\\n?])${NAME}(?=[ \\t\\n]|\\?>)`, 'iy')
const START_TAG = new RegExp(`<(?:(${NAME}):)?(${NAME})(?=[ \\t\\n/>])`, 'y')
const ATTRIBUTE = new RegExp(`[ \\t\\n]+(${NAME}(?::${NAME})?)[ \\t\\n]*=[ \\t\\n]*(?:"([^"<]*)"|'([^'<]*)')`, 'y')
const TAG_CLOSES = /[ \t\n]*(\/?)>/y
const END_TAG = new RegExp(`</(${NAME}(?::${NAME})?)[ \\t\\n]*>`, 'y')
const NOT_BLANK = /[^ \t\n]/
const NOT_A_CHARACTER = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const PREFIXES: ReadonlyMap<string, string> = new Map([['xml', 'http://www.w3.org/XML/1998/namespace']])

function startTag(file: Reading): number {
  const { text, at, open, elements } = file
  const [begins, prefix, name] = matched(START_TAG, text, at) ?? refuse(file, 'not_well_formed')
  if (file.root || elements >= XML_LIMITS.elements || open.length >= XML_LIMITS.levels)
    refuse(file, file.root ? 'not_well_formed' : open.length >= XML_LIMITS.levels ? 'too_deep' : 'too_many_elements')
  const { written, next } = attributesFrom(file, at + begins.length)
  const [closes, empty] = matched(TAG_CLOSES, text, next) ?? refuse(file, 'not_well_formed', next)

  const before = open.at(-1)?.prefixes ?? PREFIXES
  const prefixes = prefixesIn(written, before)
  const attributes = prefixes === before ? written : new Map([...written].filter(([key]) => !isDeclaration(key)))
  for (const key of [begins.slice(1), ...attributes.keys()])
    if (key.includes(':') && !prefixes.has(key.split(':')[0]!)) refuse(file, 'not_well_formed')
  const element: Growing = {
    name: name!,
    namespace: prefixes.get(prefix ?? '') ?? '',
    ...{ attributes, children: [], text: '', line: file.lineAt(at) },
    ...{ written: begins.slice(1), prefixes },
  }
  file.elements += 1
  open.at(-1)?.children.push(element)
  if (empty !== '/') open.push(element)
  else if (open.length === 0) file.root = element
  return next + closes!.length
}

function endTag(file: Reading): number {
  const [whole, name] = matched(END_TAG, file.text, file.at) ?? refuse(file, 'not_well_formed')
  const done = file.open.pop()
  if (!done || done.written !== name) return refuse(file, 'not_well_formed')
  if (file.open.length === 0) file.root = done
  return file.at + whole.length
}

function characters(file: Reading): number {
  const tag = file.text.indexOf('<', file.at)
  const end = tag < 0 ? file.text.length : tag
  const written = file.text.slice(file.at, end)
  if (file.open.length === 0 && NOT_BLANK.test(written)) refuse(file, 'not_well_formed')
  const stray = written.indexOf(']]>')
  if (stray >= 0) refuse(file, 'not_well_formed', file.at + stray)
  addText(file, resolved(file, written, file.at))
  return end
}

function verbatim(file: Reading): number {
  if (file.open.length === 0) refuse(file, 'not_well_formed')
  const end = endOf(file, '<![CDATA[', ']]>')
  addText(file, file.text.slice(file.at + '<![CDATA['.length, end - ']]>'.length))
  return end
}

/** For other programs: nothing that a message says stands there. */
function instruction(file: Reading): number {
  if (!matched(INSTRUCTION, file.text, file.at)) refuse(file, 'not_well_formed')
  return endOf(file, '<?', '?>')
}

/** Where what begins here ends; what may not stand within may only stand there. */
function endOf(file: Reading, begin: string, end: string, notWithin = end): number {
  const found = file.text.indexOf(notWithin, file.at + begin.length)
  if (found < 0 || !file.text.startsWith(end, found)) refuse(file, 'not_well_formed')
  return found + end.length
}

function attributesFrom(file: Reading, from: number): { written: Map<string, string>; next: number } {
  const written = new Map<string, string>()
  if (file.text[from] === '>') return { written, next: from }
  let next = from
  for (let found = matched(ATTRIBUTE, file.text, next); found; found = matched(ATTRIBUTE, file.text, next)) {
    const [whole, key, double, single] = found
    const value = (double ?? single!).replace(/[\t\n]/g, ' ')
    if (written.has(key!)) refuse(file, 'not_well_formed', next)
    if (written.size >= XML_LIMITS.attributes) refuse(file, 'too_many_attributes', next)
    if (value.length > XML_LIMITS.value) refuse(file, 'value_too_long', next)
    written.set(key!, resolved(file, value, next))
    next += whole.length
  }
  return { written, next }
}

const isDeclaration = (key: string) => key === 'xmlns' || key.startsWith('xmlns:')

function prefixesIn(attributes: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>) {
  const declared = attributes.size === 0 ? [] : [...attributes].filter(([key]) => isDeclaration(key))
  if (declared.length === 0) return before
  return new Map([...before, ...declared.map(([key, uri]) => [key.slice('xmlns:'.length), uri] as const)])
}

/** Indentation is no text; what would be longer than any field of any message is refused before it is put together. */
function addText(file: Reading, written: string): void {
  const to = file.open.at(-1)
  if (!to || (to.children.length > 0 && !NOT_BLANK.test(written))) return
  if (to.text.length + written.length > XML_LIMITS.value) refuse(file, 'value_too_long')
  to.text += written
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...([['lt', '<'], ['gt', '>'], ['amp', '&'], ['quot', '"'], ['apos', "'"]] as const), // prettier-ignore
])

/** Text with its references resolved. There are five entities without a DOCTYPE, and references to characters that XML has. */
function resolved(file: Reading, text: string, at: number): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|([a-z]{2,4}));|&/g,
    (_all, decimal?: string, hex?: string, entity?: string) => {
      const point = decimal || hex ? Number.parseInt(decimal ?? hex!, decimal ? 10 : 16) : undefined
      const character =
        point === undefined ? ENTITIES.get(entity ?? '') : point <= 0x10ffff ? String.fromCodePoint(point) : undefined
      if (character === undefined || NOT_A_CHARACTER.test(character)) return refuse(file, 'not_well_formed', at)
      return character
    },
  )
}

function refuse(file: Reading, reason: string, at = file.at): never {
  throw new Refusal('unreadable_xml', { reason, line: file.lineAt(at) })
}

/** As TextDecoder names them; a file that says nothing is UTF-8. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  'iso-8859-1': 'windows-1252',
  'iso-8859-15': 'iso-8859-15',
  'windows-1252': 'windows-1252',
}

function textOf(bytes: unknown): string {
  if (!Buffer.isBuffer(bytes)) throw new Refusal('unreadable_xml', { reason: 'not_well_formed', line: 1 })
  if (bytes.length > XML_LIMITS.bytes) throw new Refusal('body_too_large', { most: XML_LIMITS.bytes })
  const text = decoded(bytes)
  const odd = NOT_A_CHARACTER.exec(text)
  if (odd) throw new Refusal('unreadable_xml', { reason: 'characters', line: lineCounter(text)(odd.index) })
  return text.replace(/\r\n?/g, '\n')
}

function decoded(bytes: Buffer): string {
  const [one, two] = bytes
  const says = /^(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([^"']{1,40})["']/.exec(
    bytes.toString('latin1', 0, 300),
  )?.[1]
  const utf16 = one === 0xff && two === 0xfe ? 'utf-16le' : one === 0xfe && two === 0xff ? 'utf-16be' : undefined
  const encoding = utf16 ?? ENCODINGS[(says ?? 'utf-8').toLowerCase()]
  if (encoding === undefined) throw new Refusal('unreadable_xml', { reason: 'encoding', encoding: says, line: 1 })
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('unreadable_xml', { reason: 'encoding', encoding, line: 1 })
  }
}

function matched(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** The line of a place, counted on from the place asked for before: a file is read forwards. */
function lineCounter(text: string): (at: number) => number {
  const nextEnd = (from: number) => {
    const found = text.indexOf('\n', from)
    return found < 0 ? Infinity : found
  }
  let [line, end] = [1, nextEnd(0)]
  let last = 0
  return (at) => {
    if (at < last) [line, end] = [1, nextEnd(0)]
    for (last = at; end < at; end = nextEnd(end + 1)) line += 1
    return line
  }
}
