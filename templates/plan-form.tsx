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
import { Said } from './parts.tsx'
import { choicesOf } from './request-forms.tsx'
import type { Texts } from './texts/texts.ts'

export type PlanForm = {
  readonly fund: { readonly id: string; readonly currency: string }
  readonly entities: readonly Choice[]
  readonly processes: readonly Choice[]
  readonly payees: readonly Choice[]
  readonly watched: readonly Choice[]
  readonly lines: number
  readonly tranches: number
  readonly problem: FormProblem | undefined
  readonly value: (name: string, otherwise?: string) => string
  readonly chosen: (name: string) => string[]
  readonly formKey: string
}

/** A contingency plan to fill in. */
export function planFormPage(frame: Omit<Frame, 'title'>, form: PlanForm): string {
  const { t } = frame
  const words = t.planning
  return page(
    { ...frame, title: words.newPlan },
    <section class="form">
      {form.problem && <Problem problem={form.problem} t={t} />}
      <h1>{words.newPlan}</h1>
      <Form action={`/funds/${form.fund.id}/contingency-plans`} formKey={form.formKey}>
        <Subject {...form} t={t} />
        <Content {...form} t={t} />
        <Rows {...form} t={t} />
        <p class="actions">
          <button class="main">{words.writeButton}</button>{' '}
          <a href={`/funds/${form.fund.id}/planning`}>{t.draft.cancel}</a>
        </p>
      </Form>
    </section>,
  )
}

type Part = PlanForm & { readonly t: Texts }

function Subject({ entities, processes, watched, problem, value, t }: Part) {
  const words = t.planning
  const shared = { problem, t }
  const only = entities.length === 1 ? entities[0]!.value : ''
  return (
    <>
      <TextField name="title" label={words.planTitle} value={value('title')} maxLength={300} required {...shared} />
      <LongTextField name="scenario" label={words.scenario} value={value('scenario')} rows={5} required {...shared} />
      <SelectField
        name="entityId"
        label={words.entity}
        choices={entities}
        value={value('entityId', only)}
        required
        {...shared}
      />
      <SelectField name="processId" label={words.process} choices={processes} value={value('processId')} {...shared} />
      <p class="hint" id="f-place">
        {words.placeHint}
      </p>
      <div class="pair">
        <TextField name="country" label={words.country} value={value('country')} maxLength={100} {...shared} />
        <TextField name="region" label={words.region} value={value('region')} maxLength={100} {...shared} />
      </div>
      <SelectField
        name="phase"
        label={words.phase}
        choices={choicesOf(words.phases)}
        value={value('phase')}
        {...shared}
      />
      {watched.length > 0 && (
        <SelectField
          name="watchItemId"
          label={words.watchItem}
          choices={watched}
          value={value('watchItemId')}
          {...shared}
        />
      )}
    </>
  )
}

function Content({ payees, problem, value, chosen, t }: Part) {
  const words = t.planning
  const shared = { problem, t, required: true }
  return (
    <>
      <div class="pair">
        <SelectField
          name="lane"
          label={words.lane}
          choices={choicesOf(words.lanes)}
          value={value('lane', 'rapid')}
          {...shared}
        />
        <SelectField
          name="mandateBasis"
          label={words.mandateBasis}
          choices={choicesOf(t.mandateBases)}
          value={value('mandateBasis')}
          {...shared}
        />
      </div>
      {(
        [
          ['support', words.support, choicesOf(t.supports)],
          ['themes', words.themes, choicesOf(t.themes)],
          ['payeeIds', words.payees, payees],
        ] as const
      ).map(([name, legend, choices]) => (
        <ChoiceGroup
          type="checkbox"
          name={name}
          legend={legend}
          choices={choices}
          chosen={chosen(name)}
          problem={problem}
        />
      ))}
      <div class="pair">
        <TextField name="reviewOn" type="date" label={words.review} value={value('reviewOn')} {...shared} />
        <TextField name="expiresOn" type="date" label={words.expires} value={value('expiresOn')} {...shared} />
      </div>
      <div class="pair">
        <TextField name="durationDays" label={words.duration} value={value('durationDays')} leftToRight {...shared} />
        <SelectField
          name="whenActivated"
          label={words.whenActivated}
          choices={choicesOf(words.whens)}
          value={value('whenActivated', 'give_back')}
          {...shared}
        />
      </div>
    </>
  )
}

function Rows({ fund, lines, tranches, problem, value, t }: Part) {
  const words = t.planning
  return (
    <>
      <fieldset class="lines" id="f-lines">
        <legend>{words.lines}</legend>
        <p class="hint">
          <Said text={words.linesHint} currency={<bdi>{fund.currency}</bdi>} /> {t.amountHint}
        </p>
        {Array.from({ length: lines }, (_, i) => (
          <div class="line" role="group" aria-label={t.draft.line.replace('{n}', `${i + 1}`)}>
            <span class="line-part">
              <label for={`f-lines.${i}.category`}>{words.category}</label>
              <select {...tied({ name: `lines.${i}.category`, problem })}>
                <Options choices={choicesOf(t.categories)} value={value(`lines.${i}.category`)} t={t} />
              </select>
            </span>
            <Cell name={`lines.${i}.description`} label={words.description} grows {...{ problem, value }} />
            <Cell name={`lines.${i}.amount`} label={words.amount} figure {...{ problem, value }} />
          </div>
        ))}
      </fieldset>
      <fieldset class="lines" id="f-tranches">
        <legend>{words.tranches}</legend>
        <p class="hint">{words.tranchesHint}</p>
        {Array.from({ length: tranches }, (_, i) => (
          <div class="line" role="group" aria-label={`${words.tranches} ${i + 1}`}>
            <Cell name={`tranches.${i}.afterDays`} label={words.afterDays} figure {...{ problem, value }} />
            <Cell name={`tranches.${i}.condition`} label={words.condition} grows {...{ problem, value }} />
            <Cell name={`tranches.${i}.amount`} label={words.amount} figure {...{ problem, value }} />
          </div>
        ))}
      </fieldset>
    </>
  )
}

function Cell({
  name,
  label,
  grows,
  figure,
  problem,
  value,
}: Pick<PlanForm, 'problem' | 'value'> & { name: string; label: string; grows?: boolean; figure?: boolean }) {
  const complaint = problem?.fields[name]
  return (
    <span class={grows ? 'line-part grows' : 'line-part'}>
      <label for={`f-${name}`}>{label}</label>
      {complaint && (
        <p class="complaint" id={`f-${name}-error`}>
          {complaint}
        </p>
      )}
      <input
        type="text"
        {...(figure
          ? { dir: 'ltr' as const, class: 'figure', inputMode: 'decimal' as const }
          : { dir: 'auto' as const })}
        value={value(name)}
        {...tied({ name, problem })}
      />
    </span>
  )
}
