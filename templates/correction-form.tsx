import { Form, LongTextField, Problem, SelectField, TextField, type Choice, type FormProblem } from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Said } from './parts.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

/** A value of an entry that can be put right, as a field. */
export type ValueField = {
  readonly name: string
  readonly type: 'day' | 'amount' | 'text' | 'choice'
  readonly value: string
  /** Of an amount. */
  readonly currency?: string
  readonly choices?: readonly Choice[]
}

export type CorrectionForm = {
  readonly fund: { readonly id: string }
  readonly entryId: string
  readonly kind: string
  readonly fields: readonly ValueField[]
  readonly mayTakeBack: boolean
  readonly reason: string
  readonly datedOn: string
  readonly problem: FormProblem | undefined
  readonly formKey: string
}

/** Proposing a correction: what the entry says, to be put right, or taken back whole. */
export function correctionFormPage(frame: Omit<Frame, 'title'>, form: CorrectionForm): string {
  const { t } = frame
  const words = t.corrections
  const { fund, entryId, kind, fields, problem } = form
  const entry = `/funds/${fund.id}/ledger/entries/${entryId}`
  return page(
    { ...frame, title: words.propose },
    <section class="narrow">
      {problem && <Problem problem={problem} t={t} />}
      <h1>{words.propose}</h1>
      <p>
        {wordFor(t.events, kind)}{' '}
        <a href={entry}>
          <Said text={t.ledger.entryTitle} id={<Code>{entryId}</Code>} />
        </a>
      </p>
      <p>{words.intro}</p>
      <Form action={`${entry}/corrections`} formKey={form.formKey}>
        {fields.length > 0 && <h2>{words.rightValues}</h2>}
        {fields.map((field) => (
          <Value field={field} problem={problem} t={t} />
        ))}
        <h2>{words.why}</h2>
        <LongTextField
          {...{ name: 'correctionReason', label: words.reason, required: true, rows: 3, t, problem }}
          value={form.reason}
        />
        <TextField
          {...{ name: 'datedOn', label: words.datedOn, hint: words.datedOnHint, type: 'date', t, problem }}
          value={form.datedOn}
        />
        {fields.length > 0 && (
          <p>
            <button class="main" name="way" value="right">
              {words.proposeRight}
            </button>
          </p>
        )}
        {form.mayTakeBack && (
          <p>
            <button name="way" value="take_back">
              {words.proposeTakeBack}
            </button>
          </p>
        )}
      </Form>
    </section>,
  )
}

function Value({ field, problem, t }: { field: ValueField; problem: FormProblem | undefined; t: Texts }) {
  const { name, type, value, currency, choices = [] } = field
  const said = wordFor(t.corrections.values, name)
  const label = currency ? `${said} (${currency})` : said
  const common = { name, label, value, t, problem, required: true }
  if (type === 'choice') return <SelectField {...common} choices={choices} />
  if (type === 'day') return <TextField {...common} type="date" />
  if (type === 'amount') return <TextField {...common} inputMode="decimal" leftToRight />
  return <TextField {...common} />
}
