import type { ContributionTold } from './contribution.tsx'
import { FieldForm, type Field, type Typed } from './fields.tsx'
import { Said } from './parts.tsx'
import type { Texts } from './texts/texts.ts'

/** What may not come, will not come, or will come after all; and a pledge that is taken back. Each has its endpoint of the same name. */
export const LOSSES = ['impairments', 'impairment-reversals', 'write-offs', 'cancellations'] as const
export type Loss = (typeof LOSSES)[number]

/** What the day of each is called at the API. */
export const DAY_OF = {
  impairments: 'occurredOn',
  'impairment-reversals': 'occurredOn',
  'write-offs': 'writtenOffOn',
  cancellations: 'cancelledOn',
} as const

type Props = {
  readonly contribution: ContributionTold
  readonly may: readonly Loss[]
  readonly today: string
  readonly typed: (form: string) => Typed
  readonly newKey: () => string
  readonly t: Texts
}

/** The forms of who records losses, folded away: they are seldom. */
export function Losses({ contribution, may, today, typed, newKey, t }: Props) {
  const words = t.losses
  const currency = contribution.figures.original.outstanding.currency
  return (
    <>
      {may.map((loss) => {
        const amount: Field = {
          name: 'amount',
          label: <Said text={words.amount} currency={<bdi>{currency}</bdi>} />,
          ...{ kind: 'amount', hint: t.amountHint, required: true },
        }
        const fields: Field[] = [
          ...(loss === 'cancellations' ? [] : [amount]),
          { name: DAY_OF[loss], label: words.day, kind: 'date', required: true, now: today },
          { name: 'reason', label: t.experts.reason, kind: 'long', required: true },
        ]
        return (
          <details class="part" open={typed(loss).problem !== undefined}>
            <summary>{words[loss].title}</summary>
            <p>{words[loss].says}</p>
            <FieldForm
              action={`/contributions/${contribution.id}/${loss}`}
              {...{ fields, button: words[loss].button, formKey: newKey(), typed: typed(loss), form: loss, t }}
            />
          </details>
        )
      })}
    </>
  )
}
