import type { ExpertTold, Period } from '../server/experts/queries.ts'
import { isLanguage } from '../server/experts/policy.ts'
import type { Field, Row } from './fields.tsx'
import type { Choice } from './forms.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

/** So many rows are there at least, and so many empty ones after those that are filled in. */
const LEAST_ROWS = 4
const SPARE_ROWS = 2

/** The fields of an expert on the roster, as they are now where there is one. */
export function expertFields(
  { expert, people, currency }: { expert?: ExpertTold | undefined; people: readonly Choice[]; currency: string },
  t: Texts,
): (Field | Row)[] {
  return [
    ...whoFields(expert, people, t),
    ...languageRows(expert?.languages ?? [], t),
    ...whereFields(expert, t),
    ...availabilityRows(expert?.availability, t),
    ...costFields(expert, currency, t),
    {
      row: [
        { name: 'email', label: t.experts.email, kind: 'email', most: 300, now: expert?.email ?? '' },
        { name: 'phone', label: t.experts.phone, kind: 'code', most: 50, now: expert?.phone ?? '' },
      ],
    },
    ...(expert ? changeFields(expert, t) : []),
  ]
}

function whoFields(expert: ExpertTold | undefined, choices: readonly Choice[], t: Texts): (Field | Row)[] {
  const words = t.experts
  const { name = '', latinName = '', personId, themes = [] } = expert ?? {}
  return [
    {
      row: [
        { name: 'name', label: words.name, most: 300, required: true, now: name },
        { name: 'latinName', label: words.latinName, hint: words.latinHint, most: 300, now: latinName },
      ],
    },
    { name: 'personId', label: words.person, kind: 'one', hint: words.personHint, choices, now: personId ?? '' },
    { name: 'themes', label: words.themes, kind: 'several', choices: choicesOf(t.themes), now: themes },
  ]
}

/** Which places an expert knows, and where they are from. */
function whereFields(expert: ExpertTold | undefined, t: Texts): Field[] {
  return (['regions', 'countries', 'nationalities'] as const).map((name) => ({
    ...{ name, label: t.experts[name], hint: t.experts.commas },
    now: (expert?.[name] ?? []).join(', '),
  }))
}

/** By what a deployment is costed. */
function costFields(expert: ExpertTold | undefined, currency: string, t: Texts): (Field | Row)[] {
  const words = t.experts
  const { dailyFee: fee, travel } = expert ?? {}
  const ceiling = travel?.ceiling
  const currencyOf = (name: string, now: string, required: boolean): Field => ({
    ...{ name, label: t.rates.currency, kind: 'code', most: 3, required, now },
  })
  return [
    {
      row: [
        {
          name: 'dailyFee',
          label: words.fee,
          kind: 'amount',
          hint: t.amountHint,
          required: true,
          now: fee?.amount ?? '',
        },
        currencyOf('feeCurrency', fee?.currency ?? currency, true),
      ],
    },
    {
      ...{ name: 'travelClass', label: words.travelClass, kind: 'one', choices: choicesOf(t.travelClasses) },
      ...{ required: true, now: travel?.class ?? 'economy' },
    },
    {
      row: [
        {
          name: 'travel',
          label: words.travelCeiling,
          kind: 'amount',
          hint: words.travelHint,
          now: ceiling?.amount ?? '',
        },
        currencyOf('ceilingCurrency', ceiling?.currency ?? currency, false),
      ],
    },
  ]
}

function changeFields({ onRoster }: ExpertTold, t: Texts): Field[] {
  const words = t.experts
  return [
    {
      ...{ name: 'onRoster', label: words.onRoster, kind: 'one', choices: choicesOf(words.onRosterChoices) },
      ...{ required: true, now: onRoster ? 'yes' : 'no' },
    },
    { name: 'reason', label: words.whyChanged, kind: 'long', required: true },
  ]
}

function languageRows(languages: ExpertTold['languages'], t: Texts): Row[] {
  const choices = languageChoices(
    t.language,
    languages.map(({ language }) => language),
  )
  return rowsOf(languages, (one, i) => [
    {
      name: `languages.${i}.language`,
      label: `${t.experts.language} ${i + 1}`,
      kind: 'one',
      choices,
      required: i === 0,
      now: one?.language ?? '',
    },
    {
      name: `languages.${i}.level`,
      label: t.experts.howWell,
      kind: 'one',
      choices: choicesOf(t.languageLevels),
      required: i === 0,
      now: one?.level ?? '',
    },
  ])
}

function availabilityRows(availability: ExpertTold['availability'] | undefined, t: Texts): Row[] {
  const words = t.experts
  return rowsOf(periodsWithMode(availability), (one, i) => [
    {
      name: `availability.${i}.from`,
      label: `${words.freeFrom} ${i + 1}`,
      kind: 'date',
      required: i === 0,
      now: one?.from ?? '',
    },
    { name: `availability.${i}.to`, label: words.to, kind: 'date', required: i === 0, now: one?.to ?? '' },
    {
      name: `availability.${i}.mode`,
      label: words.mode,
      kind: 'one',
      choices: choicesOf(words.bothModes),
      required: i === 0,
      now: one?.mode ?? '',
    },
  ])
}

function rowsOf<Item>(items: readonly Item[], fields: (item: Item | undefined, i: number) => Field[]): Row[] {
  return Array.from({ length: rowsFor(items.length) }, (_, i) => ({ row: fields(items[i], i) }))
}

/** So many rows a list of so many has. */
export function rowsFor(filled: number): number {
  return Math.max(LEAST_ROWS, filled + SPARE_ROWS)
}

type PeriodWithMode = Period & { readonly mode: 'both' | 'on_site' | 'remote' }

/** When an expert can be had, each period once. */
export function periodsWithMode(of: ExpertTold['availability'] = { onSite: [], remote: [] }): PeriodWithMode[] {
  const within = (periods: readonly Period[], { from, to }: Period) =>
    periods.some((one) => one.from === from && one.to === to)
  return [
    ...of.onSite.map((one) => ({ ...one, mode: within(of.remote, one) ? ('both' as const) : ('on_site' as const) })),
    ...of.remote.filter((one) => !within(of.onSite, one)).map((one) => ({ ...one, mode: 'remote' as const })),
  ].sort((a, b) => (a.from < b.from ? -1 : 1))
}

const letters = Array.from('abcdefghijklmnopqrstuvwxyz')
const CODES = letters
  .flatMap((first) => letters.map((second) => first + second))
  .filter((code) => isLanguage(code) && Intl.getCanonicalLocales(code)[0] === code)

/** Languages of two letters by their names, and those that are there already. */
function languageChoices(language: Texts['language'], there: readonly string[]): Choice[] {
  const names = new Intl.DisplayNames(language, { type: 'language' })
  const { compare } = new Intl.Collator(language)
  return [...new Set([...CODES, ...there])]
    .map((code) => ({ value: code, label: names.of(code) ?? code }))
    .sort((a, b) => compare(a.label, b.label))
}
