import {
  ChoiceGroup,
  Form,
  LongTextField,
  Options,
  Problem,
  SelectField,
  TextField,
  tied,
  type Choice,
  type FormProblem,
} from './forms.tsx'
import { page, type Frame } from './page.tsx'
import { Code, Said } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

/** What the fields hold: as it is kept, or as it was typed. */
export type DraftValues = {
  readonly title: string
  readonly entityId: string
  readonly processId: string
  readonly payeeId: string
  readonly mandateBasis: string
  readonly support: readonly string[]
  readonly themes: readonly string[]
  readonly lane: string
  readonly laneReason: string
  readonly startsOn: string
  readonly endsOn: string
  readonly purpose: string
  readonly lines: readonly LineValues[]
}
export type LineValues = { readonly category: string; readonly description: string; readonly amount: string }

export type DraftForm = {
  readonly action: string
  /** Where to leave to without saving. */
  readonly back: string
  /** Undefined while the request is not kept yet. */
  readonly existing: { readonly code: string; readonly version: number } | undefined
  readonly currency: string
  readonly entities: readonly Choice[]
  readonly processes: readonly Choice[]
  readonly payees: readonly Choice[]
  readonly values: DraftValues
  readonly problem: FormProblem | undefined
  /** Somebody else saved meanwhile: what is typed stays, and saving again means it. */
  readonly changedMeanwhile: boolean
  readonly formKey: string
}

/** A request's draft to fill in, new or begun. */
export function draftPage(frame: Omit<Frame, 'title'>, draft: DraftForm): string {
  const { t } = frame
  const words = t.draft
  const { existing } = draft
  const title = existing ? words.editTitle.replace('{code}', existing.code) : words.newTitle
  const problem =
    draft.problem && draft.changedMeanwhile ? { ...draft.problem, message: words.changedMeanwhile } : draft.problem
  return page(
    { ...frame, title },
    <section class="form">
      {problem && <Problem problem={problem} t={t} />}
      <h1>{existing ? <Said text={words.editTitle} code={<Code>{existing.code}</Code>} /> : words.newTitle}</h1>
      <p class="lead">{words.intro}</p>
      <Form action={draft.action} formKey={draft.formKey}>
        {existing && <input type="hidden" name="version" value={existing.version} />}
        <Subject {...draft} problem={problem} t={t} />
        <Content {...draft} problem={problem} t={t} />
        <Lines {...draft} problem={problem} t={t} />
        <p class="actions">
          <button class="main">{words.save}</button> <a href={draft.back}>{words.cancel}</a>
        </p>
      </Form>
    </section>,
  )
}

type Part = DraftForm & { readonly t: Texts }

/** What it is called, who asks, for which process and which payee. */
function Subject({ values, existing, entities, processes, payees, problem, t }: Part) {
  const words = t.draft
  const shared = { problem, t, mark: words.toSubmit }
  return (
    <>
      <TextField name="title" label={words.title} value={values.title} maxLength={300} required {...shared} />
      {!existing && (
        <SelectField
          name="entityId"
          label={words.entity}
          choices={entities}
          value={values.entityId}
          required
          {...shared}
        />
      )}
      <SelectField name="processId" label={words.process} choices={processes} value={values.processId} {...shared} />
      <SelectField
        name="payeeId"
        label={words.payee}
        hint={words.payeeHint}
        choices={payees}
        value={values.payeeId}
        {...shared}
      />
    </>
  )
}

function Content({ values, problem, t }: Part) {
  const words = t.draft
  const shared = { problem, t, mark: words.toSubmit }
  return (
    <>
      <SelectField
        name="mandateBasis"
        label={words.mandateBasis}
        choices={choicesOf(t.mandateBases)}
        value={values.mandateBasis}
        {...shared}
      />
      <ChoiceGroup
        type="checkbox"
        name="support"
        legend={words.support}
        choices={choicesOf(t.supports)}
        chosen={values.support}
        problem={problem}
      />
      <ChoiceGroup
        type="checkbox"
        name="themes"
        legend={words.themes}
        choices={choicesOf(t.themes)}
        chosen={values.themes}
        problem={problem}
      />
      <ChoiceGroup
        type="radio"
        name="lane"
        legend={t.lane}
        choices={choicesOf(t.lanesSay)}
        chosen={[values.lane]}
        problem={problem}
        required
      />
      <LongTextField
        name="laneReason"
        label={t.laneReason}
        hint={t.laneReasonHint}
        value={values.laneReason}
        rows={3}
        problem={problem}
        t={t}
      />
      <div class="pair">
        <TextField name="startsOn" type="date" label={words.startsOn} value={values.startsOn} {...shared} />
        <TextField name="endsOn" type="date" label={words.endsOn} value={values.endsOn} {...shared} />
      </div>
      <LongTextField name="purpose" label={words.purpose} value={values.purpose} rows={6} {...shared} />
    </>
  )
}

function Lines({ values, currency, problem, t }: Part) {
  const words = t.draft
  return (
    <fieldset class={problem?.fields.lines ? 'lines wrong' : 'lines'} id="f-lines">
      <legend>{words.lines}</legend>
      <p class="hint" id="f-lines-hint">
        <Said text={words.linesCaption} currency={<bdi>{currency}</bdi>} /> {t.amountHint}
      </p>
      {values.lines.map((line, i) => (
        <LineFields line={line} i={i} problem={problem} t={t} />
      ))}
    </fieldset>
  )
}

function LineFields({
  line,
  i,
  problem,
  t,
}: {
  line: LineValues
  i: number
  problem: FormProblem | undefined
  t: Texts
}) {
  const words = t.draft
  const wrong = ['category', 'description', 'amount'].filter((part) => problem?.fields[`lines.${i}.${part}`])
  const of = (part: string) => tied({ name: `lines.${i}.${part}`, problem })
  return (
    <div class="line" role="group" aria-label={words.line.replace('{n}', `${i + 1}`)}>
      {wrong.map((part) => (
        <p class="complaint" id={`f-lines.${i}.${part}-error`}>
          {problem!.fields[`lines.${i}.${part}`]}
        </p>
      ))}
      <span class="line-part">
        <label for={`f-lines.${i}.category`}>{words.category}</label>
        <select {...of('category')}>
          <Options choices={choicesOf(t.categories)} value={line.category} t={t} />
        </select>
      </span>
      <span class="line-part grows">
        <label for={`f-lines.${i}.description`}>{words.description}</label>
        <input type="text" dir="auto" maxLength={500} value={line.description} {...of('description')} />
      </span>
      <span class="line-part">
        <label for={`f-lines.${i}.amount`}>{words.amount}</label>
        <input type="text" inputMode="decimal" dir="ltr" class="figure" value={line.amount} {...of('amount')} />
      </span>
    </div>
  )
}
