import type { ComponentChildren } from 'preact'
import {
  ChoiceGroup,
  Form,
  LongTextField,
  Problem,
  SelectField,
  TextField,
  type Choice,
  type FormProblem,
} from './forms.tsx'
import { page, type Frame } from './page.tsx'
import type { Texts } from './texts/texts.ts'

/** One field of a form, as data. */
export type Field = {
  readonly name: string
  readonly label: ComponentChildren
  /** `text` unless told; `code` and `amount` are written from left to right in both languages. */
  readonly kind?: 'text' | 'long' | 'date' | 'code' | 'amount' | 'email' | 'one' | 'several'
  /** For `one` and `several`. */
  readonly choices?: readonly Choice[]
  readonly hint?: ComponentChildren
  readonly required?: boolean
  readonly most?: number
  /** What stands there at first. */
  readonly now?: string | readonly string[]
}

/** What was typed into a form that was refused, and what is wrong with it; else what stands there at first. */
export type Typed = {
  readonly problem: FormProblem | undefined
  readonly value: (name: string, otherwise?: string) => string
  readonly chosen: (name: string, otherwise?: readonly string[]) => readonly string[]
}

/** Several fields side by side, such as the parts of one row. */
export type Row = { readonly row: readonly Field[] }

/** The fields of a form, one under the other; rows stand side by side where there is room. */
export function Fields({
  of,
  typed,
  form = 'f',
  t,
}: {
  of: readonly (Field | Row)[]
  typed: Typed
  form?: string
  t: Texts
}) {
  return (
    <>
      {of.map((one) =>
        'row' in one ? (
          <div class="pair">
            {one.row.map((field) => (
              <OneField {...{ field, typed, form, t }} />
            ))}
          </div>
        ) : (
          <OneField {...{ field: one, typed, form, t }} />
        ),
      )}
    </>
  )
}

function OneField({ field, typed, form, t }: { field: Field; typed: Typed; form: string; t: Texts }) {
  const { name, label, kind = 'text', choices = [], hint, required = false, most, now } = field
  const { problem } = typed
  const shared = { name, label, problem, required, form, t, ...(hint ? { hint } : {}) }
  if (kind === 'several') {
    const chosen = typed.chosen(name, typeof now === 'string' ? [now] : now)
    return <ChoiceGroup type="checkbox" legend={label} {...{ name, choices, chosen, problem, form }} />
  }
  const value = typed.value(name, typeof now === 'string' ? now : '')
  if (kind === 'one') return <SelectField {...shared} {...{ choices, value }} />
  if (kind === 'long') return <LongTextField {...shared} value={value} rows={3} />
  const type = kind === 'date' || kind === 'email' ? kind : 'text'
  return (
    <TextField
      {...shared}
      {...{ value, type }}
      leftToRight={kind !== 'text'}
      {...(kind === 'amount' ? { inputMode: 'decimal' as const } : {})}
      {...(most ? { maxLength: most } : {})}
    />
  )
}

/** A form with its fields; `hidden` goes along unseen. */
export function FieldForm({
  action,
  fields,
  hidden = {},
  button,
  cancel,
  formKey,
  typed,
  form = 'f',
  t,
}: FormShown & { t: Texts }) {
  return (
    <Form action={action} formKey={formKey} id={form}>
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Fields of={fields} {...{ typed, form, t }} />
      <p class="actions">
        <button class="main">{button}</button> {cancel && <a href={cancel}>{t.draft.cancel}</a>}
      </p>
    </Form>
  )
}

export type FormShown = {
  readonly action: string
  readonly fields: readonly (Field | Row)[]
  readonly hidden?: Readonly<Record<string, string>>
  readonly button: string
  readonly cancel?: string
  readonly formKey: string
  readonly typed: Typed
  readonly form?: string
}

/** A page that is one form. */
export function formPage(
  frame: Omit<Frame, 'title'>,
  { title, lead, ...shown }: FormShown & { title: string; lead?: ComponentChildren },
): string {
  const { t } = frame
  const { problem } = shown.typed
  return page(
    { ...frame, title },
    <section class="form">
      {problem && <Problem problem={problem} t={t} form={shown.form ?? 'f'} />}
      <h1>{title}</h1>
      {lead && <p>{lead}</p>}
      <FieldForm {...shown} t={t} />
    </section>,
  )
}

/** What was done, at the top of a page. */
export function DoneNote({ children }: { children: ComponentChildren }) {
  return children ? (
    <div class="done" role="status">
      {children}
    </div>
  ) : null
}

/** What every field of a list of codes offers. */
export function choicesFrom(found: readonly { readonly id: string; readonly name: string }[]): Choice[] {
  return found.map(({ id, name }) => ({ value: id, label: name }))
}
