import type { ComponentChildren } from 'preact'
import type { Alike } from '../server/payments/policy.ts'
import type { Texts } from './texts/texts.ts'

/** What a form says back: a message at the top, and what is wrong with which field. */
export type FormProblem = {
  readonly message: ComponentChildren
  /** Complaints by the name of the field. */
  readonly fields: Readonly<Record<string, string>>
  /** Payments that look like the one that was to be certified. */
  readonly alike?: readonly Alike[]
}

type Labelled = {
  readonly name: string
  readonly label: ComponentChildren
  readonly t: Texts
  readonly hint?: ComponentChildren
  readonly problem?: FormProblem | undefined
  readonly required?: boolean
  /** What stands beside the label of a field that may be left empty, where "optional" would say too much. */
  readonly mark?: string
  /** Keeps ids apart where several forms on a page have a field of one name. */
  readonly form?: string
}

/** The message at the top of a page whose form was refused, with links to the fields that are wrong. */
export function Problem({ problem, t, form = 'f' }: { problem: FormProblem; t: Texts; form?: string }) {
  const fields = Object.entries(problem.fields)
  return (
    <div class="problem" role="alert" tabIndex={-1} id="problem">
      <h2>{t.thereIsAProblem}</h2>
      <p>{problem.message}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map(([name, complaint]) => (
            <li>
              <a href={`#${form}-${name}`}>{complaint}</a>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** A label, its hint, its complaint, and the control between them, tied together by ids. */
function Labelling({
  name,
  label,
  hint,
  problem,
  required,
  mark,
  form = 'f',
  t,
  children,
}: Labelled & { children: ComponentChildren }) {
  const complaint = problem?.fields[name]
  return (
    <div class={complaint ? 'field wrong' : 'field'}>
      <label for={`${form}-${name}`}>
        {label}
        {required ? null : <span class="optional"> ({mark ?? t.optional})</span>}
      </label>
      {hint && (
        <p class="hint" id={`${form}-${name}-hint`}>
          {hint}
        </p>
      )}
      {complaint && (
        <p class="complaint" id={`${form}-${name}-error`}>
          {complaint}
        </p>
      )}
      {children}
    </div>
  )
}

/** The attributes that tie a control to its label, hint and complaint. */
export function tied({ name, hint, problem, required, form = 'f' }: Omit<Labelled, 'label' | 't'>) {
  const complaint = problem?.fields[name]
  const described = [hint ? `${form}-${name}-hint` : '', complaint ? `${form}-${name}-error` : ''].filter(Boolean)
  return {
    id: `${form}-${name}`,
    name,
    ...(described.length > 0 ? { 'aria-describedby': described.join(' ') } : {}),
    ...(complaint ? { 'aria-invalid': 'true' as const } : {}),
    ...(required ? { required: true } : {}),
  }
}

type Input = Labelled & {
  readonly value?: string
  readonly type?: 'text' | 'email' | 'password' | 'date' | 'datetime-local'
  readonly inputMode?: 'decimal'
  readonly autoComplete?: string
  readonly maxLength?: number
  /** Codes, addresses and amounts are written from left to right in both languages. */
  readonly leftToRight?: boolean
}

export function TextField({ value = '', type = 'text', inputMode, autoComplete, maxLength, ...field }: Input) {
  return (
    <Labelling {...field}>
      <input
        {...tied(field)}
        // The types of attributes know one kind of input at a time; ours share the attributes that are used here.
        type={type as 'text'}
        value={value}
        dir={field.leftToRight ? 'ltr' : 'auto'}
        {...(inputMode ? { inputMode } : {})}
        {...(autoComplete ? { autoComplete } : {})}
        {...(maxLength ? { maxLength } : {})}
      />
    </Labelling>
  )
}

export function LongTextField({ value = '', rows = 4, ...field }: Labelled & { value?: string; rows?: number }) {
  return (
    <Labelling {...field}>
      <textarea {...tied(field)} rows={rows} dir="auto">
        {value}
      </textarea>
    </Labelling>
  )
}

export type Choice = { readonly value: string; readonly label: string }

export function SelectField({
  value = '',
  choices,
  ...field
}: Labelled & { value?: string; choices: readonly Choice[] }) {
  return (
    <Labelling {...field}>
      <select {...tied(field)}>
        <Options choices={choices} value={value} t={field.t} />
      </select>
    </Labelling>
  )
}

export function Options({ choices, value, t }: { choices: readonly Choice[]; value: string; t: Texts }) {
  return (
    <>
      <option value="">{t.choose}</option>
      {choices.map((choice) => (
        <option value={choice.value} selected={choice.value === value}>
          {choice.label}
        </option>
      ))}
    </>
  )
}

/** Several may be chosen, or exactly one. */
export function ChoiceGroup({
  type,
  legend,
  name,
  choices,
  chosen,
  problem,
  required,
  form = 'f',
}: {
  type: 'checkbox' | 'radio'
  legend: ComponentChildren
  name: string
  choices: readonly Choice[]
  chosen: readonly string[]
  problem?: FormProblem | undefined
  required?: boolean
  form?: string
}) {
  const complaint = problem?.fields[name]
  return (
    <fieldset
      class={complaint ? 'field wrong' : 'field'}
      id={`${form}-${name}`}
      {...(complaint ? { 'aria-describedby': `${form}-${name}-error` } : {})}
    >
      <legend>{legend}</legend>
      {complaint && (
        <p class="complaint" id={`${form}-${name}-error`}>
          {complaint}
        </p>
      )}
      {choices.map(({ value, label }) => (
        <label class="choice">
          <input
            type={type}
            name={name}
            value={value}
            checked={chosen.includes(value)}
            {...(required && type === 'radio' ? { required: true } : {})}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  )
}

/** One box to tick that says that it is meant. */
export function Confirm({ name, label, problem, form = 'f' }: Omit<Labelled, 't'>) {
  const complaint = problem?.fields[name]
  return (
    <div class={complaint ? 'field wrong' : 'field'}>
      {complaint && (
        <p class="complaint" id={`${form}-${name}-error`}>
          {complaint}
        </p>
      )}
      <label class="choice">
        <input type="checkbox" value="yes" {...tied({ name, problem, form, required: true })} />
        <span>{label}</span>
      </label>
    </div>
  )
}

/** A form that is sent as it stands, without script. The key makes a second sending of it harmless. */
export function Form({
  action,
  formKey,
  id,
  children,
}: {
  action: string
  formKey: string
  id?: string
  children: ComponentChildren
}) {
  return (
    <form method="post" action={action} noValidate {...(id ? { id } : {})}>
      <input type="hidden" name="key" value={formKey} />
      {children}
    </form>
  )
}
