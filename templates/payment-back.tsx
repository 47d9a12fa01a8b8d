import type { PaymentShown } from '../server/console/queries.ts'
import { Form, LongTextField, TextField } from './forms.tsx'
import { Amount, Code, Name, Said } from './parts.tsx'
import type { PartNowProps } from './request-forms.tsx'

/** Which form of a payment it is, where it has several. */
export const formOf = (kind: 'back' | 'take', paymentId: string): string => `${kind}-${paymentId}`

type Props = Pick<PartNowProps, 'names' | 't' | 'newKey' | 'typed' | 'today' | 'mayComeBack' | 'mayTakeBack'>

/** What seldom happens to a payment, folded away below the list: it came back, or it is not to be sent after all. */
export function PaymentsBack(props: Props) {
  return (
    <>
      {props.mayComeBack.map((payment) => (
        <ComeBack {...props} payment={payment} />
      ))}
      {props.mayTakeBack.map((payment) => (
        <TakeBack {...props} payment={payment} />
      ))}
    </>
  )
}

function ComeBack({ names, t, newKey, typed, today, payment }: Props & { payment: PaymentShown }) {
  const words = t.act.comeBack
  const form = formOf('back', payment.id)
  const { problem, value } = typed(form)
  const { instructed, settlement } = payment
  const amount = <Amount of={instructed} />
  const shared = { problem, form, t, required: true }
  return (
    <details class="part" open={problem !== undefined}>
      <summary>
        <Said text={words.title} code={<Code>{payment.code}</Code>} />
      </summary>
      <Form action={`/payments/${payment.id}/returns`} formKey={newKey()} id={form}>
        <p>
          <Said text={words.says} amount={amount} payee={<Name>{names.payee}</Name>} />
        </p>
        <TextField name="valueDate" type="date" label={words.valueDate} value={value('valueDate', today)} {...shared} />
        {settlement && (
          <TextField
            name="credited"
            label={<Said text={words.credited} currency={<bdi>{instructed.currency}</bdi>} />}
            hint={<Said text={words.creditedHint} amount={amount} />}
            value={value('credited', instructed.amount)}
            inputMode="decimal"
            leftToRight
            {...shared}
          />
        )}
        <LongTextField name="reason" label={words.reason} value={value('reason')} rows={2} {...shared} />
        <TextField name="reference" label={words.reference} value={value('reference')} maxLength={140} {...shared} />
        <button class="main">
          <Said text={words.button} amount={amount} />
        </button>
      </Form>
    </details>
  )
}

/** Open where the bank has sent it back: then its money waits for this. */
function TakeBack({ names, t, newKey, typed, payment }: Props & { payment: PaymentShown }) {
  const words = t.act.takeBack
  const form = formOf('take', payment.id)
  const { problem, value } = typed(form)
  const values = { amount: <Amount of={payment.amount} />, payee: <Name>{names.payee}</Name> }
  const returned = payment.status === 'returned'
  return (
    <details class="part" open={returned || problem !== undefined}>
      <summary>
        <Said text={words.title} code={<Code>{payment.code}</Code>} />
      </summary>
      <Form action={`/payments/${payment.id}/cancellations`} formKey={newKey()} id={form}>
        <p>
          <Said text={returned ? words.returned : words.certified} {...values} />
        </p>
        <LongTextField
          name="reason"
          label={words.reason}
          value={value('reason')}
          rows={2}
          {...{ problem, form, t }}
          required
        />
        <button class="main">
          <Said text={words.button} {...values} />
        </button>
      </Form>
    </details>
  )
}
