import { Refusal } from '../errors.ts'
import { readRows } from '../imports/file.ts'
import type { ListedName } from './candidates.ts'
import { LIST_LIMITS, type ListReader } from './list.ts'

/** The heading of a list that somebody keeps as a table: of one's own, or made of another publisher's. */
export const LIST_COLUMNS = [
  'id',
  'kind',
  'name',
  'aliases',
  'original_script',
  'born',
  'nationality',
  'listed_on',
  'comments',
] as const

/**
 * A list as CSV (UTF-8) with the heading `LIST_COLUMNS`: one entry a line; `kind` is person or organisation; aliases, and names in other
 * scripts, are parted by semicolons. At most 20,000 lines.
 */
export const csvReader: ListReader = {
  format: 'csv',
  read(bytes) {
    const rows = readRows(bytes, LIST_COLUMNS)
    if (rows.length === 0) throw new Refusal('unreadable_file', { reason: 'no_entries' })
    const entries = rows.map(({ line, fields }) => {
      if (fields.length !== LIST_COLUMNS.length) throw new Refusal('unreadable_file', { reason: 'fields', line })
      const [key, kind, name, aliases, script, born, nationality, listedOn, comments] = fields.map((one) =>
        one.trim(),
      ) as [string, string, string, string, string, string, string, string, string]
      if (!key || !/\p{L}/u.test(name))
        throw new Refusal('unreadable_file', { reason: key ? 'no_name' : 'no_id', line })
      if (kind !== 'person' && kind !== 'organisation') throw new Refusal('unreadable_file', { reason: 'kind', line })
      const names: ListedName[] = [
        { name, kind: 'name', quality: null },
        ...parted(script).map((one) => ({ name: one, kind: 'script' as const, quality: null })),
        ...parted(aliases).map((one) => ({ name: one, kind: 'alias' as const, quality: null })),
      ]
      if (names.length > LIST_LIMITS.names || fields.some((one) => one.length > 20 * LIST_LIMITS.nameLength))
        throw new Refusal('unreadable_file', { reason: 'value_too_long', line })
      const facts = { listed_on: listedOn, born, nationality, comments }
      return {
        ...({ key, reference: null, kind, name, names } as const),
        facts: Object.entries(facts).flatMap(([fact, value]) => (value ? [{ fact, value }] : [])),
      }
    })
    return { dated: null, entries }
  },
}

const parted = (text: string) =>
  text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => /\p{L}/u.test(one))
