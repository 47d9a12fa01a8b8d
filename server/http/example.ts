import { ID_KINDS } from '../ids.ts'

type JsonSchema = {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  minimum?: number
  required?: string[]
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
}

/** What a field of this name holds where its schema alone would not say. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  account: 'CF57 2000 1000 0101 2000 0697 000',
  agreementUrl: 'https://peacemaker.example/agreements/lake',
  amount: '40000.00',
  bic: 'BDFLCFCF',
  chosen: 'four rivers meet at dawn',
  contentHash: '0'.repeat(64),
  country: 'Cameroon',
  countries: ['Cameroon'],
  days: 30,
  email: 'amina@example.org',
  entryId: '1',
  fiscalYear: 2026,
  language: 'ar',
  ledgerEntryId: '1',
  month: '2026-10',
  name: 'Centre for Dialogue',
  rate: '0.92',
  rateBps: 700,
  region: 'Central Africa',
  sha256: '0'.repeat(64),
  regions: ['Central Africa'],
  timeZone: 'Africa/Nairobi',
  digestAt: '07:30',
  quietFrom: '22:00',
  quietUntil: '06:00',
  title: 'Talks before the elections',
  // Another than the account that the money comes from.
  toAccountId: `${ID_KINDS.bankAccount}_${'0'.repeat(25)}1`,
  units: '0.92',
}

/** Left out where they may be: they belong to another case of their body than the usual one. */
const OF_OTHER_CASES = [
  'bankCountry',
  'clearingCode',
  'notDuplicate',
  'condition',
  'rate',
  'appliedAmount',
  'donorId',
  'contentHash',
  'sha256',
  'basis',
  'personId',
  'savedQueryId',
]

/** A value that the schema lets through, filled in as a person would, for the documentation to be pasted from. */
export function exampleOf(schema: JsonSchema, name = ''): unknown {
  const { enum: offered, properties, required = [], items, pattern = '' } = schema
  const offers = offered?.find((one) => one !== null)
  if (offers !== undefined) return offers
  const alternative = schema.anyOf?.[0] ?? schema.oneOf?.[0]
  if (alternative) return exampleOf(alternative, name)
  const type = [schema.type].flat().find((one) => one !== 'null')
  if (type === 'object') {
    const usual = (key: string) => required.includes(key) || !OF_OTHER_CASES.includes(key)
    const told = Object.entries(properties ?? {}).filter(([key]) => usual(key))
    return Object.fromEntries(told.map(([key, value]) => [key, exampleOf(value, key)]))
  }
  if (pattern.includes('A-Z]{2}$')) return 'CF'
  if (name in BY_NAME) return BY_NAME[name]
  if (type === 'array') return items ? [exampleOf(items, name)] : []
  if (type === 'boolean') return false
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1
  const id = /^\^\(?(\w+)[|\w]*\)?_\[/.exec(pattern)?.[1]
  if (id) return `${id}_${'0'.repeat(26)}`
  if (pattern.includes('A-Z]{3}')) return 'USD'
  if (pattern.includes('T\\d{2}')) return '2026-11-02T08:00:00Z'
  if (/On$|^onDay$|^effectiveFrom$|By$|^validUntil$|Date$|At$|^period|^from$|^to$/.test(name)) return '2026-11-02'
  if (pattern.startsWith('^[A-Z0-9]')) return 'FUND-1'
  return name
}
