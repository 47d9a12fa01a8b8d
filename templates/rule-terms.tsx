import type { ComponentChildren } from 'preact'
import type { MoneyText } from '../server/money.ts'
import type { Difference, Field, Fields, GoneAnotherWay, Preview, Terms, Way } from '../server/rules/policy.ts'
import { Amount, Code, Columns, Day, Facts, Name, Said, Table, wordsFor } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

/** What rules say, in sentences, whatever they are about: their fields tell how each is read. */

/** The terms of a rule, each field with its word; lists line by line. */
export function TermsShown({ fields, terms, t }: { fields: Fields; terms: Terms; t: Texts }) {
  return (
    <Facts
      of={Object.entries(fields).map(([name, field]) => [
        wordFor(t.rules.fields, name),
        <TermShown name={name} field={field} value={terms[name]} t={t} />,
      ])}
    />
  )
}

function TermShown({ name, field, value, t }: { name: string; field: Field; value: unknown; t: Texts }) {
  if (field.kind === 'group') return <TermsShown fields={field.of} terms={(value ?? {}) as Terms} t={t} />
  if (field.kind !== 'list' || field.asOne) return <Value name={name} value={value} t={t} />
  const items = (value ?? []) as Terms[]
  if (items.length === 0) return <>{t.rules.none}</>
  return (
    <ul>
      {items.map((item) => (
        <li>
          <ItemName of={item[field.key] as ItemKey} t={t} />:{' '}
          <Item fields={field.of} skip={field.key} item={item} t={t} />
        </li>
      ))}
    </ul>
  )
}

/** An item of a list as one line. A role with a number of people is read as one. */
function Item({ fields, skip, item, t }: { fields: Fields; skip: string; item: Terms; t: Texts }) {
  if ('role' in fields) return <>{personsOf(item as { role: string; quorum?: number }, t)}</>
  const told = Object.keys(fields).filter((name) => name !== skip && item[name] !== undefined)
  return (
    <>
      {told.map((name, i) => (
        <>
          {i > 0 && ' · '}
          {fields[name]!.kind === 'count' && <>{wordFor(t.rules.fields, name)}: </>}
          {item[name] === true ? wordFor(t.rules.fields, name) : <Value name={name} value={item[name]} t={t} />}
        </>
      ))}
    </>
  )
}

type ItemKey = MoneyText | string | number | null | undefined

/** What an item of a list is for: amounts up to a ceiling, all above the last one, or what a code means. */
function ItemName({ of, t }: { of: ItemKey; t: Texts }) {
  if (typeof of === 'string') return <>{wordFor(t.clock.reasons, of)}</>
  if (typeof of === 'number') return <Said text={t.rules.fromDays} n={of} />
  return of ? <Said text={t.rules.upTo} amount={<Amount of={of} />} /> : <>{t.rules.above}</>
}

type StepTold = { step: number; role: string; quorum: number }

/** Any value of a rule as it is read; what is not there is a dash. */
export function Value({ name, value, t }: { name: string; value: unknown; t: Texts }) {
  const words = t.rules
  if (value === null || value === undefined) return <>{t.none}</>
  if (typeof value === 'boolean') return <>{value ? words.yes : words.no}</>
  if (Array.isArray(value)) return <Listed of={value} t={t} />
  if (typeof value === 'object') return <Amount of={value as MoneyText} />
  if (name === 'days') return <Said text={words.days} n={value as number} />
  if (name === 'bps' || name === 'reportedBps') return <bdi dir="ltr">{percent(value as number)} %</bdi>
  if (name === 'role') return <>{wordFor(t.roles, value as string)}</>
  if (name === 'rule') return <>{wordFor(t.fundingRules, value as string)}</>
  if (name === 'chargeBearer') return <>{wordFor(t.rules.chargeBearers, value as string)}</>
  if (name === 'kind') return <>{wordFor(words.organisationTypes, value as string)}</>
  return <>{value as ComponentChildren}</>
}

type Listable = StepTold | { phase: string } | { role: string } | { share: number }

/** A list that is read as one sentence: steps, phases of a process, or roles. */
function Listed({ of, t }: { of: readonly Listable[]; t: Texts }) {
  const isStep = (one: Listable): one is StepTold => 'step' in one
  if (of.every(isStep)) return <Steps of={of} t={t} />
  const shares = of.filter((one) => 'share' in one)
  if (shares.length > 0) return <bdi dir="ltr">{shares.map(({ share }) => `${percent(share)} %`).join(' + ')}</bdi>
  const words = of.map((one) =>
    'phase' in one ? wordFor(t.phases, one.phase) : wordFor(t.roles, 'role' in one ? one.role : ''),
  )
  return <>{words.join(t.language === 'ar' ? '، ' : ', ')}</>
}

/** Steps as a sentence: those of one number side by side. */
function Steps({ of, t }: { of: readonly StepTold[]; t: Texts }) {
  const sorted = [...of].sort((a, b) => a.step - b.step)
  return (
    <>
      {sorted.map((one, i) => (
        <>
          {i > 0 && ' · '}
          <Said text={t.rules.sideBySide} n={one.step} who={personsOf(one, t)} />
        </>
      ))}
    </>
  )
}

function personsOf({ role, quorum = 1 }: { role: string; quorum?: number }, t: Texts): string {
  const name = wordFor(t.roles, role)
  return quorum === 1 ? name : t.rules.people.replace('{role}', name).replace('{n}', `${quorum}`)
}

/** `2.50` for 250 basis points. */
export function percent(bps: number): string {
  const digits = `${bps}`.padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** What one rule says differently from another: where, as it is, and as it would be. */
export function Differences({ of, t }: { of: readonly Difference[]; t: Texts }) {
  const words = t.rules
  return (
    <Table caption={words.differenceCaption}>
      <Columns names={[words.what, words.before, words.after]} />
      <tbody>
        {of.map((one) => (
          <tr>
            <th scope="row">
              <Where of={one} t={t} />
            </th>
            <td class="wide">
              <Value name={lastOf(one)} value={one.before} t={t} />
            </td>
            <td class="wide">
              <Value name={lastOf(one)} value={one.after} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

const lastOf = ({ where }: Difference) => where.at(-1)!.field

export function Where({ of: { where }, t }: { of: Difference; t: Texts }) {
  return (
    <>
      {where.map(({ field, item }, i) => (
        <>
          {i > 0 && ', '}
          {item === undefined ? (
            wordFor(t.rules.fields, field)
          ) : (
            <>
              {field !== 'rows' && <>{wordFor(t.rules.fields, field)}: </>}
              <ItemName of={item as ItemKey} t={t} />
            </>
          )}
        </>
      ))}
    </>
  )
}

/** What of the last twelve months would have gone another way, and what is not touched. */
export function PreviewShown({ preview, t }: { preview: Preview; t: Texts }) {
  const words = t.rules
  const { comparable, differing, considered, items, untouched } = preview
  const text = differing > 0 ? words.differing : words.nothingDiffers
  return (
    <section aria-labelledby="preview">
      <h3 id="preview">{words.preview}</h3>
      <p>{comparable ? <Said text={text} n={differing} all={considered} /> : words.cannotCompare}</p>
      {items.length > 0 && <WentAnotherWay preview={preview} t={t} />}
      {items.length < differing && (
        <p class="quiet">
          <Said text={words.shownOf} n={items.length} />
        </p>
      )}
      <p>
        {untouched.length === 0 ? words.noneUnderWay : <Said text={words.untouched} n={untouched.length} />}{' '}
        {untouched.map(({ id, code }, i) => (
          <>
            {i > 0 && ', '}
            <a href={`/requests/${id}`}>
              <Code>{code}</Code>
            </a>
          </>
        ))}
      </p>
    </section>
  )
}

function WentAnotherWay({ preview: { items, since }, t }: { preview: Preview; t: Texts }) {
  const words = t.rules
  return (
    <Table caption={<Said text={words.previewCaption} day={<Day on={since} t={t} />} />}>
      <Columns names={[words.code, words.amount, words.then, words.under]} figures={[words.amount]} />
      <tbody>
        {items.map((one) => (
          <tr>
            <th scope="row">
              <What of={one} />
            </th>
            <td class="figure">
              <Amount of={one.amount} />
            </td>
            <td class="wide">
              <WayShown of={one.then} t={t} />
            </td>
            <td class="wide">
              <WayShown of={one.under} t={t} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function What({ of: { kind, id, code } }: { of: GoneAnotherWay }) {
  return kind === 'request' ? (
    <a href={`/requests/${id}`}>
      <Code>{code}</Code>
    </a>
  ) : (
    <Code>{code}</Code>
  )
}

function WayShown({ of, t }: { of: Way; t: Texts }) {
  if ('steps' in of) return <Steps of={of.steps} t={t} />
  if ('day' in of) return <Day on={of.day} t={t} />
  if ('roles' in of) return <Name>{wordsFor(t.roles, of.roles, t)}</Name>
  return <>{of.secondPerson ? t.rules.secondPerson.yes : t.rules.secondPerson.no}</>
}
