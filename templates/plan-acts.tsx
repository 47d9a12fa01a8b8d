import { Form, LongTextField, SelectField, TextField } from './forms.tsx'
import { Amount, Said } from './parts.tsx'
import type { PlanShown } from './plan.tsx'
import type { Texts } from './texts/texts.ts'

type Part = PlanShown & { readonly t: Texts }

const of = ({ refused, t }: Part, form: string) => {
  const typed = refused?.form === form ? refused : undefined
  return {
    shared: { t, form, problem: typed?.problem },
    value: (name: string) => typed?.fields[name] ?? '',
  }
}

/** One call that turns the plan into a submitted request. */
export function ActivationForm(shown: Part) {
  const { plan, processes, newKey, t } = shown
  const words = t.planning
  const { shared, value } = of(shown, 'activate')
  return (
    <section class="act" aria-labelledby="activate">
      <h2 id="activate">{words.activateForm}</h2>
      <p>
        <Said text={words.activateSays} setAside={<Amount of={plan.setAside} />} />
      </p>
      <Form action={`/contingency-plans/${plan.id}/activations`} formKey={newKey()}>
        {!plan.process && (
          <SelectField
            name="processId"
            label={words.process}
            choices={processes}
            value={value('processId')}
            required
            {...shared}
          />
        )}
        {plan.payees.length > 1 && (
          <SelectField
            name="payeeId"
            label={words.payee}
            choices={plan.payees.map(({ id, name }) => ({ value: id, label: name }))}
            value={value('payeeId') || plan.payees[0]!.id}
            {...shared}
          />
        )}
        <button class="main">{words.activateButton}</button>
      </Form>
    </section>
  )
}

/** Money for the plan, by somebody who did not write it. */
export function SetAsideForm(shown: Part) {
  const { plan, newKey, t } = shown
  const words = t.planning
  const { shared, value } = of(shown, 'aside')
  return (
    <section class="act" aria-labelledby="aside">
      <h2 id="aside">{words.setAsideForm}</h2>
      <p>
        <Said text={words.setAsideSays} missing={<Amount of={plan.missing} />} />
      </p>
      <Form action={`/contingency-plans/${plan.id}/set-asides`} formKey={newKey()}>
        <input type="hidden" name="version" value={plan.version} />
        <TextField
          name="amount"
          label={<Said text={words.setAsideAmount} currency={<bdi>{plan.currency}</bdi>} />}
          mark={words.setAsideAll}
          inputMode="decimal"
          leftToRight
          value={value('amount')}
          {...shared}
        />
        <button class="main">{words.setAsideButton}</button>
      </Form>
    </section>
  )
}

/** It still holds, or it is taken back. */
export function ReviewForm(shown: Part) {
  const { plan, newKey, t } = shown
  const words = t.planning
  const review = of(shown, 'review')
  const back = of(shown, 'withdraw')
  return (
    <>
      <section class="act" aria-labelledby="review">
        <h2 id="review">{words.reviewForm}</h2>
        <Form action={`/contingency-plans/${plan.id}/reviews`} formKey={newKey()}>
          <TextField
            name="reviewOn"
            type="date"
            label={words.review}
            value={review.value('reviewOn')}
            required
            {...review.shared}
          />
          <LongTextField
            name="note"
            label={words.reviewNote}
            value={review.value('note')}
            required
            {...review.shared}
          />
          <button>{words.reviewButton}</button>
        </Form>
      </section>
      <section class="act" aria-labelledby="withdraw">
        <h2 id="withdraw">{words.withdrawForm}</h2>
        <Form action={`/contingency-plans/${plan.id}/withdrawals`} formKey={newKey()}>
          <LongTextField
            name="reason"
            label={words.withdrawReason}
            value={back.value('reason')}
            required
            {...back.shared}
          />
          <button>{words.withdrawButton}</button>
        </Form>
      </section>
    </>
  )
}
