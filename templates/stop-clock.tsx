import type { RequestClock } from '../server/clock/queries.ts'
import { Form, LongTextField, SelectField } from './forms.tsx'
import type { PartNowProps } from './request-forms.tsx'
import { wordFor, type Texts } from './texts/texts.ts'

type Props = Pick<PartNowProps, 'mayStopFor' | 'typed' | 'newKey'> & {
  readonly requestId: string
  readonly clock: RequestClock
  readonly t: Texts
}

/** The form of who may stop the clock of a request; while it is stopped, that of who may let it go on. */
export function StopClock({ requestId, clock, mayStopFor, typed, newKey, t }: Props) {
  const words = t.clock.stop
  const form = 'pause'
  const { problem, value } = typed(form)
  const open = clock.pauses.find(({ endedAt }) => endedAt === null)
  if (open) {
    if (open.id === null || !mayStopFor.includes(open.reason)) return null
    return (
      <Form action={`/pauses/${open.id}/endings`} formKey={newKey()} id={form}>
        <button>{words.goOn}</button>
      </Form>
    )
  }
  if (mayStopFor.length === 0) return null
  const shared = { problem, form, t }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>{words.title}</summary>
      <p>{words.says}</p>
      <Form action={`/requests/${requestId}/pauses`} formKey={newKey()} id={form}>
        <SelectField
          name="reason"
          label={t.clock.reason}
          choices={mayStopFor.map((reason) => ({ value: reason, label: wordFor(t.clock.reasons, reason) }))}
          value={value('reason')}
          required
          {...shared}
        />
        <LongTextField name="note" label={t.clock.note} value={value('note')} rows={2} {...shared} />
        <button class="main">{words.button}</button>
      </Form>
    </details>
  )
}
