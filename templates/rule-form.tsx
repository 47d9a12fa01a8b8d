import type { MoneyText } from '../server/money.ts'
import type { Difference, Field, Fields, Preview, Subject, Terms } from '../server/rules/policy.ts'
import { Form, LongTextField, Options, Problem, TextField, tied, type Choice, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Said } from './parts.tsx'
import { Differences, percent, PreviewShown } from './rule-terms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

export type RuleFormShown = {
  readonly fundId: string
  readonly currency: string
  readonly subject: Subject
  readonly fields: Fields
  /** What stands in the form: what is in force, or what was typed. */
  readonly terms: Terms
  readonly effectiveFrom: string
  readonly today: string
  /** What the terms that were typed would change; undefined as long as nobody has asked. */
  readonly looked: (Preview & { readonly changes: readonly Difference[] }) | undefined
  readonly problem: FormProblem | undefined
  readonly reason: string
  readonly formKey: string
}

/** One rule as a form: first it shows what would go another way, and then it can be proposed. */
export function ruleFormPage(frame: Omit<Frame, 'title'>, shown: RuleFormShown): string {
  const { t } = frame
  const words = t.rules
  const { subject, fields, terms, problem, looked } = shown
  const title = words.changeTitle.replace('{subject}', words.subjects[subject])
  return page(
    { ...frame, title },
    <>
      {problem && <Problem problem={problem} t={t} />}
      <h1>{title}</h1>
      <p>{words.meanings[subject]}</p>
      <form method="get" noValidate>
        <input type="hidden" name="look" value="yes" />
        <FieldsOf fields={fields} terms={terms} at="" shown={shown} t={t} />
        <TextField
          name="effectiveFrom"
          type="date"
          label={words.effectiveFrom}
          hint={words.effectiveFromHint}
          value={shown.effectiveFrom}
          problem={problem}
          required
          t={t}
        />
        <button class={looked ? 'quiet' : 'main'}>{words.showButton}</button>
      </form>
      {looked && <Looked {...shown} looked={looked} t={t} />}
    </>,
  )
}

const addressOf = ({ fundId, subject }: { fundId: string; subject: Subject }) => `/funds/${fundId}/rules/${subject}`

function Looked(shown: RuleFormShown & { looked: NonNullable<RuleFormShown['looked']>; t: Texts }) {
  const { looked, fields, terms, effectiveFrom, problem, reason, formKey, t } = shown
  return (
    <section class="part" aria-labelledby="difference">
      <h2 id="difference">{t.rules.difference}</h2>
      <Differences of={looked.changes} t={t} />
      <PreviewShown preview={looked} t={t} />
      <Form action={addressOf(shown)} formKey={formKey}>
        {[...typedTerms(fields, terms, ''), ['effectiveFrom', effectiveFrom] as const].map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <LongTextField
          name="reason"
          label={t.rules.reason}
          value={reason}
          rows={3}
          problem={problem}
          form="p"
          required
          t={t}
        />
        <button class="main">{t.rules.proposeButton}</button>
      </Form>
    </section>
  )
}

/** Every value of the form with the name of its field: what a form sends, and reads back. */
function typedTerms(fields: Fields, terms: Terms, at: string): (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([name, field]): (readonly [string, string])[] => {
    const value = terms[name]
    if (field.kind === 'group') return typedTerms(field.of, (value ?? {}) as Terms, `${at}${name}.`)
    if (field.kind === 'list')
      return ((value ?? []) as Terms[]).flatMap((item, i) => typedTerms(field.of, item, `${at}${name}.${i}.`))
    return [[at + name, textOf(field, value)] as const]
  })
}

function textOf(field: Field, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (field.kind === 'amount') return (value as MoneyText).amount
  if (field.kind === 'basis_points') return typeof value === 'number' ? percent(value) : String(value)
  if (field.kind === 'flag') return value === true ? 'yes' : ''
  return String(value)
}

type Part = { at: string; shown: RuleFormShown; t: Texts }

function FieldsOf({ fields, terms, ...part }: { fields: Fields; terms: Terms } & Part) {
  return (
    <>
      {Object.entries(fields).map(([name, field]) =>
        field.kind === 'group' ? (
          <>
            <h2>{wordFor(part.t.rules.fields, name)}</h2>
            <FieldsOf fields={field.of} terms={(terms[name] ?? {}) as Terms} {...part} at={`${part.at}${name}.`} />
          </>
        ) : field.kind === 'list' ? (
          <List name={name} field={field} items={(terms[name] ?? []) as Terms[]} {...part} />
        ) : (
          <Single name={name} field={field} value={terms[name]} {...part} />
        ),
      )}
    </>
  )
}

/** Two lines more than there are, to be filled in; without script there is no other way to add one. */
const SPARE = 2

function List({
  name,
  field,
  items,
  at,
  shown,
  t,
}: { name: string; field: Field & { kind: 'list' }; items: Terms[] } & Part) {
  const most = field.most < items.length + SPARE ? field.most : items.length + SPARE
  const lines = Array.from({ length: most }, (_, i) => items[i] ?? {})
  const nested = Object.values(field.of).some(({ kind }) => kind === 'list')
  const path = `${at}${name}`
  return (
    <fieldset class={shown.problem?.fields[path] ? 'lines wrong' : 'lines'} id={`f-${path}`}>
      <legend>{wordFor(t.rules.fields, name)}</legend>
      <Complaint name={path} problem={shown.problem} />
      {at === '' && (
        <p class="hint">
          {t.rules.aboveHint} {t.rules.emptyHint} {t.amountHint}
        </p>
      )}
      {lines.map((item, i) =>
        nested ? (
          <fieldset class="lines">
            <legend>
              <Said text={t.rules.row} n={i + 1} />
            </legend>
            <FieldsOf fields={field.of} terms={item} at={`${path}.${i}.`} shown={shown} t={t} />
          </fieldset>
        ) : (
          <div class="line" role="group" aria-label={t.rules.row.replace('{n}', `${i + 1}`)}>
            <FieldsOf fields={field.of} terms={item} at={`${path}.${i}.`} shown={shown} t={t} />
          </div>
        ),
      )}
    </fieldset>
  )
}

function Single({ name, field, value, at, shown, t }: { name: string; field: Field; value: unknown } & Part) {
  const path = `${at}${name}`
  const problem = shown.problem
  const text = textOf(field, value)
  const attributes = { ...tied({ name: path, problem }), dir: 'ltr' as const, value: text }
  const word = wordFor(t.rules.fields, name)
  const figure = field.kind === 'count' || field.kind === 'basis_points'
  if (field.kind === 'flag') {
    return (
      <label class="choice">
        <input type="checkbox" {...tied({ name: path, problem })} value="yes" checked={text === 'yes'} />
        <span>{word}</span>
      </label>
    )
  }
  return (
    <span class="line-part">
      <Complaint name={path} problem={problem} />
      <label for={`f-${path}`}>
        {word}
        {field.kind === 'amount' && (
          <>
            {' '}
            (<bdi>{shown.currency}</bdi>)
          </>
        )}
      </label>
      {field.kind === 'choice' ? (
        <select {...tied({ name: path, problem })}>
          <Options choices={choicesFor(name, field.of, t)} value={text} t={t} />
        </select>
      ) : (
        <input
          type="text"
          {...(field.kind === 'text'
            ? { size: 30 }
            : { inputMode: figure ? 'numeric' : 'decimal', class: 'figure', size: figure ? 5 : 16 })}
          {...attributes}
        />
      )}
      {field.kind === 'basis_points' && <span class="hint">{t.rules.percentHint}</span>}
    </span>
  )
}

function Complaint({ name, problem }: { name: string; problem: FormProblem | undefined }) {
  const said = problem?.fields[name]
  return said ? (
    <p class="complaint" id={`f-${name}-error`}>
      {said}
    </p>
  ) : null
}

function choicesFor(name: string, of: readonly string[], t: Texts): Choice[] {
  const words =
    {
      role: t.roles,
      rule: t.fundingRules,
      phase: t.phases,
      reason: t.clock.reasons,
      chargeBearer: t.rules.chargeBearers,
      kind: t.rules.organisationTypes,
    }[name] ?? {}
  return of.map((value) => ({ value, label: wordFor(words, value) }))
}
