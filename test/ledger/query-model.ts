import fc from 'fast-check'
import type { Node, Term, Value } from '../../server/ledger/query-text.ts'

/** The query language told a second time, plainly and over plain objects, so that its SQL can be held against it. */

export type PostingModel = {
  address: string
  currency: string
  amount: bigint
  functional: bigint
  contribution: string | null
  contributionCode: string | null
  donor: string | null
  requestCode: string | null
  payee: string | null
  process: string | null
  category: string | null
}
export type EntryModel = {
  id: bigint
  kind: string
  source: string
  occurredOn: string
  recordedAt: string
  memo: string
  person: string | null
  reversed: boolean
  reverses: boolean
  seal: number | null
  postings: PostingModel[]
}

const OF_POSTING = new Set(
  'account book side currency amount functional contribution donor request payee process category'.split(' '),
)

export function holds(node: Node, entry: EntryModel): boolean {
  if (node.type === 'not') return !holds(node.of, entry)
  if (node.type === 'or') return node.of.some((one) => holds(one, entry))
  const group = node.type === 'and' ? node.of : [node]
  const ofPosting = group.filter((one): one is Term => one.type === 'term' && OF_POSTING.has(one.field))
  const rest = group.filter((one) => !ofPosting.includes(one as Term))
  const others = rest.every((one) => (one.type === 'term' ? entryHas(one, entry) : holds(one, entry)))
  return (
    others &&
    (ofPosting.length === 0 || entry.postings.some((posting) => ofPosting.every((one) => postingHas(one, posting))))
  )
}

// Accents, and the vowel signs of Hebrew and Arabic.
const SIGNS = new RegExp(
  // eslint-disable-next-line no-misleading-character-class -- these are the signs themselves
  '[\\u0300-\\u036f\\u0591-\\u05c7\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e8\\u06ea-\\u06ed]',
  'g',
)

export function fold(text: string): string {
  const letters: Record<string, string> = {
    ł: 'l',
    ø: 'o',
    đ: 'd',
    ı: 'i',
    ς: 'σ',
    ٱ: 'ا',
    ة: 'ه',
    ى: 'ي',
    ß: 'ss',
    æ: 'ae',
  }
  return [...text.normalize('NFKD').replaceAll(SIGNS, '').toLowerCase()]
    .map((one) => letters[one] ?? one)
    .join('')
    .replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
}

function entryHas(term: Term, entry: EntryModel): boolean {
  return term.values.some((value) => {
    const { text } = value
    switch (term.field) {
      case 'entry':
        return inRange(term, text, entry.id, BigInt)
      case 'seal':
        return entry.seal !== null && inRange(term, text, BigInt(entry.seal), BigInt)
      case 'position':
        return entry.seal !== null && entry.seal <= Number(text)
      case 'kind':
        return entry.kind === text
      case 'memo':
        return fold(entry.memo).includes(fold(text))
      case 'person':
        return named(term, value, entry.person)
      case 'period':
        return inDays(term, text, entry.occurredOn)
      case 'recorded':
        return inDays(term, text, entry.recordedAt.slice(0, 10))
      case 'is':
        return {
          reversed: entry.reversed,
          reversing: entry.reverses,
          sealed: entry.seal !== null,
          unsealed: entry.seal === null,
        }[text as 'sealed']
      case 'source':
        return text.endsWith('*')
          ? entry.source.startsWith(text.slice(0, -1))
          : entry.source === text || entry.source.startsWith(`${text}#`)
      default:
        throw new Error(term.field)
    }
  })
}

function postingHas(term: Term, posting: PostingModel): boolean {
  const size = (value: bigint) => (value < 0n ? -value : value)
  return term.values.some((value) => {
    const { text } = value
    const code = (of: string | null) => (value.none ? of === null : of === text)
    switch (term.field) {
      case 'account':
        if (term.operator === '=') return posting.address === text
        if (text.endsWith('*')) return posting.address.startsWith(text.slice(0, -1))
        return posting.address === text || posting.address.startsWith(text.endsWith(':') ? text : `${text}:`)
      case 'book':
        return posting.address.startsWith('budget:') === (text === 'budget')
      case 'side':
        return (posting.amount || posting.functional) > 0n === (text === 'debit')
      case 'currency':
        return posting.currency === text
      case 'amount':
      case 'functional':
        return inRange(term, text, size(posting[term.field]), cents)
      case 'contribution':
        return value.none ? posting.contribution === null : posting.contributionCode === text
      case 'donor':
        return value.none ? posting.contribution === null : named(term, value, posting.donor)
      case 'request':
        return code(posting.requestCode)
      case 'category':
        return code(posting.category)
      case 'payee':
        return named(term, value, posting.payee)
      case 'process':
        return named(term, value, posting.process)
      default:
        throw new Error(term.field)
    }
  })
}

function named({ operator }: Term, { text, none }: Value, name: string | null): boolean {
  if (none || name === null) return Boolean(none) && name === null
  return operator === '=' ? fold(name) === fold(text) : fold(name).includes(fold(text))
}

function cents(text: string): bigint {
  const [whole, decimals = ''] = text.split('.')
  return BigInt(`${whole}${decimals.padEnd(2, '0')}`)
}

function inRange({ operator }: Term, text: string, value: bigint, read: (text: string) => bigint): boolean {
  if (operator !== ':') return compare(operator, value, read(text))
  const [first, last] = text.includes('..') ? text.split('..') : [text, text]
  return (first === '' || value >= read(first!)) && (last === '' || value <= read(last!))
}

function inDays({ operator }: Term, text: string, day: string): boolean {
  const lowest = (period: string) => `${period}-01-01`.slice(0, Math.max(10, period.length)).slice(0, 10)
  // '~' sorts behind every digit.
  const highest = (period: string) => `${period}~`
  if (operator === '>=') return day >= lowest(text).slice(0, text.length)
  if (operator === '<') return day < text
  if (operator === '<=') return day <= highest(text)
  if (operator === '>') return day > highest(text)
  const [first, last] = text.includes('..') ? text.split('..') : [text, text]
  return (first === '' || day >= first!) && (last === '' || day <= highest(last!))
}

function compare(operator: string, a: bigint, b: bigint): boolean {
  return { '>=': a >= b, '<=': a <= b, '>': a > b, '<': a < b }[operator]!
}

type Pool = Record<
  'kinds' | 'memos' | 'people' | 'addresses' | 'contributions' | 'donors' | 'requests' | 'payees' | 'processes',
  string[]
> & {
  ids: bigint[]
}

/** Queries that have something to find in a ledger whose words are these. */
export function queriesOver(pool: Pool): fc.Arbitrary<Node> {
  const text = (of: fc.Arbitrary<string>) => of.map((one): Value => ({ text: one, none: false }))
  const term = (
    field: Term['field'],
    operators: Term['operator'][],
    of: fc.Arbitrary<string>,
    { none = false, most = 2 } = {},
  ) =>
    fc.record({
      type: fc.constant('term' as const),
      field: fc.constant(field),
      operator: fc.constantFrom(...operators),
      values: fc.array(
        none
          ? fc.oneof(
              { weight: 4, arbitrary: text(of) },
              { weight: 1, arbitrary: fc.constant({ text: 'none', none: true }) },
            )
          : text(of),
        {
          minLength: 1,
          maxLength: most,
        },
      ),
    }) as fc.Arbitrary<Term>
  const one = (words: string[]) => fc.constantFrom(...words)
  const part = (words: string[]) =>
    fc.tuple(one(words), fc.nat(4), fc.integer({ min: 1, max: 8 })).map(
      ([word, from, length]) =>
        [...word]
          .slice(from, from + length)
          .join('')
          .trim() || word,
    )
  const ranged = (field: Term['field'], of: fc.Arbitrary<string>, most = 1): fc.Arbitrary<Term> =>
    fc.oneof(
      term(field, ['>=', '<=', '>', '<'], of, { most: 1 }),
      term(
        field,
        [':'],
        fc.oneof(
          of,
          fc.tuple(of, of).map(([a, b]) => `${a}..${b}`),
          of.map((a) => `${a}..`),
          of.map((a) => `..${a}`),
        ),
        { most },
      ),
    )
  const day = one(['2024', '2025', '2024-01', '2024-02', '2024-02-29', '2024-01-31', '2025-12', '2024-03-05'])
  const size = one(['0', '1', '2.50', '10', '10.00', '99.99', '100', '5000'])
  const number = one(pool.ids.map(String))
  const prefixes = pool.addresses.flatMap((one) => one.split(':').map((_part, i, all) => all.slice(0, i + 1).join(':')))
  const terms: fc.Arbitrary<Node>[] = [
    ranged('entry', number, 2),
    ranged('seal', one(['1', '2', '3', '9']), 2),
    ranged('period', day, 2),
    ranged(
      'recorded',
      one(['2024', '2025-01', `${new Date().getUTCFullYear()}`, new Date().toISOString().slice(0, 10)]),
    ),
    term('kind', [':'], one(pool.kinds)),
    term('memo', [':'], part(pool.memos)),
    term('person', [':', '='], part(pool.people), { none: true }),
    term('is', [':'], one(['reversed', 'reversing', 'sealed', 'unsealed']), { most: 1 }),
    term('position', [':'], one(['1', '2', '9']), { most: 1 }),
    term(
      'account',
      [':'],
      fc.oneof(one(prefixes), one(prefixes.map((p) => `${p}:`)), one(prefixes.map((p) => `${p.slice(0, -1)}*`))),
    ),
    term('account', ['='], one(pool.addresses)),
    term('book', [':'], one(['actual', 'budget']), { most: 1 }),
    term('side', [':'], one(['debit', 'credit']), { most: 1 }),
    term('currency', [':'], one(['USD', 'EUR', 'GBP'])),
    ranged('functional', size),
    term('contribution', [':'], one(pool.contributions), { none: true }),
    term('donor', [':', '='], part(pool.donors), { none: true }),
    term('request', [':'], one(pool.requests), { none: true }),
    term('payee', [':', '='], part(pool.payees), { none: true }),
    term('process', [':', '='], part(pool.processes), { none: true }),
    term('category', [':'], one(['grants', 'travel', 'venue']), { none: true }),
    fc
      .tuple(ranged('amount', size), term('currency', [':'], one(['USD', 'EUR']), { most: 1 }))
      .map((of): Node => ({ type: 'and', of })),
  ]
  const { node } = fc.letrec<{ node: Node }>((tie) => {
    const several = fc.array(tie('node'), { minLength: 2, maxLength: 3 })
    return {
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true, maxDepth: 3 },
        fc.oneof(...terms),
        several.map((of): Node => ({ type: 'and', of })),
        several.map((of): Node => ({ type: 'or', of })),
        tie('node').map((of): Node => ({ type: 'not', of })),
        // On a posting of its own.
        tie('node').map((of): Node => (of.type === 'term' ? { type: 'and', of: [of] } : of)),
      ),
    }
  })
  return node
}
