import { Refusal } from '../errors.ts'
import { elementAt, elementsIn, readXml, textAt, type XmlElement } from '../xml.ts'
import type { ListedName } from './candidates.ts'
import { LIST_LIMITS, type Fact, type ListedEntry, type ListReader } from './list.ts'

/**
 * The Security Council's consolidated list in XML: CONSOLIDATED_LIST with INDIVIDUALS of INDIVIDUAL and ENTITIES of ENTITY. Of an entry
 * DATAID is the key; names are FIRST_NAME to FOURTH_NAME, NAME_ORIGINAL_SCRIPT, and ALIAS_NAME with its QUALITY (Good, Low, a.k.a.,
 * f.k.a.). Empty elements stand for what is not known.
 */
export const unReader: ListReader = {
  format: 'un_xml',
  read(bytes) {
    const root = readXml(bytes)
    if (root.name !== 'CONSOLIDATED_LIST') throw unreadable('not_the_list', root)
    const individuals = elementsIn(elementAt(root, 'INDIVIDUALS'), 'INDIVIDUAL')
    const organisations = elementsIn(elementAt(root, 'ENTITIES'), 'ENTITY')
    if (individuals.length + organisations.length === 0) throw unreadable('no_entries', root)
    if (individuals.length + organisations.length > LIST_LIMITS.entries)
      throw new Refusal('body_too_large', {
        entries: individuals.length + organisations.length,
        most: LIST_LIMITS.entries,
      })
    const generated = root.attributes.get('dateGenerated') ?? ''
    return {
      dated: Number.isNaN(Date.parse(generated)) ? null : new Date(generated).toISOString(),
      entries: [
        ...individuals.map((element) => entryIn(element, 'person')),
        ...organisations.map((element) => entryIn(element, 'organisation')),
      ],
    }
  },
}

function entryIn(element: XmlElement, kind: ListedEntry['kind']): ListedEntry {
  const key = textAt(element, 'DATAID')
  if (!key) throw unreadable('no_data_id', element)
  const name = ['FIRST_NAME', 'SECOND_NAME', 'THIRD_NAME', 'FOURTH_NAME']
    .flatMap((place) => textAt(element, place) ?? [])
    .join(' ')
    .replace(/\s+/g, ' ')
  const script = (textAt(element, 'NAME_ORIGINAL_SCRIPT') ?? '').split(/[;؛]/)
  const aliases = elementsIn(element, kind === 'person' ? 'INDIVIDUAL_ALIAS' : 'ENTITY_ALIAS').flatMap((alias) =>
    (textAt(alias, 'ALIAS_NAME') ?? '')
      .split(/;\s/)
      .map((one) => ({ name: one, kind: 'alias' as const, quality: textAt(alias, 'QUALITY') ?? null })),
  )
  const names = clean([
    { name, kind: 'name', quality: null },
    ...script.map((one) => ({ name: one, kind: 'script' as const, quality: null })),
    ...aliases,
  ])
  if (names.length === 0) throw unreadable('no_name', element)
  if (names.length > LIST_LIMITS.names) throw unreadable('too_many_names', element)
  if (names.some((one) => one.name.length > LIST_LIMITS.nameLength)) throw unreadable('value_too_long', element)
  return {
    key,
    reference: textAt(element, 'REFERENCE_NUMBER') ?? null,
    kind,
    name: names[0]!.name,
    names,
    facts: factsIn(element),
  }
}

/** Names that say something, each once. */
function clean(names: readonly ListedName[]): ListedName[] {
  const seen = new Set<string>()
  return names.flatMap((one) => {
    const name = one.name.trim().replace(/\s+/g, ' ')
    if (!/\p{L}/u.test(name) || /^n\/?a$/i.test(name) || seen.has(name)) return []
    seen.add(name)
    return [{ ...one, name }]
  })
}

/** What is told of an entry beside its names, by the names of `en-sanctions.ts`. */
const FACTS: readonly [fact: string, tell: (entry: XmlElement) => (string | undefined)[]][] = [
  ['listed_under', (entry) => [textAt(entry, 'UN_LIST_TYPE')]],
  ['listed_on', (entry) => [textAt(entry, 'LISTED_ON')]],
  ['updated_on', (entry) => valuesOf(entry, 'LAST_DAY_UPDATED')],
  ['version', (entry) => [textAt(entry, 'VERSIONNUM')]],
  ['title', (entry) => valuesOf(entry, 'TITLE')],
  ['designation', (entry) => valuesOf(entry, 'DESIGNATION')],
  ['gender', (entry) => [textAt(entry, 'GENDER')]],
  ['nationality', (entry) => valuesOf(entry, 'NATIONALITY')],
  ['born', (entry) => elementsIn(entry, 'INDIVIDUAL_DATE_OF_BIRTH').map(birthIn)],
  ['birthplace', (entry) => elementsIn(entry, 'INDIVIDUAL_PLACE_OF_BIRTH').map(linesIn)],
  [
    'address',
    (entry) => [...elementsIn(entry, 'INDIVIDUAL_ADDRESS'), ...elementsIn(entry, 'ENTITY_ADDRESS')].map(linesIn),
  ],
  ['document', (entry) => elementsIn(entry, 'INDIVIDUAL_DOCUMENT').map(linesIn)],
  ['comments', (entry) => [textAt(entry, 'COMMENTS1')]],
]

function factsIn(entry: XmlElement): Fact[] {
  return FACTS.flatMap(([fact, tell]) => tell(entry).flatMap((value) => (value ? [{ fact, value }] : [])))
}

function valuesOf(entry: XmlElement, name: string): string[] {
  return elementsIn(entry, name).flatMap((element) => elementsIn(element, 'VALUE').map(({ text }) => text.trim()))
}

function birthIn(element: XmlElement): string | undefined {
  const from = textAt(element, 'FROM_YEAR')
  const on =
    textAt(element, 'DATE') ?? textAt(element, 'YEAR') ?? (from && `${from}–${textAt(element, 'TO_YEAR') ?? ''}`)
  const type = textAt(element, 'TYPE_OF_DATE')
  return on && (type && type !== 'EXACT' && type !== 'BETWEEN' ? `${on} (${type.toLowerCase()})` : on)
}

/** Street, town, country; kind of document, number, who issued it: in the order of the file. */
function linesIn(element: XmlElement): string {
  return element.children
    .map(({ text }) => text.trim())
    .filter(Boolean)
    .join(', ')
}

function unreadable(reason: string, { line }: XmlElement): Refusal {
  return new Refusal('unreadable_xml', { reason, line })
}
