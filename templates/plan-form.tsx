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
  readonly experts: readonly Choice[]
  readonly watched: readonly Choice[]
  readonly lines: number
  readonly tranches: number
  readonly problem: FormProblem | undefined
  readonly value: (name: string, otherwise?: string) => string
  readonly chosen: (name: string) => string[]
  readonly formKey: string
  /** Where it is a change: of which plan, as it was when it was read. */
  readonly change?: { readonly id: string; readonly version: number }
}

/** A contingency plan to fill in, or to change. */
export function planFormPage(frame: Omit<Frame, 'title'>, form: PlanForm): string {
  const { t } = frame
  const words = t.planning
  const { change } = form
  const title = change ? words.changePlan : words.newPlan
  return page(
    { ...frame, title },
    <section class="form">
      {form.problem && <Problem problem={form.problem} t={t} />}
      <h1>{title}</h1>
      {change && <p>{words.changeSays}</p>}
      <Form
        action={change ? `/contingency-plans/${change.id}/changes` : `/funds/${form.fund.id}/contingency-plans`}
        formKey={form.formKey}
      >
        {change && <input type="hidden" name="version" value={change.version} />}
        <Subject {...form} t={t} />
        <Content {...form} t={t} />
        <Rows {...form} t={t} />
        {change && (
          <LongTextField
            name="reason"
            label={words.changeReason}
            value={form.value('reason')}
            rows={3}
            required
            problem={form.problem}
            t={t}
          />
        )}
        <p class="actions">
          <button class="main">{words.writeButton}</button>{' '}
          <a href={change ? `/contingency-plans/${change.id}` : `/funds/${form.fund.id}/planning`}>{t.draft.cancel}</a>
        </p>
      </Form>
    </section>,
  )
}

type Part = PlanForm & { readonly t: Texts }

function Subject({ entities, processes, watched, problem, value, change, t }: Part) {
  const words = t.planning
  const shared = { problem, t }
  const only = entities.length === 1 ? entities[0]!.value : ''
  return (
    <>
      <TextField name="title" label={words.planTitle} value={value('title')} maxLength={300} required {...shared} />
      <LongTextField name="scenario" label={words.scenario} value={value('scenario')} rows={5} required {...shared} />
      {!change && (
        <SelectField
          name="entityId"
          label={words.entity}
          choices={entities}
          value={value('entityId', only)}
          required
          {...shared}
        />
      )}
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

function Rows({ fund, lines, tranches, experts, problem, value, t }: Part) {
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
            {experts.length > 0 && <ExpertOf line={`lines.${i}`} {...{ experts, problem, value, t }} />}
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

/** Whom a line sends, where it is for an expert of the roster. */
function ExpertOf({
  line,
  experts,
  problem,
  value,
  t,
}: Pick<Part, 'experts' | 'problem' | 'value' | 't'> & { line: string }) {
  const words = t.planning
  return (
    <>
      <span class="line-part">
        <label for={`f-${line}.expertId`}>{words.expert}</label>
        <select {...tied({ name: `${line}.expertId`, problem })}>
          <Options choices={experts} value={value(`${line}.expertId`)} t={t} />
        </select>
      </span>
      <span class="line-part">
        <label for={`f-${line}.mode`}>{words.mode}</label>
        <select {...tied({ name: `${line}.mode`, problem })}>
          <Options choices={choicesOf(t.modes)} value={value(`${line}.mode`)} t={t} />
        </select>
      </span>
      <Cell name={`${line}.afterDays`} label={words.afterDays} figure {...{ problem, value }} />
      <Cell name={`${line}.days`} label={words.expertDays} figure {...{ problem, value }} />
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
