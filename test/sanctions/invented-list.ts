import * as names from './invented-names.ts'

/** A list of nobody, in the form in which the Security Council publishes its own; and names to screen against it. */

export type Invented = {
  readonly id: string
  readonly kind: 'individual' | 'entity'
  /** As it is listed: first, second, third and fourth name. */
  readonly parts: readonly string[]
  readonly script: string | null
  readonly alias: string | null
}

/** A name to screen: how it was made, and of whom it is, or of nobody. */
export type Variant = { readonly of: string; readonly how: string; readonly name: string }

/** The same numbers every time (mulberry32). */
export function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

type Made = Invented & {
  /** Each part in other ways of writing it, the last the family's. */
  readonly ways: readonly (readonly string[])[]
}

const pick = <T>(random: (below: number) => number, from: readonly T[]): T => from[random(from.length)]!

/** So many entries, of persons of four kinds of names and of organisations, no two with the same name. */
export function inventedList(count: number, seed = 1): Made[] {
  const random = numbers(seed)
  const made: Made[] = []
  const taken = new Set<string>()
  while (made.length < count) {
    const one = MAKERS[made.length % MAKERS.length]!(random)
    const key = one.parts.join(' ')
    if (taken.has(key)) continue
    taken.add(key)
    made.push({ ...one, id: String(9_000_000 + made.length) })
  }
  return made
}

type Maker = (random: (below: number) => number) => Omit<Made, 'id'>

const arabic: Maker = (random) => {
  const given = Array.from({ length: 2 + random(2) }, () => pick(random, names.ARABIC_GIVEN))
  const all = [...given, pick(random, names.ARABIC_FAMILY)]
  return {
    kind: 'individual',
    parts: all.map(({ latin }) => latin[0]!),
    script: all.map(({ script }) => script).join(' '),
    alias: all.map(({ latin }) => latin[1]!).join(' '),
    ways: all.map(({ latin }) => latin.slice(2)),
  }
}

const cyrillic: Maker = (random) => {
  const all = [
    pick(random, names.CYRILLIC_GIVEN),
    pick(random, names.CYRILLIC_PATRONYMIC),
    pick(random, names.CYRILLIC_FAMILY),
  ]
  return {
    kind: 'individual',
    parts: all.map((one) => names.romanised(one, 0)),
    script: random(2) ? all.join(' ') : null,
    alias: null,
    ways: all.map((one) => [names.romanised(one, 1), names.romanised(one, 2)]),
  }
}

const chinese: Maker = (random) => {
  const family = pick(random, names.CHINESE_FAMILY)
  const given = [pick(random, names.CHINESE_GIVEN), pick(random, names.CHINESE_GIVEN)]
  const joined = (way: 1 | 2) =>
    given.map((one, i) => (i ? one[way].toLowerCase() : one[way])).join(way === 1 ? '' : '-')
  return {
    kind: 'individual',
    parts: [family[1], joined(1)],
    script: [family, ...given].map(([sign]) => sign).join(''),
    alias: null,
    ways: [[family[2]], [joined(2)]],
  }
}

const other: Maker = (random) => {
  const all = [pick(random, names.OTHER_GIVEN), pick(random, names.OTHER_GIVEN), pick(random, names.OTHER_FAMILY)]
  return { kind: 'individual', parts: all, script: null, alias: null, ways: all.map((one) => [one]) }
}

const organisation: Maker = (random) => {
  const word = `${pick(random, names.ORGANISATION_WORDS)} ${pick(random, names.ORGANISATION_WORDS)}`
  const kind = pick(random, names.ORGANISATION_KINDS)
  return { kind: 'entity', parts: [`${word} ${kind}`], script: null, alias: null, ways: [[`${word} ${kind} Ltd.`]] }
}

const MAKERS = [arabic, cyrillic, arabic, chinese, other, arabic, organisation]

/** Ways in which a payee that is listed may be written, each with what was done to the listed name. */
export function variantsOf(made: readonly Made[], seed = 2): Variant[] {
  const random = numbers(seed)
  return made.flatMap((entry) => {
    const { parts, ways, script } = entry
    const another = ways.map((some, i) => (some.length > 0 ? pick(random, some) : parts[i]!))
    const long = parts.length >= 3
    const found: [how: string, name: string | undefined | null][] = [
      ['as listed', parts.join(' ')],
      ['other transliteration', another.join(' ')],
      ['other order', parts.length > 1 ? [parts.at(-1), ...parts.slice(0, -1)].join(', ') : undefined],
      [
        'other order and transliteration',
        parts.length > 1 ? [another.at(-1), ...another.slice(0, -1)].join(' ') : undefined,
      ],
      ['a wrong letter', mistyped(parts, random)],
      ['a part missing', long ? parts.filter((_, i) => i !== 1).join(' ') : undefined],
      ['a part missing, other transliteration', long ? another.filter((_, i) => i !== 1).join(' ') : undefined],
      [
        'a part more',
        entry.kind === 'entity'
          ? `${parts.join(' ')} Branch`
          : [parts[0], pick(random, names.OTHER_GIVEN), ...parts.slice(1)].join(' '),
      ],
      ['an initial', long ? [parts[0], `${parts[1]![0]}.`, ...parts.slice(2)].join(' ') : undefined],
      ['other spaces', parts.map((part) => part.replaceAll(/[ -]/g, '')).join(' ')],
      ['capitals and hyphens', parts.join('-').replaceAll(' ', '-').toUpperCase()],
      [
        'a vowel missing',
        parts
          .map((part, i) => (i === 0 ? part.replace(/(?<=[^aeiou\W])[aeiou](?=[^aeiou\W]{1,2}[aeiou])/, '') : part))
          .join(' '),
      ],
      ['its own script', script],
      ['a legal form', entry.kind === 'entity' ? `${parts[0]} LLC` : undefined],
    ]
    return found.flatMap(([how, name]) => (name ? [{ of: entry.id, how, name }] : []))
  })
}

/** One letter of the longest part is left out, doubled to another, replaced, or swapped with its neighbour. */
function mistyped(parts: readonly string[], random: (below: number) => number): string {
  const at = parts.reduce((longest, part, i) => (part.length > parts[longest]!.length ? i : longest), 0)
  const part = parts[at]!
  const i = 2 + random(Math.max(1, part.length - 3))
  const wrong = [
    part.slice(0, i) + part.slice(i + 1),
    `${part.slice(0, i)}${'nrtlsk'[random(6)]}${part.slice(i)}`,
    `${part.slice(0, i)}${'nrtlsk'[random(6)]}${part.slice(i + 1)}`,
    `${part.slice(0, i)}${part[i + 1] ?? ''}${part[i] ?? ''}${part.slice(i + 2)}`,
  ][random(4)]!
  return parts.map((one, j) => (j === at ? wrong : one)).join(' ')
}

/** Names from the same parts that nobody on the list has: of another person however near. */
export function innocents(count: number, listed: readonly Made[], seed = 3): string[] {
  const random = numbers(seed)
  const whole = (parts: readonly string[]) => parts.join(' ').split(' ').sort().join(' ')
  const taken = new Set(listed.map(({ parts }) => whole(parts)))
  const found: string[] = []
  while (found.length < count) {
    const { parts, ways } = MAKERS[found.length % MAKERS.length]!(random)
    if (taken.has(whole(parts))) continue
    const shown = random(2) ? parts : ways.map((some, i) => pick(random, [...some, parts[i]!]))
    found.push(shown.join(' '))
  }
  return found
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** The list as a file in the published form. */
export function publishedForm(made: readonly Invented[], { generated = '2026-11-01T02:00:00.000Z' } = {}): string {
  const tag = (name: string, text: string | null | undefined) =>
    text ? `<${name}>${escaped(text)}</${name}>` : `<${name}/>`
  const common = ({ id, script }: Invented, type: string) =>
    tag('UN_LIST_TYPE', 'Invented') +
    tag('REFERENCE_NUMBER', `${type}.${id.slice(-4)}`) +
    tag('LISTED_ON', '2026-01-15') +
    tag('NAME_ORIGINAL_SCRIPT', script) +
    tag('COMMENTS1', 'Nobody: made for tests.')
  const individuals = made
    .filter(({ kind }) => kind === 'individual')
    .map((one) => {
      const places = ['FIRST_NAME', 'SECOND_NAME', 'THIRD_NAME', 'FOURTH_NAME']
      const parts = places.map((place, i) => (one.parts[i] ? tag(place, one.parts[i]) : '')).join('')
      return `<INDIVIDUAL>${tag('DATAID', one.id)}${tag('VERSIONNUM', '1')}${parts}${common(one, 'XXi')}<DESIGNATION>${tag('VALUE', 'Treasurer')}</DESIGNATION><NATIONALITY>${tag('VALUE', 'Nowhere')}</NATIONALITY><INDIVIDUAL_ALIAS>${tag('QUALITY', one.alias && 'Good')}${tag('ALIAS_NAME', one.alias)}</INDIVIDUAL_ALIAS><INDIVIDUAL_DATE_OF_BIRTH>${tag('TYPE_OF_DATE', 'EXACT')}${tag('DATE', '1970-01-01')}</INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>`
    })
  const entities = made
    .filter(({ kind }) => kind === 'entity')
    .map(
      (one) =>
        `<ENTITY>${tag('DATAID', one.id)}${tag('VERSIONNUM', '1')}${tag('FIRST_NAME', one.parts[0])}${common(one, 'XXe')}<ENTITY_ALIAS>${tag('QUALITY', '')}${tag('ALIAS_NAME', '')}</ENTITY_ALIAS></ENTITY>`,
    )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST dateGenerated="${generated}"><INDIVIDUALS>${individuals.join('\n')}</INDIVIDUALS><ENTITIES>${entities.join('\n')}</ENTITIES></CONSOLIDATED_LIST>\n`
}
